"""The period in which to search for a meeting."""

from datetime import UTC, datetime, time, timedelta

from mcp_chassis.failures import InvalidInput

from timezone_mcp.timekeeper import Timekeeper
from timezone_mcp.times import moments, readings
from timezone_mcp.zones.lookup import Zone

DEFAULT_PERIOD = timedelta(days=7)
MAX_PERIOD = timedelta(days=31)


def period(keeper: Timekeeper, zone: Zone, first: str, last: str | None) -> tuple[datetime, datetime]:
    """Parse start and end of the period into UTC. The whole last day is included, the past part of today is not.

    Raises:
        InvalidInput: the period is empty or longer than 31 days.
    """
    now, begin = keeper.now(zone), keeper.moment(first, zone)
    start = (max(begin, now) if begin.date() == now.date() else begin).astimezone(UTC)
    end = (_end(keeper, zone, last) if last else begin + DEFAULT_PERIOD).astimezone(UTC)
    if not timedelta() < end - start <= MAX_PERIOD:
        raise InvalidInput("to_date must lie after from_date, by at most 31 days.")
    return start, end


def _end(keeper: Timekeeper, zone: Zone, last: str) -> datetime:
    written = moments.parse(last, keeper.now(zone))
    if written.moment.tzinfo is not None:
        return written.moment
    return readings.instant(written.moment + timedelta(days=written.moment.time() == time()), written.zone or zone)
