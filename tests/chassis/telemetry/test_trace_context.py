"""W3C trace context: which headers of a caller are taken, and what is passed on to upstreams."""

import pytest
from mcp_chassis.telemetry.trace_context import MAX_STATE_CHARS, current_trace_id, parse, upstream_headers
from opentelemetry import context, trace
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, TraceState

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
PARENT = f"00-{TRACE}-{SPAN}-01"
LONGEST = f"a={'x' * (MAX_STATE_CHARS - 2)}"


@pytest.mark.parametrize(
    ("state", "passed_on"),
    [(None, None), ("", None), ("a=1", "a=1"), ("a=" + "x" * 254, "a=" + "x" * 254), (f"{LONGEST}x", None)],
)
def test_a_trace_is_passed_on_with_a_state_of_at_most_512_characters(state: str | None, passed_on: str | None):
    parsed = parse(PARENT, state)
    assert parsed is not None
    token = context.attach(parsed)
    try:
        assert current_trace_id() == TRACE
        assert upstream_headers() == {"traceparent": PARENT} | ({"tracestate": passed_on} if passed_on else {})
    finally:
        context.detach(token)
    assert MAX_STATE_CHARS == 512


@pytest.mark.parametrize("parent", [None, "", "junk", f"00-{'0' * 32}-{SPAN}-01", f"00-{TRACE}-{'0' * 16}-01"])
def test_a_malformed_parent_starts_no_trace(parent: str | None):
    assert parse(parent, "a=1") is None
    assert current_trace_id() is None
    assert upstream_headers() == {}


@pytest.mark.parametrize(("pairs", "kept"), [(2, True), (3, False)])
def test_a_state_that_grew_beyond_512_characters_is_not_passed_on(pairs: int, kept: bool):
    state = TraceState([(f"k{number}", "v" * 250) for number in range(pairs)])
    span = NonRecordingSpan(SpanContext(int(TRACE, 16), int(SPAN, 16), True, TraceFlags(1), state))
    token = context.attach(trace.set_span_in_context(span))
    try:
        headers = upstream_headers()
    finally:
        context.detach(token)
    assert ("tracestate" in headers) is kept
    assert headers["traceparent"] == PARENT
