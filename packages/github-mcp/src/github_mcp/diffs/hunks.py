"""Computation of the hunks of a unified diff, in a time that does not grow with the square of the texts' lengths.

Lines that occur once in both texts are matched first (patience diff). The lines between two of these anchors are
compared by `difflib`, or reported as replaced if they are too many.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import Match, SequenceMatcher

CONTEXT = 3
# `difflib` alone takes minutes for 30,000 lines of which every other one changed.
MAX_COMPARED_PAIRS = 250_000  # pairs of lines between two anchors

Lines = Sequence[str]


def hunks(old: Lines, new: Lines) -> Iterator[str]:
    """Yield the lines of a unified diff from the first `@@` on, without line ends."""
    for group in _Anchored(old, new).get_grouped_opcodes(CONTEXT):
        (_, old_start, _, new_start, _), (_, _, old_end, _, new_end) = group[0], group[-1]
        yield f"@@ -{_range(old_start, old_end)} +{_range(new_start, new_end)} @@"
        for kind, i1, i2, j1, j2 in group:
            if kind == "equal":
                yield from (f" {line}" for line in old[i1:i2])
            else:
                yield from (f"-{line}" for line in old[i1:i2])
                yield from (f"+{line}" for line in new[j1:j2])


def _range(start: int, end: int) -> str:
    length = end - start
    first = start + 1 if length else start
    return str(first) if length == 1 else f"{first},{length}"


class _Anchored(SequenceMatcher[str]):
    def __init__(self, old: Lines, new: Lines) -> None:
        super().__init__(None, (), (), autojunk=False)
        self.a, self.b = old, new

    def get_matching_blocks(self) -> list[Match]:
        if not self.matching_blocks:
            pairs = [*_pairs(self.a, self.b), (len(self.a), len(self.b))]
            self.matching_blocks = [*_runs(pairs), Match(len(self.a), len(self.b), 0)]
        return self.matching_blocks


def _runs(pairs: list[tuple[int, int]]) -> Iterator[Match]:
    """Merge pairs of matched lines that follow each other into runs; the last pair is the end of both texts."""
    start = 0
    for index in range(1, len(pairs)):
        before, here = pairs[index - 1], pairs[index]
        if here != (before[0] + 1, before[1] + 1) or index == len(pairs) - 1:
            yield Match(pairs[start][0], pairs[start][1], index - start)
            start = index


def _pairs(old: Lines, new: Lines) -> Iterator[tuple[int, int]]:
    """Yield the index pairs of lines that match, in order."""
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        yield head, head
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    old_end, new_end = len(old) - tail, len(new) - tail
    i, j = head, head
    for anchor in [*_anchors(old[head:old_end], new[head:new_end]), (old_end - head, new_end - head)]:
        k, m = anchor[0] + head, anchor[1] + head
        yield from _compared(old, new, (i, k), (j, m))
        if k < old_end:
            yield k, m
        i, j = k + 1, m + 1
    yield from ((old_end + index, new_end + index) for index in range(tail))


def _compared(old: Lines, new: Lines, a: tuple[int, int], b: tuple[int, int]) -> Iterator[tuple[int, int]]:
    if (a[1] - a[0]) * (b[1] - b[0]) > MAX_COMPARED_PAIRS:
        return
    matcher = SequenceMatcher(None, old[slice(*a)], new[slice(*b)], autojunk=False)
    for i, j, size in matcher.get_matching_blocks():
        yield from ((a[0] + i + index, b[0] + j + index) for index in range(size))


def _anchors(old: Lines, new: Lines) -> list[tuple[int, int]]:
    """Index pairs of lines that occur once in both texts, as many as have the same order in both."""
    in_old, in_new = Counter(old), Counter(new)
    place = {line: index for index, line in enumerate(new) if in_new[line] == 1}
    both = [(i, place[line]) for i, line in enumerate(old) if in_old[line] == 1 and line in place]
    return _longest_increasing(both)


def _longest_increasing(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest subsequence of pairs whose second numbers increase; the first ones increase already."""
    ends: list[int] = []
    last: list[int] = []
    before: list[int | None] = []
    for index, (_, second) in enumerate(pairs):
        at = bisect_left(ends, second)
        before.append(last[at - 1] if at else None)
        ends[at : at + 1] = [second]
        last[at : at + 1] = [index]
    chosen: list[tuple[int, int]] = []
    index = last[-1] if last else None
    while index is not None:
        chosen.append(pairs[index])
        index = before[index]
    return chosen[::-1]
