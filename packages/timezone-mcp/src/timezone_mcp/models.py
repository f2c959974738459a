"""Results of the tools: structured data, mostly with a readable sentence in `answer`."""

from datetime import UTC, datetime, timedelta
from typing import Self

from mcp_chassis.results import Page, Result

from timezone_mcp import tzdb
from timezone_mcp.times.readings import Reading, Status, is_dst
from timezone_mcp.working_hours.meetings import Slot
from timezone_mcp.zones.changes import ClockChange
from timezone_mcp.zones.lookup import Zone
from timezone_mcp.zones.offsets import written
from timezone_mcp.zones.search import Hit


class LocalTime(Result):
    """One instant on the clock of one zone; `day_shift` counts days from the source's date.

    `uncertain` is set before 1970 where the database has no history of the zone's own, but another zone's.
    """

    timezone: str
    local_time: str
    offset: str
    abbreviation: str | None = None
    weekday: str
    day_shift: int | None = None
    dst: bool | None = None
    uncertain: str | None = None

    @classmethod
    def of(cls, moment: datetime, zone: Zone, source: datetime | None = None) -> Self:
        """Build the local time of an aware `moment` in `zone`; `dst` is None if the service gave the offset."""
        return cls(
            timezone=zone.name,
            local_time=moment.isoformat(),
            offset=written(moment.utcoffset()),
            abbreviation=abbreviation(moment),
            weekday=f"{moment:%A}",
            day_shift=(moment.date() - source.date()).days if source else None,
            dst=is_dst(moment, zone) if moment.tzinfo is zone.rules else None,
            uncertain=_uncertainty(moment, zone),
        )


class Readings(Result):
    """Both instants that a repeated or skipped local time may mean."""

    earlier: str
    later: str

    @classmethod
    def of(cls, reading: Reading) -> Self | None:
        """Build both readings of a time that a clock change repeats or skips; None for any other time."""
        if reading.status is Status.OK:
            return None
        return cls(earlier=reading.earlier.isoformat(), later=reading.later.isoformat())


class Conversion(Result):
    """`as_of` is when the service's oldest answer was given, where one of them comes from the cache."""

    answer: str
    status: Status
    readings: Readings | None = None
    source: LocalTime
    results: list[LocalTime]
    source_of_truth: str
    as_of: str | None = None


class CurrentTime(Result):
    answer: str
    results: list[LocalTime]


class Change(Result):
    """One clock change: when, the local time before and after, and how far the clock moves."""

    utc: str
    local_before: str
    local_after: str
    offset_after: str
    moves: str

    @classmethod
    def of(cls, change: ClockChange) -> Self:
        return cls(
            utc=f"{change.at:%Y-%m-%dT%H:%M:%SZ}",
            local_before=change.before.isoformat(),
            local_after=change.after.replace(tzinfo=None).isoformat(),
            offset_after=written(change.after.utcoffset()),
            moves=moved(change),
        )


class TimezoneFacts(Result):
    answer: str
    local: LocalTime
    country: str | None = None
    aliases: list[str] | None = None
    next_changes: list[Change]
    previous_changes: list[Change]
    source_of_truth: str


class Found(Result):
    """One zone that a search found, and why."""

    timezone: str
    offset: str
    abbreviation: str | None = None
    country: str | None = None
    match: str

    @classmethod
    def of(cls, hit: Hit, now: datetime) -> Self:
        """Build a search result with the offset that the match implies, else the current offset."""
        local = now.astimezone(tzdb.load(hit.name))
        return cls(
            timezone=hit.name,
            offset=hit.offset or written(local.utcoffset()),
            abbreviation=None if hit.offset else abbreviation(local),
            country=tzdb.country(hit.name),
            match=hit.match,
        )


class Matches(Page):
    answer: str
    items: list[Found]


class ListedZone(Result):
    timezone: str
    offset: str
    country: str | None = None

    @classmethod
    def of(cls, name: str, now: datetime) -> Self:
        local = now.astimezone(tzdb.load_afresh(name))
        return cls(timezone=name, offset=written(local.utcoffset()), country=tzdb.country(name))


class ListedZones(Page):
    items: list[ListedZone]


class Attendance(Result):
    """One participant's clock during a slot."""

    timezone: str
    start: str
    end: str
    weekday: str
    within_hours: bool


class MeetingSlot(Result):
    utc: str
    times: list[Attendance]
    minutes_outside_hours: int | None = None
    clock_change: str | None = None

    @classmethod
    def of(cls, slot: Slot) -> Self:
        return cls(
            utc=f"{slot.start:%Y-%m-%dT%H:%MZ}",
            times=[
                Attendance(
                    timezone=who.zone.name,
                    start=f"{slot.start.astimezone(who.zone.rules):%Y-%m-%dT%H:%M}",
                    end=f"{slot.end.astimezone(who.zone.rules):%H:%M}",
                    weekday=f"{slot.start.astimezone(who.zone.rules):%A}",
                    within_hours=not minutes,
                )
                for who, minutes in slot.attendance
            ],
            minutes_outside_hours=slot.minutes_outside or None,
            clock_change="; ".join(change_told(zone, change) for zone, change in slot.changes) or None,
        )


class MeetingSlots(Result):
    answer: str
    slots: list[MeetingSlot]
    clock_changes: list[str] | None = None


class Sum(Result):
    """A time after a duration; `elapsed` only where 24 hours are not a day of the calendar.

    `start_status` is set where a clock change skips or repeats the start, `status` and `readings` are the sum's.
    """

    answer: str
    start: LocalTime
    start_status: Status | None = None
    wall_clock: LocalTime
    status: Status
    readings: Readings | None = None
    elapsed: LocalTime | None = None


class Span(Result):
    """The time between two instants: exact, by the first zone's calendar, and in its working hours.

    `calendar` is whole years, months and days by the calendar, then exact time. A status is set where a clock change
    skips or repeats that end.
    """

    answer: str
    start: LocalTime
    start_status: Status | None = None
    end: LocalTime
    end_status: Status | None = None
    seconds: float
    exact: str
    calendar: str
    working_hours: float | None = None


def _uncertainty(moment: datetime, zone: Zone) -> str | None:
    merged = tzdb.merged_before_1970(zone.name) if zone.iana and moment.astimezone(UTC).year < 1970 else None
    return merged and f"before 1970 the database has only the history of {merged}"


def abbreviation(moment: datetime) -> str | None:
    """The abbreviation of a zone's time, such as CET; None if the database has only a number."""
    name = moment.tzname() or ""
    return name if name.isalpha() else None


def moved(change: ClockChange) -> str:
    """The direction and size of a clock change in hours and minutes: `forward by 1:00`."""
    direction, size = ("forward", change.size) if change.size > timedelta() else ("back", -change.size)
    return f"{direction} by {str(size).removesuffix(':00')}"


def change_told(zone: Zone, change: ClockChange) -> str:
    """A sentence about one clock change: `Europe/Paris: clocks go forward by 1:00 at 2026-03-29 02:00`."""
    return f"{zone.name}: clocks go {moved(change)} at {change.before:%Y-%m-%d %H:%M}"
