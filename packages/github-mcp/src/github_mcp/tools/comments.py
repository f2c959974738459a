"""Tools for single comments: reading one by its URL; editing or deleting one that this account wrote."""

from typing import Annotated

from mcp_chassis.failures import InvalidInput, NotFound, PermissionDenied
from mcp_chassis.output.markup.replaced_body import HiddenParts, replacement
from mcp_chassis.tools import Confirm, reads, writes
from pydantic import Field

from github_mcp.authors import OWN_HOSTS
from github_mcp.client.comments import CommentKind
from github_mcp.comment_addresses import comment_address, is_at
from github_mcp.marks import without_mark
from github_mcp.models.comments import ChangedComment, ReadComment
from github_mcp.records.accounts import login
from github_mcp.records.comments import SingleCommentRecord
from github_mcp.tools.parameters import CommentBody, GitHub, Owner, Repo

Address = Annotated[str, Field(min_length=1, max_length=500, description="URL: .../issues/1#issuecomment-2.")]
CommentId = Annotated[int, Field(ge=1, le=2**62)]
OnLine = Annotated[bool, Field(description="Comment on a diff line.")]
MAX_QUOTED_CHARS = 80


@reads("Read a comment")
async def get_comment(address: Address, github: GitHub) -> ReadComment:
    """Read one comment or review by its address."""
    place = comment_address(address)
    number = place.number if place.kind == "review" else None
    comment = await github.comments.get(place.owner, place.repo, place.kind, place.id, number)
    if comment.html_url and not is_at(place, comment.html_url):
        text = "The comment with this id belongs to another issue, repository or host than the address."
        raise NotFound(text, remedy="Check the address.")
    await github.lockdown.check_author(place.owner, place.repo, login(comment.user))
    return github.with_notices(ReadComment.from_record(comment))


async def deletion_question(
    github: GitHub, owner: Owner, repo: Repo, comment_id: CommentId, delete: bool, on_line: OnLine
) -> str | None:
    """The question to a person before a comment is deleted; None for an edit."""
    if not delete:
        return None
    comment = await _own(github, owner, repo, _kind(on_line), comment_id)
    text = " ".join((without_mark(comment.body) or "").split())
    quoted = text if len(text) <= MAX_QUOTED_CHARS else f"{text[:MAX_QUOTED_CHARS]}..."
    return f"Delete the comment {comment_id} of {owner}/{repo}, {quoted!r}? It cannot be restored."


@writes("Change a comment", destructive=True, idempotent=True, confirm=deletion_question)
async def update_comment(
    owner: Owner,
    repo: Repo,
    comment_id: CommentId,
    github: GitHub,
    body: CommentBody | None = None,
    delete: bool = False,
    on_line: OnLine = False,
    hidden: HiddenParts | None = None,
    confirm: Confirm = None,
) -> ChangedComment:
    """Edit a comment that this account wrote, or delete it; a person is asked before it is deleted."""
    if (body is None) != delete:
        raise InvalidInput("Give body to edit the comment, or delete=true to delete it.")
    changed = await _changed(github, owner, repo, _kind(on_line), comment_id, body, hidden)
    return github.with_notices(ChangedComment(comment_id=comment_id, changed=changed))


async def _changed(
    github: GitHub,
    owner: str,
    repo: str,
    kind: CommentKind,
    comment_id: int,
    body: str | None,
    hidden: HiddenParts | None,
) -> str:
    """Delete the comment if `body` is None, else edit it; return edited, deleted or nothing."""
    comment = await _own(github, owner, repo, kind, comment_id)
    if body is None:
        await github.comments.delete(owner, repo, kind, comment_id)
        return "deleted"
    present = without_mark(comment.body) or ""
    written = replacement(present, body, hidden, OWN_HOSTS)
    if written == present:
        return "nothing"
    await github.comments.edit(owner, repo, kind, comment_id, written)
    return "edited"


def _kind(on_line: bool) -> CommentKind:
    return "line" if on_line else "issue"


async def _own(github: GitHub, owner: str, repo: str, kind: CommentKind, comment: int) -> SingleCommentRecord:
    """Read a comment that the signed-in account wrote.

    Raises:
        PermissionDenied: if another account wrote it.
    """
    # GitHub itself would allow accounts with write access to change comments of others.
    found = await github.comments.get(owner, repo, kind, comment)
    account = await github.accounts.signed_in()
    if login(found.user).lower() != account.login.lower():
        raise PermissionDenied(
            f"This comment was written by {login(found.user)}; this server changes only those of {account.login}.",
            remedy="Do not retry; add a comment instead.",
        )
    return found
