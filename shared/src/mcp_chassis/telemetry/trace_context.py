"""W3C trace context of the current request: taken from the caller, passed on to upstreams.

It is OpenTelemetry's context, from which the SDK's spans take their parent. Without an exporter this process has no
spans, and the caller's `traceparent` is passed on unchanged.
"""

from collections.abc import Generator
from contextlib import contextmanager

from opentelemetry import context, trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

MAX_STATE_CHARS = 512
_W3C = TraceContextTextMapPropagator()


def parse(traceparent: str | None, state: str | None = None) -> context.Context | None:
    """The context of a `traceparent` header; None if it is missing or malformed."""
    known_state = state if state and len(state) <= MAX_STATE_CHARS else ""
    parsed = _W3C.extract({"traceparent": traceparent or "", "tracestate": known_state}, context.Context())
    return parsed if trace.get_current_span(parsed).get_span_context().is_valid else None


def current_trace_id() -> str | None:
    """The id of the current request's trace."""
    span = trace.get_current_span()
    if span is trace.INVALID_SPAN:  # without a trace, which is usual, two calls less for each log line
        return None
    current = span.get_span_context()
    return trace.format_trace_id(current.trace_id) if current.is_valid else None


def upstream_headers() -> dict[str, str]:
    """Headers that pass the current trace on, with the current span as parent; none without a trace."""
    headers: dict[str, str] = {}
    _W3C.inject(headers)
    if len(headers.get("tracestate", "")) > MAX_STATE_CHARS:
        del headers["tracestate"]
    return headers


@contextmanager
def in_trace(parent: context.Context | None) -> Generator[None]:
    """Inside the block, also in tasks started there, belong to a trace; to none if `parent` is None."""
    token = context.attach(parent or context.Context())
    try:
        yield
    finally:
        context.detach(token)
