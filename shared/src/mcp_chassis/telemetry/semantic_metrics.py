"""Metrics by OpenTelemetry's published semantic conventions, recorded only while an exporter wants them.

The names are copied from `opentelemetry-semantic-conventions`, whose modules are provisional; a test compares them.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opentelemetry.metrics import Meter

OPERATION_DURATION = "mcp.server.operation.duration"
SERVER_REQUEST_DURATION = "http.server.request.duration"
ACTIVE_REQUESTS = "http.server.active_requests"
CLIENT_REQUEST_DURATION = "http.client.request.duration"
OPERATION_BUCKETS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300)
REQUEST_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
SERVER_ATTRIBUTE = "toolroll.server"
"""Attribute of spans and operations that no convention has: the short name of the server in its process."""
OTHER = "_OTHER"
"""The conventions' value for unknown names."""
HTTP_METHODS = {"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"}
Attributes = Mapping[str, str | int]


class SemanticMetrics:
    """The instruments of a process."""

    def __init__(self, meter: "Meter") -> None:
        self._operations = meter.create_histogram(
            OPERATION_DURATION, "s", "Duration of MCP messages.", explicit_bucket_boundaries_advisory=OPERATION_BUCKETS
        )
        self._requests = meter.create_histogram(
            SERVER_REQUEST_DURATION,
            "s",
            "Duration of HTTP server requests.",
            explicit_bucket_boundaries_advisory=REQUEST_BUCKETS,
        )
        self._upstream = meter.create_histogram(
            CLIENT_REQUEST_DURATION,
            "s",
            "Duration of HTTP client requests.",
            explicit_bucket_boundaries_advisory=REQUEST_BUCKETS,
        )
        self._active = meter.create_up_down_counter(ACTIVE_REQUESTS, "{request}", "Number of active HTTP requests.")

    def operation(self, seconds: float, attributes: Attributes) -> None:
        """Record a handled MCP message."""
        self._operations.record(seconds, attributes)

    def request_began(self, method: str, scheme: str) -> None:
        """Record the beginning of a caller's HTTP request."""
        self._active.add(1, _request(method, scheme))

    def request_ended(self, seconds: float, method: str, scheme: str, *, route: str, status: int) -> None:
        """Record the response to a caller's HTTP request."""
        self._active.add(-1, _request(method, scheme))
        self._requests.record(seconds, {**_request(method, scheme), "http.route": route, **_status(status, 500)})

    def upstream_request(
        self, seconds: float, method: str, scheme: str, host: str, port: int | None, *, status: int, error: str = ""
    ) -> None:
        """Record a finished HTTP request to an upstream, with its status or, if that is 0, the name of an error."""
        attributes = {
            **_request(method, scheme),
            "server.address": host,
            "server.port": port or (443 if scheme == "https" else 80),
            **(_status(status, 400) if status else {"error.type": error}),
        }
        self._upstream.record(seconds, attributes)


_recorder: SemanticMetrics | None = None


def recorder() -> SemanticMetrics | None:
    """The metrics of this process; None while nothing exports them."""
    return _recorder


def record_with(metrics: SemanticMetrics | None) -> None:
    """Set the instruments to record in; None for none."""
    global _recorder  # noqa: PLW0603
    _recorder = metrics


def _request(method: str, scheme: str) -> dict[str, str | int]:
    return {"http.request.method": method if method in HTTP_METHODS else OTHER, "url.scheme": scheme}


def _status(status: int, first_error: int) -> dict[str, str | int]:
    error: dict[str, str | int] = {"error.type": str(status)} if status >= first_error else {}
    return {"http.response.status_code": status, **error}
