"""Output of the command line: text in any console's encoding, and progress that is shown only in a terminal."""

import io
import sys
from collections.abc import Generator
from contextlib import contextmanager

ERASE_LINE = "\r\x1b[2K"
LONGEST_PROGRESS = 100


def accept_any_text() -> None:
    """Make the standard streams accept any character: UTF-8 for files and pipes, escapes on other consoles.

    Consoles of Windows have code pages such as cp1252, whose encoders refuse most characters.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")
    given: object = sys.stdin
    if isinstance(given, io.TextIOWrapper) and not given.isatty():
        given.reconfigure(encoding="utf-8", errors="surrogateescape")


@contextmanager
def progress(text: str) -> Generator[None]:
    """Show a line on standard error while the block runs, if that is a terminal."""
    show_progress(text)
    try:
        yield
    finally:
        erase_progress()


def show_progress(text: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"{ERASE_LINE}{text[:LONGEST_PROGRESS]}")
        sys.stderr.flush()


def erase_progress() -> None:
    if sys.stderr.isatty():
        sys.stderr.write(ERASE_LINE)
        sys.stderr.flush()
