"""Block Kit as Slack documents it: what a message's blocks may hold, and whom a message would ping."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Block = dict[str, Any]

RICH_ELEMENTS: Mapping[str, set[str]] = {
    "text": {"text"},
    "link": {"url"},
    "user": {"user_id"},
    "usergroup": {"usergroup_id"},
    "channel": {"channel_id"},
    "emoji": {"name"},
    "date": {"timestamp", "format"},
    "broadcast": {"range"},
    "color": {"value"},
    "team": {"team_id"},
}
OPTIONAL = {"style", "text", "unsafe", "unicode", "skin_tone", "url", "fallback"}
STYLES = {"bold", "italic", "strike", "code", "underline"}
MOST_BLOCKS = 50
# bolt-js issue 2509: blocks are refused somewhat above 13,000 characters in all.
MOST_CHARACTERS = 13_000
PING = re.compile(r"<!(channel|here|everyone|subteam\^[A-Z0-9]+)(?:\|[^>]*)?>", re.IGNORECASE)


def faults(blocks: Any) -> list[str]:
    """Faults that Slack would find in these blocks; empty when it would take them."""
    if not isinstance(blocks, list) or not all(isinstance(block, dict) and "type" in block for block in blocks):
        return ["must be an array of blocks"]
    found = [f"{block['type']}: {fault}" for block in blocks for fault in _block_faults(block)]
    if len(blocks) > MOST_BLOCKS:
        found.append("no more than 50 items allowed")
    if sum(block["type"] == "table" for block in blocks) > 1:
        found.append("only_one_table_allowed")
    if characters(blocks) > MOST_CHARACTERS:
        found.append("msg_blocks_too_long")
    return found


def characters(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(characters(part) for name, part in value.items() if name != "type")
    return sum(map(characters, value)) if isinstance(value, list) else 0


def _block_faults(block: Block) -> Iterator[str]:
    checker = CHECKERS.get(block["type"])
    if checker is None:
        yield "unsupported type"
    else:
        yield from checker(block)


def _header(block: Block) -> Iterator[str]:
    text = block.get("text", {})
    if text.get("type") != "plain_text" or not 1 <= len(text.get("text", "")) <= 150:
        yield "needs 1 to 150 characters of plain_text"


def _section(block: Block) -> Iterator[str]:
    text = block.get("text", {})
    if text.get("type") not in {"mrkdwn", "plain_text"} or not 1 <= len(text.get("text", "")) <= 3000:
        yield "needs 1 to 3000 characters of text"


def _divider(block: Block) -> Iterator[str]:
    if set(block) - {"type", "block_id"}:
        yield "takes nothing"


def _markdown(block: Block) -> Iterator[str]:
    if not 1 <= len(block.get("text", "")) <= 12_000:
        yield "needs 1 to 12000 characters"


def _rich_text(block: Block) -> Iterator[str]:
    if set(block) - {"type", "block_id", "elements"} or not block.get("elements"):
        yield "needs elements and nothing else"
    for element in block.get("elements", []):
        yield from _rich_group(element)


def _rich_group(group: Block) -> Iterator[str]:
    kind = group.get("type")
    allowed = {"type", "elements"} | {"rich_text_list": {"style", "indent", "offset", "border"}}.get(
        str(kind), {"border"}
    )
    if kind == "rich_text_preformatted":
        allowed |= {"language"}
    if kind not in {"rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"}:
        yield f"{kind} is no rich text group"
        return
    if set(group) - allowed or not isinstance(group.get("elements"), list):
        yield f"{kind} has {sorted(set(group) - allowed)}"
    if kind == "rich_text_list":
        yield from _rich_list(group)
        return
    for element in group["elements"]:
        if kind == "rich_text_preformatted" and element.get("type") not in {"text", "link"}:
            yield "preformatted text takes text and links only"
        yield from _rich_element(element)


def _rich_list(group: Block) -> Iterator[str]:
    if group.get("style") not in {"bullet", "ordered"} or not 0 <= group.get("indent", 0) <= 8:
        yield "a list is bullet or ordered, with an indent of 0 to 8"
    for item in group["elements"]:
        if item.get("type") != "rich_text_section":
            yield "a list holds sections only"
        else:
            yield from _rich_group(item)


def _rich_element(element: Block) -> Iterator[str]:
    kind = str(element.get("type"))
    needed = RICH_ELEMENTS.get(kind)
    if needed is None:
        yield f"{kind} is no rich text element"
        return
    if not needed <= set(element) or set(element) - needed - OPTIONAL - {"type"}:
        yield f"{kind} element has {sorted(set(element) - {'type'})}"
    if any(element[name] == "" for name in needed):
        yield f"{kind} element is empty"
    if set(element.get("style", {})) - STYLES:
        yield f"style {element['style']} is unknown"


def _table(block: Block) -> Iterator[str]:
    rows = block.get("rows", [])
    if not 1 <= len(rows) <= 100 or not all(1 <= len(row) <= 20 for row in rows):
        yield "takes 1 to 100 rows of 1 to 20 cells"
    for cell in (cell for row in rows for cell in row):
        if cell.get("type") == "rich_text":
            yield from _rich_text(cell)
        elif cell.get("type") != "raw_text" or not cell.get("text"):
            yield "a cell is raw_text or rich_text"
    if len(block.get("column_settings", [])) > 20:
        yield "takes at most 20 column settings"


CHECKERS: Mapping[str, Callable[[Block], Iterator[str]]] = {
    "header": _header,
    "section": _section,
    "divider": _divider,
    "markdown": _markdown,
    "rich_text": _rich_text,
    "table": _table,
}


def pings(text: str, blocks: Any) -> list[str]:
    """The people a message would ping at large: Slack reads the top text only where there are no blocks."""
    return list(_block_pings(blocks)) if blocks else PING.findall(text)


def _block_pings(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for part in value:
            yield from _block_pings(part)
    elif isinstance(value, dict):
        if value.get("type") == "broadcast":
            yield value["range"]
        elif value.get("type") == "usergroup":
            yield f"subteam^{value['usergroup_id']}"
        elif value.get("type") in {"mrkdwn", "markdown"}:
            yield from PING.findall(value["text"])
        else:
            for part in value.values():
                yield from _block_pings(part)
