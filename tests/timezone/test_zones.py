"""Names of zones as people write them: each means one zone or is refused in one sentence."""

import random
import re
import subprocess
import sys
from pathlib import Path

import pytest
from mcp_chassis.failures import Failure, InvalidInput, NotFound
from timezone_mcp import tzdb
from timezone_mcp.places import cities, regions
from timezone_mcp.places.cities import named_by_the_database
from timezone_mcp.zones import lookup
from timezone_mcp.zones.abbreviations import SPOKEN, meanings
from volume import in_volume, volume

MEANT = {
    "Europe/Paris": "Europe/Paris",
    "europe/paris": "Europe/Paris",
    "AMERICA/NEW_YORK": "America/New_York",
    "america/new york": "America/New_York",
    "America/Argentina/Buenos_Aires": "America/Argentina/Buenos_Aires",
    "Asia/Calcutta": "Asia/Calcutta",
    "UTC": "UTC",
    "z": "UTC",
    "UTC+5:30": "UTC+05:30",
    "utc+0530": "UTC+05:30",
    "GMT-3": "UTC-03:00",
    "UTC\N{MINUS SIGN}3:30": "UTC-03:30",
    "+05:45": "UTC+05:45",
    "Etc/GMT+5": "Etc/GMT+5",
    "Pacific Standard Time": "America/Los_Angeles",
    "W. Europe Standard Time": "Europe/Berlin",
    "India Standard Time": "Asia/Kolkata",
    "Greenwich Standard Time": "Atlantic/Reykjavik",
    "tokyo": "Asia/Tokyo",
    "São Paulo": "America/Sao_Paulo",
    "St. John's, Canada": "America/St_Johns",
    "Calcutta": "Asia/Kolkata",
    "Mumbai": "Asia/Kolkata",
    "San Francisco": "America/Los_Angeles",
    "EST": "EST",
    "JST": "Asia/Tokyo",
    "NZDT": "Pacific/Auckland",
}

UNKNOWN = (
    *("posixrules", "localtime", "Factory", "right/Europe/Paris", "posix/UTC", "../x", "Europe/../Europe/Paris"),
    *("/etc/localtime", "Europe/Paris\0", "x" * 10_000, "", " ", "\n", "Europe/", "UTC+15", "UTC-12:01", "GMT+5:99"),
    *("zone.tab", "tzdata.zi", "__init__.py", "C:\\Windows", "\u202eParis/eporuE", "🤷", "EST5", "Mars/Olympus"),
)


@pytest.mark.parametrize("written", MEANT)
def test_what_people_write_means_the_zone_they_mean(written: str) -> None:
    assert lookup.resolve(written).name == MEANT[written]


@pytest.mark.parametrize("name", ["Factory", "localtime"])
def test_placeholders_are_not_among_the_names(name: str) -> None:
    assert name not in tzdb.names()


@pytest.mark.parametrize("written", UNKNOWN, ids=lambda text: repr(text[:20]))
def test_what_is_no_zone_is_said_in_one_short_sentence(written: str) -> None:
    with pytest.raises(NotFound) as failure:
        lookup.resolve(written)
    message = failure.value.message
    assert message.startswith("No time zone is called ")
    assert len(message) < 200
    assert message.isprintable()
    assert re.search(r"[.?] +[A-Z]", message) is None


@pytest.mark.parametrize(
    ("written", "meant"),
    [("Pariss", "Europe/Paris"), ("Amercia/Chicago", "America/Chicago"), ("Portugl", "Europe/Lisbon")],
)
def test_a_misspelt_zone_is_answered_with_the_one_meant(written: str, meant: str) -> None:
    with pytest.raises(NotFound) as failure:
        lookup.resolve(written)
    assert f"did you mean {meant}" in failure.value.message
    assert failure.value.details["candidates"][0] == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [("Siberia", "Africa/Monrovia (for Liberia)"), ("Dehli", "Asia/Kolkata (for Delhi)")],
)
def test_the_zone_of_a_place_that_is_spelt_alike_is_proposed_with_the_place(written: str, meant: str) -> None:
    with pytest.raises(NotFound) as failure:
        lookup.resolve(written)
    assert f"did you mean {meant}?" in failure.value.message


@pytest.mark.parametrize(
    ("abbreviation", "meanings"),
    [
        ("CST", ["America/Chicago (-06:00)", "Asia/Shanghai (+08:00)", "America/Havana (-05:00)"]),
        ("IST", ["Asia/Kolkata (+05:30)", "Europe/Dublin (+01:00)", "Asia/Jerusalem (+02:00)"]),
        ("bst", ["Europe/London (+01:00)", "Asia/Dhaka (+06:00)", "Pacific/Bougainville (+11:00)"]),
        ("PST", ["America/Los_Angeles (-08:00)", "Asia/Manila (+08:00)"]),
    ],
)
def test_an_abbreviation_of_several_zones_is_refused_with_a_candidate_for_every_offset(
    abbreviation: str, meanings: list[str]
) -> None:
    with pytest.raises(InvalidInput) as failure:
        lookup.resolve(abbreviation)
    assert [each for each in meanings if each not in failure.value.message] == []
    candidates = failure.value.details["candidates"]
    assert {each.partition(" ")[0] for each in meanings} <= set(candidates)
    assert [lookup.resolve(each).name for each in candidates] == candidates


@pytest.mark.parametrize("text", ["UTC+5.5", "UTC+5,5", "5:30", "UTC+15", "GMT+14:30", "+1500", "utc 5"])
def test_a_text_that_resembles_an_offset_is_refused_with_the_form_of_one(text: str) -> None:
    with pytest.raises(NotFound, match=r"write an offset as UTC\+05:30, from UTC-12:00 to UTC\+14:00"):
        lookup.resolve(text)


def test_a_city_of_two_places_is_refused_with_both() -> None:
    with pytest.raises(InvalidInput, match=r"Europe/London \(Britain \(UK\)\), America/Chicago \(United States\)"):
        lookup.resolve("Birmingham")


def test_every_name_of_the_database_is_the_zone_it_says() -> None:
    assert [name for name in tzdb.names() if lookup.resolve(name).name != name] == []


def test_every_windows_zone_is_known() -> None:
    from tzlocal.windows_tz import win_tz

    unknown = [name for name in win_tz if lookup.resolve(name).name not in tzdb.names() and not name.startswith("UTC")]
    assert unknown == []
    assert len(lookup.windows_names()) > 130


def test_the_tables_of_cities_and_abbreviations_name_zones_that_exist() -> None:
    spoken = {name for those in SPOKEN.values() for name, _ in those}
    assert sorted((spoken | cities.CITIES.keys() | regions.REGIONS.keys()) - tzdb.names()) == []


def test_every_spoken_abbreviation_has_an_offset_its_zone_shows_in_the_year_of_the_database() -> None:
    from datetime import UTC, datetime

    from timezone_mcp.zones.offsets import written

    year = int(tzdb.version()[:4])
    moments = [datetime(year, month, 1, tzinfo=UTC) for month in (1, 7)]
    wrong = [
        (abbreviation, name, offset)
        for abbreviation, those in SPOKEN.items()
        for name, offset in those
        if offset not in {written(moment.astimezone(tzdb.load(name)).utcoffset()) for moment in moments}
    ]
    assert wrong == []


def test_an_abbreviation_nobody_uses_has_no_meaning() -> None:
    assert meanings("QQQ") == ()


@pytest.mark.parametrize(
    ("name", "country"),
    [
        ("Asia/Calcutta", "India"),
        ("Iceland", "Iceland"),
        ("Atlantic/Jan_Mayen", "Svalbard & Jan Mayen"),
        ("Europe/Stockholm", "Sweden"),
        ("US/Pacific", "United States"),
        ("UTC", None),
        ("EST", None),
    ],
)
def test_a_zone_lies_in_the_country_of_its_place_and_not_of_the_rules_it_follows(
    name: str, country: str | None
) -> None:
    assert tzdb.country(name) == country


def test_aliases_share_their_rules() -> None:
    assert "Asia/Calcutta" in tzdb.aliases("Asia/Kolkata")
    assert "Asia/Kolkata" in tzdb.aliases("Asia/Calcutta")
    assert tzdb.aliases("America/Los_Angeles") == ["US/Pacific"]


@pytest.mark.parametrize("machine", ["Nowhere/Nothing", "", ":/no/such/file", "../../etc/passwd"])
def test_a_machine_whose_own_zone_is_broken_changes_nothing(machine: str, tmp_path: Path) -> None:
    program = (
        "from timezone_mcp import tzdb; from timezone_mcp.zones import lookup; "
        "print(lookup.resolve('Paris').name, tzdb.release())"
    )
    environment = {"TZ": machine, "PYTHONTZPATH": str(tmp_path), "HOME": str(tmp_path)}
    run = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout.split()) == (0, ["Europe/Paris", *tzdb.release().split()])


@in_volume
def test_odd_texts_as_a_zone_are_refused_in_a_printable_sentence() -> None:
    alphabet = ["+", "-", ":", "0", "9", "/", "_", "\0", "é", "\u0660", "²", "UTC", "GMT", " ", "\u2212", "\ud800"]
    texts = [a + b + c for a in alphabet for b in alphabet for c in alphabet]
    odd: list[tuple[str, str]] = []
    for text in random.Random(16).sample(texts, volume(len(texts), share=0.1)):
        try:
            lookup.resolve(text)
        except Failure as failure:
            if not failure.message.isprintable():
                odd.append((text, failure.message))
    assert odd == []


@pytest.mark.parametrize("name", ["US Eastern", "us eastern"])
def test_a_name_of_windows_without_its_last_words_is_suggested(name: str) -> None:
    assert lookup.near(name) == ["America/New_York"]


@in_volume
def test_at_most_three_zones_are_suggested() -> None:
    names = sorted(tzdb.names())
    some = random.Random(3).sample(names, volume(len(names), share=0.2))
    assert max(len(lookup.near(name[:-1])) for name in some) == 3


def test_a_point_of_the_compass_in_a_zones_name_is_no_city() -> None:
    assert "west" not in named_by_the_database()
