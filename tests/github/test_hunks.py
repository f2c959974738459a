"""Computed unified diffs: correct for any two texts, and fast enough for large ones."""

import pytest
from github_mcp.diffs.hunks import hunks
from hypothesis import given
from hypothesis import strategies as st

LINES = st.lists(st.sampled_from(["", "a", "b", "c", "}", "x = 1", "return"]), max_size=60)


def applied(old: list[str], diff: list[str]) -> list[str]:
    """Apply a diff to `old` as `patch` does; every context and removed line must match."""
    new: list[str] = []
    at = 0
    for line in diff:
        if line.startswith("@@"):
            start, _, length = line.split()[1].removeprefix("-").partition(",")
            begin = int(start) - (length != "0")
            new += old[at:begin]
            at = begin
        elif line.startswith("+"):
            new.append(line[1:])
        else:
            assert old[at] == line[1:]
            at += 1
            new += [line[1:]] if line.startswith(" ") else []
    return new + old[at:]


@given(LINES, LINES)
def test_applying_the_diff_to_the_old_text_gives_the_new_text(old: list[str], new: list[str]) -> None:
    assert applied(old, list(hunks(old, new))) == new


def test_equal_texts_have_no_hunks() -> None:
    assert list(hunks(["a", "b"], ["a", "b"])) == []


def test_a_hunk_has_three_lines_of_context() -> None:
    old = [f"l{n}" for n in range(20)]
    assert list(hunks(old, [*old[:10], "new", *old[11:]])) == [
        "@@ -8,7 +8,7 @@",
        " l7",
        " l8",
        " l9",
        "-l10",
        "+new",
        " l11",
        " l12",
        " l13",
    ]


def test_a_change_of_every_other_line_of_thirty_thousand_is_exact() -> None:
    old = [f"line {n}" for n in range(30_000)]
    new = [f"{line} changed" if n % 2 else line for n, line in enumerate(old)]
    diff = list(hunks(old, new))
    assert applied(old, diff) == new
    assert sum(line.startswith("+") for line in diff) == 15_000


def test_thousands_of_lines_without_a_common_unique_line_are_replaced_as_a_block() -> None:
    old, new = ["a", "b"] * 5_000, ["b", "c"] * 5_000
    diff = list(hunks(old, new))
    assert applied(old, diff) == new


@pytest.mark.parametrize(("removed", "added", "kept"), [(500, 500, True), (53, 4_717, False)])
def test_up_to_250_000_pairs_of_lines_are_compared_and_one_more_is_replaced_as_a_block(
    removed: int, added: int, kept: bool
) -> None:
    old, new = (["a", "b"] * removed)[:removed], (["b", "a"] * added)[:added]
    diff = list(hunks(old, new))
    assert applied(old, diff) == new
    assert any(line.startswith(" ") for line in diff) is kept
