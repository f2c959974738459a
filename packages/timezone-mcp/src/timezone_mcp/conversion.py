"""Converters of times: by the installed time zone database, or by a service that is checked against it."""

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple, Protocol

import anyio
from mcp_chassis.deadline import Deadline
from mcp_chassis.failures import Failure, TimedOut, UpstreamError
from mcp_chassis.telemetry.observer import announce, announce_reuse

from timezone_mcp import tzdb
from timezone_mcp.times import readings
from timezone_mcp.times.readings import Status, shown
from timezone_mcp.zones.lookup import Zone
from timezone_mcp.zones.offsets import EARLIEST, LATEST, written


@dataclasses.dataclass(frozen=True)
class Converted:
    """One instant in each target zone, in the order asked for, and the source of the answer.

    `as_of` is when the oldest answer of the service was given, where one comes from the cache.
    """

    times: list[datetime]
    source_of_truth: str
    as_of: str | None = None


class ServiceAnswer(NamedTuple):
    """A naive local time, and when the service gave it; None for one that was asked for just now."""

    time: datetime
    as_of: str | None = None


class Service(Protocol):
    """A conversion service: turns a naive local time into that of another zone, or raises a `Failure`.

    `limit` is the seconds that one conversion may take of it in all.
    """

    name: str
    limit: float

    async def local_time(self, wall_clock: datetime, source: str, target: str) -> ServiceAnswer: ...


class Converter(Protocol):
    """Interface of converters: an aware `moment` of the zone `source` is shown in other zones."""

    service: Service | None

    async def convert(self, moment: datetime, source: Zone, targets: Sequence[Zone]) -> Converted: ...


class LocalConverter:
    """Converter that uses the installed time zone database alone."""

    def __init__(self) -> None:
        self.service: Service | None = None

    async def convert(self, moment: datetime, source: Zone, targets: Sequence[Zone]) -> Converted:
        return Converted([moment.astimezone(target.rules) for target in targets], tzdb.release())


class ServiceConverter:
    """Converter that asks the service, names differences from the local database and raises its failures."""

    def __init__(self, service: Service) -> None:
        self.service: Service | None = service
        self._service = service

    async def convert(self, moment: datetime, source: Zone, targets: Sequence[Zone]) -> Converted:
        answers, as_of = await ask(self._service, moment, source, targets)
        differing = [zone for zone in targets if zone in answers and _differs(answers[zone], moment, zone)]
        times = [answers[z] if z in differing else moment.astimezone(z.rules) for z in targets]
        if differing:
            times_listed = _times_listed({zone: moment.astimezone(zone.rules) for zone in differing})
            return Converted(times, f"{self._service.name}; {tzdb.release()} differs: {times_listed}", as_of)
        return Converted(times, _agreement(self._service, answers), as_of)


class FallingBackConverter:
    """Converter that uses the database and says whether the service agrees, differs or cannot be reached."""

    def __init__(self, service: Service) -> None:
        self.service: Service | None = service
        self._service = service

    async def convert(self, moment: datetime, source: Zone, targets: Sequence[Zone]) -> Converted:
        own = await LocalConverter().convert(moment, source, targets)
        try:
            answers, as_of = await ask(self._service, moment, source, targets)
        except Failure as failure:
            await announce("info", f"{self._service.name} cannot be asked; the local time zone database converts.")
            return Converted(own.times, f"{own.source_of_truth}; fallen back to it because: {failure.message}")
        differing = {zone: time for zone, time in answers.items() if _differs(time, moment, zone)}
        if differing:
            sources = f"{own.source_of_truth}; {self._service.name} differs: {_times_listed(differing)}"
            return Converted(own.times, sources, as_of)
        return Converted(own.times, _agreement(self._service, answers), as_of)


async def ask(
    service: Service, moment: datetime, source: Zone, targets: Sequence[Zone]
) -> tuple[dict[Zone, datetime], str | None]:
    """The service's answers as aware times, for every target but fixed offsets, which no database names.

    With them comes the moment of the oldest answer from the cache, None where all are new.
    It is asked with the source's local time where that is plain, else in UTC: it refuses a skipped local time and
    takes a repeated one as standard time.

    Raises:
        Failure: the service's, whichever comes first.
    """
    plain = source.iana and readings.read(moment.replace(tzinfo=None), source).status is Status.OK
    wall_clock = (moment if plain else moment.astimezone(UTC)).replace(tzinfo=None, microsecond=0)
    outcomes: dict[Zone, datetime | Failure] = {}
    dates: list[str] = []

    async def one(target: Zone) -> None:
        try:
            answer = await service.local_time(wall_clock, source.name if plain else "UTC", target.name)
            outcomes[target] = _placed(service, answer.time, moment)
            dates.extend([answer.as_of] if answer.as_of else [])
        except Failure as failure:
            outcomes[target] = failure

    with Deadline(service.limit).running() as deadline:
        async with anyio.create_task_group() as tasks:
            for target in {zone for zone in targets if zone.iana}:
                tasks.start_soon(one, target)
    if deadline.expired:
        raise TimedOut(f"{service.name} did not answer within {service.limit:g} s.")
    oldest = min(dates, default=None)
    await announce_reuse(service.name, oldest)
    return {target: _unless_failed(outcome) for target, outcome in outcomes.items()}, oldest


def _unless_failed(outcome: datetime | Failure) -> datetime:
    if isinstance(outcome, Failure):
        raise outcome
    return outcome


def _placed(service: Service, naive: datetime, moment: datetime) -> datetime:
    """The service's naive answer as an aware time; its offset follows from the instant that was asked about.

    Raises:
        UpstreamError: no clock on Earth is that far from UTC.
    """
    offset = naive - moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    if not EARLIEST - timedelta(hours=4) <= offset <= LATEST + timedelta(hours=4):
        raise UpstreamError(f"{service.name} answered a time that no clock on Earth shows then.")
    return naive.replace(tzinfo=timezone(offset))


def _differs(time: datetime, moment: datetime, zone: Zone) -> bool:
    return time.utcoffset() != moment.astimezone(zone.rules).utcoffset()


def _agreement(service: Service, answers: Mapping[Zone, datetime]) -> str:
    """The source of an answer in which service and database agree; the database alone where nothing was asked."""
    return f"{service.name}, in agreement with {tzdb.release()}" if answers else tzdb.release()


def _times_listed(times: dict[Zone, datetime]) -> str:
    return ", ".join(f"{shown(time)} ({written(time.utcoffset())}) in {zone.name}" for zone, time in times.items())
