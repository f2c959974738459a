"""Result of reading a document: the text of a range of pages, slides or sheets, or the reason for a failure."""

import io
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

Fault = Literal["encrypted", "broken", "large", "range"]

MAX_CHARACTERS = 1_000_000
MAX_EXPANDED_BYTES = 300_000_000
READING_SECONDS = 12.0
"""Seconds after which no further page, slide or sheet is read."""


class Unreadable(Exception):
    """Raised for a document that cannot be read; `total` is its number of parts if the range begins beyond them."""

    def __init__(self, fault: Fault, total: int = 0) -> None:
        super().__init__(fault)
        self.fault: Fault = fault
        self.total = total


@dataclass(frozen=True)
class Range:
    """Range of the parts (pages, slides or sheets) to read, counted from 1."""

    first: int
    last: int

    def within(self, total: int) -> range:
        """The part numbers of the range that exist in a document of `total` parts.

        Raises:
            Unreadable: when the document has fewer parts than `first`.
        """
        if self.first > max(total, 1):
            raise Unreadable("range", total)
        return range(self.first, min(self.last, total) + 1)


@dataclass
class Extract:
    """Text of the parts from `first` to `last` of `total`; `notes` are sentences about text that was left out."""

    text: str = ""
    noun: str = ""
    first: int = 1
    last: int = 0
    total: int = 0
    notes: list[str] = field(default_factory=list[str])


Reader = Callable[[bytes, Range], Extract]


def collected(noun: str, numbers: range, total: int, parts: Iterator[str]) -> Extract:
    """Join the texts of the parts, up to 1,000,000 characters or 12 s; at least one part is read."""
    began = time.monotonic()
    texts: list[str] = []
    size = 0
    for text in parts:
        texts.append(text[: MAX_CHARACTERS - size])
        size += len(text)
        if size >= MAX_CHARACTERS or time.monotonic() - began > READING_SECONDS:
            break
    notes = [f"Only the first {MAX_CHARACTERS:,} characters are shown."] if size > MAX_CHARACTERS else []
    text = "\n\n".join(filter(None, texts))
    return Extract(text, noun, numbers.start, numbers.start + len(texts) - 1, total, notes)


def archive_of(content: bytes) -> zipfile.ZipFile:
    """Open an office document as the ZIP archive that its format is based on.

    Raises:
        Unreadable: when it is not a ZIP archive, or expands to more than 300 MB.
    """
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable("encrypted")
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError) as exc:
        raise Unreadable("broken") from exc
    if sum(member.file_size for member in archive.infolist()) > MAX_EXPANDED_BYTES:
        raise Unreadable("large")
    return archive
