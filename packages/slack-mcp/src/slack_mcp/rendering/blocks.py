"""Block Kit as text: headings, fields, tables, pictures by their description, buttons in brackets."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import cast

from slack_mcp.rendering.json_node import Node as Block
from slack_mcp.rendering.json_node import as_node, items, nodes, part, parts, text
from slack_mcp.rendering.mrkdwn import link, readable
from slack_mcp.rendering.names import Names
from slack_mcp.rendering.rich_text import rich_text

MAX_OPTIONS = 10


def blocks_text(blocks: Iterable[Block], names: Names) -> str:
    """Every block that shows something, one below the other."""
    shown = (block_text(block, names) for block in blocks)
    return "\n".join(block for block in shown if block.strip())


def block_text(block: Block, names: Names) -> str:
    return RENDERERS.get(text(block, "type"), _any_text)(block, names)


def text_object(value: object, names: Names) -> str:
    """A text object of either kind, or a bare string as some blocks hold it."""
    if isinstance(value, str):
        return readable(value, names)
    held = as_node(value)
    shown = text(held, "text")
    return shown if held.get("type") == "raw_text" else readable(shown, names)


def _section(block: Block, names: Names) -> str:
    lines = [text_object(block.get("text"), names)]
    lines += [_field(text_object(field, names)) for field in parts(block, "fields")]
    lines.append(_element(part(block, "accessory"), names))
    return "\n".join(line for line in lines if line.strip())


def _field(shown: str) -> str:
    """Fields are a label and its value on two lines; one line reads as well."""
    label, newline, value = shown.partition("\n")
    ends_well = label.rstrip("*_ ").endswith(":")
    return f"{label}: {value}" if newline and not ends_well else shown.replace("\n", " ")


def _elements(block: Block, names: Names) -> str:
    shown = (_element(element, names) for element in parts(block, "elements"))
    return " ".join(element for element in shown if element)


def _element(element: Block, names: Names) -> str:
    """One interactive or visual element; a picture by its description, a button in brackets."""
    kind = text(element, "type")
    if kind in {"mrkdwn", "plain_text"}:
        return text_object(element, names)
    if kind == "image":
        return text(element, "alt_text")
    if kind in {"button", "workflow_button"}:
        return f"[{link(text(element, 'url'), text_object(element.get('text'), names))}]"
    label = text_object(element.get("placeholder"), names)
    choices = parts(element, "options")
    options = [text_object(option.get("text"), names) for option in choices[:MAX_OPTIONS]]
    options += [f"{len(choices) - MAX_OPTIONS} more"] if len(choices) > MAX_OPTIONS else []
    return f"[{': '.join(filter(None, (label, ' / '.join(options))))}]" if label or options else ""


def _image(block: Block, names: Names) -> str:
    described = ", ".join(filter(None, (text_object(block.get("title"), names), text(block, "alt_text"))))
    return f"[image: {described or text(block, 'image_url')}]"


def _table(block: Block, names: Names) -> str:
    rows = ([_cell(cell, names) for cell in nodes(row)] for row in items(block.get("rows")))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cell(cell: Block, names: Names) -> str:
    if cell.get("type") == "rich_text":
        return rich_text(cell, names).replace("\n", " ")
    return text(cell, "text", "value").replace("\n", " ").replace("|", "\\|")


def _video(block: Block, names: Names) -> str:
    return f"[video: {link(text(block, 'video_url'), text_object(block.get('title'), names))}]"


def _call(block: Block, names: Names) -> str:
    call = part(block, "call", "v1")
    state = "ended" if call.get("has_ended") else "going on"
    return f"[call {state}: {link(text(call, 'join_url'), text(call, 'name'))}]"


def _any_text(block: Block, names: Names) -> str:
    """Blocks not known here still hold text objects; they are shown in their order."""
    return "\n".join(_texts_in(block, names))


def _texts_in(node: object, names: Names) -> Iterator[str]:
    if isinstance(node, list):
        for item in items(cast("object", node)):
            yield from _texts_in(item, names)
    elif isinstance(node, Mapping):
        held = cast("Block", node)
        kind, shown = text(held, "type"), held.get("text")
        if kind in {"mrkdwn", "plain_text", "raw_text", "markdown"} and isinstance(shown, str):
            yield readable(shown, names)
        elif kind == "rich_text":
            yield rich_text(held, names)
        else:
            yield from (str(held[name]) for name in ("title", "caption") if isinstance(held.get(name), str))
            for item in held.values():
                yield from _texts_in(item, names)


RENDERERS: Mapping[str, Callable[[Block, Names], str]] = {
    "rich_text": rich_text,
    "section": _section,
    "header": lambda block, names: f"*{text_object(block.get('text'), names)}*",
    "context": _elements,
    "actions": _elements,
    "context_actions": _elements,
    "image": _image,
    "divider": lambda block, names: "---",
    "markdown": lambda block, names: text(block, "text"),
    "table": _table,
    "video": _video,
    "call": _call,
    "input": lambda block, names: f"[{text_object(block.get('label'), names)}]",
    "file": lambda block, names: "",
}
