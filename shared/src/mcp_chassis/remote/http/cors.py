"""Cross-origin requests of browser clients: the preflight, and headers that let a page read the response."""

from starlette.types import Scope

from mcp_chassis.remote.http import request_body
from mcp_chassis.remote.http.origins import Origins

SENT = (
    "authorization", "x-api-key", "content-type", "accept", "last-event-id", "mcp-protocol-version", "mcp-method",
    "mcp-name", "mcp-session-id", "x-mcp-tools", "x-mcp-readonly", "x-request-id", "traceparent", "tracestate",
)  # fmt: skip
"""Headers that a page may send; those that begin with `mcp-param-` are added from the preflight."""
EXPOSED = "www-authenticate, retry-after, x-request-id, mcp-session-id, mcp-protocol-version"
MAX_AGE_SECONDS = 600
MAX_HEADERS = 50
PARAMETER_HEADER = "mcp-param-"

Headers = list[tuple[bytes, bytes]]


def is_preflight(scope: Scope) -> bool:
    """Whether a request is a browser's preflight."""
    return (
        scope["method"] == "OPTIONS"
        and request_body.header(scope, b"origin") is not None
        and request_body.header(scope, b"access-control-request-method") is not None
    )


def preflight_headers(scope: Scope) -> dict[str, str]:
    """The headers of the response to a preflight from an allowed origin."""
    wanted = (request_body.header(scope, b"access-control-request-headers") or "").lower().split(",")[:MAX_HEADERS]
    parameters = [name.strip() for name in wanted if name.strip().startswith(PARAMETER_HEADER)]
    allowed = [*SENT, *(name for name in parameters if name.replace("-", "").isalnum())]
    local = request_body.header(scope, b"access-control-request-private-network") == "true"
    return {
        "access-control-allow-methods": "POST",
        "access-control-allow-headers": ", ".join(allowed),
        "access-control-max-age": str(MAX_AGE_SECONDS),
        **({"access-control-allow-private-network": "true"} if local else {}),
    }


def response_headers(scope: Scope, origins: Origins) -> Headers:
    """The headers that let a page of an allowed origin read a response; none for others and for programs."""
    sent = request_body.headers(scope, b"origin")
    if not sent or not origins.answers_origins(sent):
        return []
    return [
        (b"access-control-allow-origin", sent[0].encode("latin-1")),
        (b"access-control-expose-headers", EXPOSED.encode()),
        (b"vary", b"Origin"),
    ]
