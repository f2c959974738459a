"""Addresses of comments as GitHub's pages show them."""

import re
from typing import NamedTuple
from urllib.parse import urlsplit

from mcp_chassis.failures import InvalidInput

from github_mcp.client.comments import CommentKind

_PATH = re.compile(r"/([\w-]{1,100})/([\w.-]{1,100})/(?:issues|pull)/(\d{1,9})(?:/[\w/]*)?")
_KINDS: dict[str, CommentKind] = {
    "issuecomment-": "issue",
    "discussion_r": "line",
    "r": "line",
    "pullrequestreview-": "review",
}
_FRAGMENT = re.compile(rf"({'|'.join(_KINDS)})(\d{{1,18}})")


class CommentAddress(NamedTuple):
    host: str
    owner: str
    repo: str
    number: int
    kind: CommentKind
    id: int


def comment_address(text: str) -> CommentAddress:
    """The comment that an address names.

    Raises:
        InvalidInput: when it names none.
    """
    parts = urlsplit(text.strip())
    path, fragment = _PATH.fullmatch(parts.path.rstrip("/")), _FRAGMENT.fullmatch(parts.fragment)
    if parts.scheme not in ("https", "http") or path is None or fragment is None:
        raise InvalidInput(
            "address must be that of one comment, such as "
            "https://github.com/owner/repo/issues/1#issuecomment-2, .../pull/1#discussion_r2 or #pullrequestreview-2."
        )
    owner, repo, number = path.groups()
    kind = _KINDS[fragment.group(1)]
    return CommentAddress(parts.hostname or "", owner, repo, int(number), kind, int(fragment.group(2)))


def is_at(address: CommentAddress, html_url: str) -> bool:
    """Whether the address that GitHub gives a comment is of the same host and number."""
    real = urlsplit(html_url)
    found = _PATH.fullmatch(real.path)
    return real.hostname == address.host and found is not None and int(found.group(3)) == address.number
