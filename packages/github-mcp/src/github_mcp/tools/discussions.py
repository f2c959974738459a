"""Tools for discussions: listing, reading, commenting and replying."""

from typing import Annotated

from mcp_chassis.tools import EMPTY_IS_ABSENT, Cursor, IdempotencyKey, reads, writes
from pydantic import Field

from github_mcp.lockdown import WITHHELD, warn_of_withheld
from github_mcp.models.discussions import Discussion, DiscussionComment, DiscussionPage, WrittenComment, discussion_row
from github_mcp.tools.parameters import CommentBody, GitHub, MaxResults, Owner, PullNumber, Repo

ReplyTo = Annotated[
    str | None, Field(max_length=100, description="comment_id, for a reply to that comment."), EMPTY_IS_ABSENT
]


@reads("List discussions")
async def list_discussions(
    owner: Owner, repo: Repo, github: GitHub, max_results: MaxResults = 20, cursor: Cursor = None
) -> DiscussionPage:
    """List a repository's discussions, newest activity first."""
    found = await github.discussions.page(owner, repo, max_results, cursor)
    rows = [discussion_row(each) for each in found.items]
    outsiders = await github.lockdown.outsiders(owner, repo, [str(row["author"]) for row in rows])
    shown = [{**row, "title": WITHHELD} if row["author"] in outsiders else row for row in rows]
    warn_of_withheld(sum(row["title"] == WITHHELD for row in shown))
    return github.with_notices(DiscussionPage.of(shown, total=found.total, **found.page_fields))


@reads("Read a discussion")
async def get_discussion(
    owner: Owner, repo: Repo, number: PullNumber, github: GitHub, max_results: MaxResults = 10, cursor: Cursor = None
) -> Discussion:
    """Read a discussion, its answer and its latest comments with their replies."""
    record = await github.discussions.get(owner, repo, number, count=max_results, before=cursor)
    shown = await _without_outsiders(github, owner, repo, Discussion.from_record(record, first_page=cursor is None))
    return github.with_notices(shown)


@writes("Answer a discussion", destructive=False, idempotent=False)
async def add_discussion_comment(
    owner: Owner,
    repo: Repo,
    number: PullNumber,
    body: CommentBody,
    github: GitHub,
    reply_to: ReplyTo = None,
    idempotency_key: IdempotencyKey = None,
) -> WrittenComment:
    """Comment on a discussion, or reply to one of its comments."""
    discussion = await github.discussions.get(owner, repo, number, count=1)
    written, recovered = await github.discussions.comment(owner, repo, discussion, body, reply_to)
    return github.with_notices(WrittenComment(comment_id=written.id, url=written.url, recovered=recovered or None))


async def _without_outsiders(github: GitHub, owner: str, repo: str, discussion: Discussion) -> Discussion:
    """Remove the texts of authors without push access from a discussion, if lockdown is on."""
    texts = [each for comment in discussion.comments for each in (comment, *(comment.replies or []))]
    outsiders = await github.lockdown.outsiders(owner, repo, [discussion.author, *(each.author for each in texts)])
    if not outsiders:
        return discussion
    comments = [_without_replies(each, outsiders) for each in discussion.comments if each.author not in outsiders]
    left = sum(1 + len(each.replies or []) for each in comments)
    hides_author = discussion.author in outsiders
    warn_of_withheld(len(texts) - left + 2 * hides_author)
    title = {"title": WITHHELD, "body": None} if hides_author else {}
    return discussion.model_copy(update={"comments": comments, **title})


def _without_replies(comment: DiscussionComment, outsiders: set[str]) -> DiscussionComment:
    replies = [each for each in comment.replies or [] if each.author not in outsiders]
    return comment.model_copy(update={"replies": replies or None})
