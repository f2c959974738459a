"""Footnotes of Markdown that the rendered page does not show: those without a visible reference, and repeated ones."""

import dataclasses
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence

from mcp_chassis.output.markup.edits import Edit

FOOTNOTE = re.compile(r"(?m)^[ >]{0,12}\[\^([^\]\s]{1,100})\]:")
_REFERENCE = re.compile(r"(?<!\\)\[\^([^\]\s]{1,100})\](?!:)")
_CODE_SPAN = re.compile(r"(?<!`)(`{1,3})(?!`)[^`\n]{1,500}\1(?!`)")
_END = re.compile(r"\n[ \t]*\r?\n(?![ ]{4}|\t)|\n(?=[ >]{0,12}\[\^[^\]\s]{1,100}\]:)")


@dataclasses.dataclass(frozen=True)
class _Footnote:
    label: str
    start: int
    end: int


def hidden_footnotes(source: str, hidden: Sequence[tuple[int, int]], is_code: Callable[[int], bool]) -> Iterator[Edit]:
    """The edits of footnotes that are not shown.

    Args:
        hidden: ranges of other parts that are not shown.
        is_code: returns whether the line at an offset is of a code block.
    """
    footnotes = [
        _Footnote(
            match[1].lower(), match.start(), end.start() if (end := _END.search(source, match.end())) else len(source)
        )
        for match in FOOTNOTE.finditer(source)
        if not is_code(match.start())
    ]
    first: dict[str, _Footnote] = {}
    for footnote in footnotes:
        first.setdefault(footnote.label, footnote)
    shown = _shown_labels(_references(source, footnotes, hidden, is_code), first)
    for footnote in footnotes:
        if footnote.label not in shown or footnote is not first[footnote.label]:
            yield Edit(footnote.start, footnote.end, "footnote")


def _references(
    source: str, footnotes: Sequence[_Footnote], hidden: Sequence[tuple[int, int]], is_code: Callable[[int], bool]
) -> dict[_Footnote | None, set[str]]:
    """The labels that each footnote refers to, and that the text outside of footnotes does (None)."""
    unseen = sorted([*hidden, *(match.span() for match in _CODE_SPAN.finditer(source))])
    starts, begun = [start for start, _ in unseen], [each.start for each in footnotes]
    found: dict[_Footnote | None, set[str]] = {}
    for match in _REFERENCE.finditer(source):
        before = bisect_right(starts, match.start()) - 1
        if is_code(match.start()) or (before >= 0 and match.start() < unseen[before][1]):
            continue
        index = bisect_right(begun, match.start()) - 1
        holder = footnotes[index] if index >= 0 and match.start() < footnotes[index].end else None
        found.setdefault(holder, set()).add(match[1].lower())
    return found


def _shown_labels(references: dict[_Footnote | None, set[str]], first: dict[str, _Footnote]) -> set[str]:
    """The labels that can be reached from the text outside of footnotes."""
    shown: set[str] = set()
    waiting = list(references.get(None, ()))
    while waiting:
        label = waiting.pop()
        if label not in shown:
            shown.add(label)
            waiting += references.get(first.get(label), ()) if label in first else ()
    return shown
