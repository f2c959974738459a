"""Names of cities, regions and countries, by the list in places.txt and in the tools' answers."""

from pathlib import Path
from typing import Any

import pytest
from mcp_chassis.failures import Failure, InvalidInput, NotFound
from timezone_mcp import tzdb
from timezone_mcp.places import countries, population
from timezone_mcp.places.cities import CITIES
from timezone_mcp.zones import lookup

LINES = Path(__file__).with_name("places.txt").read_text(encoding="utf-8").splitlines()
EXPECTED = dict(line.split(": ", 1) for line in LINES if not line.startswith("#"))
GEONAMES = Path(__file__).with_name("geonames.txt").read_text(encoding="utf-8").splitlines()
UNKNOWN_TO_GEONAMES = {  # nicknames, islands, and names with their state or country
    *("Alexandria Virginia", "Barcelona Anzoategui", "Concepcion Paraguay", "Johannesburg CBD", "La Paz Mexico"),
    *("London Ontario", "Maui", "Melekeok", "Merida Mexico", "Saint Louis Missouri", "Silicon Valley", "St John"),
}


def _meaning(name: str) -> str:
    try:
        return lookup.resolve(name).name
    except InvalidInput as several:
        return "? " + ", ".join(several.details["candidates"])


def test_each_of_300_places_means_its_zone_or_is_asked_about() -> None:
    assert {name: _meaning(name) for name in EXPECTED} == EXPECTED
    assert len(EXPECTED) > 290


def test_every_city_keeps_the_clocks_of_the_zone_that_geonames_gives_for_it() -> None:
    named = dict(line.split(": ", 1) for line in GEONAMES if not line.startswith("#"))
    theirs = {(city, tzdb.clocks(zone)) for zone, listed in named.items() for city in listed.split(", ")}
    ours = {(city, tzdb.clocks(zone)) for zone, listed in CITIES.items() for city in listed.split(", ")}
    known = {(city, clocks) for city, clocks in ours if city not in UNKNOWN_TO_GEONAMES}
    assert sorted(city for city, _ in theirs ^ known) == []


@pytest.mark.parametrize(
    ("name", "candidates"),
    [
        ("Paris, Texas", ["America/Chicago"]),
        ("Moscow, Idaho", ["America/Los_Angeles", "America/Boise"]),
        ("Birmingham, Portugal", ["Europe/Lisbon", "Atlantic/Azores"]),
        ("Paris, Ile-de-France, France", ["Europe/Paris"]),
    ],
)
def test_an_unknown_place_in_a_known_area_is_refused_with_the_zones_of_the_area(
    name: str, candidates: list[str]
) -> None:
    with pytest.raises(NotFound) as refusal:
        lookup.resolve(name)
    place, _, area = name.rpartition(", ")
    main = f"zone is {candidates[0]}" if len(candidates) == 1 else f"zones are {', '.join(candidates)}"
    sentence = f"No place '{place}' is known in '{area}', whose main {main}; give the one that is meant."
    assert (refusal.value.message, refusal.value.details) == (sentence, {"candidates": candidates})


def test_at_most_six_zones_of_an_area_are_named() -> None:
    with pytest.raises(NotFound, match=r"Europe/Moscow, .* and others; give") as refusal:
        lookup.resolve("Nowhere, Russia")
    assert len(refusal.value.details["candidates"]) == 6


def test_every_country_is_known_by_its_name() -> None:
    unknown: list[str] = []
    for name in tzdb.countries().values():
        try:
            lookup.resolve(name)
        except InvalidInput:
            continue
        except Failure:
            unknown.append(name)
    assert unknown == ["Bouvet Island", "Heard Island & McDonald Islands"]  # nobody lives there, no zone is kept


def test_the_zones_of_a_country_come_with_the_most_people_first() -> None:
    firsts = {code: countries.zones(code)[0] for code in ("US", "CA", "AU", "BR", "RU", "ID", "MX", "KZ")}
    assert firsts == {
        "US": "America/New_York",
        "CA": "America/Toronto",
        "AU": "Australia/Sydney",
        "BR": "America/Sao_Paulo",
        "RU": "Europe/Moscow",
        "ID": "Asia/Jakarta",
        "MX": "America/Mexico_City",
        "KZ": "Asia/Almaty",
    }
    assert population.rank("Nowhere/At_All") > population.rank("Asia/Shanghai")


async def test_a_name_of_several_places_is_asked_about_with_the_country_of_each(refused: Any) -> None:
    error = await refused("convert_timezone", date_time="2026-07-01T12:00", from_timezone="Kingston", to_timezone="UTC")
    assert error.code == "INVALID_INPUT"
    assert error.message == (
        "'Kingston' means several places or zones: America/Toronto (Canada), America/Jamaica (Jamaica); "
        "give one of these zones."
    )
    assert error.details["candidates"] == ["America/Toronto", "America/Jamaica"]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("California", "America/Los_Angeles"),
        ("Czechia", "Europe/Prague"),
        ("Ivory Coast", "Africa/Abidjan"),
        ("Kosovo", "Europe/Belgrade"),
        ("Moscow time", "Europe/Moscow"),
        ("US", "America/New_York"),
        ("Canada", "America/Toronto"),
        ("EST", "America/New_York"),
        ("IST", "Asia/Kolkata"),
        ("Portland, Oregon", "America/Los_Angeles"),
    ],
)
async def test_a_search_lists_the_zone_with_the_most_people_first(call: Any, query: str, first: str) -> None:
    result = await call("search_timezones", query=query)
    assert result["items"][0]["timezone"] == first


async def test_a_search_for_a_country_lists_all_its_zones(call: Any) -> None:
    result = await call("search_timezones", query="United States", limit=50)
    listed = {item["timezone"] for item in result["items"]}
    assert set(countries.zones("US")) <= listed


def test_an_abbreviation_whose_meanings_share_an_offset_says_so() -> None:
    with pytest.raises(InvalidInput, match=r"'AEST' means several time zones, all at \+10:00: Australia/Sydney"):
        lookup.resolve("AEST")
