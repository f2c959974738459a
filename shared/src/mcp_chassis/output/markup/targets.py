"""Targets of links and images: detection of those that carry data or lead to another address than their text names."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

_ADDRESS = re.compile(
    r"(?i)\b(?:https?://|www\.)([\w.-]+)|(?<![\w@/.-])((?:[\w-]+\.)+(?:com|org|net|io|dev|app|gov|edu|info))(?![\w.-])"
)
_PERSON = re.compile(r"(?i)mailto:[\w.+-]+@[\w.-]+|tel:[0-9+(). -]+")
_SENTENCE = re.compile(r"(?:(?:%20|%0A|%09|\+|&nbsp;| )[^%+ /?#]+){6}", re.IGNORECASE)
_WORDS = re.compile(r"(?:%20|\+)[^/]+(?:%20|\+)")
_OPAQUE = re.compile(r"[A-Za-z0-9+=_%-]{48,}")  # longer than a commit's hash


def host_to_show(target: str, text: str, own_hosts: Sequence[str], *, is_image: bool) -> str | None:
    """The host to show in place of a target; None if the target may be shown itself.

    A target is replaced if it carries data (a query, a user, a long opaque part, a sentence, another scheme than HTTP)
    or if the text names another address. On the service's own hosts a query is kept, because nobody else receives it.
    """
    try:
        parts = urlsplit(target.strip())
        host = (parts.hostname or "").lower()
    except ValueError:
        return "an unreadable address"
    scheme = parts.scheme.lower()
    if scheme not in ("", "http", "https") and not (_PERSON.fullmatch(target.strip())):
        return f"{scheme}:"
    if _SENTENCE.search(target):
        return host or "an address with a text in it"
    if not host:
        return None
    own = any(_is_same(host, each) for each in own_hosts)
    carries = (
        parts.query or (is_image and parts.fragment) or _OPAQUE.search(parts.path) or _WORDS.search(parts.path)
    ) and not own
    return host if carries or "@" in parts.netloc or _names_another(text, host) else None


def _names_another(text: str, host: str) -> bool:
    named = [(match[1] or match[2]).lower().rstrip(".") for match in _ADDRESS.finditer(text)]
    return any(not _is_same(host, each) for each in named)


def _is_same(host: str, named: str) -> bool:
    host, named = host.removeprefix("www."), named.removeprefix("www.")
    return host == named or host.endswith(f".{named}")
