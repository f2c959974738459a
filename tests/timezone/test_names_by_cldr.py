"""Names of countries, clocks and abbreviations compared with CLDR's, as node carries it."""

import json
import subprocess
from pathlib import Path

import pytest
from services import node
from timezone_mcp import tzdb
from timezone_mcp.places import countries, names
from timezone_mcp.spelling import plain
from timezone_mcp.zones.abbreviations import SPOKEN

SCRIPT = Path(__file__).with_name("cldr.cjs")
NO_ICU_NAME = {"Etc/GMT": "Greenwich Mean Time", "UTC": "Coordinated Universal Time"}
OTHER_WORDS = {"indian": "india standard", "japanese": "japan standard", "chinese": "china standard"}
OTHER_WORDS["universal"] = "coordinated universal"
UNNAMED = {
    *(("BDT", "Asia/Brunei"), ("BST", "Pacific/Bougainville"), ("ECT", "America/Martinique")),
    *(("GST", "Atlantic/South_Georgia"), ("PT", "Europe/Lisbon"), ("WST", "Pacific/Apia"), ("WST", "Australia/Perth")),
}
"""Abbreviations of other words than CLDR's: Brunei Darussalam, Eastern Caribbean, Portugal, West Samoa and others."""


@pytest.fixture(scope="module")
def cldr() -> dict[str, dict[str, list[str]]]:
    zones = {*names.COLLOQUIAL.values(), *(zone for meant in SPOKEN.values() for zone, _ in meant)}
    asked = json.dumps({"codes": sorted(tzdb.countries()), "zones": sorted(zones)})
    answer = subprocess.run([node(), SCRIPT], input=asked, capture_output=True, text=True, check=True)
    return json.loads(answer.stdout)


def test_every_country_is_known_by_the_names_that_cldr_has_for_it(cldr: dict[str, dict[str, list[str]]]) -> None:
    known, with_zones = countries.codes_by_name(), set(tzdb.country_codes().values())
    missing = [
        (code, name)
        for code, found in cldr["countries"].items()
        for name in found
        if code in with_zones and code not in known.get(plain(name.replace("&", "and")), ())
    ]
    assert missing == []


def test_no_country_has_a_name_that_cldr_gives_to_another_alone(cldr: dict[str, dict[str, list[str]]]) -> None:
    owners: dict[str, set[str]] = {}
    for code, found in cldr["countries"].items():
        for name in found:
            owners.setdefault(plain(name), set()).add(code)
    wrong = [(name, codes) for name, codes in countries.codes_by_name().items() if name in owners]
    assert [name for name, codes in wrong if not owners[name] <= set(codes)] == []


@pytest.mark.parametrize("clock", names.COLLOQUIAL)
def test_a_clock_is_called_by_people_as_cldr_calls_its_zone(clock: str, cldr: dict[str, dict[str, list[str]]]) -> None:
    zone = names.COLLOQUIAL[clock]
    words = OTHER_WORDS.get(clock, clock.removeprefix("us "))
    theirs = [plain(name) for name in [*cldr["clocks"][zone], NO_ICU_NAME.get(zone, "")]]
    assert any(name.startswith(f"{words} ") for name in theirs), theirs


@pytest.mark.parametrize(
    ("abbreviation", "zone"), [(short, zone) for short, meant in SPOKEN.items() for zone, _ in meant]
)
def test_the_letters_of_an_abbreviation_stand_in_the_name_that_cldr_has_for_its_zone(
    abbreviation: str, zone: str, cldr: dict[str, dict[str, list[str]]]
) -> None:
    found = [name for name in cldr["clocks"][zone] if _has_letters(name.upper(), abbreviation)]
    assert bool(found) is ((abbreviation, zone) not in UNNAMED), cldr["clocks"][zone]


def _has_letters(name: str, letters: str) -> bool:
    """Whether the letters stand in the name in order: the first begins it, the last begins its last word."""
    left = iter(name.rpartition(" ")[0])
    inner = all(letter in left for letter in letters[:-1])
    return inner and name.startswith(letters[0]) and name.rpartition(" ")[2].startswith(letters[-1])
