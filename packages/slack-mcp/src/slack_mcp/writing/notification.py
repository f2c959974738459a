"""Text of a message for notifications and screen readers, made from its blocks without mass mentions."""

import re
from collections.abc import Iterator
from typing import Any

from slack_mcp.writing.inline_elements import Element
from slack_mcp.writing.tables import cell_text

MAX_CHARACTERS = 3_000
MARKS = {"code": "`", "bold": "*", "italic": "_", "strike": "~"}
ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
EDGES = re.compile(r"(\s*)(.*?)(\s*)", re.DOTALL)


def notification(blocks: list[dict[str, Any]]) -> str:
    """The notification text of these blocks; control characters mark mentions until the rest is escaped."""
    shown = "\n".join(filter(None, map(_block, blocks)))
    cut = re.sub("\x02[^\x03]*$", "", shown[:MAX_CHARACTERS])
    escaped = "".join(ESCAPES.get(character, character) for character in cut)
    return escaped.replace("\x02", "<").replace("\x03", ">")


def _block(block: dict[str, Any]) -> str:
    if block["type"] == "header":
        return f"*{block['text']['text']}*"
    if block["type"] == "table":
        return "\n".join(f"| {' | '.join(map(_cell, row))} |" for row in block["rows"])
    if block["type"] == "divider":
        return "---"
    return "\n".join(_group(group).strip("\n") for group in block["elements"])


def _group(group: dict[str, Any]) -> str:
    if group["type"] == "rich_text_list":
        return "\n".join(_items(group))
    if group["type"] == "rich_text_preformatted":
        return f"```\n{cell_text(group['elements'])}\n```"
    shown = "".join(map(_element, group["elements"]))
    return "\n".join(f"> {line}" for line in shown.split("\n")) if group["type"] == "rich_text_quote" else shown


def _items(group: dict[str, Any]) -> Iterator[str]:
    indent = "  " * group.get("indent", 0)
    for number, item in enumerate(group["elements"], group.get("offset", 0) + 1):
        mark = f"{number}." if group["style"] == "ordered" else "-"
        yield f"{indent}{mark} {_group(item)}"


def _cell(cell: dict[str, Any]) -> str:
    return str(cell["text"]) if cell["type"] == "raw_text" else _group(cell["elements"][0])


def _element(element: Element) -> str:
    shown = cell_text([element])
    if element["type"] in {"user", "channel"}:
        return f"\x02{'@' if element['type'] == 'user' else '#'}{shown}\x03"
    if element["type"] in {"usergroup", "broadcast"}:
        return f"@{shown}"
    if element["type"] == "link" and element.get("text") not in (None, element["url"]):
        shown = f"{shown} ({element['url']})"
    match = EDGES.fullmatch(shown)
    before, words, after = match.groups() if match else ("", shown, "")
    for style, mark in MARKS.items():
        words = f"{mark}{words}{mark}" if words and element.get("style", {}).get(style) else words
    return before + words + after
