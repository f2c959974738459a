"""Requests for issues and their comments."""

from mcp_chassis.failures import UpstreamError
from mcp_chassis.http.records import RecordList
from mcp_chassis.http.response import Response

from github_mcp.client.creation import create_marked
from github_mcp.client.list_pages import MAX_PAGE_SIZE
from github_mcp.client.session import Session, Values, Write
from github_mcp.records.issues import (
    CommentRecord,
    CreatedCommentRecord,
    CreatedIssueRecord,
    IssueRecord,
    repository_of,
)

_LOCK = "/issues/{number}/lock"
_SAFE = "It may have happened; the same call can be made again safely."


class Issues:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, owner: str, repo: str, number: int) -> IssueRecord:
        """Read an issue, and check the repository in the response against the allow-list.

        Raises:
            Transferred: if the issue was moved to another repository.
        """
        answer = await self._session.read(owner, repo, "/issues/{number}", {"number": number})
        issue = answer.record(IssueRecord, operation="read the issue")
        if name := repository_of(issue):
            self._session.allowed.check(name)
        return issue

    async def page(self, owner: str, repo: str, params: Values) -> tuple[RecordList[IssueRecord], Values | None]:
        """One page of the list of issues and pull requests, and the URL query of the next page or None."""
        answer = await self._session.read(owner, repo, "/issues", params=params)
        return answer.records(IssueRecord, operation="list issues", noun="issues"), answer.page("next")

    async def comments(self, owner: str, repo: str, number: int, page: int) -> tuple[RecordList[CommentRecord], bool]:
        """One page of up to a hundred comments, oldest first, and whether there is a further page."""
        params = {"per_page": MAX_PAGE_SIZE, "page": page}
        answer = await self._session.read(owner, repo, "/issues/{number}/comments", {"number": number}, params=params)
        found = answer.records(CommentRecord, operation="read the comments", noun="comments")
        return found, answer.page("next") is not None

    async def create(self, owner: str, repo: str, body: str, **fields: object) -> Response:
        check = "Look for its title with list_issues before trying again."
        return await create_marked(
            self._session, owner, repo, "/issues", {}, body=body, fields=fields, proof=CreatedIssueRecord, check=check
        )

    async def comment(self, owner: str, repo: str, number: int, body: str) -> Response:
        check = "Check the latest comments with get_issue before trying again."
        tail, values = "/issues/{number}/comments", {"number": number}
        return await create_marked(
            self._session, owner, repo, tail, values, body=body, fields={}, proof=CreatedCommentRecord, check=check
        )

    async def update(self, owner: str, repo: str, number: int, changes: Values) -> IssueRecord:
        """Change an issue and return it; it is read again if GitHub's response does not contain it."""
        write = Write("PATCH", "/issues/{number}", {"number": number}, changes, check=_SAFE)
        answer = await self._session.write(owner, repo, write)
        try:
            return answer.record(IssueRecord, operation="change the issue")
        except UpstreamError:
            return await self.get(owner, repo, number)

    async def lock(self, owner: str, repo: str, number: int, reason: str) -> None:
        """Lock the conversation of an issue; an empty reason sends none. This is idempotent."""
        sent = {"lock_reason": reason} if reason else None
        await self._session.write(owner, repo, Write("PUT", _LOCK, {"number": number}, sent, check=_SAFE))

    async def unlock(self, owner: str, repo: str, number: int) -> None:
        await self._session.write(owner, repo, Write("DELETE", _LOCK, {"number": number}, check=_SAFE))
