"""GitHub's rate limits from its response headers: warnings in results, and metrics."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from time import monotonic

from mcp_chassis.http.retry_after import seconds_until
from mcp_chassis.output.warnings import warn
from mcp_chassis.telemetry.metrics import METRICS, Metrics

LOW_SHARE = 0.1
ANONYMOUS_NOTICE = "No GITHUB_TOKEN is set: only public data can be read, with 60 requests an hour."


class RateLimitNotices:
    """Notices about rate limits of which few requests are left, from the headers of every response.

    Args:
        clock: monotonic clock in seconds; the time of day is taken from GitHub's `Date` header.
    """

    def __init__(self, *, anonymous: bool, clock: Callable[[], float] = monotonic) -> None:
        self.anonymous = anonymous
        self._clock = clock
        self._low: dict[str, tuple[float, str]] = {}

    def record(self, headers: Mapping[str, str]) -> None:
        """Record the number of requests left of a limit from the `X-RateLimit-*` headers of a response."""
        if (figures := _figures(headers)) is None:
            return
        limit, remaining, reset = figures
        resource = _resource(headers)
        self._low.pop(resource, None)
        if remaining < limit * LOW_SHARE:
            moment = datetime.fromtimestamp(reset, UTC).strftime("%H:%M UTC")
            text = f"Only {remaining} of {limit} GitHub requests ({resource}) are left until {moment}."
            self._low[resource] = (self._clock() + (seconds_until(reset, headers) or 0.0), text)

    def current(self) -> list[str]:
        """One sentence for each rate limit of which less than a tenth is left now."""
        return [text for until, text in self._low.values() if until > self._clock()]

    @staticmethod
    def warn_of_partial_results(headers: Mapping[str, str]) -> None:
        """Warn if GitHub left out organisations for which the token is not authorised by single sign-on."""
        if headers.get("x-github-sso", "").startswith("partial-results"):
            warn("Results of organisations that require single sign-on for this token are left out.")


def measure(headers: Mapping[str, str], metrics: Metrics = METRICS) -> None:
    """Set the metric of the requests left of a rate limit; with several credentials, that of the latest response."""
    if figures := _figures(headers):
        metrics.level("limit left", f"GitHub {_resource(headers)}", figures[1])


def _figures(headers: Mapping[str, str]) -> tuple[int, int, int] | None:
    """Limit, requests left, and time of the reset in seconds since 1970; None unless all three headers are present."""
    figures = [headers.get(f"x-ratelimit-{name}", "") for name in ("limit", "remaining", "reset")]
    if not all(figure.isascii() and figure.isdigit() and len(figure) < 12 for figure in figures):
        return None
    limit, remaining, reset = map(int, figures)
    return limit, remaining, reset


def _resource(headers: Mapping[str, str]) -> str:
    return headers.get("x-ratelimit-resource", "core")[:40]
