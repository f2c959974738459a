"""Clock changes read straight from the compiled files of the tzdata package: a second opinion."""

import re
import struct
from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import NamedTuple

HEADER = struct.Struct(">4sc15x6l")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OFFSET = r"(?:<[^>]+>|[A-Za-z]+)([+-]?\d+(?::\d+)*)"
RULE = re.compile(
    rf"{OFFSET}(?:<[^>]+>|[A-Za-z]+)([+-]?[\d:]+)?,M([\d.]+)(?:/([+-]?[\d:]+))?,M([\d.]+)(?:/([+-]?[\d:]+))?"
)


class Jump(NamedTuple):
    """One change of a zone's offset from UTC."""

    at: datetime
    before: timedelta
    after: timedelta


def jumps(name: str, start: datetime, end: datetime) -> list[Jump]:
    """Every change of offset of zone `name` after `start` and up to `end`, in order."""
    raw = resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()
    listed = list(_listed(raw))
    known_until = listed[-1].at if listed else datetime(1800, 1, 1, tzinfo=UTC)
    ruled = (jump for jump in _ruled(raw, known_until.year, end.year) if jump.at > known_until)
    return [jump for jump in (*listed, *ruled) if jump.before != jump.after and start < jump.at <= end]


def _listed(raw: bytes) -> Iterator[Jump]:
    _, _, isut, isstd, leap, times, types, characters = HEADER.unpack_from(raw)
    place = HEADER.size + times * 5 + types * 6 + characters + leap * 8 + isstd + isut  # past the 32-bit block
    *_, times, types, _ = HEADER.unpack_from(raw, place)
    place += HEADER.size
    instants = struct.unpack_from(f">{times}q", raw, place)
    kinds = raw[place + times * 8 : place + times * 9]
    offsets = [struct.unpack_from(">l", raw, place + times * 9 + 6 * kind)[0] for kind in range(types)]
    before = offsets[0]
    for instant, kind in zip(instants, kinds, strict=True):
        yield Jump(EPOCH + timedelta(seconds=instant), timedelta(seconds=before), timedelta(seconds=offsets[kind]))
        before = offsets[kind]


def _ruled(raw: bytes, first: int, last: int) -> Iterator[Jump]:
    """The changes of the rule at the end of the file, such as `CET-1CEST,M3.5.0,M10.5.0/3`."""
    rule = RULE.fullmatch(raw.rsplit(b"\n", 2)[1].decode())
    if rule is None:
        return
    standard = -_span(rule[1])
    summer = -_span(rule[2]) if rule[2] else standard + timedelta(hours=1)
    for year in range(first, last + 1):
        begins = _day(year, rule[3]) + _span(rule[4] or "2") - standard
        ends = _day(year, rule[5]) + _span(rule[6] or "2") - summer
        yield from sorted((Jump(begins, standard, summer), Jump(ends, summer, standard)))


def _day(year: int, rule: str) -> datetime:
    """`3.5.0`: the fifth, that is the last, Sunday of March."""
    month, week, weekday = map(int, rule.split("."))
    first = datetime(year, month, 1, tzinfo=UTC)
    day = 1 + (weekday - first.isoweekday()) % 7 + 7 * (week - 1)
    return first.replace(day=day - 7 if day > monthrange(year, month)[1] else day)


def _span(text: str) -> timedelta:
    hours, *finer = text.lstrip("+-").split(":")
    span = timedelta(hours=int(hours), minutes=int(finer[0]) if finer else 0)
    return -span if text.startswith("-") else span
