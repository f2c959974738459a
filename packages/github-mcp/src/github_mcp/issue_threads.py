"""Reading one issue or pull request: its text, latest comments, sub-issues and state, read concurrently."""

from functools import partial

from mcp_chassis.output.warnings import warn

from github_mcp.client import GitHubClient
from github_mcp.client.issue_batch import BatchedIssue, WantedIssue
from github_mcp.client.list_pages import MAX_PAGE_SIZE
from github_mcp.errors import Transferred
from github_mcp.models.issues import IssueThread, SubIssue
from github_mcp.models.pull_requests import PullRequestState
from github_mcp.partial_reads import Reading, read_parts
from github_mcp.pull_request_state import pull_request_state
from github_mcp.records.issues import CommentRecord, IssueRecord, repository_of

MAX_COMMENT_PAGES = 5
MAX_SUB_ISSUES = 50


async def read_thread(
    github: GitHubClient, owner: str, repo: str, number: int, *, count: int, end: int | None = None
) -> IssueThread:
    """Read an issue or pull request with the `count` comments before position `end`, by default the newest.

    A page of older comments has no body. A transferred issue is read in its new repository, which the result names.
    """
    requested = f"{owner}/{repo}".lower()
    if end is None and (found := await github.issue_batch.read(WantedIssue(owner, repo, number, count))):
        return await _thread_of_batched(github, owner, repo, found, count)
    try:
        issue = await github.issues.get(owner, repo, number)
    except Transferred as transferred:
        warn(f"{owner}/{repo}#{number} was transferred: this is {transferred.repository}#{transferred.number}.")
        owner, _, repo = transferred.repository.partition("/")
        number = transferred.number
        issue = await github.issues.get(owner, repo, number)
    name = repository_of(issue)
    real_name = name if name and name.lower() != requested else None
    if end is not None:
        comments, older = await latest_comments(github, owner, repo, issue, count=count, end=end)
        return IssueThread.from_record(issue, comments, repository=real_name, next_cursor=older, body=None)
    comments_of_page = partial(latest_comments, github, owner, repo, issue, count=count)
    return await _first_page(github, owner, repo, issue, comments_of_page, real_name)


async def _thread_of_batched(
    github: GitHubClient, owner: str, repo: str, found: BatchedIssue, count: int
) -> IssueThread:
    """Complete an issue whose text and comments were read in a batch; its other parts are read from the REST API."""
    real_name = None
    if found.repository.lower() != f"{owner}/{repo}".lower():
        warn(f"{owner}/{repo} was renamed to {found.repository}.")
        real_name = found.repository
    older = (found.issue.comments or 0) - count

    async def comments() -> tuple[list[CommentRecord], str | None]:
        return found.comments, str(older) if count and older > 0 else None

    return await _first_page(github, owner, repo, found.issue, comments, real_name)


async def _first_page(
    github: GitHubClient, owner: str, repo: str, issue: IssueRecord, read_comments: Reading, real_name: str | None
) -> IssueThread:
    readings: dict[str, Reading] = {"comments": read_comments}
    if issue.pull_request is not None:
        readings["pull request"] = lambda: pull_request_state(github, owner, repo, issue.number)
    if issue.sub_issues_summary and issue.sub_issues_summary.total:
        readings["sub-issues"] = lambda: shown_sub_issues(github, owner, repo, issue)
    parts, warnings = await read_parts(readings)
    found: tuple[list[CommentRecord], str | None] = parts["comments"] or ([], None)
    comments, older = found
    pull: tuple[PullRequestState, list[str]] | None = parts.get("pull request")
    state, more = pull or (None, [])
    return IssueThread.from_record(
        issue,
        comments,
        repository=real_name,
        pull_request=state,
        sub_issue_list=parts.get("sub-issues"),
        next_cursor=older,
        warnings=[*warnings, *more] or None,
    )


async def shown_sub_issues(github: GitHubClient, owner: str, repo: str, issue: IssueRecord) -> list[SubIssue] | None:
    """The first sub-issues in GitHub's order, without those in repositories outside the allow-list."""
    found = await github.sub_issues.all(owner, repo, issue.number)
    allowed = [each for each in found.items if github.allowed.allows(repository_of(each) or f"{owner}/{repo}")]
    if outside := len(found.items) - len(allowed):
        warn(f"{outside} sub-issues are not shown: their repositories are outside GITHUB_ALLOWED_REPOS.")
    if len(allowed) > MAX_SUB_ISSUES or not found.complete:
        warn(f"Only the first {MAX_SUB_ISSUES} sub-issues are shown.")
    parent = repository_of(issue) or f"{owner}/{repo}"
    return [SubIssue.from_record(each, parent) for each in allowed[:MAX_SUB_ISSUES]] or None


async def latest_comments(
    github: GitHubClient, owner: str, repo: str, issue: IssueRecord, *, count: int, end: int | None = None
) -> tuple[list[CommentRecord], str | None]:
    """The `count` comments before position `end`, by default the newest, and the position where they begin, or None."""
    # The number of comments in the issue may be out of date: it only chooses the first page to read.
    expected = (issue.comments or 0) if end is None else end
    if not count or (issue.comments == 0 and end is None):
        return [], None
    first = max(0, expected - count)
    comments, start, end_read = await _comments_from(github, owner, repo, issue.number, first // MAX_PAGE_SIZE + 1, end)
    last = end_read if end is None else min(end, end_read)
    stop = len(comments) - (end_read - last)
    begin = max(0, stop - count)
    older = start + begin
    return comments[begin:stop], str(older) if older else None


async def _comments_from(
    github: GitHubClient, owner: str, repo: str, number: int, page: int, end: int | None
) -> tuple[list[CommentRecord], int, int]:
    """The comments from page `page` on, and the positions where they begin and end.

    If the page does not exist, since comments were deleted, the page before it is read.
    """
    comments: list[CommentRecord] = []
    start = position = (page - 1) * MAX_PAGE_SIZE
    for _ in range(MAX_COMMENT_PAGES):
        found, more = await github.issues.comments(owner, repo, number, page)
        read = len(found.items) + found.skipped
        if not read and not comments and page > 1:
            page -= 1
            start = position = (page - 1) * MAX_PAGE_SIZE
            continue
        comments += found.items
        position += read
        if not more or (end is not None and position >= end):
            break
        page += 1
    return comments, start, position
