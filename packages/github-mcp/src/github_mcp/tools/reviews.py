"""Tools for reviews of pull requests: reading and writing them, replying in and resolving threads."""

from typing import Annotated, Literal

from mcp_chassis.failures import InvalidInput
from mcp_chassis.tools import Cursor, IdempotencyKey, reads, writes
from pydantic import BaseModel, Field

from github_mcp.models.changes import CreatedComment
from github_mcp.models.reviews import ResolvedThread, ReviewPage, WrittenReview
from github_mcp.pull_request_state import checked_head
from github_mcp.records.issues import CreatedCommentRecord
from github_mcp.records.reviews import CreatedReviewRecord
from github_mcp.review_pages import review_page
from github_mcp.tools.parameters import (
    Body,
    CommentBody,
    GitHub,
    MaxResults,
    Owner,
    PullNumber,
    Repo,
    RequiredPath,
    Sha,
)
from github_mcp.withheld_texts import shown_reviews

Line = Annotated[int, Field(ge=1, le=9_999_999)]


class LineComment(BaseModel, extra="forbid"):
    """A comment on a line of the diff, or on the lines from start_line on; LEFT is the old side."""

    path: RequiredPath
    body: Annotated[str, Field(min_length=1, max_length=65_000)]
    line: Line
    start_line: Line | None = None
    side: Literal["LEFT", "RIGHT"] = "RIGHT"


@reads("Read reviews")
async def get_reviews(
    owner: Owner,
    repo: Repo,
    number: PullNumber,
    github: GitHub,
    unresolved_only: bool = False,
    max_results: MaxResults = 30,
    cursor: Cursor = None,
) -> ReviewPage:
    """Read a pull request's reviews, and its threads on lines: file, line, comments, resolved or not; newest first."""
    page = await review_page(
        github, owner, repo, number, unresolved_only=unresolved_only, size=max_results, position=cursor
    )
    return github.with_notices(await shown_reviews(github, owner, repo, page))


@writes("Write a review", destructive=False, idempotent=False)
async def write_review(
    owner: Owner,
    repo: Repo,
    number: PullNumber,
    event: Literal["COMMENT", "APPROVE", "REQUEST_CHANGES"],
    github: GitHub,
    body: Body = "",
    comments: Annotated[list[LineComment] | None, Field(max_length=100)] = None,
    expected_head: Annotated[Sha, Field(description="Commit that was reviewed.")] = None,
    idempotency_key: IdempotencyKey = None,
) -> WrittenReview:
    """Approve, request changes or comment, with comments on lines of the diff, in one review."""
    if not body.strip() and not comments and event != "APPROVE":
        raise InvalidInput("Give body or comments: only an APPROVE review may have neither.")
    sent = [comment.model_dump(exclude_none=True) for comment in comments or []]
    head = await checked_head(github, owner, repo, number, expected_head) if expected_head else None
    answer = await github.reviews.write(owner, repo, number, event, body, sent, head)
    review = answer.record(CreatedReviewRecord, operation="write the review")
    return github.with_notices(WrittenReview.from_record(review, recovered=answer.recovered))


@writes("Reply in a thread", destructive=False, idempotent=False)
async def reply_to_thread(
    owner: Owner,
    repo: Repo,
    number: PullNumber,
    comment_id: Annotated[int, Field(ge=1, le=2**62, description="comment_id of the thread.")],
    body: CommentBody,
    github: GitHub,
    idempotency_key: IdempotencyKey = None,
) -> CreatedComment:
    """Reply in a thread on a line of a pull request."""
    answer = await github.reviews.reply(owner, repo, number, comment_id, body)
    comment = answer.record(CreatedCommentRecord, operation="write the reply")
    return github.with_notices(CreatedComment.from_record(comment, recovered=answer.recovered))


@writes("Resolve a thread", destructive=False, idempotent=True)
async def resolve_thread(
    owner: Owner,
    repo: Repo,
    thread_id: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[\w=-]+$")],
    github: GitHub,
    resolved: bool = True,
) -> ResolvedThread:
    """Resolve a review thread, or open it again."""
    changed = await github.reviews.resolve(owner, repo, thread_id, resolved=resolved)
    return github.with_notices(ResolvedThread(resolved=resolved, changed=changed))
