"""Pieces of Markdown below each other, apart by a blank line where they would otherwise run together."""

import re
from collections.abc import Iterable, Sequence

RUNS_ON = re.compile(r"\s*(?:>|[-+*] |[0-9]{1,9}[.)] |\|)| +\S")
"""Last lines of quotations, lists and tables, which take the next line as theirs."""
NEEDS_SPACE = re.compile(r"(?:-{3,}$|\||[0-9]{1,9}[.)] )")


def stacked(pieces: Iterable[str], are_apart: Sequence[bool] = ()) -> str:
    """The pieces that show something. Two that are both `apart` always have a blank line between them."""
    shown = [piece for piece in pieces if piece.strip()]
    found = ""
    for at, piece in enumerate(shown):
        if at:
            apart = all(are_apart[at - 1 : at + 1]) if are_apart else False
            found += "\n\n" if apart or _runs_together(found, piece) else "\n"
        found += piece
    return found


def _runs_together(above: str, below: str) -> bool:
    last, first = above.rsplit("\n", 1)[-1], below.split("\n", 1)[0]
    return bool(RUNS_ON.match(last) or NEEDS_SPACE.match(first))
