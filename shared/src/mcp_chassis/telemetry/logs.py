"""Logs: JSON lines on standard error that carry request ids, hold no secret and never hold up the server.

A record is formatted by whoever logs, so that it carries that call's tool and request id; a daemon thread writes.
Between them is a bounded queue that drops: a host that never reads standard error costs log lines, not answers.
"""

import contextlib
import json
import logging
import os
import queue
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextvars import ContextVar
from types import TracebackType
from typing import Any, ClassVar, Protocol

from pydantic_core import PydanticSerializationError, to_json

from mcp_chassis.telemetry.redaction import register_secret, scrub, scrub_log

__all__ = [
    "AUDIT",
    "PROTOCOL",
    "JsonLines",
    "QueuedLines",
    "configure",
    "flush",
    "log_event",
    "register_secret",
    "request_id",
    "scrub",
    "tool_name",
]

LIBRARIES = ("aiohttp", "asyncpg", "httpcore", "httpcore2", "httpx", "httpx2", "mcp", "slack_sdk")
PROTOCOL = "mcp_chassis.protocol"
AUDIT = "mcp_chassis.audit"
QUEUE_LINES = 10_000
MAX_TEXT_CHARS = 16_000
_TOGETHER = 0.01  # seconds in which lines gather into one write: a wake-up for each would cost the calls 30 µs
_STANDARD_ERROR = 2
_NO_FIELDS: dict[str, Any] = {}

tool_name: ContextVar[str | None] = ContextVar("tool_name", default=None)
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


class LogSettings(Protocol):
    """The part of a server's settings that concerns logs."""

    @property
    def log_level(self) -> str: ...
    @property
    def debug(self) -> bool: ...
    def secrets(self) -> Iterator[str]: ...


class JsonLines(logging.Formatter):
    """One JSON object a record; keys without a value are left out. Secret values are removed from every text."""

    _second: ClassVar[tuple[int, str]] = (0, "")

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, Any] = getattr(record, "fields", _NO_FIELDS)
        line = {
            "timestamp": self._timestamp(record.created),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "tool": tool_name.get(),
            "request_id": request_id.get(),
            **fields,
            "exception": _exception(record),
        }
        text = _json({key: value for key, value in line.items() if value is not None})
        if len(text) <= MAX_TEXT_CHARS and scrub_log(text) is text:
            return text
        return _json({key: _loggable(value) for key, value in line.items() if value is not None})

    def _timestamp(self, created: float) -> str:
        """UTC with milliseconds. The text of a second is kept: making it anew is a third of a line's cost."""
        second, text = JsonLines._second
        if int(created) != second:
            second, text = int(created), time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(created))
            JsonLines._second = (second, text)
        return f"{text}.{int(created % 1 * 1000):03d}Z"


class QueuedLines(logging.Handler):
    """Hands formatted lines to a daemon thread that writes them to a descriptor.

    Args:
        descriptor: where lines go; it may block for ever.
        capacity: lines that may wait; further ones are dropped and counted.
    """

    def __init__(self, descriptor: int = _STANDARD_ERROR, capacity: int = QUEUE_LINES) -> None:
        super().__init__()
        self.setFormatter(JsonLines())
        self._descriptor = descriptor
        self._capacity = capacity
        self._lines: queue.SimpleQueue[str | threading.Event] = queue.SimpleQueue()
        self._dropped = 0
        self._thread = threading.Thread(target=self._write_for_ever, name="log-writer", daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        if self._lines.qsize() >= self._capacity:
            self._dropped += 1
            return
        try:
            self._lines.put(self.format(record))
        except _FORMATTING:  # arguments that do not fit their format, or that cannot be shown at all
            self._lines.put(self.format(logging.makeLogRecord(_UNFIT | {"name": record.name})))

    def flush(self, timeout: float = 0.5) -> None:
        """Wait until what was logged so far is written, at most `timeout` seconds: the reader may be asleep."""
        written = threading.Event()
        self._lines.put(written)
        written.wait(timeout)

    def close(self) -> None:
        self.flush()
        super().close()

    def _write_for_ever(self) -> None:
        while True:
            waiting = [self._lines.get()]
            if isinstance(waiting[0], str) and self._lines.empty():
                time.sleep(_TOGETHER)
            while not self._lines.empty() and len(waiting) < 500:
                waiting.append(self._lines.get())
            lines = [line for line in waiting if isinstance(line, str)]
            if self._dropped:
                lines.append(self._told_of_dropped())
            _write_all(self._descriptor, "".join(f"{line}\n" for line in lines).encode())
            for written in waiting:
                if isinstance(written, threading.Event):
                    written.set()

    def _told_of_dropped(self) -> str:
        dropped, self._dropped = self._dropped, 0
        text = f"{dropped} log lines were dropped: nobody read standard error."
        return self.format(logging.makeLogRecord({"name": __name__, "levelname": "WARNING", "msg": text}))


_FORMATTING = (ArithmeticError, AttributeError, LookupError, OSError, RuntimeError, TypeError, ValueError)
_UNFIT = {"levelname": "ERROR", "msg": "A log record could not be formatted."}


def configure(settings: LogSettings) -> QueuedLines:
    """Send every logger's records to standard error as JSON lines.

    To be called before an MCP server is constructed: its constructor configures logging where nobody has.
    """
    for secret in settings.secrets():
        register_secret(secret)
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False  # no line tells them
    handler = QueuedLines()
    logging.basicConfig(level=settings.log_level, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    for library in LIBRARIES:
        logging.getLogger(library).setLevel(logging.NOTSET if settings.debug else logging.WARNING)
    logging.getLogger(PROTOCOL).setLevel(logging.DEBUG if settings.debug else logging.WARNING)
    logging.getLogger(AUDIT).setLevel(logging.INFO)  # whatever else is wanted
    sys.excepthook = _log_uncaught
    return handler


def log_event(logger: logging.Logger, level: int, message: str, **fields: Any) -> None:
    """Log a line with keys of its own; half the cost of the logger's own methods, which look for their caller."""
    if logger.isEnabledFor(level):
        record = logging.LogRecord(logger.name, level, "", 0, message, None, None)
        record.fields = fields
        logger.handle(record)


def flush(timeout: float = 0.5) -> None:
    """Give the last lines `timeout` seconds to be written; for the end of the process."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, QueuedLines):
            handler.flush(timeout)


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    logging.getLogger(__name__).critical("The server ended by an error.", exc_info=(kind, error, trace))


def _json(line: dict[str, Any]) -> str:
    try:
        return to_json(line, fallback=str).decode()  # a fifth of the time of json.dumps
    except (PydanticSerializationError, ValueError):  # half of a surrogate pair, or an object that holds itself
        return json.dumps(line, default=str)


def _exception(record: logging.LogRecord) -> str | None:
    if record.exc_info and record.exc_info[1]:
        return "".join(traceback.format_exception(*record.exc_info))
    return record.exc_text


def _loggable(value: Any) -> Any:
    if isinstance(value, bool | int | float):
        return value
    text = scrub_log(str(value))
    half = MAX_TEXT_CHARS // 2  # a traceback's end says what happened, a message's beginning
    return text if len(text) <= MAX_TEXT_CHARS else f"{text[:half]} ... {text[-half:]}"


def _write_all(descriptor: int, data: bytes) -> None:
    """Write everything, however slowly it is read; a closed descriptor swallows it."""
    view = memoryview(data)
    with contextlib.suppress(OSError, ValueError):
        while view:
            try:
                view = view[os.write(descriptor, view) :]
            except BlockingIOError:  # somebody made it non-blocking
                time.sleep(_TOGETHER)
