"""GitHub's rate limits, as its response headers tell them: notices for the reader, figures for the metrics."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from time import monotonic

from mcp_chassis.http.retry_after import seconds_until
from mcp_chassis.output.warnings import warn
from mcp_chassis.telemetry.metrics import METRICS, Metrics

LOW_SHARE = 0.1
ANONYMOUS_NOTICE = "No GITHUB_TOKEN is set: only public things are seen, at 60 requests an hour."


class RateLimitNotices:
    """Notices about what is left of each rate limit, from the headers of every response.

    Args:
        clock: seconds that only grow; what the time of day is, GitHub's `Date` says.
    """

    def __init__(self, *, anonymous: bool, clock: Callable[[], float] = monotonic) -> None:
        self.anonymous = anonymous
        self._clock = clock
        self._low: dict[str, tuple[float, str]] = {}

    def record(self, headers: Mapping[str, str]) -> None:
        """Learn from `X-RateLimit-*` how much of each limit is left."""
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
        """Sentences about limits that are nearly used up now."""
        return [text for until, text in self._low.values() if until > self._clock()]

    @staticmethod
    def warn_of_partial_results(headers: Mapping[str, str]) -> None:
        """Warn where GitHub left organisations out because they want single sign-on."""
        if headers.get("x-github-sso", "").startswith("partial-results"):
            warn("Organisations that want single sign-on for this token are left out.")


def measure(headers: Mapping[str, str], metrics: Metrics = METRICS) -> None:
    """Count how much of a limit an answer says is left; of several credentials, the one that asked last."""
    if figures := _figures(headers):
        metrics.level("limit left", f"GitHub {_resource(headers)}", figures[1])


def _figures(headers: Mapping[str, str]) -> tuple[int, int, int] | None:
    """Limit, what remains of it, and when it is whole again; None where an answer does not tell all three."""
    figures = [headers.get(f"x-ratelimit-{name}", "") for name in ("limit", "remaining", "reset")]
    if not all(figure.isascii() and figure.isdigit() and len(figure) < 12 for figure in figures):
        return None
    limit, remaining, reset = map(int, figures)
    return limit, remaining, reset


def _resource(headers: Mapping[str, str]) -> str:
    return headers.get("x-ratelimit-resource", "core")[:40]
