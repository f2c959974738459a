"""Where a pull request stands: its branches, reviews and checks, read at once."""

from mcp_chassis.failures import NotFound

from github_mcp.client import MAX_PAGE_SIZE, GitHubClient
from github_mcp.models.lists import Json
from github_mcp.models.threads import FAILED, FailingCheck, PullState, Review
from github_mcp.partial_reads import read_parts

FULL_PAGE = {"per_page": MAX_PAGE_SIZE}


async def read_pull(github: GitHubClient, owner: str, repo: str, number: int) -> Json:
    """The pull request itself.

    Raises:
        NotFound: also where the number is an issue's.
    """
    try:
        return (await github.read(owner, repo, "/pulls/{number}", {"number": number})).json
    except NotFound as exc:
        raise NotFound(
            f"GitHub finds no pull request {number} there: it is missing, an issue, or hidden from this token.",
            remedy="Find numbers with list_issues and type pr.",
        ) from exc


async def pull_state(github: GitHubClient, owner: str, repo: str, number: int) -> tuple[PullState, list[str]]:
    """Where a pull request stands, and warnings about reviews and checks that could not be read."""
    pull = await read_pull(github, owner, repo, number)
    sha = pull["head"]["sha"]
    parts, warnings = await read_parts(
        {
            "reviews": lambda: _reviews(github, owner, repo, number),
            "checks": lambda: _check_runs(github, owner, repo, sha),
            "commit statuses": lambda: _statuses(github, owner, repo, sha),
        }
    )
    reviews: list[Json] = parts["reviews"] or []
    checks: list[Json] = parts["checks"] or []
    statuses: list[Json] = parts["commit statuses"] or []
    failing = [FailingCheck.from_api(each) for each in checks if each["conclusion"] in FAILED]
    failing += [FailingCheck.from_status(each) for each in statuses if each["state"] in ("failure", "error")]
    pending = [each for each in checks if each["status"] != "completed"]
    pending += [each for each in statuses if each["state"] == "pending"]
    state = PullState.from_api(
        pull,
        reviews=[Review.from_api(each) for each in reviews] or None,
        failing_checks=failing or None,
        checks_pending=len(pending) or None,
    )
    return state, warnings


async def _reviews(github: GitHubClient, owner: str, repo: str, number: int) -> list[Json]:
    return (await github.read(owner, repo, "/pulls/{number}/reviews", {"number": number}, params=FULL_PAGE)).json


async def _check_runs(github: GitHubClient, owner: str, repo: str, sha: str) -> list[Json]:
    return (await github.read(owner, repo, "/commits/{sha}/check-runs", {"sha": sha}, params=FULL_PAGE)).json[
        "check_runs"
    ]


async def _statuses(github: GitHubClient, owner: str, repo: str, sha: str) -> list[Json]:
    return (await github.read(owner, repo, "/commits/{sha}/status", {"sha": sha}, params=FULL_PAGE)).json["statuses"]
