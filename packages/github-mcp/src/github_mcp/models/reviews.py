"""Reviews and threads of comments on lines of a pull request."""

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
    """A review as a whole: its verdict and its text; the comments on lines are threads of their own."""

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
    """Comments on one line; reply to `comment_id`, resolve `thread_id`.

    `line` is that of the present diff; with `outdated` the one it was written for; absent for a whole file. `resolved`
    is absent where GitHub does not tell it.
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
    """Reviews that say something, then threads on lines, each the newest first."""

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
    """`changed` is False where the thread was so already."""

    resolved: bool
    changed: bool


def threads_of(comments: Sequence[ReviewCommentRecord], known: Mapping[int, ReviewThreadRecord]) -> list[ReviewThread]:
    """The comments grouped by the comment they answer, the newest thread first."""
    groups: dict[int, list[ReviewCommentRecord]] = {}
    for comment in comments:
        groups.setdefault(comment.in_reply_to_id or comment.id, []).append(comment)
    return [ReviewThread.of(groups[first], _thread(groups[first], known)) for first in sorted(groups, reverse=True)]


def _thread(
    comments: Sequence[ReviewCommentRecord], known: Mapping[int, ReviewThreadRecord]
) -> ReviewThreadRecord | None:
    """The thread that begins with one of the comments, or with the deleted one that they answer."""
    ids = [comments[0].in_reply_to_id, *(each.id for each in comments)]
    return next((known[each] for each in ids if each is not None and each in known), None)


def telling(reviews: Sequence[ReviewRecord]) -> list[ReviewEntry]:
    """The reviews with a verdict or a text, the newest first; others only hold comments on lines."""
    entries = [ReviewEntry.from_record(each) for each in reversed(reviews)]
    return [each for each in entries if each.body or each.state not in ("commented", "pending")]
