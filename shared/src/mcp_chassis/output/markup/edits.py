"""Edits from a source to its visible form: ranges of the source, each with the text shown in its place."""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Sequence


@dataclasses.dataclass(frozen=True)
class Edit:
    """One range of a source, and the text shown instead of it.

    Args:
        kind: what is left out, as a singular noun; empty for a further piece of the same part.
        attached: the range belongs to the text before it, and is not restored if that text was changed.
        group: number shared by the pieces of one part, which are restored together or not at all; -1 for none.
    """

    start: int
    end: int
    kind: str = ""
    shown: str = ""
    attached: bool = False
    group: int = -1


@dataclasses.dataclass(frozen=True)
class VisibleText:
    """The visible form of a text, with the edits that turn the source into it."""

    source: str
    text: str
    edits: tuple[Edit, ...] = ()

    @property
    def kinds(self) -> Counter[str]:
        """The number of parts left out, by kind."""
        return Counter(edit.kind for edit in self.edits if edit.kind)


def with_edits(source: str, edits: Iterable[Edit]) -> VisibleText:
    """The visible form of `source`. A line that contains only hidden parts is removed as a whole."""
    chosen = [_with_its_line(source, edit) for edit in _outermost(edits)]
    parts: list[str] = []
    position = 0
    for edit in _outermost(chosen):
        parts += source[position : edit.start], edit.shown
        position = edit.end
    return VisibleText(source, "".join([*parts, source[position:]]), tuple(_outermost(chosen)))


def described(kinds: Counter[str]) -> str:
    """The number of parts by kind, such as `2 comments, 1 link title`."""
    return ", ".join(f"{count} {kind}{'' if count == 1 else 's'}" for kind, count in sorted(kinds.items()))


def _outermost(edits: Iterable[Edit]) -> Sequence[Edit]:
    """The edits in order of the source; those inside another are dropped, overlapping ones merged."""
    chosen: list[Edit] = []
    for edit in sorted(edits, key=lambda each: (each.start, -each.end)):
        if chosen and edit.start < chosen[-1].end:
            if edit.end > chosen[-1].end:
                chosen[-1] = dataclasses.replace(chosen[-1], end=edit.end)
            continue
        chosen.append(edit)
    return chosen


def _with_its_line(source: str, edit: Edit) -> Edit:
    """The edit extended to whole lines, if they contain nothing else but spaces."""
    if edit.shown or edit.attached or edit.group >= 0:
        return edit
    start, end = source.rfind("\n", 0, edit.start) + 1, source.find("\n", edit.end)
    end = len(source) if end < 0 else end + 1
    alone = not source[start : edit.start].strip() and not source[edit.end : end].strip()
    return dataclasses.replace(edit, start=start, end=end) if alone else edit
