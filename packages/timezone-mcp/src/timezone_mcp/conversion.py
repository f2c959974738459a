"""Converters of times: through the installed time zone database, or through a service checked against it."""

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
    """One instant in each target zone, in the requested order, and the source of the conversion.

    `as_of` is the time of the oldest cached response of the service; None if none was cached.
    """

    times: list[datetime]
    source_of_truth: str
    as_of: str | None = None


class ServiceAnswer(NamedTuple):
    """A naive local time; `as_of` is the time of the cached response, None for a fresh one."""

    time: datetime
    as_of: str | None = None


class Service(Protocol):
    """A conversion service: converts a naive local time to that of another zone, or raises a `Failure`.

    `limit` is the time in seconds for all requests of one conversion.
    """

    name: str
    limit: float

    async def local_time(self, wall_clock: datetime, source: str, target: str) -> ServiceAnswer: ...


class Converter(Protocol):
    """Interface of converters: `convert` shows an aware `moment` of the zone `source` in the target zones."""

    service: Service | None

    async def convert(self, moment: datetime, source: Zone, targets: Sequence[Zone]) -> Converted: ...


class LocalConverter:
    """Converter that uses only the installed time zone database."""

    def __init__(self) -> None:
        self.service: Service | None = None

    async def convert(self, moment: datetime, source: Zone, targets: Sequence[Zone]) -> Converted:
        return Converted([moment.astimezone(target.rules) for target in targets], tzdb.release())


class ServiceConverter:
    """Converter that uses the service, reports differences from the database and raises the service's failures."""

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
    """Converter that uses the database and reports whether the service agrees, differs or cannot be reached."""

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
    """Return the service's times for all targets that are IANA zones, and the time of the oldest cached response.

    The request has the source's local time if that exists once, else the time in UTC, because the service refuses
    skipped local times and reads repeated ones as standard time.

    Raises:
        Failure: of the first target whose conversion failed, or the time limit was exceeded.
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
    """Return the service's naive time as an aware time, with the offset derived from the instant that was requested.

    Raises:
        UpstreamError: the offset is more than four hours beyond those in use.
    """
    offset = naive - moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    if not EARLIEST - timedelta(hours=4) <= offset <= LATEST + timedelta(hours=4):
        raise UpstreamError(f"{service.name} sent a time whose offset from UTC no time zone has.")
    return naive.replace(tzinfo=timezone(offset))


def _differs(time: datetime, moment: datetime, zone: Zone) -> bool:
    return time.utcoffset() != moment.astimezone(zone.rules).utcoffset()


def _agreement(service: Service, answers: Mapping[Zone, datetime]) -> str:
    """The source of a conversion in which service and database agree; the database if there was no request."""
    return f"{service.name}, in agreement with {tzdb.release()}" if answers else tzdb.release()


def _times_listed(times: dict[Zone, datetime]) -> str:
    return ", ".join(f"{shown(time)} ({written(time.utcoffset())}) in {zone.name}" for zone, time in times.items())
