"""Text extraction from documents: supported types, ranges of pages, the child process and its failures."""

import json
import os
import re
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from subprocess import DEVNULL
from typing import Any, cast

import anyio
from mcp_chassis.failures import InvalidInput

from slack_mcp.documents.content import Extract, Fault, Range

MAX_DOCUMENT_BYTES = 10_000_000
MAX_PARTS = 100
MAX_SECONDS = 20.0
"""Seconds after which the child process is killed; its reader stops by itself after `READING_SECONDS`."""
MODULE = "slack_mcp.documents.child"
PDF, WORD, SHEETS, SLIDES = "pdf", "word", "sheets", "slides"
KIND_BY_ENDING: Mapping[str, str] = {
    "pdf": PDF,
    "docx": WORD,
    "docm": WORD,
    "xlsx": SHEETS,
    "xlsm": SHEETS,
    "xls": SHEETS,
    "ods": SHEETS,
    "pptx": SLIDES,
    "pptm": SLIDES,
}
LIBRARY_BY_KIND: Mapping[str, str] = {PDF: "pypdf", WORD: "mammoth", SHEETS: "python_calamine", SLIDES: "zipfile"}
PARTS = re.compile(r"\s*(\d{1,6})\s*(?:(-)\s*(\d{1,6})?\s*)?")
SENTENCE_BY_FAULT: Mapping[Fault, str] = {
    "encrypted": "The document is encrypted or has a file format from before 2007, so its text cannot be read.",
    "broken": "The document is damaged or does not have the format of its file name, so it cannot be read.",
    "large": "The document expands to more than 300 MB, which is the limit for reading.",
    "range": "The document has only {total} pages, slides or sheets, and the range in pages begins after them.",
}
TOO_SLOW = f"The document was not read within {MAX_SECONDS:.0f} s."
ENDED = "The document is damaged, or reading it needs more memory or time than this server allows."
_AT_A_TIME = anyio.CapacityLimiter(2)  # Each child process may use 1.2 GB.


def installed(kind: str) -> bool:
    """Whether the library that reads documents of this kind is installed."""
    return find_spec(LIBRARY_BY_KIND[kind]) is not None


def parts_given(given: str | None) -> Range:
    """Parse a range of pages such as `3`, `5-20` or `5-`; the first hundred pages if it is empty.

    Raises:
        InvalidInput: when it is not a range, or has more than a hundred pages.
    """
    if not given:
        return Range(1, MAX_PARTS)
    found = PARTS.fullmatch(given)
    if not found or int(found[1]) == 0:
        raise InvalidInput(f"pages={given!r} is not a range.", remedy="Give one such as 3, 5-20 or 5-.")
    first = int(found[1])
    last = int(found[3]) if found[3] else first + MAX_PARTS - 1 if found[2] else first
    if not first <= last < first + MAX_PARTS:
        raise InvalidInput(
            f"pages={given!r} is not a range of 1 to {MAX_PARTS} pages.", remedy="Give one such as 5-20."
        )
    return Range(first, last)


async def extracted(content: bytes, kind: str, wanted: Range, address: str) -> Extract:
    """Extract the text of a document in a child process that inherits no environment variables.

    Raises:
        InvalidInput: when the document cannot be read; the remedy contains its address.
    """
    remedy = f"Open its address: {address}"
    command = [sys.executable, "-I", "-m", MODULE, kind, str(wanted.first), str(wanted.last)]
    env = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
    async with _AT_A_TIME:
        with anyio.move_on_after(MAX_SECONDS):
            done = await anyio.run_process(command, input=content, stderr=DEVNULL, check=False, env=env)
            answer = _answer(done.stdout) if done.returncode == 0 else None
            if answer is None:
                raise InvalidInput(ENDED, remedy=remedy)
            if "fault" in answer:
                sentence = SENTENCE_BY_FAULT[answer["fault"]].format(total=answer.get("total", 0))
                raise InvalidInput(sentence, remedy=remedy)
            return Extract(**answer)
    raise InvalidInput(TOO_SLOW, remedy=remedy if kind == WORD else f"Try a range of fewer pages. {remedy}")


def _answer(output: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(output)
    except ValueError:
        return None
    return cast("dict[str, Any]", answer) if isinstance(answer, dict) else None


def text_with_range(found: Extract) -> str:
    """The extracted text below a line with the range of pages, the next range and notes about omitted text."""
    lines = list(found.notes)
    if found.total:
        which = f"{found.noun.capitalize()} {found.first}-{found.last} of {found.total:,}"
        rest = f"{found.last + 1}-{min(found.last + MAX_PARTS, found.total)}"
        lines = [f"{which}; read on with pages={rest}." if found.last < found.total else f"{which}.", *lines]
    return "\n\n".join(filter(None, [" ".join(lines), found.text]))
