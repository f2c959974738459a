"""Rendering of `rich_text` blocks, the format of messages typed by people, as Markdown."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from slack_mcp.rendering.json_node import Node, inside, nodes_of_type, number, parts, text
from slack_mcp.rendering.mrkdwn import mentioned_users
from slack_mcp.rendering.names import Names
from slack_mcp.rendering.paragraphs import one_line, paragraphs
from slack_mcp.rendering.runs import Run, plain_text, runs_of

TASKS = {"☐ ": "[ ] ", "☑ ": "[x] "}
FENCE = re.compile("^ {0,3}(`{3,})", re.MULTILINE)
INTERRUPTS = re.compile(r" *(?:-|1[.)]) \S")
"""First line of a list that Markdown recognizes without a blank line before it."""
EMPTY_ITEM = re.compile(r"(?:^|\n) *(?:-|[0-9]+[.)])$")
MAX_NUMBER = 999_999_999


def rich_text(block: Node, names: Names) -> str:
    """Markdown of a rich text block; groups are separated by blank lines, parts of one list are not."""
    return _Outline(names).written(parts(block, "elements"))


def rich_line(elements: Sequence[Node], names: Names) -> str:
    """Markdown of elements on one line, as in a table cell."""
    return one_line(runs_of(elements, names)).strip()


@dataclass
class _OpenList:
    """An open list level: columns of its marks and content, delimiter of its marks, number of the next item."""

    column: int
    content_column: int
    delimiter: str
    next_number: int


@dataclass
class _Outline:
    """Writer of the groups of a block; `lists` are the open list levels, outermost first."""

    names: Names
    lists: list[_OpenList] = field(default_factory=list[_OpenList])

    def written(self, groups: Sequence[Node]) -> str:
        found = ""
        for at, group in enumerate(groups):
            depth = len(self.lists)
            shown = self._group(group, groups[at + 1] if at + 1 < len(groups) else {})
            if shown.strip():
                interrupts = len(self.lists) <= depth or INTERRUPTS.match(shown) or EMPTY_ITEM.search(found)
                is_part = depth and self.lists and interrupts
                between = "\n" if is_part else "\n\n"
                found += (between if found else "") + shown
        return found

    def _group(self, group: Node, following: Node) -> str:
        kind = group.get("type")
        if kind == "rich_text_list":
            return "\n".join(self._items(group))
        if kind == "rich_text_preformatted":
            code = fenced(plain_text(parts(group, "elements"), self.names))
            return _indented(code, self._column_of_code(following))
        self.lists = []
        shown = paragraphs(_trimmed(runs_of(parts(group, "elements"), self.names)))
        return quoted(shown) if kind == "rich_text_quote" else shown

    def _column_of_code(self, following: Node) -> int:
        """Column of a code block: inside the list item if a nested list follows, else 0."""
        if not (self.lists and following.get("type") == "rich_text_list" and number(following, "indent")):
            self.lists = []
            return 0
        return self.lists[-1].content_column

    def _items(self, group: Node) -> Iterator[str]:
        level = min(number(group, "indent"), len(self.lists))
        column = self.lists[level - 1].content_column if level else 0
        last = self.lists[level] if level < len(self.lists) else None
        is_ordered = group.get("style") == "ordered"
        first = 0 if group.get("offset") == -1 else min(number(group, "offset") + 1, MAX_NUMBER)
        delimiter = _delimiter(last, first) if is_ordered else "-"
        for position, item in enumerate(parts(group, "elements"), first):
            mark = f"{position}{delimiter}" if is_ordered else delimiter
            opened = _OpenList(column, column + len(mark) + 1, delimiter, position + 1)
            self.lists = [*self.lists[:level], opened]
            shown = self._item(item).lstrip(" \t").replace("\n", "\n" + " " * opened.content_column).rstrip()
            yield re.sub(r"\n +\n", "\n\n", f"{' ' * column}{mark} {shown}".rstrip())

    def _item(self, item: Node) -> str:
        runs = _trimmed(runs_of(parts(item, "elements"), self.names))
        box = TASKS.get(runs[0].text[:2], "") if runs and not (runs[0].url or runs[0].is_code) else ""
        if box:
            runs = [runs[0]._replace(text=runs[0].text[2:]), *runs[1:]]
        return box + paragraphs([run for run in runs if run.text])


def _delimiter(last: _OpenList | None, number: int) -> str:
    """The character after the numbers of a list; it changes from the list before if the numbering restarts."""
    if last is None or last.delimiter == "-":
        return "."
    return last.delimiter if last.next_number == number else {".": ")", ")": "."}[last.delimiter]


def fenced(code: str) -> str:
    """A Markdown code block whose fences are longer than any in the code."""
    longest = max((len(match[1]) for match in FENCE.finditer(code)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}\n{code}\n{fence}"


def quoted(shown: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in shown.split("\n"))


def _indented(shown: str, column: int) -> str:
    return "\n".join(" " * column + line if line else line for line in shown.split("\n"))


def _trimmed(runs: Sequence[Run]) -> list[Run]:
    """The runs without line breaks and white space at both ends, since every group begins on a new line."""
    found = list(runs)
    while found and not found[0].is_code and not found[0].text.strip("\n"):
        del found[0]
    while found and not found[-1].is_code and not found[-1].text.strip():
        del found[-1]
    if found and not found[0].is_code and found[0].text.startswith("\n"):
        found[0] = found[0]._replace(text=found[0].text.lstrip("\n"))
    if found and not found[-1].is_code and found[-1].text[-1:].isspace():
        found[-1] = found[-1]._replace(text=found[-1].text.rstrip())
    return found


def mentioned_in(blocks: object) -> Iterator[str]:
    """User ids that blocks mention in elements or in texts."""
    for inner in inside(blocks):
        if isinstance(inner, str):
            yield from mentioned_users(inner)
    yield from (found for element in nodes_of_type(blocks, "user") if (found := text(element, "user_id")))
