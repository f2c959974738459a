"""Child process that reads one document from standard input and writes its text to standard output as JSON."""

import contextlib
import json
import sys
from dataclasses import asdict

from slack_mcp.documents.content import Range, Reader, Unreadable

MAX_MEMORY_BYTES = 1_200_000_000
MAX_CPU_SECONDS = 25


def main(kind: str, first: str, last: str) -> None:
    content = sys.stdin.buffer.read()
    bound()
    try:
        with contextlib.redirect_stdout(sys.stderr):  # A library that prints would corrupt the JSON on standard output.
            answer = asdict(_reader(kind)(content, Range(int(first), int(last))))
    except Unreadable as exc:
        answer = {"fault": exc.fault, "total": exc.total}
    except MemoryError:
        answer = {"fault": "large"}
    sys.stdout.write(json.dumps(answer))


def bound() -> None:
    """Limit memory and processor time and forbid writing files; no effect on Windows."""
    if sys.platform == "win32":
        return
    import resource

    limits = {
        resource.RLIMIT_AS: MAX_MEMORY_BYTES,
        resource.RLIMIT_CPU: MAX_CPU_SECONDS,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    for name, most in limits.items():
        with contextlib.suppress(OSError, ValueError):  # macOS does not support a limit of the address space.
            resource.setrlimit(name, (most, most))


def _reader(kind: str) -> Reader:
    """The function that reads documents of a kind; only the library for that kind is imported."""
    if kind == "pdf":
        from slack_mcp.documents.pdf import read_pdf as reader
    elif kind == "word":
        from slack_mcp.documents.word import read_word as reader
    elif kind == "sheets":
        from slack_mcp.documents.sheets import read_sheets as reader
    else:
        from slack_mcp.documents.slides import read_slides as reader
    return reader


if __name__ == "__main__":
    main(*sys.argv[1:])
