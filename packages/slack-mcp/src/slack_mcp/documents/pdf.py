"""Text extraction from PDF documents with pypdf."""

import io
from collections.abc import Iterator, Sequence

from pypdf import PageObject, PdfReader
from pypdf.errors import PyPdfError

from slack_mcp.documents.content import Extract, Range, Unreadable, collected

BROKEN = (PyPdfError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""Exceptions that pypdf raises for documents that violate the PDF standard."""


def read_pdf(content: bytes, wanted: Range) -> Extract:
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("encrypted")
        pages = reader.pages
        total = len(pages)
    except BROKEN as exc:
        raise Unreadable("broken") from exc
    numbers = wanted.within(total)
    empty: list[int] = []
    found = collected("pages", numbers, total, _texts(pages, numbers, empty))
    if empty:
        which = "none of them" if len(empty) == found.last - found.first + 1 else f"{len(empty)} of them not"
        found.notes.append(f"Pages with text: {which}; the others may be pictures, as of a scan, or broken.")
    return found


def _texts(pages: Sequence[PageObject], numbers: range, empty: list[int]) -> Iterator[str]:
    """The text of each page below its number; numbers of pages without text are added to `empty`."""
    for number in numbers:
        try:
            text = pages[number - 1].extract_text().strip()
        except BROKEN:
            text = ""
        if not text:
            empty.append(number)
        yield f"## Page {number}\n{text}" if text else ""
