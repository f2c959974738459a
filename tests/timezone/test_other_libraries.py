"""Conversions, sums and differences compared with the libraries `whenever` and luxon on random cases."""

import json
import random
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import whenever
from services import NODE_PACKAGES, node, npm_package
from timezone_mcp import spans, tzdb
from timezone_mcp.times import durations, readings
from timezone_mcp.times.durations import Duration
from timezone_mcp.times.readings import Reading, Status
from timezone_mcp.zones import lookup

CASES = 5_000
FIRST_SECOND, LAST_SECOND = 315_532_800, 1_735_689_600  # 1980 to 2024: of later years their data may be older than ours
STEADY = (
    *("Europe/Paris", "Europe/London", "Europe/Dublin", "America/New_York", "America/Chicago", "America/Los_Angeles"),
    *("America/St_Johns", "Asia/Kolkata", "Asia/Tokyo", "Asia/Kathmandu", "Australia/Sydney", "Australia/Lord_Howe"),
    *("Pacific/Auckland", "Pacific/Chatham", "Africa/Johannesburg", "America/Phoenix"),
)


@pytest.fixture
def same_rules() -> Iterator[None]:
    """Let `whenever` read the tzdata package, as this server does, and not the machine's own files."""
    before = whenever.get_tzpath()
    whenever.reset_tzpath([str(files("tzdata") / "zoneinfo")])
    whenever.clear_tzcache()
    yield
    whenever.reset_tzpath(before)
    whenever.clear_tzcache()


@pytest.mark.usefixtures("same_rules")
def test_random_local_times_sums_and_differences_agree_with_whenever() -> None:
    rng, names = random.Random(31), sorted(tzdb.country_codes())
    differing: list[object] = []
    for _ in range(CASES):
        zone = lookup.named(rng.choice(names))
        wall_clock = datetime.fromtimestamp(rng.randrange(FIRST_SECOND, LAST_SECOND, 60), UTC).replace(tzinfo=None)
        months, days, minutes = rng.randrange(-30, 30), rng.randrange(-40, 40), rng.randrange(-3_000, 3_000)
        ours = readings.read(wall_clock, zone).chosen(None)
        theirs = whenever.PlainDateTime(wall_clock).assume_tz(zone.name, disambiguation="compatible")
        moved = Duration(months, timedelta(days=days), timedelta()).after(wall_clock)
        their_sum = whenever.PlainDateTime(wall_clock).date().add(months=months, days=days)
        later = ours.astimezone(UTC) + timedelta(minutes=minutes)
        pairs = [
            (ours.isoformat(), theirs.to_stdlib().isoformat()),
            (moved.date().isoformat(), their_sum.format_iso()),
            (later.astimezone(zone.rules).isoformat(), theirs.add(minutes=minutes).to_stdlib().isoformat()),
        ]
        differing += [(zone.name, wall_clock, pair) for pair in pairs if pair[0] != pair[1]]
    assert differing == []


def test_random_conversions_sums_and_differences_agree_with_luxon() -> None:
    npm_package("luxon")
    cases = list(_luxon_cases(random.Random(32)))
    script = Path(__file__).with_name("luxon.mjs")
    answer = subprocess.run(
        [node(), script, NODE_PACKAGES.parent], input=json.dumps(cases), capture_output=True, text=True, check=True
    )
    differing = [
        (case, ours, theirs)
        for case, theirs in zip(cases, json.loads(answer.stdout), strict=True)
        if (ours := _ours(case)) != {**theirs, "between": _iso(theirs["between"])}
    ]
    assert differing == []


def _luxon_cases(rng: random.Random) -> Iterator[dict[str, Any]]:
    """Random cases, but for sums that end in a repeated hour, of which luxon takes now one and now the other."""
    made = 0
    while made < CASES:
        seconds = rng.randrange(FIRST_SECOND, LAST_SECOND)
        case = {
            "seconds": seconds,
            "source": rng.choice(STEADY),
            "target": rng.choice(STEADY),
            "later": seconds + rng.choice((rng.randrange(90_000), rng.randrange(100_000_000))),
            "add": {"months": rng.randrange(30), "days": rng.randrange(40)},
        }
        if _sum(case).status is not Status.AMBIGUOUS:
            made += 1
            yield case


def _sum(case: dict[str, Any]) -> Reading:
    source = lookup.named(case["source"])
    start = datetime.fromtimestamp(case["seconds"], UTC).astimezone(source.rules)
    length = Duration(case["add"]["months"], timedelta(days=case["add"]["days"]), timedelta())
    return readings.read(length.after(start.replace(tzinfo=None)), source)


def _ours(case: dict[str, Any]) -> dict[str, str]:
    source, target = lookup.named(case["source"]), lookup.named(case["target"])
    start = datetime.fromtimestamp(case["seconds"], UTC).astimezone(source.rules)
    later = datetime.fromtimestamp(case["later"], UTC)
    return {
        "converted": start.astimezone(target.rules).isoformat(),
        "added": _sum(case).chosen(None).isoformat(),
        "between": spans.calendar(start, later, source),
    }


def _iso(parts: dict[str, float]) -> str:
    """A difference of luxon in the form of this server."""
    dates = "".join(f"{round(parts[unit])}{letter}" for unit, letter in zip(UNITS, "YMD", strict=True) if parts[unit])
    exact = timedelta(hours=parts["hours"], minutes=parts["minutes"], seconds=parts["seconds"])
    time = durations.written(exact).removeprefix("P")
    return f"P{dates}" if dates and time == "T0S" else f"P{dates}{time}"


UNITS = ("years", "months", "days")
