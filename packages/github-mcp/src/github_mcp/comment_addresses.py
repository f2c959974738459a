"""Parsing of the URLs of single comments on GitHub's pages."""

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
    """Parts of the URL of one comment; `number` is that of its issue or pull request."""

    host: str
    owner: str
    repo: str
    number: int
    kind: CommentKind
    id: int


def comment_address(text: str) -> CommentAddress:
    """Parse the URL of a comment or review into its host, repository, number, kind and id.

    Raises:
        InvalidInput: if it is not such a URL.
    """
    parts = urlsplit(text.strip())
    path, fragment = _PATH.fullmatch(parts.path.rstrip("/")), _FRAGMENT.fullmatch(parts.fragment)
    if parts.scheme not in ("https", "http") or path is None or fragment is None:
        raise InvalidInput(
            "address must be the URL of one comment, such as "
            "https://github.com/owner/repo/issues/1#issuecomment-2, .../pull/1#discussion_r2 or #pullrequestreview-2."
        )
    owner, repo, number = path.groups()
    kind = _KINDS[fragment.group(1)]
    return CommentAddress(parts.hostname or "", owner, repo, int(number), kind, int(fragment.group(2)))


def is_at(address: CommentAddress, html_url: str) -> bool:
    """Whether GitHub's URL of a comment has the same host and issue number as the given address."""
    real = urlsplit(html_url)
    found = _PATH.fullmatch(real.path)
    return real.hostname == address.host and found is not None and int(found.group(3)) == address.number
