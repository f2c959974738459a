"""What every request carries so that one call can be followed through the API's own logs."""

import hashlib
import re
from secrets import token_bytes

from mcp_chassis.telemetry import logs

_UNFIT = re.compile(r"[^A-Za-z0-9._-]")
_OURS = token_bytes(16)
LONGEST = 64


def traced() -> dict[str, str]:
    """`X-Request-ID` as in our logs, and W3C trace context: the span's we are in, else one that begins with this call.

    The same for every attempt of one call.
    """
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    headers: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(headers)
    identifier = _UNFIT.sub("", logs.request_id.get() or "")[:LONGEST]
    drawn = hashlib.sha256(_OURS + identifier.encode()).hexdigest()
    headers.setdefault("traceparent", f"00-{drawn[:32]}-{drawn[32:48]}-00")
    return {**headers, "x-request-id": identifier or drawn[48:]}
