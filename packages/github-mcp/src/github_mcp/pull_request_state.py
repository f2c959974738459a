"""Reading the state of a pull request: its branches, reviews and checks, read concurrently."""

from collections.abc import Awaitable, Sequence
from typing import Any, TypeVar

from mcp_chassis.failures import Conflict, NotFound
from mcp_chassis.output.warnings import warn

from github_mcp.client import GitHubClient
from github_mcp.client.list_pages import PartialList
from github_mcp.models.checks import checks_summary, failing_suites
from github_mcp.models.merge_queues import queue_text
from github_mcp.models.pull_requests import (
    MAX_FAILING_CHECKS,
    MAX_REVIEWS,
    FailingCheck,
    PullRequestState,
    Review,
    failing_runs,
    is_failing,
)
from github_mcp.partial_reads import Reading, read_parts
from github_mcp.records.pull_requests import (
    CheckRunRecord,
    CheckSuiteRecord,
    PullRequestRecord,
    ReviewRecord,
    StatusRecord,
)

Part = TypeVar("Part")


async def checked_head(github: GitHubClient, owner: str, repo: str, number: int, expected: str | None) -> str:
    """The commit id of a pull request's head.

    Raises:
        Conflict: if it does not begin with `expected`.
    """
    pull = await github.pull_requests.get(owner, repo, number)
    check_head(pull, expected)
    return pull.head.sha


def check_head(pull: PullRequestRecord, expected: str | None) -> None:
    """Check that the id of a pull request's head begins with `expected`, if this is given.

    Raises:
        Conflict: if it does not.
    """
    if expected and not pull.head.sha.startswith(expected):
        raise Conflict(f"The pull request's head is {pull.head.sha[:12]}, not {expected[:12]}: it has new commits.")


async def pull_request_state(
    github: GitHubClient, owner: str, repo: str, number: int
) -> tuple[PullRequestState, list[str]]:
    """Read the state of a pull request; return it with warnings about reviews and checks that could not be read."""
    pulls = github.pull_requests
    pull = await pulls.get(owner, repo, number)
    sha = pull.head.sha
    readings: dict[str, Reading] = {
        "reviews": lambda: pulls.reviews(owner, repo, number),
        "checks": lambda: pulls.check_runs(owner, repo, sha),
        "commit statuses": lambda: pulls.statuses(owner, repo, sha),
    }
    if pull.state == "open":
        readings["check suites"] = lambda: _if_offered(pulls.check_suites(owner, repo, sha))
        # Only the GraphQL API has merge queues, and it refuses requests without a token.
        if not github.anonymous:
            readings["merge queue"] = lambda: _if_offered(github.merge_queues.state(owner, repo, number))
    parts, warnings = await read_parts(readings)
    state = PullRequestState.from_record(
        pull,
        reviews=_reviews(parts["reviews"]),
        merge_queue=queue_text(parts.get("merge queue")),
        **_checks(parts["checks"], parts["commit statuses"], parts.get("check suites")),
    )
    return state, warnings


async def _if_offered(reading: Awaitable[Part]) -> Part | None:
    """The value of a read; None where GitHub has no such address, as an Enterprise Server without GraphQL."""
    try:
        return await reading
    except NotFound:
        return None


def _checks(
    runs: PartialList[CheckRunRecord] | None,
    statuses: PartialList[StatusRecord] | None,
    suites: PartialList[CheckSuiteRecord] | None,
) -> dict[str, Any]:
    """The fields `checks` and `failing_checks`, from lists that are None if they could not be read."""
    suites = suites or PartialList([])
    if runs is None and statuses is None:
        return {"checks": "unknown"}
    unread: PartialList[Any] = PartialList([], complete=False)
    failing = [FailingCheck.from_record(each) for each in failing_runs(runs.items if runs else [])]
    failing += [FailingCheck.from_status(each) for each in (statuses.items if statuses else []) if is_failing(each)]
    failing += failing_suites(suites.items)
    if len(failing) > MAX_FAILING_CHECKS:
        warn(f"{len(failing) - MAX_FAILING_CHECKS} more failing checks are not shown.")
    summary = checks_summary(runs or unread, statuses or unread, suites)
    return {"checks": summary, "failing_checks": failing[:MAX_FAILING_CHECKS] or None}


def _reviews(found: PartialList[ReviewRecord] | None) -> list[Review] | None:
    """The newest reviews, and older ones that are the last verdict of a reviewer; None if there are none."""
    if found is None or not found.items:
        return None
    chosen = _newest_and_verdicts(found.items)
    left_out = (found.total or len(found.items)) - len(chosen)
    if left_out > 0:
        warn(f"{left_out} older reviews are not shown.")
    return [Review.from_record(review) for review in chosen]


def _newest_and_verdicts(reviews: Sequence[ReviewRecord]) -> list[ReviewRecord]:
    verdicts = {
        review.user.login if review.user else f"deleted account {index}": index
        for index, review in enumerate(reviews)
        if review.state.upper() in ("APPROVED", "CHANGES_REQUESTED", "DISMISSED")
    }
    last = range(max(0, len(reviews) - MAX_REVIEWS), len(reviews))
    chosen = {*last, *sorted(verdicts.values())[-MAX_REVIEWS:]}
    return [reviews[index] for index in sorted(chosen)]
