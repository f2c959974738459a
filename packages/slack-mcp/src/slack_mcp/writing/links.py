"""Web addresses in a message, and the rule on link previews."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, cast
from urllib.parse import urlsplit

ADDRESS = re.compile(r"[a-z][a-z0-9+.-]{1,20}://[^\s<>|\"]{1,2000}", re.IGNORECASE)
HOST = re.compile(r"[a-z0-9.-]{1,253}")
# Slack also makes a link of a bare domain, so it counts as an address.
BARE_DOMAIN = re.compile(r"(?<![\w.@/-])(?:[\w-]{1,63}\.){1,10}[a-z]{2,24}(?![\w-])", re.IGNORECASE)


def addresses(texts: Iterable[str]) -> list[str]:
    """All web addresses in these texts, including bare domains."""
    found: list[str] = []
    for text in texts:
        found += ADDRESS.findall(text)
        found += BARE_DOMAIN.findall(ADDRESS.sub(" ", text))
    return found


def texts_in(node: object) -> Iterator[str]:
    """All strings in blocks except values of `type` and `style`, whatever the element."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping):
        for name, part in cast("Mapping[str, Any]", node).items():
            if name not in {"type", "style"}:
                yield from texts_in(part)
    elif isinstance(node, list):
        for part in cast("list[object]", node):
            yield from texts_in(part)


def linked(node: object) -> list[str]:
    """The URLs of all links in blocks."""
    if isinstance(node, list):
        return [url for part in cast("list[object]", node) for url in linked(part)]
    if not isinstance(node, Mapping):
        return []
    held = cast("Mapping[str, Any]", node)
    return [str(held["url"])] if held.get("type") == "link" else linked(list(held.values()))


def previews_allowed(found: Sequence[str], domains: Sequence[str]) -> bool:
    """Whether all addresses belong to the listed domains; Slack can disable previews only for a whole message."""
    return bool(found) and all(_within(address, domains) for address in found)


def _within(address: str, domains: Sequence[str]) -> bool:
    """Whether the host is a listed domain or a subdomain; False for addresses that parsers read differently."""
    try:
        parts = urlsplit(address if "://" in address else f"https://{address}")
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return False
    if parts.scheme.lower() not in {"http", "https"} or "@" in parts.netloc or not HOST.fullmatch(host):
        return False
    return any(host == domain or host.endswith(f".{domain}") for domain in map(str.lower, domains))


def without_links(element: object) -> object:
    """The blocks with every link replaced by plain text, for edits, where previews cannot be disabled."""
    if isinstance(element, list):
        return [without_links(part) for part in cast("list[object]", element)]
    if not isinstance(element, Mapping):
        return element
    held = cast("Mapping[str, Any]", element)
    if held.get("type") != "link":
        return {name: without_links(part) for name, part in held.items()}
    label, url = str(held.get("text") or ""), str(held["url"])
    style = {"style": held["style"]} if "style" in held else {}
    return {"type": "text", "text": f"{label} ({url})" if label and label != url else url, **style}
