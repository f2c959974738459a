"""Rendering of Block Kit as Markdown: headings, fields, tables, descriptions of images, buttons in brackets."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import cast

from mcp_chassis.output.markup.edits import described
from mcp_chassis.output.markup.visible import visible_markdown
from mcp_chassis.output.text_rules import shows_raw_text
from mcp_chassis.output.warnings import warn

from slack_mcp.rendering.files import shown_alt
from slack_mcp.rendering.json_node import Node as Block
from slack_mcp.rendering.json_node import as_node, items, part, parts, text
from slack_mcp.rendering.mrkdwn_text import markdown_link, mrkdwn_as_markdown, plain_as_markdown
from slack_mcp.rendering.names import Names
from slack_mcp.rendering.rich_text import rich_text
from slack_mcp.rendering.stacking import stacked
from slack_mcp.rendering.structure import divider, header, table

MAX_OPTIONS = 10
MAX_TYPE_CHARS = 40
OWN_HOSTS = ("slack.com",)
WRITTEN_HERE = {"rich_text", "header", "divider", "table"}


def blocks_text(blocks: Iterable[Block], names: Names) -> str:
    """Text of all blocks, one below the other; beside others, one without text is named by its unknown type."""
    shown = [(text(block, "type"), block_text(block, names)) for block in blocks]
    if any(piece.strip() for _, piece in shown):
        shown = [(kind, piece if piece.strip() else _unknown(kind, names)) for kind, piece in shown]
    return stacked((piece for _, piece in shown), [kind in WRITTEN_HERE for kind, piece in shown if piece.strip()])


def shows_all(blocks: Sequence[Block]) -> bool:
    """Whether Slack shows these blocks in place of the message's fallback text: there are some, all of known types."""
    return bool(blocks) and all(text(block, "type") in RENDERERS for block in blocks)


def _unknown(kind: str, names: Names) -> str:
    """Names a block of an unknown type in which no text was found; empty for a known type, which shows nothing."""
    return "" if kind in RENDERERS else f"[block of type {plain_as_markdown(kind[:MAX_TYPE_CHARS], names)}]"


def block_text(block: Block, names: Names) -> str:
    return RENDERERS.get(text(block, "type"), _any_text)(block, names)


def text_object(value: object, names: Names) -> str:
    """Markdown of a text object (plain_text or mrkdwn) or of a bare string, which some blocks contain."""
    held = as_node(value)
    if held.get("type") == "mrkdwn":
        return mrkdwn_as_markdown(text(held, "text"), names)
    return plain_as_markdown(value if isinstance(value, str) else text(held, "text"), names)


def _section(block: Block, names: Names) -> str:
    lines = [text_object(block.get("text"), names)]
    lines += [_field(text_object(field, names)) for field in parts(block, "fields")]
    lines.append(_element(part(block, "accessory"), names))
    return stacked(lines)


def _field(shown: str) -> str:
    """Join a field's label and value, which Slack shows on two lines, into one line."""
    label, newline, value = shown.partition("\n")
    ends_well = label.rstrip("*_ ").endswith(":")
    return f"{label}: {value}" if newline and not ends_well else shown.replace("\n", " ")


def _elements(block: Block, names: Names) -> str:
    shown = (_element(element, names) for element in parts(block, "elements"))
    return " ".join(element for element in shown if element)


def _element(element: Block, names: Names) -> str:
    """Text of one interactive or visual element: an image's description, a button's label in brackets."""
    kind = text(element, "type")
    if kind in {"mrkdwn", "plain_text"}:
        return text_object(element, names)
    if kind == "image":
        return plain_as_markdown(shown_alt(text(element, "alt_text")), names)
    if kind in {"button", "workflow_button"}:
        return f"[{_linked(element, 'url', 'text', names)}]"
    label = text_object(element.get("placeholder"), names)
    choices = parts(element, "options")
    options = [text_object(option.get("text"), names) for option in choices[:MAX_OPTIONS]]
    options += [f"{len(choices) - MAX_OPTIONS} more"] if len(choices) > MAX_OPTIONS else []
    return f"[{': '.join(filter(None, (label, ' / '.join(options))))}]" if label or options else ""


def _image(block: Block, names: Names) -> str:
    described = ", ".join(filter(None, (text_object(block.get("title"), names), shown_alt(text(block, "alt_text")))))
    return f"[image: {described or text(block, 'image_url')}]"


def _video(block: Block, names: Names) -> str:
    return f"[video: {_linked(block, 'video_url', 'title', names)}]"


def _call(block: Block, names: Names) -> str:
    call = part(block, "call", "v1")
    state = "ended" if call.get("has_ended") else "going on"
    return f"[call {state}: {_linked(call, 'join_url', 'name', names)}]"


def _linked(node: Block, url: str, label: str, names: Names) -> str:
    """Markdown link from the fields `url` and `label` of a node; the label is a string or a text object."""
    shown = text(node, label) or text(part(node, label), "text")
    return markdown_link(text(node, url), shown, names)


def _markdown(block: Block, names: Names) -> str:
    """Text of a Markdown block without what Slack does not show of it, unless sources are shown."""
    source = text(block, "text")
    return source if shows_raw_text() else _visible_markdown(source)


def _visible_markdown(source: str) -> str:
    shown = visible_markdown(source, OWN_HOSTS)
    if shown.kinds:
        warn(f"Left out of a message: {described(shown.kinds)}. Slack does not show it.")
    return shown.text


def _any_text(block: Block, names: Names) -> str:
    """All text objects in a block of an unknown type, in order."""
    return stacked(_texts_in(block, names))


def _texts_in(node: object, names: Names) -> Iterator[str]:
    if isinstance(node, list):
        for item in items(cast("object", node)):
            yield from _texts_in(item, names)
    elif isinstance(node, Mapping):
        held = cast("Block", node)
        kind, shown = text(held, "type"), held.get("text")
        if kind in {"mrkdwn", "plain_text", "raw_text", "markdown"} and isinstance(shown, str):
            yield text_object(held, names) if kind != "markdown" else _markdown(held, names)
        elif kind == "rich_text":
            yield rich_text(held, names)
        elif kind in {"button", "workflow_button"}:
            yield _element(held, names)
        else:
            state = f" ({text(held, 'status')})" if text(held, "status") else ""
            yield from (f"{held[name]}{state}" for name in ("title", "caption") if isinstance(held.get(name), str))
            for item in held.values():
                yield from _texts_in(item, names)


RENDERERS: Mapping[str, Callable[[Block, Names], str]] = {
    "rich_text": rich_text,
    "section": _section,
    "header": header,
    "context": _elements,
    "actions": _elements,
    "context_actions": _elements,
    "image": _image,
    "divider": divider,
    "markdown": _markdown,
    "table": table,
    "video": _video,
    "call": _call,
    "input": lambda block, names: f"[{text_object(block.get('label'), names)}]",
    "file": lambda block, names: "",
}
