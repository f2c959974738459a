"""`rich_text` blocks, of which people's own messages are made, as text with Slack's marks."""

from collections.abc import Callable, Iterator, Mapping

from slack_mcp.rendering.dates import from_template
from slack_mcp.rendering.emoji import character, with_skin_tone
from slack_mcp.rendering.json_node import Node, inside, nodes_of_type, number, part, parts, text
from slack_mcp.rendering.mrkdwn import link, mentioned_users
from slack_mcp.rendering.names import Names

MARKS = {"bold": "*", "italic": "_", "strike": "~"}
MAX_INDENT = 20
MAX_CODE_POINT = 0x10FFFF


def rich_text(block: Node, names: Names) -> str:
    """The whole block; its groups begin on lines of their own."""
    return "\n".join(_group(group, names).strip("\n") for group in parts(block, "elements"))


def _group(group: Node, names: Names) -> str:
    kind = group.get("type")
    if kind == "rich_text_list":
        return "\n".join(_list_items(group, names))
    plain = kind == "rich_text_preformatted"
    shown = "".join(_element(element, names, plain=plain) for element in parts(group, "elements"))
    if plain:
        return f"```\n{shown.rstrip()}\n```"
    return "\n".join(f"> {line}" for line in shown.split("\n")) if kind == "rich_text_quote" else shown


def _list_items(group: Node, names: Names) -> Iterator[str]:
    indent = "  " * min(number(group, "indent"), MAX_INDENT)
    for position, item in enumerate(parts(group, "elements"), number(group, "offset") + 1):
        mark = f"{position}." if group.get("style") == "ordered" else "-"
        shown = _group(item, names).replace("\n", f"\n{indent}  ")
        yield f"{indent}{mark} {shown}"


def _element(element: Node, names: Names, *, plain: bool) -> str:
    written = ELEMENTS.get(text(element, "type"), _unknown)(element, names)
    return written if plain else _styled(written, part(element, "style"))


def _styled(shown: str, style: Node) -> str:
    """Marks stand next to the words, as Slack's own markup has it; blanks stay outside."""
    words = shown.strip()
    if not words or not style:
        return shown
    lead, tail = shown[: len(shown) - len(shown.lstrip())], shown[len(shown.rstrip()) :]
    if style.get("code"):
        words = f"`{words}`"
    for name, mark in MARKS.items():
        words = f"{mark}{words}{mark}" if style.get(name) else words
    return lead + words + tail


def _unknown(element: Node, names: Names) -> str:
    return text(element, "text", "fallback")


def _emoji(element: Node, names: Names) -> str:
    if codes := text(element, "unicode"):
        try:
            return "".join(chr(int(code, 16)) for code in codes.split("-"))
        except ValueError:
            pass
    name = text(element, "name")
    if not name:
        return ""
    found = character(name)
    return with_skin_tone(found, number(element, "skin_tone")) if found else f":{name}:"


def _date(element: Node, names: Names) -> str:
    template = text(element, "format") or "{date_num}"
    return link(text(element, "url"), from_template(text(element, "timestamp"), template, text(element, "fallback")))


def _broadcast(element: Node, names: Names) -> str:
    return f"@{text(element, 'range') or 'channel'}"


ELEMENTS: Mapping[str, Callable[[Node, Names], str]] = {
    "text": lambda element, names: text(element, "text"),
    "link": lambda element, names: link(text(element, "url"), text(element, "text")),
    "user": lambda element, names: names.user(text(element, "user_id")),
    "usergroup": lambda element, names: names.group(text(element, "usergroup_id")),
    "channel": lambda element, names: names.channel(text(element, "channel_id")),
    "broadcast": _broadcast,
    "color": lambda element, names: text(element, "value"),
    "emoji": _emoji,
    "date": _date,
}


def mentioned_in(blocks: object) -> Iterator[str]:
    """The users that any structure of blocks names, in elements or in texts."""
    for inner in inside(blocks):
        if isinstance(inner, str):
            yield from mentioned_users(inner)
    yield from (found for element in nodes_of_type(blocks, "user") if (found := text(element, "user_id")))
