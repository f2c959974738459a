"""What is logged of every call: its start, its end, and one audit line."""

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
    """One call while it runs. `outcome` is `ok` or a failure's code; it stays `cancelled` where nothing answered."""

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
    """Log a call's start and end, audit and count it; log lines written inside carry its tool and request id.

    Args:
        tool: the tool's name.
        identifier: the request's id, as logs and failures name it.
        principal: whose call it is; `local` on stdio.
        arguments: stand in the audit line as JSON, without secrets, 2,000 characters at most; None: they do not.
        metrics: where it is counted.
        clock: seconds.
    """
    call = Call(tool, identifier, principal)
    tokens = tool_name.set(tool), request_id.set(identifier)
    log_event(_calls, logging.INFO, "call started")
    started = clock()
    try:
        yield call
    finally:
        seconds = clock() - started
        _ended(call, round(seconds * 1000, 1), arguments)
        metrics.call(tool, call.outcome, seconds)
        tool_name.reset(tokens[0])
        request_id.reset(tokens[1])


def _ended(call: Call, duration_ms: float, arguments: Mapping[str, Any] | None) -> None:
    if call.outcome == OK:
        log_event(_calls, logging.INFO, "call completed", duration_ms=duration_ms)
    else:
        log_event(_calls, logging.WARNING, "call failed", duration_ms=duration_ms, outcome=call.outcome)
    fields = {"principal": call.principal, "outcome": call.outcome, "duration_ms": duration_ms}
    log_event(_audit, logging.INFO, "tool call", **fields, arguments=None if arguments is None else _audited(arguments))


def _audited(arguments: Mapping[str, Any]) -> str:
    """Scrubbed before it is cut: half a secret would not be found any more."""
    try:
        text = scrub_log(json.dumps(arguments, ensure_ascii=False, default=str))
    except (RecursionError, ValueError):  # deeper than can be written, or a number of too many digits
        return "arguments that cannot be written"
    return text if len(text) <= MAX_ARGUMENTS_CHARS else f"{text[:MAX_ARGUMENTS_CHARS]} ..."
