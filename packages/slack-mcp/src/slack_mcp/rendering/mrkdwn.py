"""Conversion of Slack's markup (`<@U1>`, `<https://x|y>`, `&lt;`, `:tada:`) to plain text; code stays unchanged."""

import re

from slack_mcp.rendering.dates import from_template
from slack_mcp.rendering.emoji import with_emoji
from slack_mcp.rendering.names import Names

CONTROL = re.compile(r"<([^<>\n]{1,4000})>")
CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)
MENTION = re.compile(r"<@([UW][A-Z0-9]+)")
UNNAMED_CHANNEL = re.compile(r"<#([CG][A-Z0-9]+)\|?>")
ENTITIES = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}
ENTITY = re.compile("|".join(ENTITIES))


def readable(text: str, names: Names) -> str:
    """Plain text of Slack's markup, with names for ids and characters for emoji."""
    parts = CODE.split(text)
    return "".join(code_as_typed(part) if at % 2 else _prose(part, names) for at, part in enumerate(parts))


def mentioned_users(text: str) -> list[str]:
    return MENTION.findall(text)


def mentioned_channels(text: str) -> list[str]:
    """Ids of channels that the text mentions without a name."""
    return UNNAMED_CHANNEL.findall(text)


def unescaped(text: str) -> str:
    """Decode the three characters that Slack escapes: `&`, `<` and `>`."""
    return ENTITY.sub(lambda match: ENTITIES[match[0]], text)


def code_as_typed(code: str) -> str:
    """Code as it was typed, without the `<...>` that Slack puts around addresses in code."""
    return unescaped(CONTROL.sub(lambda match: match[0] if match[1][0] in "@#!" else _label(match[1]), code))


def _label(body: str) -> str:
    target, _, label = body.partition("|")
    return label or target


def _prose(text: str, names: Names) -> str:
    """Plain text of markup outside code; control sequences first, so that an escaped `<` cannot open one."""
    pieces: list[str] = []
    end = 0
    for match in CONTROL.finditer(text):
        pieces += [unescaped(with_emoji(text[end : match.start()])), _control(match[1], names)]
        end = match.end()
    return "".join([*pieces, unescaped(with_emoji(text[end:]))])


def _control(body: str, names: Names) -> str:
    target, _, label = body.partition("|")
    label = unescaped(label)
    if target.startswith("@"):
        return names.user(target[1:], label)
    if target.startswith("#"):
        return names.channel(target[1:], label)
    if target.startswith("!"):
        return _special(target[1:], label, names)
    return link(unescaped(target), with_emoji(label))


def _special(command: str, label: str, names: Names) -> str:
    kind, *rest = command.split("^")
    if kind == "subteam" and rest:
        return names.group(rest[0], label)
    if kind == "date" and len(rest) >= 2:
        shown = from_template(rest[0], rest[1], label)
        return link(rest[2], shown) if len(rest) > 2 else shown
    return label if label.startswith("@") else "@" + (label or kind)


def link(url: str, label: str = "") -> str:
    """Text of a link: label and address, or only the address if the label adds nothing."""
    shown = re.sub(r"^(mailto|tel):", "", url)
    if not url:
        return label
    if not label or label in {url, shown} or re.sub(r"^https?://", "", url).rstrip("/") == label.rstrip("/"):
        return shown
    return f"{label} ({shown})"
