"""Addresses in a message, and the rule whether Slack may fetch previews of them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, cast
from urllib.parse import urlsplit

ADDRESS = re.compile(r"[a-z][a-z0-9+.-]{1,20}://[^\s<>|\"]{1,2000}", re.IGNORECASE)
HOST = re.compile(r"[a-z0-9.-]{1,253}")
# Slack links a bare domain too, so that it counts as an address.
BARE_DOMAIN = re.compile(r"(?<![\w.@/-])(?:[\w-]{1,63}\.){1,10}[a-z]{2,24}(?![\w-])", re.IGNORECASE)


def addresses(texts: Iterable[str]) -> list[str]:
    """Every address in these texts, bare domains included."""
    found: list[str] = []
    for text in texts:
        found += ADDRESS.findall(text)
        found += BARE_DOMAIN.findall(ADDRESS.sub(" ", text))
    return found


def texts_in(node: object) -> Iterator[str]:
    """Every string of a structure of blocks, so that no element is overlooked; kinds and styles are no texts."""
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
    """The addresses of all links in a structure of blocks."""
    if isinstance(node, list):
        return [url for part in cast("list[object]", node) for url in linked(part)]
    if not isinstance(node, Mapping):
        return []
    held = cast("Mapping[str, Any]", node)
    return [str(held["url"])] if held.get("type") == "link" else linked(list(held.values()))


def previews_allowed(found: Sequence[str], domains: Sequence[str]) -> bool:
    """Slack switches previews on or off for a whole message: one address outside the list switches them off."""
    return bool(found) and all(_within(address, domains) for address in found)


def _within(address: str, domains: Sequence[str]) -> bool:
    """A host counts when it is a listed domain or below one; what parsers read differently never does."""
    try:
        parts = urlsplit(address if "://" in address else f"https://{address}")
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return False
    if parts.scheme.lower() not in {"http", "https"} or "@" in parts.netloc or not HOST.fullmatch(host):
        return False
    return any(host == domain or host.endswith(f".{domain}") for domain in map(str.lower, domains))


def without_links(element: object) -> object:
    """The same blocks with every link as plain text: an edit has no switch for previews."""
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
