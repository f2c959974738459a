"""Results about discussions: a table of discussions, one with its comments, a written comment."""

from typing import Self

from mcp_chassis.results import Page, Result
from mcp_chassis.text_marks import OutsideText

from github_mcp.authors import MarkdownText, association
from github_mcp.marks import without_mark
from github_mcp.models.tables import Cell, Table
from github_mcp.records.accounts import login
from github_mcp.records.discussions import (
    DiscussionCommentRecord,
    DiscussionEntryRecord,
    DiscussionRecord,
    ReplyRecord,
)


class DiscussionPage(Table):
    def is_trusted(self) -> bool:
        """Whether all authors are owners, members or collaborators."""
        return "association" not in self.columns

    total: int | None = None


class DiscussionReply(Result):
    comment_id: str
    author: OutsideText
    association: str | None = None
    created_at: str | None = None
    body: MarkdownText

    @classmethod
    def from_record(cls, reply: ReplyRecord) -> Self:
        return cls(
            comment_id=reply.id,
            author=login(reply.author),
            association=association(reply),
            created_at=reply.created_at,
            body=without_mark(reply.body) or "",
        )


class DiscussionComment(DiscussionReply):
    """A comment with its first replies; `more_replies` is the number of the others."""

    answer: bool | None = None
    replies: list[DiscussionReply] | None = None
    more_replies: int | None = None

    @classmethod
    def of(cls, comment: DiscussionCommentRecord) -> Self:
        shown = [DiscussionReply.from_record(each) for each in comment.replies.nodes]
        return cls(
            comment_id=comment.id,
            author=login(comment.author),
            association=association(comment),
            created_at=comment.created_at,
            body=without_mark(comment.body) or "",
            answer=comment.is_answer or None,
            replies=shown or None,
            more_replies=max(0, comment.replies.total_count - len(shown)) or None,
        )


class Discussion(Page):
    """A discussion and its latest comments, oldest first; `next_cursor` leads to older comments."""

    page_field = None

    number: int
    title: OutsideText
    category: OutsideText | None = None
    state: str
    locked: bool | None = None
    answered: bool | None = None
    author: OutsideText
    association: str | None = None
    created_at: str | None = None
    url: str | None = None
    body: MarkdownText | None = None
    comments_total: int
    comments: list[DiscussionComment]

    def is_trusted(self) -> bool:
        """Whether all authors are owners, members or collaborators."""
        replies = [reply for each in self.comments for reply in each.replies or []]
        return not any(each.association for each in (self, *self.comments, *replies))

    @classmethod
    def from_record(cls, discussion: DiscussionRecord, *, first_page: bool) -> Self:
        page = discussion.comments.page_info
        return cls(
            number=discussion.number,
            title=discussion.title,
            category=discussion.category.name or None,
            state="closed" if discussion.closed else "open",
            locked=discussion.locked or None,
            answered=discussion.is_answered if discussion.category.is_answerable else None,
            author=login(discussion.author),
            association=association(discussion),
            created_at=discussion.created_at,
            url=discussion.url or None,
            body=(without_mark(discussion.body) or None) if first_page else None,
            comments_total=discussion.comments.total_count,
            comments=[DiscussionComment.of(each) for each in discussion.comments.nodes],
            next_cursor=page.start_cursor if page.has_previous_page else None,
        )


class WrittenComment(Result):
    comment_id: str
    url: str
    recovered: bool | None = None
    warnings: list[str] | None = None


def discussion_row(discussion: DiscussionEntryRecord) -> dict[str, Cell]:
    return {
        "number": discussion.number,
        "title": discussion.title,
        "category": discussion.category.name,
        "answered": discussion.is_answered,
        "closed": discussion.closed,
        "author": login(discussion.author),
        "association": association(discussion),
        "comments": discussion.comments.total_count,
        "updated_at": discussion.updated_at,
    }
