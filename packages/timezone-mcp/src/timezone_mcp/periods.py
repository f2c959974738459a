"""The days among which a meeting is looked for."""

from datetime import UTC, datetime, time, timedelta

from mcp_chassis.failures import InvalidInput

from timezone_mcp import moments, readings
from timezone_mcp.timekeeper import Timekeeper
from timezone_mcp.zones import Zone

USUAL = timedelta(days=7)
LONGEST = timedelta(days=31)


def period(keeper: Timekeeper, zone: Zone, first: str, last: str | None) -> tuple[datetime, datetime]:
    """From when until when, in UTC: a day named last is meant whole, and what is past of today is left out.

    Raises:
        InvalidInput: it is empty, or longer than 31 days.
    """
    now, begin = keeper.now(zone), keeper.moment(first, zone)
    start = (max(begin, now) if begin.date() == now.date() else begin).astimezone(UTC)
    end = (_end(keeper, zone, last) if last else begin + USUAL).astimezone(UTC)
    if not timedelta() < end - start <= LONGEST:
        raise InvalidInput("to_date must lie after from_date, by at most 31 days.")
    return start, end


def _end(keeper: Timekeeper, zone: Zone, last: str) -> datetime:
    moment = moments.parse(last, keeper.now(zone))
    if moment.tzinfo is not None:
        return moment
    return readings.instant(moment + timedelta(days=moment.time() == time()), zone)
