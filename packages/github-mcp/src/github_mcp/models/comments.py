"""Results of reading and changing one comment."""

from typing import Self

from mcp_chassis.results import Result
from mcp_chassis.text_marks import OutsideText

from github_mcp.authors import MarkdownText, association
from github_mcp.marks import without_mark
from github_mcp.records.accounts import login
from github_mcp.records.comments import SingleCommentRecord


class ReadComment(Result):
    """A comment or review: `path` and `line` are present for a comment on a line, `state` for a review."""

    comment_id: int
    author: OutsideText
    association: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    url: str | None = None
    path: OutsideText | None = None
    line: int | None = None
    state: str | None = None
    body: MarkdownText
    warnings: list[str] | None = None

    def is_trusted(self) -> bool:
        """Whether the author is an owner, member or collaborator."""
        return self.association is None

    @classmethod
    def from_record(cls, comment: SingleCommentRecord) -> Self:
        written = comment.created_at or comment.submitted_at
        return cls(
            comment_id=comment.id,
            author=login(comment.user),
            association=association(comment),
            created_at=written,
            updated_at=comment.updated_at if comment.updated_at != written else None,
            url=comment.html_url or None,
            path=comment.path,
            line=comment.line or comment.original_line,
            state=comment.state.lower() if comment.state else None,
            body=without_mark(comment.body) or "",
        )


class ChangedComment(Result):
    """Result of a change of a comment: `changed` is edited, deleted, or nothing if the text was the same already."""

    comment_id: int
    changed: str
    warnings: list[str] | None = None
