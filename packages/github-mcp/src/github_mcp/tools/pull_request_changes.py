"""Changes of a pull request: draft or ready, reviewers, branch, automatic merging; one of them in a call."""

from typing import Annotated, Literal

from mcp_chassis.failures import InvalidInput
from mcp_chassis.output.warnings import warn
from mcp_chassis.results import Result
from mcp_chassis.tools import Confirm, writes
from pydantic import Field

from github_mcp.records.pull_requests import PullRequestRecord
from github_mcp.tools.parameters import GitHub, Logins, Owner, PullNumber, Repo
from github_mcp.tools.repositories import REPOSITORY_READS

Change = Literal[
    "ready", "draft", "request_reviews", "remove_reviewers", "update_branch", "auto_merge", "no_auto_merge"
]
MergeMethod = Literal["merge", "squash", "rebase"]
Reviewers = Annotated[Logins | None, Field(description="Logins, or org/team.")]


class ChangedPullRequest(Result):
    """`changed` is False where it was so already."""

    number: int
    changed: bool
    warnings: list[str] | None = None


async def auto_merge_question(
    github: GitHub, owner: Owner, repo: Repo, number: PullNumber, change: Change, method: MergeMethod
) -> str | None:
    """The question before a pull request is to be merged by itself; None for other changes."""
    if change != "auto_merge":
        return None
    pull = await github.pull_requests.get(owner, repo, number)
    head = f"{pull.head.label or pull.head.ref} at {pull.head.sha[:7]}"
    return (
        f"Merge pull request #{number} {pull.title!r} ({head}) into {pull.base.ref} by {method}, "
        "as soon as every requirement is met?"
    )


@writes(
    "Change a pull request",
    destructive=True,
    idempotent=True,
    confirm=auto_merge_question,
    invalidates=REPOSITORY_READS,
)
async def update_pull_request(
    owner: Owner,
    repo: Repo,
    number: PullNumber,
    change: Change,
    github: GitHub,
    reviewers: Reviewers = None,
    method: MergeMethod = "merge",
    confirm: Confirm = None,
) -> ChangedPullRequest:
    """Make it ready or a draft, ask for reviews, merge the base into its branch, or merge it by itself later."""
    pull = await github.pull_requests.get(owner, repo, number)
    changed = await _changed(github, owner, repo, pull, change, reviewers or [], method)
    return github.with_notices(ChangedPullRequest(number=number, changed=changed))


async def _changed(
    github: GitHub, owner: str, repo: str, pull: PullRequestRecord, change: Change, reviewers: list[str], method: str
) -> bool:
    changes = github.pull_request_changes
    if change in ("ready", "draft"):
        if pull.draft == (change == "draft"):
            return False
        await changes.set_draft(owner, pull, draft=change == "draft")
    elif change == "request_reviews":
        return await _request_reviews(github, owner, repo, pull, reviewers)
    elif change == "remove_reviewers":
        return await _remove_reviewers(github, owner, repo, pull, reviewers)
    elif change == "update_branch":
        if not await changes.update_branch(owner, repo, pull):
            return False
        warn("GitHub merges the base into it in a moment.")
    elif change == "no_auto_merge" and pull.auto_merge is None:
        return False
    else:
        await changes.set_auto_merge(owner, pull, method if change == "auto_merge" else None)
    return True


async def _request_reviews(
    github: GitHub, owner: str, repo: str, pull: PullRequestRecord, reviewers: list[str]
) -> bool:
    """Whether somebody was asked who was not; a warning names whom GitHub left out."""
    if not reviewers:
        raise InvalidInput("Give reviewers: logins, or org/team.")
    asked = {name.lower() for name in pull.asked}
    wanted = [name.rpartition("/")[2] for name in reviewers]
    if asked >= {name.lower() for name in wanted}:
        return False
    people, teams = _people_and_teams(reviewers)
    after = await github.pull_request_changes.request_reviewers(owner, repo, pull.number, people, teams)
    there = {name.lower() for name in after.asked}
    if missing := [name for name in wanted if name.lower() not in there]:
        warn(f"GitHub did not ask {', '.join(missing)}: it may be that they reviewed it already, or wrote it.")
    return True


async def _remove_reviewers(
    github: GitHub, owner: str, repo: str, pull: PullRequestRecord, reviewers: list[str]
) -> bool:
    """Whether somebody was asked who is no longer; a warning names whom GitHub left asked."""
    if not reviewers:
        raise InvalidInput("Give reviewers: logins, or org/team.")
    asked = {name.lower() for name in pull.asked}
    there = [name for name in reviewers if name.rpartition("/")[2].lower() in asked]
    if not there:
        return False
    people, teams = _people_and_teams(there)
    after = await github.pull_request_changes.remove_reviewers(owner, repo, pull.number, people, teams)
    left = {name.lower() for name in after.asked}
    if kept := [name for name in there if name.rpartition("/")[2].lower() in left]:
        warn(f"GitHub still asks {', '.join(kept)}.")
    return len(kept) < len(there)


def _people_and_teams(reviewers: list[str]) -> tuple[list[str], list[str]]:
    teams = [name.rpartition("/")[2] for name in reviewers if "/" in name]
    return [name for name in reviewers if "/" not in name], teams
