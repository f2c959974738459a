"""Local times compared with the standard library and with the compiled zone files."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from mcp_chassis.failures import InvalidInput
from timezone_mcp import tzdb
from timezone_mcp.conversion import LocalConverter
from timezone_mcp.times import readings
from timezone_mcp.times.readings import Status
from timezone_mcp.zones import changes, lookup
from tzif import Jump, jumps
from volume import in_volume, volume

START, END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
THIRTY = (
    *("Europe/Paris", "Europe/London", "Europe/Dublin", "Europe/Moscow", "Europe/Istanbul", "Europe/Lisbon"),
    *("America/New_York", "America/Chicago", "America/Los_Angeles", "America/Vancouver", "America/Edmonton"),
    *("America/Sao_Paulo", "America/Santiago", "America/Asuncion", "America/Havana", "America/Mexico_City"),
    *("America/St_Johns", "America/Nuuk", "America/Argentina/Buenos_Aires", "Africa/Casablanca", "Africa/Cairo"),
    *("Asia/Tehran", "Asia/Gaza", "Asia/Beirut", "Asia/Kolkata", "Asia/Almaty", "Australia/Lord_Howe"),
    *("Australia/Sydney", "Pacific/Apia", "Pacific/Chatham"),
)


@pytest.mark.parametrize("name", THIRTY)
def test_every_gap_and_fold_of_2020_to_2035_is_classified_rightly(name: str) -> None:
    zone, found = lookup.named(name), jumps(name, START, END)
    wrong = [
        (jump, shift) for jump in found for shift in SHIFTS if _classified(zone, jump, shift) != _truth(jump, shift)
    ]
    assert wrong == []


def test_both_readings_of_every_gap_and_fold_are_the_instants_of_either_offset() -> None:
    wrong: list[tuple[str, Jump]] = []
    for name in THIRTY:
        for jump in jumps(name, START, END):
            reading = readings.read(_middle(jump), lookup.named(name))
            instants = sorted(_middle(jump).replace(tzinfo=UTC) - offset for offset in (jump.before, jump.after))
            if [reading.earlier.astimezone(UTC), reading.later.astimezone(UTC)] != instants:
                wrong.append((name, jump))
    assert wrong == []


@in_volume
def test_a_zone_finds_the_clock_changes_that_its_compiled_file_lists() -> None:
    names = sorted(tzdb.country_codes())
    start, end = datetime(1800, 1, 1, tzinfo=UTC), datetime(2101, 1, 1, tzinfo=UTC)
    wrong: list[str] = []
    for name in random.Random(2029).sample(names, volume(len(names), share=0.1)):
        found = [change.at for change in changes.between(lookup.named(name), start, end)]
        if found != [jump.at for jump in jumps(name, start, end)]:
            wrong.append(name)
    assert wrong == []


def test_changes_are_found_from_far_in_the_future_and_the_past() -> None:
    apia, paris = lookup.named("Pacific/Apia"), lookup.named("Europe/Paris")
    future, past = datetime(9998, 6, 1, tzinfo=UTC), datetime(2, 6, 1, tzinfo=UTC)
    assert changes.preceding(apia, future, 1)[0].at.date().isoformat() == "2021-04-03"
    assert changes.preceding(paris, future, 2)[1].at.year == 9997
    assert changes.following(paris, past, 1)[0].at.year == 1911
    assert changes.following(apia, future, 1) == []
    assert changes.preceding(apia, past, 1) == []


@in_volume
def test_a_zones_changes_before_and_after_a_moment_are_the_neighbours_in_its_history() -> None:
    rng, names = random.Random(2028), sorted(tzdb.country_codes())
    wrong: list[tuple[str, datetime]] = []
    for _ in range(volume(200, share=0.25)):
        name, moment = rng.choice(names), datetime.fromtimestamp(rng.randrange(-2_500_000_000, 4_000_000_000), UTC)
        history = [jump.at for jump in jumps(name, datetime(1800, 1, 1, tzinfo=UTC), datetime(2112, 1, 1, tzinfo=UTC))]
        before, after = [at for at in history if at <= moment][-3:], [at for at in history if at > moment][:3]
        zone = lookup.named(name)
        found = [[change.at for change in look(zone, moment, 3)] for look in (changes.preceding, changes.following)]
        if found != [before[::-1], after]:
            wrong.append((name, moment))
    assert wrong == []


@in_volume
async def test_random_instants_and_zone_pairs_agree_with_zoneinfo(
    embedded_zoneinfo: Callable[[str], ZoneInfo],
) -> None:
    rng, names = random.Random(2026), sorted(tzdb.names())
    wrong: list[tuple[datetime, str, str]] = []
    for _ in range(volume(10_000)):
        moment = datetime.fromtimestamp(rng.randrange(-2_208_988_800, 4_102_444_800), UTC)
        source, target = rng.choice(names), rng.choice(names)
        ours = await LocalConverter().convert(
            moment.astimezone(lookup.named(source).rules), lookup.named(source), [lookup.named(target)]
        )
        theirs = moment.astimezone(embedded_zoneinfo(source)).astimezone(embedded_zoneinfo(target))
        same = ours.times[0].isoformat() == theirs.isoformat() and ours.times[0].tzname() == theirs.tzname()
        if not same:
            wrong.append((moment, source, target))
    assert wrong == []


@in_volume
def test_random_local_times_mean_the_instants_zoneinfo_says(
    embedded_zoneinfo: Callable[[str], ZoneInfo],
) -> None:
    rng, names = random.Random(2027), sorted(tzdb.names())
    wrong: list[tuple[datetime, str]] = []
    for _ in range(volume(10_000)):
        wall_clock, name = (
            datetime.fromisoformat("1950-01-01") + timedelta(minutes=rng.randrange(60_000_000)),
            rng.choice(names),
        )
        reading = readings.read(wall_clock, lookup.named(name))
        theirs = [wall_clock.replace(tzinfo=embedded_zoneinfo(name), fold=fold).astimezone(UTC) for fold in (0, 1)]
        if [reading.earlier.astimezone(UTC), reading.later.astimezone(UTC)] != sorted(theirs):
            wrong.append((wall_clock, name))
    assert wrong == []


def test_a_repeated_time_is_taken_the_first_time_and_a_skipped_one_moved_forward_unless_asked_otherwise() -> None:
    paris = lookup.named("Europe/Paris")
    repeated = readings.read(datetime.fromisoformat("2026-10-25T02:30"), paris)
    skipped = readings.read(datetime.fromisoformat("2026-03-29T02:30"), paris)
    assert repeated.chosen(None).isoformat() == "2026-10-25T02:30:00+02:00"
    assert repeated.chosen("later").isoformat() == "2026-10-25T02:30:00+01:00"
    assert skipped.chosen(None).isoformat() == "2026-03-29T03:30:00+02:00"
    assert skipped.chosen("earlier").isoformat() == "2026-03-29T01:30:00+01:00"


@pytest.mark.parametrize(
    "wall_clock", [datetime.fromisoformat("2026-10-25T02:30"), datetime.fromisoformat("2026-03-29T02:30")]
)
def test_a_refused_time_names_both_readings(wall_clock: datetime) -> None:
    reading = readings.read(wall_clock, lookup.named("Europe/Paris"))
    with pytest.raises(InvalidInput) as refusal:
        reading.chosen("reject")
    shown = [reading.earlier.replace(tzinfo=None).isoformat(), reading.later.replace(tzinfo=None).isoformat()]
    assert [time for time in shown if time not in refusal.value.message] == []


def test_a_plain_time_is_never_refused() -> None:
    reading = readings.read(datetime.fromisoformat("2026-07-01T12:00"), lookup.named("Europe/Paris"))
    assert reading.chosen("reject").isoformat() == "2026-07-01T12:00:00+02:00"


@pytest.mark.parametrize("year", [1, 9999])
def test_a_year_at_the_ends_of_the_calendar_is_refused_in_one_sentence(year: int) -> None:
    with pytest.raises(InvalidInput, match="years from 2 to 9998"):
        readings.read(datetime.fromisoformat(f"{year:04}-06-01"), lookup.named("Europe/Paris"))


def test_irish_summer_is_daylight_saving_time_although_its_law_calls_it_standard() -> None:
    dublin = lookup.named("Europe/Dublin")
    summer, winter = (datetime(2026, month, 1, tzinfo=UTC).astimezone(dublin.rules) for month in (7, 1))
    assert (readings.is_dst(summer, dublin), readings.is_dst(winter, dublin)) == (True, False)


SHIFTS = (timedelta(seconds=-1), timedelta(0), timedelta(seconds=1))


def _span(jump: Jump) -> tuple[datetime, datetime]:
    """The local times that are skipped or repeated: from the first, and up to but without the second."""
    naive = jump.at.replace(tzinfo=None)
    return min(naive + jump.before, naive + jump.after), max(naive + jump.before, naive + jump.after)


def _middle(jump: Jump) -> datetime:
    first, last = _span(jump)
    return first + (last - first) / 2


def _classified(zone: lookup.Zone, jump: Jump, shift: timedelta) -> list[Status]:
    first, last = _span(jump)
    return [readings.read(moment + shift, zone).status for moment in (first, _middle(jump), last)]


def _truth(jump: Jump, shift: timedelta) -> list[Status]:
    inside = Status.SKIPPED if jump.after > jump.before else Status.AMBIGUOUS
    before, after = (Status.OK, inside) if shift < timedelta() else (inside, Status.OK)
    return [before, inside, after]


@pytest.mark.parametrize(
    ("wall_clock", "happens"),
    [
        (datetime(2026, 10, 25, 2, 30), "occurs twice"),  # noqa: DTZ001
        (datetime(2026, 3, 29, 2, 30), "does not occur"),  # noqa: DTZ001
    ],
)
def test_a_refused_time_is_reported_as_repeated_or_skipped(wall_clock: datetime, happens: str) -> None:
    with pytest.raises(InvalidInput, match=happens):
        readings.read(wall_clock, lookup.named("Europe/Paris")).chosen("reject")
