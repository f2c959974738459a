"""Results about reviews of a pull request and the threads of comments on its lines."""

from collections.abc import Mapping, Sequence
from typing import Self

from mcp_chassis.results import Page, Result
from mcp_chassis.text_marks import OutsideText

from github_mcp.authors import MarkdownText, association
from github_mcp.marks import without_mark
from github_mcp.models.history import SHORT_SHA
from github_mcp.records.accounts import login
from github_mcp.records.pull_requests import ReviewRecord
from github_mcp.records.reviews import CreatedReviewRecord, ReviewCommentRecord, ReviewThreadRecord


class ThreadComment(Result):
    id: int
    author: OutsideText
    association: str | None = None
    created_at: str | None = None
    body: MarkdownText


class ReviewEntry(Result):
    """A review with its verdict and text; its comments on lines are separate threads."""

    review_id: int | None = None
    author: OutsideText
    association: str | None = None
    state: str
    submitted_at: str | None = None
    commit: str | None = None
    body: MarkdownText | None = None

    @classmethod
    def from_record(cls, review: ReviewRecord) -> Self:
        return cls(
            review_id=review.id,
            author=login(review.user),
            association=association(review),
            state=review.state.lower() or "unknown",
            submitted_at=review.submitted_at,
            commit=review.commit_id[:SHORT_SHA] if review.commit_id else None,
            body=without_mark(review.body) or None,
        )


class ReviewThread(Result):
    """A thread of comments on one line; reply to `comment_id`, resolve `thread_id`.

    `line` is the line in the present diff; with `outdated`, the line in the diff that was commented on. It is absent
    for a comment on a whole file. `resolved` is absent if GitHub does not report it.
    """

    path: OutsideText
    line: int | None = None
    old_side: bool | None = None
    start_line: int | None = None
    outdated: bool | None = None
    resolved: bool | None = None
    comment_id: int
    thread_id: str | None = None
    comments: list[ThreadComment]

    @classmethod
    def of(cls, comments: Sequence[ReviewCommentRecord], thread: ReviewThreadRecord | None) -> Self:
        first = comments[0]
        outdated = first.line is None and first.subject_type != "file"
        return cls(
            path=first.path,
            line=first.original_line if outdated else first.line,
            old_side=first.side == "LEFT" or None,
            start_line=first.start_line,
            outdated=outdated or None,
            resolved=None if thread is None else thread.is_resolved,
            comment_id=first.in_reply_to_id or first.id,
            thread_id=None if thread is None else thread.id,
            comments=[
                ThreadComment(
                    id=each.id,
                    author=login(each.user),
                    association=association(each),
                    created_at=each.created_at,
                    body=without_mark(each.body) or "",
                )
                for each in comments
            ],
        )


class ReviewPage(Page):
    """A page of reviews with a verdict or a text, then of threads on lines, both newest first."""

    items: list[ReviewEntry | ReviewThread]


class WrittenReview(Result):
    id: int
    url: str
    state: str | None = None
    recovered: bool | None = None
    warnings: list[str] | None = None

    @classmethod
    def from_record(cls, review: CreatedReviewRecord, *, recovered: bool) -> Self:
        return cls(id=review.id, url=review.html_url, state=review.state.lower() or None, recovered=recovered or None)


class ResolvedThread(Result):
    """Result of resolving a thread: `changed` is false if the thread was in this state already."""

    resolved: bool
    changed: bool


def threads_of(comments: Sequence[ReviewCommentRecord], known: Mapping[int, ReviewThreadRecord]) -> list[ReviewThread]:
    """Group comments on lines into threads by the comment that they reply to; newest thread first."""
    groups: dict[int, list[ReviewCommentRecord]] = {}
    for comment in comments:
        groups.setdefault(comment.in_reply_to_id or comment.id, []).append(comment)
    return [ReviewThread.of(groups[first], _thread(groups[first], known)) for first in sorted(groups, reverse=True)]


def _thread(
    comments: Sequence[ReviewCommentRecord], known: Mapping[int, ReviewThreadRecord]
) -> ReviewThreadRecord | None:
    """The thread that begins with one of the comments, or with the deleted comment that they reply to."""
    ids = [comments[0].in_reply_to_id, *(each.id for each in comments)]
    return next((known[each] for each in ids if each is not None and each in known), None)


def reviews_with_content(reviews: Sequence[ReviewRecord]) -> list[ReviewEntry]:
    """The reviews with a verdict or a text, newest first; the others consist only of comments on lines."""
    entries = [ReviewEntry.from_record(each) for each in reversed(reviews)]
    return [each for each in entries if each.body or each.state not in ("commented", "pending")]
