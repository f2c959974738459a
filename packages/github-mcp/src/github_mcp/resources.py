"""MCP resources: GitHub's rate limits, files and folders, issues; with completion of their URIs."""

from collections.abc import Mapping, Sequence
from typing import Any

from mcp_chassis.failures import Failure, NotFound
from mcp_chassis.results import Result, TextPage
from mcp_chassis.tools import resource

from github_mcp.client import GitHubClient
from github_mcp.client.contents import Folder
from github_mcp.client.list_pages import MAX_PAGE_SIZE
from github_mcp.file_pages import entry_names, file_page
from github_mcp.issue_threads import read_thread
from github_mcp.models.issues import IssueThread
from github_mcp.tools.parameters import GitHub, Owner, Path, Ref, Repo
from github_mcp.withheld_texts import shown_thread

MAX_RESOURCE_LINES = 10_000
FIGURES = ("limit", "remaining", "reset", "used")


class RateLimits(Result):
    """GitHub's rate limits by name: limit, requests used and left, and time of the reset in seconds since 1970."""

    limits: dict[str, dict[str, int]]
    warnings: list[str] | None = None


async def owners(github: GitHubClient, prefix: str, chosen: Mapping[str, str]) -> Sequence[str]:
    """Logins that begin with the prefix, among the owners of the signed-in account's repositories."""
    found = await github.repositories.of_account(MAX_PAGE_SIZE)
    names = dict.fromkeys(each.owner.login for each in found.items if each.owner)
    return [name for name in names if name.lower().startswith(prefix.lower())]


async def repositories(github: GitHubClient, prefix: str, chosen: Mapping[str, str]) -> Sequence[str]:
    """Names of repositories that begin with the prefix: of the chosen owner, else of the signed-in account."""
    if not chosen.get("owner"):
        found = await github.repositories.of_account(MAX_PAGE_SIZE)
    else:
        words = f"{prefix} in:name user:{chosen['owner']}" if github.allowed.everything else f"{prefix} in:name"
        found = await github.searches.repositories(words, size=MAX_PAGE_SIZE)
    return [each.name for each in found.items if each.name.lower().startswith(prefix.lower())]


async def paths(github: GitHubClient, prefix: str, chosen: Mapping[str, str]) -> Sequence[str]:
    """Paths that begin with the prefix, in the folder that it names."""
    folder, _, beginning = prefix.rpartition("/")
    found = await github.contents.at(chosen["owner"], chosen["repo"], folder.strip("/"), chosen.get("ref"))
    names = entry_names(found.entries) if isinstance(found, Folder) else []
    base = f"{folder}/" if folder else ""
    return [base + name for name in names if name.startswith(beginning)]


async def numbers(github: GitHubClient, prefix: str, chosen: Mapping[str, str]) -> Sequence[str]:
    """Numbers that begin with the prefix, among the latest updated issues and pull requests."""
    params = {"state": "all", "sort": "updated", "direction": "desc", "per_page": MAX_PAGE_SIZE}
    issues, _ = await github.issues.page(chosen["owner"], chosen["repo"], params)
    return [str(issue.number) for issue in issues.items if str(issue.number).startswith(prefix)]


def unless_failing(completer: Any) -> Any:
    """Wrap a completer so that it suggests nothing when GitHub refuses the request."""

    async def complete(github: GitHubClient, prefix: str, chosen: Mapping[str, str]) -> Sequence[str]:
        try:
            return await completer(github, prefix, chosen)
        except (Failure, KeyError):
            return ()

    return complete


NAMES = {"owner": unless_failing(owners), "repo": unless_failing(repositories)}


@resource("github://rate_limit", "GitHub's limits")
async def rate_limit(github: GitHub) -> RateLimits:
    """Requests left of each of GitHub's rate limits."""
    try:
        found = await github.accounts.rate_limits()
    except NotFound:
        return RateLimits(limits={}, warnings=["This GitHub Enterprise Server has no rate limits."])
    limits = {name: {figure: getattr(each, figure) for figure in FIGURES} for name, each in found.items()}
    return github.with_notices(RateLimits(limits=limits))


@resource(
    "github://{owner}/{repo}/contents/{+path}{?ref}",
    "A file or folder",
    mime_type="text/plain",
    complete={**NAMES, "path": unless_failing(paths)},
)
async def contents(owner: Owner, repo: Repo, path: Path, github: GitHub, ref: Ref = None) -> TextPage:
    """The text of a file, or the list of a folder."""
    await github.lockdown.check_refs(owner, repo, ref)
    return await file_page(github, owner, repo, path, ref=ref, start=1, lines=MAX_RESOURCE_LINES, position=None)


@resource("github://{owner}/{repo}/issues/{number}", "An issue", complete={**NAMES, "number": unless_failing(numbers)})
async def issue(owner: Owner, repo: Repo, number: int, github: GitHub) -> IssueThread:
    """An issue or pull request with its latest comments."""
    thread = await shown_thread(
        github, owner, repo, await read_thread(github, owner, repo, number, count=MAX_PAGE_SIZE)
    )
    return github.with_notices(thread.model_copy(update={"next_cursor": None}))
