"""Everyday jobs on the scripted GitHub, two for each profile: the calls, and the tokens a model reads."""

from dataclasses import dataclass
from typing import Any

from github_calls import call_agreed
from github_job_world import BUG, HERE, PULL, RUN, github
from github_mcp.server import SERVER
from github_seed import TOKEN
from mcp.client import Client
from mcp_chassis.testing import connected, text

QUICK = {"MCP_OUTBOUND_RATE": "1e6", "GITHUB_WRITES_PER_SECOND": "1e4", "GITHUB_SEARCHES_PER_MINUTE": "1e6"}
QUICK |= {"GITHUB_CODE_SEARCHES_PER_MINUTE": "1e6"}
ON_BOARD, NEW = {"owner": "acme", "project": 3}, f"acme/gantry#{PULL + 1}"
Step = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Job:
    """A job as a person names it, and the calls that do it."""

    profile: str
    title: str
    steps: tuple[Step, ...]


JOBS = (
    Job(
        "triage",
        "triage a report: read it, look for the same one, label it",
        (
            ("get_issue", {**HERE, "number": BUG}),
            ("find_similar_issues", {**HERE, "text": "Steps with the same name are retried only once"}),
            ("update_issue", {**HERE, "number": BUG, "labels": ["bug", "high priority"]}),
        ),
    ),
    Job(
        "triage",
        "open a report, in a milestone, as part of another one",
        (
            ("find_similar_issues", {**HERE, "text": "Retry forgets the attempts after a restart"}),
            ("create_issue", {**HERE, "title": "Retry forgets the attempts", "body": "After a restart they are 0."}),
            ("organize_issue", {**HERE, "number": PULL + 1, "change": "milestone", "value": "1.5"}),
            ("organize_issue", {**HERE, "number": BUG, "change": "add_sub_issue", "value": str(PULL + 1)}),
        ),
    ),
    Job(
        "review",
        "review a change: state, diff, the function around it, one remark on a line",
        (
            ("get_issue", {**HERE, "number": PULL}),
            ("get_pull_request_diff", {**HERE, "pr_number": PULL}),
            ("get_file", {**HERE, "path": "src/gantry/retry.py", "ref": "same-names", "max_lines": 40}),
            (
                "write_review",
                {
                    **HERE,
                    "number": PULL,
                    "event": "REQUEST_CHANGES",
                    "body": "One attempt too many.",
                    "comments": [{"path": "src/gantry/retry.py", "line": 3, "body": "`<`, not `<=`."}],
                },
            ),
        ),
    ),
    Job(
        "review",
        "answer what reviewers asked, and close the thread",
        (
            ("get_reviews", {**HERE, "number": PULL}),
            ("reply_to_thread", {**HERE, "number": PULL, "comment_id": 901, "body": "There is one now."}),
            ("resolve_thread", {**HERE, "thread_id": "PRRT_901"}),
        ),
    ),
    Job(
        "code",
        "mend a typing error on a new branch and open a pull request",
        (
            ("search_code", {"query": "attempts repo:acme/gantry path:retry", "max_results": 3}),
            ("get_file", {**HERE, "path": "src/gantry/retry.py", "max_lines": 40}),
            (
                "edit_files",
                {
                    **HERE,
                    "branch": "fewer-attempts",
                    "start_branch": "main",
                    "message": "Stop at the last attempt",
                    "edits": [{"path": "src/gantry/retry.py", "old": "most: int = 3", "new": "most: int = 2"}],
                },
            ),
            (
                "create_pull_request",
                {
                    **HERE,
                    "title": "Stop at the last attempt",
                    "head": "fewer-attempts",
                    "base": "main",
                    "body": "See #31.",
                },
            ),
        ),
    ),
    Job(
        "code",
        "find out what a branch changes and since when",
        (
            ("compare", {**HERE, "base": "main", "head": "same-names"}),
            ("list_commits", {**HERE, "path": "src/gantry/retry.py", "max_results": 20}),
        ),
    ),
    Job(
        "ci",
        "find out why the branch is red",
        (
            ("list_runs", {**HERE, "branch": "same-names", "max_results": 5}),
            ("get_run", {**HERE, "run_id": RUN}),
            ("get_job_logs", {**HERE, "run_id": RUN, "max_lines": 50}),
        ),
    ),
    Job(
        "ci",
        "deploy a branch to staging",
        (
            ("get_file", {**HERE, "path": ".github/workflows/deploy.yml"}),
            (
                "run_workflow",
                {**HERE, "workflow": "deploy.yml", "ref": "main", "inputs": {"environment": "staging"}},
            ),
        ),
    ),
    Job(
        "release",
        "list what is new since the last release",
        (
            ("get_releases", {**HERE, "tag": "latest"}),
            ("compare", {**HERE, "base": "v1.4.2", "head": "main", "max_lines": 100}),
        ),
    ),
    Job(
        "release",
        "see whether anything stands against a release",
        (
            ("list_issues", {**HERE, "query": 'label:"high priority"', "max_results": 10}),
            ("list_security_alerts", {**HERE, "kind": "dependabot"}),
        ),
    ),
    Job(
        "inbox",
        "see in the morning what waits, and read the first",
        (
            ("list_notifications", {}),
            ("search_issues", {"query": "review-requested:@me repo:acme/gantry", "pull_requests": True}),
            ("get_issue", {**HERE, "number": PULL}),
        ),
    ),
    Job(
        "inbox",
        "answer a report that was assigned, and take it out of the inbox",
        (
            ("get_issue", {**HERE, "number": BUG}),
            ("add_issue_comment", {**HERE, "number": BUG, "body": "I look into it this week."}),
            ("mark_notification_done", {"id": "1"}),
        ),
    ),
    Job(
        "planning",
        "see on the board what is in progress, and move what is ready for review",
        (
            ("list_project_items", {"owner": "acme", "project": 3, "query": 'status:"In progress"'}),
            ("set_project_field", {**ON_BOARD, "item": f"acme/gantry#{PULL}", "field": "Status", "value": "In review"}),
        ),
    ),
    Job(
        "planning",
        "open an issue and plan it for the next iteration",
        (
            ("list_project_items", {"owner": "acme"}),
            ("create_issue", {**HERE, "title": "Retry forgets the attempts", "body": "After a restart they are 0."}),
            (
                "set_project_field",
                {**ON_BOARD, "item": NEW, "field": "Iteration", "value": "Iteration 10", "add": True},
            ),
        ),
    ),
)


async def answers(job: Job) -> tuple[list[str], int]:
    """The text of each call's answer, and how many requests GitHub got.

    Raises:
        AssertionError: when a call fails.
    """
    async with github() as scripted:
        env = {**QUICK, "GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": scripted.url, "GITHUB_TOOLS": f"@{job.profile}"}
        async with connected(SERVER, env=env) as client:
            told = [await answer(client, *step) for step in job.steps]
        return told, len(scripted.requests)


async def answer(client: Client, tool: str, arguments: dict[str, Any]) -> str:
    result = await call_agreed(client, tool, arguments)
    assert not result.is_error, f"{tool}: {text(result)}"
    return text(result)
