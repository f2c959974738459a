"""Cells of results compared with what psql prints for them."""

from typing import Any

NULL = "a null, as psql is told to write it"


def same_cell(cell: Any, written: str) -> bool:
    """Whether a cell of a result is what psql wrote with `--csv -P null=NULL`."""
    match cell:
        case None:
            return written == NULL
        case bool():
            return written == ("t" if cell else "f")
        case float():
            return float(written) == cell
        case _:
            return str(cell) == written
