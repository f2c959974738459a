"""Conversion of tables to Slack's table block, or to text in fixed width."""

from collections.abc import Sequence
from typing import Any

from slack_mcp.writing.inline_elements import Element

MAX_ROWS = 100
MAX_COLUMNS = 20
# docs.slack.dev, table block: all table cells of a message have at most 10,000 characters together.
MAX_CHARACTERS = 10_000

Rows = Sequence[Sequence[list[Element]]]


def table_block(rows: Rows, aligned: Sequence[str]) -> dict[str, Any] | None:
    """The table block, or None if the table is larger than Slack allows."""
    characters = sum(len(cell_text(cell)) for row in rows for cell in row)
    if len(rows) > MAX_ROWS or len(rows[0]) > MAX_COLUMNS or characters > MAX_CHARACTERS:
        return None
    block: dict[str, Any] = {"type": "table", "rows": [[_cell(cell) for cell in row] for row in rows]}
    if any(aligned):
        block["column_settings"] = [{"align": side or "left"} for side in aligned]
    return block


def as_text(rows: Rows) -> str:
    """The table as text in fixed width, with aligned columns."""
    texts = [[cell_text(cell) for cell in row] for row in rows]
    widths = [max(len(row[at]) if at < len(row) else 0 for row in texts) for at in range(max(map(len, texts)))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip() for row in texts]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def cell_text(cell: Sequence[Element]) -> str:
    return "".join(_plain(element) for element in cell)


def _plain(element: Element) -> str:
    if element["type"] == "emoji":
        tone = f":skin-tone-{element['skin_tone']}:" if "skin_tone" in element else ""
        return f":{element['name']}:{tone}"
    named = element.get("user_id") or element.get("channel_id") or element.get("usergroup_id")
    return str(
        element.get("text") or element.get("url") or named or element.get("range") or element.get("fallback", "")
    )


def _cell(cell: list[Element]) -> dict[str, Any]:
    if not cell:
        return {"type": "raw_text", "text": " "}
    if len(cell) == 1 and cell[0]["type"] == "text" and "style" not in cell[0]:
        return {"type": "raw_text", "text": cell[0]["text"]}
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": cell}]}
