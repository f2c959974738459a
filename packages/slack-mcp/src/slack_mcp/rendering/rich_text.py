"""`rich_text` blocks, which is what people's own messages are made of, as text with Slack's marks."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import cast

from slack_mcp.rendering.dates import from_template
from slack_mcp.rendering.emoji import character
from slack_mcp.rendering.json_node import Node, part, parts, text
from slack_mcp.rendering.mrkdwn import link, mentioned_users
from slack_mcp.rendering.names import Names

MARKS = {"bold": "*", "italic": "_", "strike": "~"}


def rich_text(block: Node, names: Names) -> str:
    """The whole block; its groups begin on lines of their own."""
    return "\n".join(_group(group, names).strip("\n") for group in parts(block, "elements"))


def _group(group: Node, names: Names) -> str:
    kind = group.get("type")
    if kind == "rich_text_list":
        return "\n".join(_items(group, names))
    plain = kind == "rich_text_preformatted"
    shown = "".join(_element(element, names, plain=plain) for element in parts(group, "elements"))
    if plain:
        return f"```\n{shown.rstrip()}\n```"
    return "\n".join(f"> {line}" for line in shown.split("\n")) if kind == "rich_text_quote" else shown


def _items(group: Node, names: Names) -> Iterator[str]:
    indent = "  " * int(group.get("indent", 0))
    for number, item in enumerate(parts(group, "elements"), int(group.get("offset", 0)) + 1):
        mark = f"{number}." if group.get("style") == "ordered" else "-"
        shown = _group(item, names).replace("\n", f"\n{indent}  ")
        yield f"{indent}{mark} {shown}"


def _element(element: Node, names: Names, *, plain: bool) -> str:
    written = ELEMENTS.get(str(element.get("type")), _unknown)(element, names)
    return written if plain else _styled(written, part(element, "style"))


def _styled(shown: str, style: Node) -> str:
    """Marks stand next to the words, as Slack's own markup has it; blanks stay outside."""
    words = shown.strip()
    if not words or not style:
        return shown
    if style.get("code"):
        return shown.replace(words, f"`{words}`")
    for name, mark in MARKS.items():
        words = f"{mark}{words}{mark}" if style.get(name) else words
    lead = shown[: len(shown) - len(shown.lstrip())]
    return lead + words + shown[len(shown.rstrip()) :]


def _unknown(element: Node, names: Names) -> str:
    return text(element, "text", "fallback")


def _emoji(element: Node, names: Names) -> str:
    if codes := text(element, "unicode"):
        return "".join(chr(int(code, 16)) for code in codes.split("-"))
    return character(str(element["name"])) or f":{element['name']}:"


def _date(element: Node, names: Names) -> str:
    template = text(element, "format") or "{date_num}"
    return from_template(str(element["timestamp"]), template, text(element, "fallback"))


ELEMENTS: Mapping[str, Callable[[Node, Names], str]] = {
    "text": lambda element, names: str(element["text"]),
    "link": lambda element, names: link(str(element["url"]), text(element, "text")),
    "user": lambda element, names: names.user(str(element["user_id"])),
    "usergroup": lambda element, names: names.group(str(element["usergroup_id"])),
    "channel": lambda element, names: names.channel(str(element["channel_id"])),
    "broadcast": lambda element, names: f"@{element['range']}",
    "color": lambda element, names: str(element["value"]),
    "emoji": _emoji,
    "date": _date,
}


def mentioned_in(node: object) -> Iterator[str]:
    """The users that any structure of blocks names, in elements or in texts."""
    for part_of_it in _inside(node):
        if isinstance(part_of_it, str):
            yield from mentioned_users(part_of_it)
    yield from (str(element["user_id"]) for element in nodes_in(node, "user") if "user_id" in element)


def nodes_in(node: object, kind: str) -> Iterator[Node]:
    """Every object of a `type` inside a structure."""
    for inner in _inside(node):
        if isinstance(inner, Mapping) and cast("Node", inner).get("type") == kind:
            yield cast("Node", inner)


def _inside(node: object) -> Iterator[object]:
    yield node
    inner: Iterable[object] = ()
    if isinstance(node, Mapping):
        inner = cast("Node", node).values()
    elif isinstance(node, list):
        inner = cast("list[object]", node)
    for item in inner:
        yield from _inside(item)
