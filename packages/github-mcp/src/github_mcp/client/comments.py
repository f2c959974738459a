"""Requests for single comments by id: on issues, pull requests or lines of a diff, and reviews."""

from collections.abc import Mapping
from typing import Any, Literal

from mcp_chassis.failures import NotFound

from github_mcp.client.session import Session, Write
from github_mcp.records.comments import EditedCommentRecord, SingleCommentRecord

CommentKind = Literal["issue", "line", "review"]
_TAILS: Mapping[CommentKind, str] = {
    "issue": "/issues/comments/{id}",
    "line": "/pulls/comments/{id}",
    "review": "/pulls/{number}/reviews/{id}",
}
_SAFE = "It may have happened; the same call can be made again safely."


class Comments:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(
        self, owner: str, repo: str, kind: CommentKind, comment: int, number: int | None = None
    ) -> SingleCommentRecord:
        """Read one comment; only a review needs the number of its pull request."""
        values = {"id": comment, **({} if number is None else {"number": number})}
        answer = await self._session.read(owner, repo, _TAILS[kind], values)
        return answer.record(SingleCommentRecord, operation="read the comment")

    async def edit(self, owner: str, repo: str, kind: CommentKind, comment: int, body: str) -> EditedCommentRecord:
        sent, proof = {"body": body}, EditedCommentRecord
        write = Write("PATCH", _TAILS[kind], {"id": comment}, sent, proof=proof, check=_SAFE)
        answer = await self._session.write(owner, repo, write)
        return answer.record(EditedCommentRecord, operation="edit the comment")

    async def delete(self, owner: str, repo: str, kind: CommentKind, comment: int) -> None:
        """Delete a comment. If the response is lost, a missing comment counts as deleted."""

        async def look_up() -> Mapping[str, Any] | None:
            try:
                await self.get(owner, repo, kind, comment)
            except NotFound:
                return {"id": comment}
            return None

        check = "Look for it with get_comment before trying again."
        write = Write("DELETE", _TAILS[kind], {"id": comment}, recover=look_up, check=check)
        await self._session.write(owner, repo, write)
