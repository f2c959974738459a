"""Log lines of every tool call: its start, its end and one audit line."""

import json
import logging
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from mcp_chassis.telemetry.logs import AUDIT, log_event, request_id, tool_name
from mcp_chassis.telemetry.metrics import METRICS, Metrics
from mcp_chassis.telemetry.redaction import scrub_log

_calls = logging.getLogger("mcp_chassis.calls")
_audit = logging.getLogger(AUDIT)

OK = "ok"
CANCELLED = "cancelled"
MAX_ARGUMENTS_CHARS = 2_000


@dataclass
class Call:
    """A running call. `outcome` is `ok` or a failure's code, and stays `cancelled` if the call returned no result."""

    tool: str
    request_id: str
    principal: str
    outcome: str = CANCELLED


@contextmanager
def logged(
    tool: str,
    identifier: str,
    principal: str = "local",
    *,
    arguments: Mapping[str, Any] | None = None,
    metrics: Metrics = METRICS,
    clock: Callable[[], float] = time.perf_counter,
) -> Generator[Call]:
    """Log and count a call; log lines written inside carry its tool and request id.

    Args:
        tool: the tool's name.
        identifier: the request id.
        principal: the caller; `local` on stdio.
        arguments: written to the audit line as JSON of at most 2,000 characters, without secrets; None omits them.
        metrics: counts the call.
        clock: returns monotonic seconds.
    """
    call = Call(tool, identifier, principal)
    tokens = tool_name.set(tool), request_id.set(identifier)
    log_event(_calls, logging.INFO, "call started")
    started = clock()
    try:
        yield call
    finally:
        seconds = clock() - started
        _log_end(call, round(seconds * 1000, 1), arguments)
        metrics.call(tool, call.outcome, seconds)
        tool_name.reset(tokens[0])
        request_id.reset(tokens[1])


def _log_end(call: Call, duration_ms: float, arguments: Mapping[str, Any] | None) -> None:
    if call.outcome == OK:
        log_event(_calls, logging.INFO, "call completed", duration_ms=duration_ms)
    else:
        log_event(_calls, logging.WARNING, "call failed", duration_ms=duration_ms, outcome=call.outcome)
    fields = {"principal": call.principal, "outcome": call.outcome, "duration_ms": duration_ms}
    log_event(
        _audit, logging.INFO, "tool call", **fields, arguments=None if arguments is None else _audit_text(arguments)
    )


def _audit_text(arguments: Mapping[str, Any]) -> str:
    try:  # redacted before it is cut, because a part of a secret would not be recognised
        text = scrub_log(json.dumps(arguments, ensure_ascii=False, default=str))
    except (RecursionError, ValueError):  # deeper than can be written, or a number of too many digits
        return "arguments that cannot be serialised"
    return text if len(text) <= MAX_ARGUMENTS_CHARS else f"{text[:MAX_ARGUMENTS_CHARS]} ..."
