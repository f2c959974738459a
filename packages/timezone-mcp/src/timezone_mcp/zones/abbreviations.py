"""Abbreviations of time zones, and the zones that each may mean."""

import dataclasses
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, tzinfo
from functools import cache

from timezone_mcp import tzdb
from timezone_mcp.places import population
from timezone_mcp.zones.offsets import written


@dataclasses.dataclass(frozen=True, order=True)
class Meaning:
    """A zone and an offset that an abbreviation may mean."""

    timezone: str
    offset: str


# Abbreviations in common use for which the database has a number, another zone or nothing.
SPOKEN: Mapping[str, tuple[tuple[str, str], ...]] = {
    "AFT": (("Asia/Kabul", "+04:30"),),
    "AMT": (("America/Manaus", "-04:00"), ("Asia/Yerevan", "+04:00")),
    "ART": (("America/Argentina/Buenos_Aires", "-03:00"),),
    "AST": (("Asia/Riyadh", "+03:00"),),
    "AZT": (("Asia/Baku", "+04:00"),),
    "BDT": (("Asia/Dhaka", "+06:00"), ("Asia/Brunei", "+08:00")),
    "BOT": (("America/La_Paz", "-04:00"),),
    "BRT": (("America/Sao_Paulo", "-03:00"),),
    "BST": (("Europe/London", "+01:00"), ("Asia/Dhaka", "+06:00"), ("Pacific/Bougainville", "+11:00")),
    "CLT": (("America/Santiago", "-04:00"),),
    "COT": (("America/Bogota", "-05:00"),),
    "CST": (("America/Chicago", "-06:00"),),
    "CT": (("America/Chicago", "-06:00"), ("Asia/Shanghai", "+08:00")),
    "ECT": (("America/Guayaquil", "-05:00"), ("America/Martinique", "-04:00")),
    "ET": (("America/New_York", "-05:00"), ("America/Toronto", "-05:00")),
    "FJT": (("Pacific/Fiji", "+12:00"),),
    "GET": (("Asia/Tbilisi", "+04:00"),),
    "GST": (("Asia/Dubai", "+04:00"), ("Atlantic/South_Georgia", "-02:00")),
    "ICT": (("Asia/Bangkok", "+07:00"), ("Asia/Ho_Chi_Minh", "+07:00")),
    "IRST": (("Asia/Tehran", "+03:30"),),
    "IST": (("Asia/Kolkata", "+05:30"),),
    "KGT": (("Asia/Bishkek", "+06:00"),),
    "MMT": (("Asia/Yangon", "+06:30"),),
    "MT": (("America/Denver", "-07:00"), ("America/Phoenix", "-07:00")),
    "MYT": (("Asia/Kuala_Lumpur", "+08:00"),),
    "NPT": (("Asia/Kathmandu", "+05:45"),),
    "PET": (("America/Lima", "-05:00"),),
    "PHT": (("Asia/Manila", "+08:00"),),
    "PST": (("America/Los_Angeles", "-08:00"),),
    "PT": (("America/Los_Angeles", "-08:00"), ("America/Tijuana", "-08:00"), ("Europe/Lisbon", "+00:00")),
    "PYT": (("America/Asuncion", "-03:00"),),
    "SGT": (("Asia/Singapore", "+08:00"),),
    "TRT": (("Europe/Istanbul", "+03:00"),),
    "UYT": (("America/Montevideo", "-03:00"),),
    "UZT": (("Asia/Tashkent", "+05:00"), ("Asia/Samarkand", "+05:00")),
    "VET": (("America/Caracas", "-04:00"),),
    "WST": (("Pacific/Apia", "+13:00"), ("Australia/Perth", "+08:00")),
}


def meanings(abbreviation: str) -> tuple[Meaning, ...]:
    """All meanings of an abbreviation, the zone with the most people first; empty if it is unknown."""
    spoken = (Meaning(name, offset) for name, offset in SPOKEN.get(abbreviation.upper(), ()))
    found = dict.fromkeys((*spoken, *_written().get(abbreviation.upper(), ())))
    return tuple(sorted(found, key=lambda meaning: population.rank(meaning.timezone)))


def distinct(found: tuple[Meaning, ...]) -> tuple[Meaning, ...]:
    """One meaning for each country, offset and set of clocks; the first of each offset precede the others."""
    unique: dict[object, Meaning] = {}
    for meaning in found:
        key = tzdb.country(meaning.timezone), meaning.offset, tzdb.clocks(meaning.timezone)
        unique.setdefault(key, meaning)
    first_of_offset = {meaning.offset: meaning for meaning in reversed(unique.values())}.values()
    return tuple(sorted(unique.values(), key=lambda meaning: meaning not in first_of_offset))


@cache
def _written() -> Mapping[str, tuple[Meaning, ...]]:
    """The abbreviations in the database, in January and July of the release's year."""
    year = int(tzdb.version()[:4])
    found: defaultdict[str, list[Meaning]] = defaultdict(list)
    for name in tzdb.country_codes():
        for abbreviation, meaning in _of_zone(name, tzdb.load_afresh(name), year):
            found[abbreviation].append(meaning)
    return {abbreviation: tuple(dict.fromkeys(those)) for abbreviation, those in found.items()}


def _of_zone(name: str, rules: tzinfo, year: int) -> Iterator[tuple[str, Meaning]]:
    for month in (1, 7):
        local = datetime(year, month, 1, tzinfo=UTC).astimezone(rules)
        if (abbreviation := local.tzname() or "").isalpha():
            yield abbreviation, Meaning(name, written(local.utcoffset()))
