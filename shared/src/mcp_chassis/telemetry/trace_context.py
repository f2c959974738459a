"""W3C trace context of the current request: taken from the caller, passed on to upstreams."""

import re
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

_TRACEPARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?P<trace>[0-9a-f]{32})-(?P<span>[0-9a-f]{16})-(?P<flags>[0-9a-f]{2})(?:-.*)?"
)
MAX_STATE_CHARS = 512


@dataclass(frozen=True)
class TraceContext:
    """The trace that a request belongs to."""

    trace_id: str
    flags: str
    state: str = ""

    def headers(self) -> dict[str, str]:
        """The headers of a request to an upstream: the same trace, a span of its own."""
        own = {"traceparent": f"00-{self.trace_id}-{secrets.token_hex(8)}-{self.flags}"}
        return {**own, "tracestate": self.state} if self.state else own


_current: ContextVar[TraceContext | None] = ContextVar("trace_context", default=None)


def parse(traceparent: str | None, state: str | None = None) -> TraceContext | None:
    """The trace context of a `traceparent` header; None where it is missing or malformed."""
    match = _TRACEPARENT.fullmatch(traceparent or "")
    if match is None or not match["trace"].strip("0") or not match["span"].strip("0"):
        return None
    kept = state if state and len(state) <= MAX_STATE_CHARS and state.isascii() and state.isprintable() else ""
    return TraceContext(match["trace"], "01" if int(match["flags"], 16) & 1 else "00", kept)


def current_trace_id() -> str | None:
    """The id of the current request's trace."""
    current = _current.get()
    return current.trace_id if current else None


def upstream_headers() -> dict[str, str]:
    """Headers that pass the current trace on; none where the caller sent no trace."""
    current = _current.get()
    return current.headers() if current else {}


@contextmanager
def in_trace(context: TraceContext | None) -> Generator[None]:
    """Belong to a trace inside, also in tasks begun there."""
    token = _current.set(context)
    try:
        yield
    finally:
        _current.reset(token)
