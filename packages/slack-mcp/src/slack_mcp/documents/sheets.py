"""Text extraction from spreadsheets with python-calamine: one line for each row, cells separated by tabs."""

import io
from collections.abc import Iterator

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetVisibleEnum,
    WorksheetNotFound,
)

from slack_mcp.documents.content import Extract, Range, Unreadable, archive_of, collected

MAX_ROWS = 5_000
OLDER = b"\xd0\xcf\x11\xe0"
"""First bytes of workbooks in the format before 2007, and of encrypted workbooks."""


def read_sheets(content: bytes, wanted: Range) -> Extract:
    if not content.startswith(OLDER):
        archive_of(content).close()
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    except PasswordError as exc:
        raise Unreadable("encrypted") from exc
    except (CalamineError, ValueError, OSError) as exc:
        raise Unreadable("broken") from exc
    total = len(workbook.sheet_names)
    numbers = wanted.within(total)
    return collected("sheets", numbers, total, _texts(workbook, numbers))


def _texts(workbook: CalamineWorkbook, numbers: range) -> Iterator[str]:
    for number in numbers:
        about = workbook.sheets_metadata[number - 1]
        hidden = "" if about.visible == SheetVisibleEnum.Visible else " (hidden)"
        try:
            rows, cut = _rows(workbook.get_sheet_by_index(number - 1))
        except (CalamineError, WorksheetNotFound, ValueError):
            rows, cut = ["(a sheet without cells, such as a chart)"], ""
        yield "\n".join([f"## Sheet {number}: {about.name}{hidden}{cut}", *rows])


def _rows(sheet: CalamineSheet) -> tuple[list[str], str]:
    """The rows of a sheet as text, and a note on the range of rows if not all are shown."""
    rows: list[str] = []
    for at, row in enumerate(sheet.iter_rows()):
        if at == MAX_ROWS:
            return rows, f" (rows 1-{MAX_ROWS:,} of {sheet.height:,})"
        line = "\t".join(map(_shown, row)).rstrip()
        rows += [line] if line else []
    return rows, ""


def _shown(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return " ".join(str(cell).split())
