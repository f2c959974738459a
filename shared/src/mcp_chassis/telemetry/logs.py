"""JSON log lines on standard error, with the request id of the current call and without secrets.

A record is formatted in the task that logs it, because the tool and the request id are context variables; a daemon
thread writes the lines. The queue between them is bounded and drops lines: a host that never reads standard error
cannot block the server.
"""

import contextlib
import json
import logging
import os
import queue
import re
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from contextvars import ContextVar
from types import TracebackType
from typing import Any, ClassVar, NamedTuple, Protocol

from pydantic_core import PydanticSerializationError, to_json

from mcp_chassis.telemetry.redaction import register_secret, scrub, scrub_log
from mcp_chassis.telemetry.trace_context import current_trace_id

__all__ = [
    "AUDIT",
    "PROTOCOL",
    "JsonLines",
    "QueuedLines",
    "configure",
    "flush",
    "log_event",
    "register_secret",
    "register_secrets",
    "request_id",
    "scrub",
    "tool_name",
]

OWN = "mcp_chassis"
"""The logger of the core. Loggers of libraries, for which `own` was not called, log WARNING and above."""
PROTOCOL = "mcp_chassis.protocol"
AUDIT = "mcp_chassis.audit"
QUEUE_LINES = 10_000
MAX_TEXT_CHARS = 16_000
_BATCH_SECONDS = 0.01  # lines of this interval are written together, because waking the thread slows the calls down
_BATCH_LINES = 500
_STANDARD_ERROR = 2
_URL_QUERY = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s?#\"'<>]{1,2000})\?[^\s\"'<>#]*")
_NO_FIELDS: dict[str, Any] = {}

tool_name: ContextVar[str | None] = ContextVar("tool_name", default=None)
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


class LogSettings(Protocol):
    """The settings that logging needs."""

    @property
    def log_level(self) -> str: ...
    @property
    def debug(self) -> bool: ...
    def secrets(self) -> Iterator[str]: ...


class JsonLines(logging.Formatter):
    """Formats a record as one JSON object, without keys that have no value, and with secrets redacted.

    Args:
        worker: the number of this process among several; None if it is the only one.
    """

    _second: ClassVar[tuple[int, str]] = (0, "")

    def __init__(self, worker: int | None = None) -> None:
        super().__init__()
        self._worker = worker

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, Any] = getattr(record, "fields", _NO_FIELDS)
        line = {
            "timestamp": self._timestamp(record.created),
            "level": record.levelname,
            "logger": record.name,
            "worker": self._worker,
            "message": _without_queries(record.getMessage()),
            "tool": tool_name.get(),
            "request_id": request_id.get(),
            "trace_id": current_trace_id(),
            **fields,
            "exception": _exception(record),
        }
        text = _json({key: value for key, value in line.items() if value is not None})
        if len(text) <= MAX_TEXT_CHARS and scrub_log(text) == text:
            return text
        return _json({key: _log_value(value) for key, value in line.items() if value is not None})

    def _timestamp(self, created: float) -> str:
        """UTC with milliseconds. The last second's text is cached, because formatting is a third of a line's cost."""
        second, text = JsonLines._second
        if int(created) != second:
            second, text = int(created), time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(created))
            JsonLines._second = (second, text)
        return f"{text}.{int(created % 1 * 1000):03d}Z"


class SharedOutput(NamedTuple):
    """Standard error of several processes.

    Args:
        worker: the number of this process, a key of its lines; None for the one that started the others.
        lock: held while lines are written, since a long write to a pipe is not atomic: lines would be mixed.
    """

    worker: int | None
    lock: Callable[[], AbstractContextManager[None]]


class QueuedLines(logging.Handler):
    """Passes formatted lines to a daemon thread that writes them to a file descriptor.

    Args:
        descriptor: the destination; writing to it may block for ever.
        capacity: maximum number of queued lines; further ones are dropped and counted.
        output: what this process is among several that write to the descriptor.
    """

    def __init__(
        self, descriptor: int = _STANDARD_ERROR, capacity: int = QUEUE_LINES, output: SharedOutput | None = None
    ) -> None:
        super().__init__()
        self._lock_output = output.lock if output else contextlib.nullcontext
        self.setFormatter(JsonLines(output.worker if output else None))
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
        except _FORMAT_ERRORS:  # arguments that do not match the format, or whose str() fails
            self._lines.put(self.format(logging.makeLogRecord(_UNFORMATTABLE | {"name": record.name})))

    def flush(self, timeout: float = 0.5) -> None:
        """Wait until the lines logged so far are written, at most `timeout` seconds: the reader may be blocked."""
        written = threading.Event()
        self._lines.put(written)
        written.wait(timeout)

    def close(self) -> None:
        self.flush()
        super().close()

    def _write_for_ever(self) -> None:
        while True:
            waiting = [self._lines.get()]
            if isinstance(waiting[0], str) and self._lines.qsize() < _BATCH_LINES:
                time.sleep(_BATCH_SECONDS)
            while not self._lines.empty() and len(waiting) < _BATCH_LINES:
                waiting.append(self._lines.get())
            lines = [line for line in waiting if isinstance(line, str)]
            if self._dropped:
                lines.append(self._dropped_line())
            with self._lock_output():
                _write_all(self._descriptor, "".join(f"{line}\n" for line in lines).encode())
            for written in waiting:
                if isinstance(written, threading.Event):
                    written.set()

    def _dropped_line(self) -> str:
        dropped, self._dropped = self._dropped, 0
        text = f"{dropped} log lines were dropped because standard error was not read."
        return self.format(logging.makeLogRecord({"name": __name__, "levelname": "WARNING", "msg": text}))


_FORMAT_ERRORS = (ArithmeticError, AttributeError, LookupError, OSError, RuntimeError, TypeError, ValueError)
_UNFORMATTABLE = {"levelname": "ERROR", "msg": "A log record could not be formatted."}


def register_secrets(settings: LogSettings) -> None:
    """Redact every secret of the settings from logs and results of this process."""
    for secret in settings.secrets():
        register_secret(secret)


def configure(settings: LogSettings, output: SharedOutput | None = None) -> QueuedLines:
    """Write the records of all loggers to standard error as JSON lines.

    Called before an MCP server is constructed: the SDK's constructor configures logging if nothing else has.
    """
    register_secrets(settings)
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False  # not part of a line
    handler = QueuedLines(output=output)
    level = logging.getLevelNamesMapping()[settings.log_level]
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    own(OWN, settings)
    own(type(settings).__module__.partition(".")[0], settings)
    logging.getLogger(PROTOCOL).setLevel(logging.DEBUG if settings.debug else logging.WARNING)
    logging.getLogger(AUDIT).setLevel(logging.INFO)  # at every log level
    sys.excepthook = _log_uncaught
    return handler


def own(package: str, settings: LogSettings) -> None:
    """Set the logger of one of our packages, such as a server's, to the log level of the settings.

    Loggers of libraries stay at WARNING, because below it they log requests and responses with the data of callers.
    """
    if package != "__main__":
        logging.getLogger(package).setLevel(settings.log_level)


def log_event(logger: logging.Logger, level: int, message: str, **fields: Any) -> None:
    """Log a line with additional keys. Half the cost of `Logger.log`, which inspects the stack for its caller."""
    if logger.isEnabledFor(level):
        record = logging.LogRecord(logger.name, level, "", 0, message, None, None)
        record.fields = fields
        logger.handle(record)


def flush(timeout: float = 0.5) -> None:
    """Wait at most `timeout` seconds until the last lines are written, before the process ends."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, QueuedLines):
            handler.flush(timeout)


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    logging.getLogger(__name__).critical(
        "The server stopped because of an uncaught error.", exc_info=(kind, error, trace)
    )


def _json(line: dict[str, Any]) -> str:
    try:
        return to_json(line, fallback=str).decode()  # a fifth of the time of json.dumps
    except (PydanticSerializationError, ValueError):  # half of a surrogate pair, or a cyclic object
        return json.dumps(line, default=str)


def _without_queries(text: str) -> str:
    """The text with the query of each URL replaced by `?...`, because it may contain what callers search for."""
    return _URL_QUERY.sub(r"\1?...", text) if "://" in text and "?" in text else text


def _exception(record: logging.LogRecord) -> str | None:
    if record.exc_info and record.exc_info[1]:
        return _without_queries("".join(traceback.format_exception(*record.exc_info)))
    return record.exc_text


def _log_value(value: Any) -> Any:
    if isinstance(value, bool | int | float):
        return value
    text = scrub_log(str(value))
    half = MAX_TEXT_CHARS // 2  # a message says what happened at its beginning, a traceback at its end
    return text if len(text) <= MAX_TEXT_CHARS else f"{text[:half]} ... {text[-half:]}"


def _write_all(descriptor: int, data: bytes) -> None:
    """Write all bytes, however slowly they are read; errors of a closed descriptor are ignored."""
    view = memoryview(data)
    with contextlib.suppress(OSError, ValueError):
        while view:
            try:
                view = view[os.write(descriptor, view) :]
            except BlockingIOError:  # another process made it non-blocking
                time.sleep(_BATCH_SECONDS)
