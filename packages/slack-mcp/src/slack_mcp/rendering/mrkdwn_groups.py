"""Parser of Slack's markup (mrkdwn) into the groups and elements of a `rich_text` block."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from slack_mcp.rendering.emoji import with_emoji
from slack_mcp.rendering.mrkdwn import CONTROL, code_as_typed, unescaped

Group = dict[str, Any]
Element = dict[str, Any]

FENCED = re.compile(r"```(.+?)```", re.DOTALL)
QUOTED_TO_THE_END = re.compile(r"\n(?:&gt;|>){3} ?")
QUOTED_LINE = re.compile(r"(?:&gt;|>) ?")
LIST_LINE = re.compile(r"( *)(?:[-•◦▪]|([0-9]{1,4})\.) +(?=\S)")
# Code and control sequences are replaced by one character each during the search for marks.
ATOM = re.compile(r"`([^`\n]+)`|" + CONTROL.pattern)
PLACE = "\x01"
MARKS = {"*": "bold", "_": "italic", "~": "strike"}
# The lookbehind is about the character before the mark; it follows the mark because a search for a set is fast.
MARKED = re.compile(r"([*_~])(?<![\w*_~].)(?=[^\s*_~]|(?!\1)[*_~])((?:(?!\1)[^\n])*[^\s])(?<!\1)\1(?![\w])")


def groups_of(text: str) -> list[Group]:
    """Parse a text into sections, lists, quotations and code blocks."""
    groups: list[Group] = []
    for at, piece in enumerate(FENCED.split(text)):
        if at % 2:
            groups.append(_group("preformatted", [_text(code_as_typed(piece.removeprefix("\n").removesuffix("\n")))]))
            continue
        prose = piece.removeprefix("\n") if at else piece
        before, *quoted = QUOTED_TO_THE_END.split("\n" + prose, maxsplit=1)
        groups += _by_lines(before[1:])
        groups += [_group("quote", elements_of(piece)) for piece in quoted]
    return groups


def _by_lines(text: str) -> Iterator[Group]:
    """Group consecutive lines of one kind; a blank line between items ends a list."""
    indents: list[int] = []
    words: list[str] = []
    kind = "section"
    for line in text.split("\n"):
        item = LIST_LINE.match(line)
        now = "list" if item else "quote" if QUOTED_LINE.match(line) else "section"
        if now != kind or item:
            yield from _of_lines(kind, words)
            words = []
        kind = now
        if item is None:
            indents = []
            words.append(QUOTED_LINE.sub("", line, count=1) if now == "quote" else line)
            continue
        indents = [*(indent for indent in indents if indent < len(item[1])), len(item[1])]
        section = _group("section", elements_of(line[item.end() :]))
        yield _list_group(section, len(indents) - 1, item[2])
    yield from _of_lines(kind, words)


def _of_lines(kind: str, lines: Sequence[str]) -> Iterator[Group]:
    if kind != "list" and any(lines):
        yield _group(kind, elements_of("\n".join(lines)))


def _list_group(section: Group, indent: int, number: str | None) -> Group:
    numbered = {"style": "ordered", "offset": int(number) - 1} if number else {"style": "bullet"}
    return {"type": "rich_text_list", "elements": [section], "indent": indent, **numbered}


def elements_of(text: str) -> list[Element]:
    """Parse a paragraph into the elements of a rich text section."""
    text = text.replace(PLACE, "")
    atoms = [_code(match[1]) if match[1] else _control(match[2]) for match in ATOM.finditer(text)]
    return list(_styled(ATOM.sub(PLACE, text) if atoms else text, {}, iter(atoms)))


def _styled(text: str, style: dict[str, bool], atoms: Iterator[Element]) -> Iterator[Element]:
    end = 0
    for match in MARKED.finditer(text):
        yield from _plain(text[end : match.start()], style, atoms)
        yield from _styled(match[2], {**style, MARKS[match[1]]: True}, atoms)
        end = match.end()
    yield from _plain(text[end:], style, atoms)


def _plain(text: str, style: dict[str, bool], atoms: Iterator[Element]) -> Iterator[Element]:
    for at, piece in enumerate(text.split(PLACE)):
        if at:
            atom = next(atoms)
            yield {**atom, "style": {**style, **atom.get("style", {})}}
        if piece:
            yield {**_text(unescaped(with_emoji(piece))), "style": style}


def _group(kind: str, elements: Sequence[Element]) -> Group:
    return {"type": f"rich_text_{kind}", "elements": list(elements)}


def _text(text: str) -> Element:
    return {"type": "text", "text": text}


def _code(code: str) -> Element:
    return {**_text(code_as_typed(code)), "style": {"code": True}}


def _control(body: str) -> Element:
    """Parse one control sequence `<...>`; entities in it are decoded afterwards."""
    target, _, label = body.partition("|")
    label = unescaped(label)
    if target.startswith("@"):
        return {"type": "user", "user_id": target[1:], "label": label}
    if target.startswith("#"):
        return {"type": "channel", "channel_id": target[1:], "label": label}
    if target.startswith("!"):
        return _special(target[1:], label)
    return {"type": "link", "url": unescaped(target), "text": with_emoji(label)}


def _special(command: str, label: str) -> Element:
    kind, *rest = command.split("^")
    if kind == "subteam" and rest:
        return {"type": "usergroup", "usergroup_id": rest[0], "label": label}
    if kind == "date" and len(rest) >= 2:
        url = rest[2] if len(rest) > 2 else ""
        return {"type": "date", "timestamp": rest[0], "format": rest[1], "fallback": label, "url": url}
    return _text(label if label.startswith("@") else "@" + (label or kind))
