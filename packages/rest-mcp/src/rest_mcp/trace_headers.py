"""Request headers that correlate one call with the API's logs."""

import hashlib
import re
from secrets import token_bytes

from mcp_chassis.telemetry import logs
from mcp_chassis.telemetry.trace_context import upstream_headers

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
_TRACE_SEED = token_bytes(16)
MAX_REQUEST_ID_CHARS = 64


def traced() -> dict[str, str]:
    """Return `X-Request-ID`, as in this server's logs, and the W3C trace context of the current span.

    Without a span, the trace context is derived from the request id, so every attempt of one call sends the same.
    """
    headers = upstream_headers()
    identifier = _UNSAFE.sub("", logs.request_id.get() or "")[:MAX_REQUEST_ID_CHARS]
    drawn = hashlib.sha256(_TRACE_SEED + identifier.encode()).hexdigest()
    headers.setdefault("traceparent", f"00-{drawn[:32]}-{drawn[32:48]}-00")
    return {**headers, "x-request-id": identifier or drawn[48:]}
