"""Text extraction from Word documents with mammoth; headings, lists and tables get Markdown marks."""

import io
from html.parser import HTMLParser
from importlib import import_module
from typing import Any
from xml.parsers.expat import ExpatError

from slack_mcp.documents.content import MAX_CHARACTERS, Extract, Range, Unreadable, archive_of

MAX_XML_BYTES = 30_000_000
"""Maximum size of the document's XML, which mammoth loads as objects: 5 MB (20,000 paragraphs) take 6 s."""
BROKEN = (ArithmeticError, AttributeError, ExpatError, LookupError, OSError, RecursionError, TypeError, ValueError)
"""Exceptions that mammoth raises for documents that violate the standard."""


def read_word(content: bytes, wanted: Range) -> Extract:
    """Read the whole text of a document; `wanted` is ignored, since a Word file does not store pages."""
    with archive_of(content) as archive:
        if any(member.file_size > MAX_XML_BYTES for member in archive.infolist() if member.filename.endswith(".xml")):
            raise Unreadable("large")
    mammoth: Any = import_module("mammoth")  # mammoth has no type annotations.
    try:
        html: str = mammoth.convert_to_html(io.BytesIO(content), convert_image=_without_pictures).value
    except BROKEN as exc:
        raise Unreadable("broken") from exc
    reader = _Text()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()).rstrip(" |") for line in "".join(reader.parts).split("\n"))
    text = "\n".join(filter(None, lines))
    notes = [f"Only the first {MAX_CHARACTERS:,} of {len(text):,} characters are shown."] * (len(text) > MAX_CHARACTERS)
    return Extract(text[:MAX_CHARACTERS], notes=notes)


def _without_pictures(image: Any) -> list[Any]:
    return []


class _Text(HTMLParser):
    """Parser that collects the text of mammoth's HTML, with one line for each row of a table."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._cells = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._cells += tag in {"td", "th"}
        if tag in {"p", "tr", "br", "li"} or tag[1:].isdecimal():
            mark = f"{'#' * int(tag[1])} " if tag[1:].isdecimal() else "- " if tag == "li" else ""
            self.parts.append(" " if self._cells else f"\n{mark}")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._cells -= 1
            self.parts.append(" | ")

    def handle_data(self, data: str) -> None:
        self.parts.append(data.replace("\n", " "))
