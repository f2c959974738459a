"""Prompts for triage of an issue, review of a pull request, release notes and comparison of repositories."""

from typing import Annotated, Any

from mcp.server.mcpserver import Context
from mcp_chassis.failures import InvalidInput
from mcp_chassis.fan_out import fan_out
from mcp_chassis.progress import host_progress
from mcp_chassis.results import compact
from mcp_chassis.tools import prompt
from pydantic import Field

from github_mcp.client import GitHubClient
from github_mcp.repository_overview import overview
from github_mcp.resources import NAMES, numbers, unless_failing
from github_mcp.tools.parameters import GitHub, Number, Owner, Repo

MAX_COMPARED_REPOSITORIES = 20
Since = Annotated[str, Field(pattern=r"^(\d{4}-\d{2}-\d{2})?$", max_length=10, description="A date: 2026-11-20.")]
NUMBERED = {**NAMES, "number": unless_failing(numbers)}


@prompt("Triage an issue", complete=NUMBERED)
async def triage_issue(owner: Owner, repo: Repo, number: Number) -> str:
    """Triage one issue: kind, duplicates, severity, labels, next step."""
    return (
        f"Triage issue {number} of {owner}/{repo}. Read it with get_issue. Look for duplicates with list_issues "
        "(state all, a few words of its title). Where it names code, look with search_code or get_file. Then say "
        "what kind of issue it is, whether it can be reproduced, duplicates by number, severity, labels that fit, "
        "and the next step. Propose changes; make them with update_issue or add_issue_comment only when I agree."
    )


@prompt("Review a pull request", complete=NUMBERED)
async def review_pull_request(owner: Owner, repo: Repo, number: Number) -> str:
    """Review one pull request: its effect, risks, missing tests and questions to its author."""
    return (
        f"Review pull request {number} of {owner}/{repo}. Read it with get_issue, which has reviews and failing "
        "checks, then get_pull_request_diff, following its cursor to the end. Read the code around a change with "
        "get_file at the pull request's head. Then say what it does, what could break, what is not tested, and "
        "questions to its author, each with file and line. Comment with add_issue_comment only when I agree."
    )


@prompt("Write release notes", complete=NAMES)
async def release_notes(owner: Owner, repo: Repo, since: Since = "") -> str:
    """Write notes for the next release from pull requests merged since the last one, or since a date."""
    start = f"since {since}" if since else "since the latest release that get_repository_info shows"
    return (
        f"Write release notes for {owner}/{repo} from what was merged {start}. Find it with list_issues (type pr, "
        "state closed, query merged:>=DATE), read what is unclear with get_issue, and group it: new, changed, fixed, "
        "breaking. "
        "One line for each, with its number and author. Say what you left out."
    )


@prompt("Compare repositories")
async def compare_repositories(repos: str, github: GitHub, ctx: Context[Any, Any]) -> str:
    """Compare up to 20 repositories, given as owner/repo separated by commas."""
    names = [name.strip() for name in repos.split(",") if name.strip()]
    if not 1 <= len(names) <= MAX_COMPARED_REPOSITORIES or not all(name.count("/") == 1 for name in names):
        raise InvalidInput(
            f"repos must be 1 to {MAX_COMPARED_REPOSITORIES} names of the form owner/repo, separated by commas."
        )
    outcomes = await fan_out(names, lambda name: _overview(github, name), report=host_progress(ctx))
    lines = [f"{each.item}: {each.failure.message if each.failure else each.value}" for each in outcomes]
    return "Compare these repositories: purpose, activity, languages, licence, health.\n\n" + "\n".join(lines)


async def _overview(github: GitHubClient, full_name: str) -> str:
    owner, _, repo = full_name.partition("/")
    return compact(await overview(github, owner, repo))
