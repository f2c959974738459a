"""Joining of pieces of Markdown, with a blank line where the next piece would continue the one above."""

import re
from collections.abc import Iterable, Sequence

RUNS_ON = re.compile(r"\s*(?:>|[-+*] |[0-9]{1,9}[.)] |\|)| +\S")
"""Last line of a quotation, list or table, which Markdown would continue with the next line."""
NEEDS_SPACE = re.compile(r"(?:-{3,}$|\||[0-9]{1,9}[.)] )")


def stacked(pieces: Iterable[str], are_apart: Sequence[bool] = ()) -> str:
    """Join all pieces that are not blank; two adjacent ones marked in `are_apart` always get a blank line."""
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
