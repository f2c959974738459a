"""Tool that changes a pull request's draft state, reviewers, branch or automatic merging."""

from typing import Annotated, Literal

from mcp_chassis.failures import InvalidInput
from mcp_chassis.output.warnings import warn
from mcp_chassis.results import Result
from mcp_chassis.tools import Confirm, writes
from pydantic import Field

from github_mcp.queued_merges import left_queue
from github_mcp.records.pull_requests import PullRequestRecord
from github_mcp.tools.parameters import GitHub, Logins, Owner, PullNumber, Repo
from github_mcp.tools.repositories import REPOSITORY_READS

Change = Literal[
    "ready", "draft", "request_reviews", "remove_reviewers", "update_branch", "auto_merge", "no_auto_merge"
]
MergeMethod = Literal["merge", "squash", "rebase"]
Reviewers = Annotated[Logins | None, Field(description="Logins, or org/team.")]


class ChangedPullRequest(Result):
    """Result of update_pull_request: `changed` is false if the pull request was in this state already."""

    number: int
    changed: bool
    warnings: list[str] | None = None


async def auto_merge_question(
    github: GitHub, owner: Owner, repo: Repo, number: PullNumber, change: Change, method: MergeMethod
) -> str | None:
    """The question to a person before automatic merging is switched on; None for other changes."""
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
    """Set a pull request's draft state, request reviews, merge the base into its branch, or set auto-merge."""
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
        warn("GitHub will merge the base into the branch in a moment.")
    elif change == "no_auto_merge" and pull.auto_merge is None:
        return await left_queue(github, owner, repo, pull)
    else:
        await changes.set_auto_merge(owner, pull, method if change == "auto_merge" else None)
    return True


async def _request_reviews(
    github: GitHub, owner: str, repo: str, pull: PullRequestRecord, reviewers: list[str]
) -> bool:
    """Request reviews; return whether any was not requested before, and warn of those GitHub ignored."""
    if not reviewers:
        raise InvalidInput("Give reviewers: logins, or org/team.")
    requested = {name.lower() for name in pull.all_requested}
    wanted = [name.rpartition("/")[2] for name in reviewers]
    if requested >= {name.lower() for name in wanted}:
        return False
    people, teams = _people_and_teams(reviewers)
    after = await github.pull_request_changes.request_reviewers(owner, repo, pull.number, people, teams)
    there = {name.lower() for name in after.all_requested}
    if missing := [name for name in wanted if name.lower() not in there]:
        warn(
            f"GitHub did not request a review of {', '.join(missing)}: perhaps they reviewed or wrote the pull request."
        )
    return True


async def _remove_reviewers(
    github: GitHub, owner: str, repo: str, pull: PullRequestRecord, reviewers: list[str]
) -> bool:
    """Withdraw requests for reviews; return whether any was withdrawn, and warn of those that remain."""
    if not reviewers:
        raise InvalidInput("Give reviewers: logins, or org/team.")
    requested = {name.lower() for name in pull.all_requested}
    there = [name for name in reviewers if name.rpartition("/")[2].lower() in requested]
    if not there:
        return False
    people, teams = _people_and_teams(there)
    after = await github.pull_request_changes.remove_reviewers(owner, repo, pull.number, people, teams)
    left = {name.lower() for name in after.all_requested}
    if kept := [name for name in there if name.rpartition("/")[2].lower() in left]:
        warn(f"GitHub did not withdraw the request for a review of {', '.join(kept)}.")
    return len(kept) < len(there)


def _people_and_teams(reviewers: list[str]) -> tuple[list[str], list[str]]:
    teams = [name.rpartition("/")[2] for name in reviewers if "/" in name]
    return [name for name in reviewers if "/" not in name], teams
