"""Pages of the reviews and review threads of one pull request."""

from collections.abc import Sequence

from mcp_chassis.output.warnings import warn

from github_mcp.client import GitHubClient
from github_mcp.models.reviews import ReviewEntry, ReviewPage, ReviewThread, reviews_with_content, threads_of

Entry = ReviewEntry | ReviewThread


async def review_page(
    github: GitHubClient, owner: str, repo: str, number: int, *, unresolved_only: bool, size: int, position: str | None
) -> ReviewPage:
    """The page of reviews and threads after a position, which names an entry; the first page without one."""
    # A position by index would skip an entry when an earlier thread is resolved between two pages.
    entries = await _threads(github, owner, repo, number, unresolved_only=unresolved_only)
    if not unresolved_only and (position is None or position.startswith("review")):
        entries = [*await _reviews(github, owner, repo, number), *entries]
    left = [each for each in entries if position is None or _follows(each, position)]
    shown = left[:size]
    return ReviewPage(items=shown, next_cursor=_position(shown[-1]) if len(left) > size else None)


async def _reviews(github: GitHubClient, owner: str, repo: str, number: int) -> Sequence[Entry]:
    reviews = await github.pull_requests.reviews(owner, repo, number)
    if not reviews.complete:
        warn(f"{reviews.missing or 'Some'} older reviews were not read.")
    return reviews_with_content(reviews.items)


async def _threads(
    github: GitHubClient, owner: str, repo: str, number: int, *, unresolved_only: bool
) -> Sequence[Entry]:
    comments = await github.reviews.comments(owner, repo, number)
    if not comments.complete:
        warn(f"Only the newest {len(comments.items)} comments on lines were read.")
    known = await github.reviews.threads(owner, repo, number) if comments.items else {}
    return [each for each in threads_of(comments.items, known) if not (unresolved_only and each.resolved)]


def _position(entry: Entry) -> str:
    return f"review {entry.review_id or 0}" if isinstance(entry, ReviewEntry) else f"thread {entry.comment_id}"


def _follows(entry: Entry, position: str) -> bool:
    kind, _, last = position.partition(" ")
    if isinstance(entry, ReviewEntry):
        return (entry.review_id or 0) < int(last)
    return kind == "review" or entry.comment_id < int(last)
