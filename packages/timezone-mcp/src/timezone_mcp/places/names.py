"""Places by name: cities, regions and countries in one list, with every time zone that a name may mean."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import cache

from timezone_mcp import tzdb
from timezone_mcp.places import cities, countries, population
from timezone_mcp.places.regions import REGIONS, US_STATES
from timezone_mcp.spelling import plain

# Clocks that people name by a part of a country or by a place, without an official name of their own.
COLLOQUIAL: Mapping[str, str] = {
    "pacific": "America/Los_Angeles",
    "us pacific": "America/Los_Angeles",
    "mountain": "America/Denver",
    "us mountain": "America/Denver",
    "central": "America/Chicago",
    "us central": "America/Chicago",
    "eastern": "America/New_York",
    "us eastern": "America/New_York",
    "atlantic": "America/Halifax",
    "central european": "Europe/Berlin",
    "eastern european": "Europe/Athens",
    "western european": "Europe/Lisbon",
    "british": "Europe/London",
    "greenwich mean": "Etc/GMT",
    "coordinated universal": "UTC",
    "universal": "UTC",
    "indian": "Asia/Kolkata",
    "japanese": "Asia/Tokyo",
    "chinese": "Asia/Shanghai",
}
TIME_WORDS = ("standard time", "daylight time", "summer time", "time")


def meanings(text: str) -> tuple[str, ...]:
    """The time zones that a place or a named clock may mean, the one with the most people first.

    Zones whose clocks agree all year are one meaning. Empty where nothing is called that.
    """
    name = plain(text)
    if found := _zones_by_place().get(name) or _within(*text.rpartition(",")[::2]):
        return _distinct(found)
    body = next((name.removesuffix(f" {words}") for words in TIME_WORDS if name.endswith(f" {words}")), "")
    return (COLLOQUIAL[body],) if body in COLLOQUIAL else _distinct(_zones_by_place().get(body, ()))


def _within(place: str, area: str) -> tuple[str, ...]:
    """The zones of a place that are zones of the area too, as in `Portland, Oregon` or `Austin, TX`."""
    name = plain(US_STATES.get(area.strip().upper(), area))
    zones = {zone for code in countries.codes_by_name().get(name, ()) for zone in countries.zones(code)}
    zones.update(_zones_by_place().get(name, ()))
    return tuple(zone for zone in _zones_by_place().get(plain(place), ()) if zone in zones)


def spellings() -> Mapping[str, tuple[str, ...]]:
    """The zones of every place by its `plain` spelling, for finding what resembles a misspelt name."""
    return _zones_by_place()


@cache
def _zones_by_place() -> Mapping[str, tuple[str, ...]]:
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for table in (cities.CITIES, REGIONS):
        for zone, listed in table.items():
            for name in listed.split(", "):
                found[plain(name)][zone] = None
    for name, zones in cities.named_by_the_database().items():
        found[name].update(dict.fromkeys(zones))
    for name, codes in countries.codes_by_name().items():
        for code in codes:
            found[name].update(dict.fromkeys(countries.usual_zones(code)))
    return {name: tuple(zones) for name, zones in found.items() if zones}


def _distinct(zones: Iterable[str]) -> tuple[str, ...]:
    """One zone for each set of clocks, the one with the most people first."""
    if len(ranked := sorted(zones, key=population.rank)) < 2:
        return tuple(ranked)
    by_clocks: dict[tuple[timedelta | None, ...], str] = {}
    for zone in ranked:
        by_clocks.setdefault(tzdb.clocks(zone), zone)
    return tuple(by_clocks.values())
