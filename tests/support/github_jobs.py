"""Twelve everyday jobs on the scripted GitHub, two for each profile: the calls, and the tokens a model reads."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import services
from github_calls import call_agreed
from github_graphql import SCHEMA, GraphQLDescription
from github_mcp.server import SERVER
from github_seed import NOW, TOKEN, seeded
from github_world import Comment, Review, Thread, World
from mcp.client import Client
from mcp_chassis.testing import connected, text
from scripted_github import ScriptedGitHub

HERE = {"owner": "acme", "repo": "gantry"}
REPO = "/repos/acme/gantry"
BUG, PULL, RUN = 31, 32, 7001
WORKFLOW = (
    b"on: {workflow_dispatch: {inputs: {environment: {type: choice, required: true, options: [staging, live]}}}}\n"
)
QUICK = {"MCP_OUTBOUND_RATE": "1e6", "GITHUB_WRITES_PER_SECOND": "1e4", "GITHUB_SEARCHES_PER_MINUTE": "1e6"}
QUICK |= {"GITHUB_CODE_SEARCHES_PER_MINUTE": "1e6"}
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
)


def world() -> World:
    """The seeded world with a reported bug, and a pull request that mends it with a mistake."""
    world = seeded()
    gantry = world.repositories["acme/gantry"]
    gantry.milestones = ["1.5"]
    gantry.branches["v1.4.2"] = gantry.branches["main"]
    before = b"def retried(steps: list[Step], most: int = 3) -> list[Step]:\n"
    before += b'    """The failed steps that are run again."""\n'
    before += (
        b"    again = {step.name: step for step in steps if step.attempts < most}\n    return list(again.values())\n"
    )
    files = {"src/gantry/retry.py": before, ".github/workflows/deploy.yml": WORKFLOW}
    world.commit(gantry, files, "Keep the order of retried steps (#218)", author="mira")
    bug = world.issue(gantry, "Steps with the same name are retried only once", REPORT, author="tobias-k", at=NOW)
    world.comment(bug, "Same here, with `split` in two stages. 1.4.1 is fine.", "jsmith")
    fix = before.replace(b"step.attempts < most", b"step.attempts <= most").replace(
        b"{step.name: step for", b"[step for"
    )
    world.commit(gantry, {"src/gantry/retry.py": fix}, "Retry equal names", branch="same-names", author="tobias-k")
    pull = world.pull(gantry, "Retry steps with equal names", "same-names", f"Fixes #{bug.number}.", author="tobias-k")
    assert pull.pull
    pull.pull.reviews.append(Review(9, world.user("lena42"), "COMMENTED", "Is there a test?", NOW, pull.pull.head))
    asked = Comment(901, world.user("lena42"), "Is there a test with two equal names?", NOW)
    pull.pull.threads.append(Thread("PRRT_901", "src/gantry/retry.py", 3, [asked]))
    world.check(gantry, pull.pull.head, "unit", "failure", title="1 failed, 212 passed", log=LOG)
    return world


REPORT = """Since 1.4.2 two steps with the same name in different stages run only once after a failure.

```python
steps = [Step("load", 1), Step("clean", 2), Step("load", 3)]
print([s.order for s in retried(steps)])  # [3, 2], expected [1, 2, 3]
```"""
LOG = "".join(f"tests/test_{number}.py passed\n" for number in range(30)) + (
    "FAILED tests/test_retry.py::test_most_attempts - assert 4 == 3\n1 failed, 212 passed\n"
)


@asynccontextmanager
async def github() -> AsyncGenerator[ScriptedGitHub]:
    """The world on a socket; runs, alerts and notifications have fixed answers."""
    github = ScriptedGitHub(world(), graphql=GraphQLDescription(services.npm_package(str(SCHEMA))))
    gantry = github.world.repositories["acme/gantry"]
    head, check = gantry.branches["same-names"], gantry.checks[-1]
    run = {
        "id": RUN,
        "name": "CI",
        "display_title": "Retry equal names",
        "status": "completed",
        "conclusion": "failure",
    }
    run |= {"head_branch": "same-names", "head_sha": head, "event": "push", "run_attempt": 1}
    run |= {"actor": {"login": "tobias-k"}, "created_at": "2026-11-18T11:06:40Z"}
    steps = [{"name": "Run tests", "number": 4, "status": "completed", "conclusion": "failure"}]
    job = {"id": check.id, "name": "unit", "status": "completed", "conclusion": "failure", "steps": steps}
    fixed: dict[str, Any] = {
        f"{REPO}/actions/runs": {"total_count": 1, "workflow_runs": [run]},
        f"{REPO}/actions/runs/{RUN}": run,
        f"{REPO}/actions/runs/{RUN}/jobs": {"total_count": 1, "jobs": [job]},
        f"{REPO}/check-runs/{check.id}/annotations": [],
        f"{REPO}/actions/workflows/deploy.yml": {"id": 5, "name": "Deploy", "path": ".github/workflows/deploy.yml"},
        f"{REPO}/dependabot/alerts": [ALERT],
        "/notifications": [notification(1, "Issue", BUG), notification(2, "PullRequest", PULL)],
        "/notifications/threads/1": notification(1, "Issue", BUG),
    }
    for path, body in fixed.items():
        github.fault("GET", f"{re.escape(path)}$", status=200, body=body, times=99)
    github.fault("POST", ".*/dispatches", status=200, body={"workflow_run_id": 7002}, times=99)
    github.fault("DELETE", "/notifications/.*", status=204, times=99)
    async with github.serving():
        yield github


ALERT = {
    "number": 3,
    "state": "open",
    "created_at": "2026-11-10T08:00:00Z",
    "dependency": {"package": {"ecosystem": "pip", "name": "jinja2"}, "manifest_path": "uv.lock"},
    "security_advisory": {"ghsa_id": "GHSA-cpwx-vrp4-4pq7", "summary": "Sandbox breakout", "severity": "high"},
    "security_vulnerability": {"vulnerable_version_range": "< 3.1.6", "first_patched_version": {"identifier": "3.1.6"}},
}


def notification(number: int, kind: str, issue: int) -> dict[str, Any]:
    subject = {"title": f"{kind} {issue}", "type": kind, "url": f"https://api.github.com{REPO}/issues/{issue}"}
    facts = {"reason": "mention", "unread": True, "updated_at": "2026-11-18T11:06:40Z"}
    return {"id": str(number), "repository": {"full_name": "acme/gantry"}, "subject": subject, **facts}


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
