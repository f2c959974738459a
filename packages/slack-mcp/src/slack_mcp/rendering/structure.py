"""Rendering of Block Kit's headings, dividers and tables as Markdown."""

import re

from slack_mcp.rendering.json_node import Node, as_node, items, nodes, text
from slack_mcp.rendering.mrkdwn_text import plain_words
from slack_mcp.rendering.names import Names
from slack_mcp.rendering.paragraphs import one_line
from slack_mcp.rendering.rich_text import rich_line
from slack_mcp.rendering.runs import Run

CLOSING_SIGNS = re.compile(r"(^|\s)(#+)\s*$")
ALIGNMENTS = {"left": "---", "center": ":-:", "right": "--:"}


def header(block: Node, names: Names) -> str:
    """Markdown heading of level 1 for a header block; Slack has only one level."""
    held = block.get("text")
    shown = one_line([Run(plain_words(held if isinstance(held, str) else text(as_node(held), "text"), names))]).strip()
    return f"# {CLOSING_SIGNS.sub(lambda match: match[1] + chr(92) + match[2], shown)}" if shown else ""


def divider(block: Node, names: Names) -> str:
    return "---"


def table(block: Node, names: Names) -> str:
    """Markdown table; the first row of the block is its heading."""
    rows = [[_cell(cell, names) for cell in nodes(row)] for row in items(block.get("rows"))]
    width = max(map(len, rows), default=0)
    if not width:
        return ""
    settings = nodes(block.get("column_settings"))
    aligned = [text(setting, "align") for setting in settings][:width]
    is_aligned = any(side not in ("", "left") for side in aligned)
    rule = [ALIGNMENTS.get(side, "---") for side in aligned] if is_aligned else []
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], f"|{'|'.join(rule + ['---'] * (width - len(rule)))}|", *lines[1:]])


def _cell(cell: Node, names: Names) -> str:
    if cell.get("type") == "rich_text":
        groups = nodes(cell.get("elements"))
        shown = rich_line([element for group in groups for element in nodes(group.get("elements"))], names)
    else:
        shown = one_line([Run(text(cell, "text", "value").strip())])
    return shown.replace("|", "\\|")
