"""Lookup of places by name: the time zones that a city, a region, a country or a clock's common name may mean."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache

from timezone_mcp import tzdb
from timezone_mcp.places import cities, countries, population
from timezone_mcp.places.other_names import OTHER_NAMES
from timezone_mcp.places.regions import REGIONS, subdivisions
from timezone_mcp.spelling import plain

# Common names of clocks that are neither zones nor places, such as "Pacific time".
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
    """The time zones that the name of a place or clock may mean, that with the most people first; empty if unknown.

    Zones whose clocks agree all year count as one meaning, represented by the zone with the most people.
    """
    name = plain(text)
    if found := _zones_by_place().get(name) or _within(*text.split(",")):
        return distinct_by_clocks(found)
    body = next((name.removesuffix(f" {words}") for words in TIME_WORDS if name.endswith(f" {words}")), "")
    clock = body or (name if name.startswith("us ") else "")
    return (COLLOQUIAL[clock],) if clock in COLLOQUIAL else distinct_by_clocks(_zones_by_place().get(body, ()))


def zones_of_area(text: str) -> tuple[str, ...]:
    """The zones of a country, state or other place by its name or abbreviation."""
    letters = text.strip()
    names = {plain(text), *map(plain, subdivisions(letters))}
    codes = {code for name in names for code in countries.codes_by_name().get(name, ())} | {letters.upper()}
    zones = [zone for code in sorted(codes) for zone in countries.zones(code)]
    return tuple(dict.fromkeys([*zones, *(zone for name in sorted(names) for zone in _zones_by_place().get(name, ()))]))


def _within(place: str, *areas: str) -> tuple[str, ...]:
    """The zones of a place that are in all of the named areas: `Portland, Oregon` or `Austin, TX, USA`."""
    found = _zones_by_place().get(plain(place), ()) if areas else ()
    for area in areas:
        clocks = {_country_and_clocks(zone) for zone in zones_of_area(area)}
        found = tuple(zone for zone in found if _country_and_clocks(zone) in clocks)
    return found


def _country_and_clocks(zone: str) -> tuple[object, ...]:
    return tzdb.country_code(zone), tzdb.clocks(zone)


def spellings() -> Mapping[str, tuple[str, ...]]:
    """The zones of all places by `plain` spelling, for suggestions on a misspelt name."""
    return _zones_by_place()


@cache
def _zones_by_place() -> Mapping[str, tuple[str, ...]]:
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for table in (cities.CITIES, REGIONS, OTHER_NAMES):
        for zone, listed in table.items():
            for name in listed.split(", "):
                found[plain(name)][zone] = None
    for name, zones in cities.named_by_the_database().items():
        found[name].update(dict.fromkeys(zones))
    for name, codes in countries.codes_by_name().items():
        for code in codes:
            found[name].update(dict.fromkeys(countries.usual_zones(code)))
    return {name: tuple(zones) for name, zones in found.items() if zones}


def distinct_by_clocks(zones: Iterable[str]) -> tuple[str, ...]:
    """One zone if all clocks agree, else one for each country and set of clocks; those with more people first."""
    ranked = sorted(zones, key=population.rank)
    if len(ranked) < 2 or len({tzdb.clocks(zone) for zone in ranked}) == 1:
        return tuple(ranked[:1])
    unique: dict[tuple[object, ...], str] = {}
    for zone in ranked:
        unique.setdefault(_country_and_clocks(zone), zone)
    return tuple(unique.values())
