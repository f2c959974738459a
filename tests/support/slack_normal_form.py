"""Blocks in a form that two ways of sending the same message share: emoji as characters, blanks without style."""

import re
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any

from slack_mcp.rendering.emoji import character, with_skin_tone

Piece = tuple[str, frozenset[str], str]


def normal_form(node: Any) -> Any:
    """The blocks with every run of elements in its normal form."""
    if isinstance(node, list):
        is_inline = any(isinstance(item, dict) and item.get("type") in INLINE for item in node)
        return normal_pieces(node) if is_inline else [normal_form(item) for item in node]
    if not isinstance(node, dict):
        return node
    return PLAIN.get(node.get("type", ""), _inner)(node)


def _inner(node: dict[str, Any]) -> Any:
    return {name: normal_form(value) for name, value in node.items()}


PLAIN: dict[str, Callable[[dict[str, Any]], Any]] = {
    "plain_text": lambda node: emoji_shown(node["text"]),
    "raw_text": lambda node: normal_pieces([{"type": "text", "text": node["text"]}]),
    "rich_text_preformatted": lambda node: "".join(element["text"] for element in node["elements"]),
    # A cell of one plain run is a `raw_text`, or was made one of emoji.
    "rich_text": lambda node: normal_form(node["elements"][0]["elements"]) if _is_cell(node) else _inner(node),
}


def _is_cell(block: dict[str, Any]) -> bool:
    [group, *others] = block["elements"]
    return not others and group["type"] == "rich_text_section"


INLINE = {"text", "link", "user", "channel", "usergroup", "broadcast", "emoji", "date"}


def normal_pieces(elements: list[dict[str, Any]]) -> list[Piece]:
    """Characters of equal style and link together; blanks at the ends of lines are left out."""
    signs = [sign for element in elements for sign in _signs(element)]
    kept = list(_without_blank_ends(signs))
    return [
        ("".join(sign for sign, _, _ in run), style, url)
        for (style, url), run in groupby(kept, lambda sign: (sign[1], sign[2]))
    ]


def emoji_shown(text: str) -> str:
    return re.sub(r":([a-z0-9_+'-]+):", lambda name: character(name[1]) or name[0], text)


def _signs(element: dict[str, Any]) -> Iterator[Piece]:
    styles = frozenset(name for name, on in element.get("style", {}).items() if on)
    if element["type"] == "emoji":
        found = character(element["name"])
        shown = with_skin_tone(found, element.get("skin_tone", 0)) if found else f":{element['name']}:"
    elif element["type"] in {"text", "link"}:
        shown = element.get("text") or element["url"]
    else:
        shown = "@" + str(element.get("user_id") or element.get("channel_id") or element.get("fallback"))
    for sign in shown:
        bare = sign.isspace() and "code" not in styles
        yield (sign, frozenset() if bare else styles, "" if bare else element.get("url", ""))


def _without_blank_ends(signs: list[Piece]) -> Iterator[Piece]:
    text = "".join(sign if "code" not in styles else "x" for sign, styles, _ in signs)
    blank_ends = re.finditer(r"[^\S\n]+(?=\n|$)|(?<=\n)[^\S\n]+|^\s+|\s+$", text)
    dropped = {at for match in blank_ends for at in range(*match.span())}
    yield from (sign for at, sign in enumerate(signs) if at not in dropped)
