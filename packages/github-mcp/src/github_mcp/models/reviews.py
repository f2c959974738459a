"""Reviews and threads of comments on lines of a pull request."""

from collections.abc import Mapping, Sequence
from typing import Self

from mcp_chassis.results import Page, Result

from github_mcp.marks import without_mark
from github_mcp.models.pull_requests import Review
from github_mcp.records.accounts import login
from github_mcp.records.reviews import CreatedReviewRecord, ReviewCommentRecord, ReviewThreadRecord


class ThreadComment(Result):
    id: int
    author: str
    created_at: str | None = None
    body: str


class ReviewThread(Result):
    """Comments on one line; reply to `comment_id`, resolve `thread_id`.

    `line` is that of the present diff; with `outdated` the one it was written for; absent for a whole file.
    """

    path: str
    line: int | None = None
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
            start_line=first.start_line,
            outdated=outdated or None,
            resolved=None if thread is None else thread.is_resolved,
            comment_id=first.id,
            thread_id=None if thread is None else thread.id,
            comments=[
                ThreadComment(
                    id=each.id,
                    author=login(each.user),
                    created_at=each.created_at,
                    body=without_mark(each.body) or "",
                )
                for each in comments
            ],
        )


class ReviewPage(Page):
    """Threads of a pull request, newest last; `reviews` are the verdicts, on the first page."""

    reviews: list[Review] | None = None
    items: list[ReviewThread]


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
    """The comments grouped by the comment they answer, in the order the threads began."""
    groups: dict[int, list[ReviewCommentRecord]] = {}
    for comment in comments:
        groups.setdefault(comment.in_reply_to_id or comment.id, []).append(comment)
    return [ReviewThread.of(group, known.get(first)) for first, group in groups.items()]
