"""Documents handed to a process of their own: which are read, how far, and what is said where one cannot be."""

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
"""Seconds after which the process is ended; its reader begins no further part long before that."""
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
    "encrypted": "The document is encrypted, or of a format from before 2007: its text cannot be read here.",
    "broken": "The document is broken, or is not what its name says: it cannot be read.",
    "large": "The document expands to more than is read here.",
    "range": "The document has {total} parts; pages= begins beyond them.",
}
TOO_SLOW = f"The document was not read within {MAX_SECONDS:.0f} s."
ENDED = "The document could not be read within the memory and time for it, or is broken."
_AT_A_TIME = anyio.CapacityLimiter(2)  # each may take 1.2 GB


def installed(kind: str) -> bool:
    """Whether the library that reads documents of this kind is installed."""
    return find_spec(LIBRARY_BY_KIND[kind]) is not None


def parts_given(given: str | None) -> Range:
    """The parts that a text such as `3`, `5-20` or `5-` names; the first hundred where there is none.

    Raises:
        InvalidInput: when it is no range, or of more than a hundred parts.
    """
    if not given:
        return Range(1, MAX_PARTS)
    found = PARTS.fullmatch(given)
    if not found or int(found[1]) == 0:
        raise InvalidInput(f"pages={given!r} is no range.", remedy="Give one as 3, 5-20 or 5-.")
    first = int(found[1])
    last = int(found[3]) if found[3] else first + MAX_PARTS - 1 if found[2] else first
    if not first <= last < first + MAX_PARTS:
        raise InvalidInput(f"pages={given!r} is not a range of 1 to {MAX_PARTS} pages.", remedy="Give one as 5-20.")
    return Range(first, last)


async def extracted(content: bytes, kind: str, wanted: Range, address: str) -> Extract:
    """The text of a document, from a process that knows none of this one's variables.

    Raises:
        InvalidInput: when it cannot be read, with its address.
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
    raise InvalidInput(TOO_SLOW, remedy=remedy if kind == WORD else f"Fewer pages may be read in time. {remedy}")


def _answer(output: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(output)
    except ValueError:
        return None
    return cast("dict[str, Any]", answer) if isinstance(answer, dict) else None


def told(found: Extract) -> str:
    """The text under a line that says which parts it is of and what was left out."""
    lines = list(found.notes)
    if found.total:
        which = f"{found.noun.capitalize()} {found.first}-{found.last} of {found.total:,}"
        rest = f"{found.last + 1}-{min(found.last + MAX_PARTS, found.total)}"
        lines = [f"{which}; pages={rest} reads on." if found.last < found.total else f"{which}.", *lines]
    return "\n\n".join(filter(None, [" ".join(lines), found.text]))
