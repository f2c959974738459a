"""Conversion of a file's bytes to pages of text: encodings, binary files, Git LFS pointers and very long lines."""

import json
import re
from dataclasses import dataclass
from typing import NamedTuple

from mcp_chassis.failures import InvalidInput
from mcp_chassis.results import TextPage

MAX_LINE_CHARS = 4_000
_LFS = re.compile(rb"version https://git-lfs\.github\.com/spec/v1\n.*?\bsize (\d{1,18})\n?", re.DOTALL)


@dataclass(frozen=True)
class FilePosition:
    """Position in a file: the git hash of the content, and the character offset and the line of the page.

    With `by_path`, no blob of this hash can be read: the path is read again, and its content compared with the hash.
    """

    sha: str
    offset: int
    line: int = 1
    by_path: bool = False

    def encoded(self) -> str:
        return json.dumps([self.sha, self.offset, self.line, self.by_path], separators=(",", ":"))


def decoded_position(text: str) -> FilePosition:
    return FilePosition(*json.loads(text))


class Decoded(NamedTuple):
    """Text of a file and a note on its encoding; `text` is None for a binary file."""

    text: str | None
    note: str = ""


def decoded(content: bytes) -> Decoded:
    """Decode bytes as UTF-8, or as UTF-16 if they begin with its byte order mark; U+FFFD replaces invalid bytes."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) and len(content) % 2 == 0:
        text = content.decode("utf-16", "replace")
        if "\0" not in text:
            return Decoded(text, "UTF-16")
    if b"\0" in content:
        return Decoded(None)
    text = content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    if "\ufffd" in text and b"\xef\xbf\xbd" not in content:
        return Decoded(text, "not UTF-8: invalid bytes are shown as \ufffd")
    return Decoded(text)


def position_of_line(content: bytes, sha: str, start: int, *, by_path: bool) -> FilePosition:
    """The position of the beginning of line `start`, counted from 1.

    Raises:
        InvalidInput: if the file has fewer lines.
    """
    text, offset = decoded(content).text or "", 0
    for _ in range(start - 1):
        offset = text.find("\n", offset) + 1
        if offset == 0 or offset == len(text):
            raise InvalidInput(f"start_line is beyond the file's last line, {line_count(text)}.")
    return FilePosition(sha, offset, start, by_path)


def page_of_text(name: str, content: bytes, position: FilePosition, *, lines: int, characters: int) -> TextPage:
    """One page of a file: a line with name, range of lines, size and blob id, then the text."""
    if pointer := _LFS.fullmatch(content):
        size = int(pointer.group(1))
        name += f", a Git LFS pointer (the file itself has {size} bytes and is not in the repository)"
    text, note = decoded(content)
    identity = f"{len(content)} bytes, blob {position.sha[:7]}"
    if text is None:
        return TextPage(f"{name}, {identity}: a binary file, not shown")
    page = _Page(text, position, whole_line=lines == 1, characters=characters)
    page.fill(lines)
    head = f"{name}, lines {position.line if text else 0}-{page.last_line} of {line_count(text)}, {identity}"
    head += f", {note}" if note else ""
    head += ", cut inside the last line" if page.is_inside_line else ""
    return TextPage(f"{head}\n{page.shown}", page.next_position())


class _Page:
    """Text of the lines from a position on, up to a number of lines and of characters.

    A line longer than `MAX_LINE_CHARS` is cut. If only one line is requested, it continues on the next pages instead.
    """

    def __init__(self, text: str, position: FilePosition, *, whole_line: bool, characters: int) -> None:
        self.shown = ""
        self.last_line = position.line - 1
        self.is_inside_line = False
        self._text, self._position = text, position
        self._end, self._room = position.offset, characters
        self._max_line = characters if whole_line else min(MAX_LINE_CHARS, characters)
        self._whole_line = whole_line

    def fill(self, lines: int) -> None:
        parts: list[str] = []
        for _ in range(lines):
            if self._end == len(self._text):
                break
            after = self._text.find("\n", self._end) + 1 or len(self._text)
            line = self._text[self._end : after]
            if len(line) > self._max_line:
                part, after = self._cut(line)
            else:
                part = line
            self._room -= len(part)
            if self._room < 0 and parts:
                break
            parts.append(part)
            self._end = after
            self.last_line += 1
        self.shown = "".join(parts)

    def next_position(self) -> str | None:
        if self._end == len(self._text):
            return None
        line = self.last_line if self.is_inside_line else self.last_line + 1
        return FilePosition(self._position.sha, self._end, line, self._position.by_path).encoded()

    def _cut(self, line: str) -> tuple[str, int]:
        if self._whole_line:
            self.is_inside_line = True
            return line[: self._max_line], self._end + self._max_line
        number, left = self.last_line + 1, len(line) - self._max_line
        note = f" [... {left} more characters; read all with start_line {number}, max_lines 1]"
        return f"{line[: self._max_line]}{note}\n", self._end + len(line)


def line_count(text: str) -> int:
    return text.count("\n") + (not text.endswith("\n") and bool(text))
