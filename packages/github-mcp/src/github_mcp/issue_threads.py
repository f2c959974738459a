"""Reading one issue or pull request: its text, its latest comments and where it stands, at once."""

from github_mcp.client import MAX_PAGE_SIZE, GitHubClient
from github_mcp.models.lists import Json
from github_mcp.models.threads import IssueThread, PullState
from github_mcp.partial_reads import Reading, read_parts
from github_mcp.pull_request_state import pull_state


async def read_thread(
    github: GitHubClient, owner: str, repo: str, number: int, *, count: int, end: int | None = None
) -> IssueThread:
    """The thread with the `count` comments before `end`; a page of older comments does not repeat the rest."""
    issue = await github.issue(owner, repo, number)
    if end is not None:
        return IssueThread.older(issue, *await latest_comments(github, owner, repo, issue, count=count, end=end))
    readings: dict[str, Reading] = {"comments": lambda: latest_comments(github, owner, repo, issue, count=count)}
    if "pull_request" in issue:
        readings["pull request"] = lambda: pull_state(github, owner, repo, number)
    parts, warnings = await read_parts(readings, needed="comments")
    comments, older = parts["comments"]
    pull: tuple[PullState, list[str]] | None = parts.get("pull request")
    state, more = pull or (None, [])
    said = [*warnings, *more] or None
    return IssueThread.from_api(issue, comments, pull_request=state, next_cursor=older, warnings=said)


async def latest_comments(
    github: GitHubClient, owner: str, repo: str, issue: Json, *, count: int, end: int | None = None
) -> tuple[list[Json], str | None]:
    """The `count` comments before `end` (default: the newest), and where the older ones end."""
    total: int = issue["comments"]
    last = total if end is None else min(end, total)
    first = max(0, last - count)
    if first == last:
        return [], None
    values = {"number": issue["number"]}
    comments: list[Json] = []
    first_page, last_page = first // MAX_PAGE_SIZE, (last - 1) // MAX_PAGE_SIZE
    for page in range(first_page, last_page + 1):
        params = {"per_page": MAX_PAGE_SIZE, "page": page + 1}
        comments += (await github.read(owner, repo, "/issues/{number}/comments", values, params=params)).json
    offset = first_page * MAX_PAGE_SIZE
    return comments[first - offset : last - offset], str(first) if first else None
