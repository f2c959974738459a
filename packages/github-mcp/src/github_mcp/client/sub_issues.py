"""Requests for the sub-issues of an issue: listing, adding, removing."""

from collections.abc import Mapping
from typing import Any

from mcp_chassis.failures import NotFound, UpstreamError

from github_mcp.client.list_pages import MAX_PAGE_SIZE, PartialList
from github_mcp.client.session import Session, Write
from github_mcp.records.issues import CreatedIssueRecord, IssueRecord

_CHECK = "Check the issue's sub-issues with get_issue before trying again."


class SubIssues:
    """Requests for the sub-issues of an issue.

    Args:
        enterprise: whether GitHub is an Enterprise Server, whose published API has no sub-issues.
    """

    def __init__(self, session: Session, *, enterprise: bool) -> None:
        self._session = session
        self._enterprise = enterprise

    async def all(self, owner: str, repo: str, number: int) -> PartialList[IssueRecord]:
        """The first hundred sub-issues of an issue, which is GitHub's limit."""
        params = {"per_page": MAX_PAGE_SIZE}
        tail, values = "/issues/{number}/sub_issues", {"number": number}
        answer = await self._session.read(owner, repo, tail, values, params=params)
        found = answer.records(IssueRecord, operation="list the sub-issues", noun="sub-issues")
        return PartialList(found.items, complete=answer.page("next") is None)

    async def add(self, owner: str, repo: str, number: int, child: IssueRecord) -> bool:
        """Add an issue as a sub-issue; False if it was one already."""
        if await self._has(owner, repo, number, child):
            return False

        async def look_up() -> Mapping[str, Any] | None:
            return {"number": number} if await self._has(owner, repo, number, child) else None

        tail, sent = "/issues/{number}/sub_issues", {"sub_issue_id": child.id}
        proof = CreatedIssueRecord
        write = Write("POST", tail, {"number": number}, sent, proof=proof, recover=look_up, check=_CHECK)
        await self._session.write(owner, repo, write)
        return True

    async def remove(self, owner: str, repo: str, number: int, child: IssueRecord) -> bool:
        """Remove an issue from the sub-issues; False if it was not one of them."""
        if not await self._has(owner, repo, number, child):
            return False

        async def look_up() -> Mapping[str, Any] | None:
            return None if await self._has(owner, repo, number, child) else {"number": number}

        tail, sent = "/issues/{number}/sub_issue", {"sub_issue_id": child.id}
        proof = CreatedIssueRecord
        write = Write("DELETE", tail, {"number": number}, sent, proof=proof, recover=look_up, check=_CHECK)
        await self._session.write(owner, repo, write)
        return True

    async def _has(self, owner: str, repo: str, number: int, child: IssueRecord) -> bool:
        if self._enterprise:
            raise NotFound("The API of this GitHub Enterprise Server has no sub-issues.", remedy="Do not retry.")
        if not child.id:
            text = "GitHub responded to the request to read the issue without its id."
            raise UpstreamError(text, remedy="Try again later.")
        return any(each.id == child.id for each in (await self.all(owner, repo, number)).items)
