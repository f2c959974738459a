"""Names of cities, regions and countries, by the list in places.txt and in the tools' answers."""

from pathlib import Path
from typing import Any

import pytest
from mcp_chassis.failures import Failure, InvalidInput
from timezone_mcp import tzdb
from timezone_mcp.places import countries, population
from timezone_mcp.zones import lookup

LINES = Path(__file__).with_name("places.txt").read_text(encoding="utf-8").splitlines()
EXPECTED = dict(line.split(": ", 1) for line in LINES if not line.startswith("#"))


def _meaning(name: str) -> str:
    try:
        return lookup.resolve(name).name
    except InvalidInput as several:
        return "? " + ", ".join(several.details["candidates"])


def test_each_of_300_places_means_its_zone_or_is_asked_about() -> None:
    assert {name: _meaning(name) for name in EXPECTED} == EXPECTED
    assert len(EXPECTED) > 290


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
