"""Each word of a time by itself: days, weekdays, months, numbers, parts of a day, steps, and the edges of years."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from mcp_chassis.failures import InvalidInput
from slack_mcp.times import as_ts, needs_zone, period_of

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 29, 17, 0, tzinfo=BERLIN)
"""A Sunday."""


def at(given: str, *, ahead: bool = False, now: datetime = NOW) -> tuple[str, str]:
    found = period_of(given, now.timestamp(), BERLIN, ahead=ahead)
    begin, end = (datetime.fromtimestamp(round(seconds, 3), BERLIN) for seconds in found)
    return f"{begin:%Y-%m-%d %H:%M}", f"{end:%Y-%m-%d %H:%M}"


def day(date: str) -> tuple[str, str]:
    following = datetime.fromisoformat(date) + timedelta(days=1)
    return f"{date} 00:00", f"{following:%Y-%m-%d} 00:00"


NUMBERS = "one two three four five six seven eight nine ten eleven twelve"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
BEFORE = ("11-23", "11-24", "11-25", "11-26", "11-27", "11-28", "11-29")
AFTER = ("11-30", "12-01", "12-02", "12-03", "12-04", "12-05", "11-29")


@pytest.mark.parametrize("index", range(7))
def test_a_weekday_is_the_latest_one_or_the_next_one_with_ahead(index: int) -> None:
    name = WEEKDAYS[index]
    for given in (name, name[:3], name.capitalize()):
        assert at(given) == day(f"2026-{BEFORE[index]}")
        assert at(given, ahead=True) == day(f"2026-{AFTER[index]}")
    assert at(f"this {name}") == day(f"2026-{BEFORE[index]}")
    last, following = (BEFORE[index], AFTER[index]) if index != 6 else ("11-22", "12-06")
    for ahead in (False, True):
        assert at(f"last {name}", ahead=ahead) == day(f"2026-{last}")
        assert at(f"previous {name}", ahead=ahead) == day(f"2026-{last}")
        assert at(f"next {name}", ahead=ahead) == day(f"2026-{following}")


@pytest.mark.parametrize("text", ["mo", "m", "t", "mondayx", "last", "next", ""])
def test_less_than_three_letters_of_a_weekday_are_no_time(text: str) -> None:
    with pytest.raises(InvalidInput, match="The time cannot be read"):
        period_of(text, NOW.timestamp(), BERLIN)


MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip


@pytest.mark.parametrize("number", range(1, 13))
def test_a_month_is_the_latest_one_or_the_next_one_with_ahead(number: int) -> None:
    name = MONTHS[number - 1]
    for ahead, year in ((False, 2025 if number == 12 else 2026), (True, 2027 if number < 11 else 2026)):
        begin, end = f"{year}-{number:02}-01", f"{year + number // 12}-{number % 12 + 1:02}-01"
        for given in (name, name[:3], f"{name[:3]}."):
            assert at(given, ahead=ahead) == (f"{begin} 00:00", f"{end} 00:00")
    for given in (f"{name} 2024", f"{name[:3]}, 2024", f"2024-{number:02}"):
        assert at(given) == (
            f"2024-{number:02}-01 00:00",
            f"{2024 + number // 12}-{number % 12 + 1:02}-01 00:00",
        )


@pytest.mark.parametrize("text", ["mayor", "junk 2024", "2024-13", "2024-00"])
def test_a_word_that_only_begins_like_a_month_is_no_time(text: str) -> None:
    with pytest.raises(InvalidInput):
        period_of(text, NOW.timestamp(), BERLIN)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("today", day("2026-11-29")),
        ("midnight", day("2026-11-29")),
        ("yesterday", day("2026-11-28")),
        ("tomorrow", day("2026-11-30")),
        ("day before yesterday", day("2026-11-27")),
        ("day after tomorrow", day("2026-12-01")),
        ("this morning", ("2026-11-29 00:00", "2026-11-29 12:00")),
        ("this afternoon", ("2026-11-29 12:00", "2026-11-29 18:00")),
        ("tonight", ("2026-11-29 18:00", "2026-11-30 00:00")),
        ("today evening", ("2026-11-29 18:00", "2026-11-30 00:00")),
        ("yesterday afternoon", ("2026-11-28 12:00", "2026-11-28 18:00")),
        ("tomorrow morning", ("2026-11-30 00:00", "2026-11-30 12:00")),
        ("friday evening", ("2026-11-27 18:00", "2026-11-28 00:00")),
        ("week", ("2026-11-23 00:00", "2026-11-30 00:00")),
        ("this week", ("2026-11-23 00:00", "2026-11-30 00:00")),
        ("last week", ("2026-11-16 00:00", "2026-11-23 00:00")),
        ("previous week", ("2026-11-16 00:00", "2026-11-23 00:00")),
        ("next week", ("2026-11-30 00:00", "2026-12-07 00:00")),
        ("month", ("2026-11-01 00:00", "2026-12-01 00:00")),
        ("last month", ("2026-10-01 00:00", "2026-11-01 00:00")),
        ("next month", ("2026-12-01 00:00", "2027-01-01 00:00")),
        ("year", ("2026-01-01 00:00", "2027-01-01 00:00")),
        ("last year", ("2025-01-01 00:00", "2026-01-01 00:00")),
        ("next year", ("2027-01-01 00:00", "2028-01-01 00:00")),
        ("2025", ("2025-01-01 00:00", "2026-01-01 00:00")),
        ("past week", ("2026-11-22 17:00", "2026-11-29 17:00")),
        ("the last hour", ("2026-11-29 16:00", "2026-11-29 17:00")),
        ("last 3 days", ("2026-11-26 17:00", "2026-11-29 17:00")),
        ("past month", ("2026-10-30 17:00", "2026-11-29 17:00")),
        ("past year", ("2025-11-29 17:00", "2026-11-29 17:00")),
        ("2026/11/20", day("2026-11-20")),
        ("20 Nov 2026 04:35", ("2026-11-20 05:35", "2026-11-20 05:36")),
        ("20 Nov 2026 04:35:10", ("2026-11-20 05:35", "2026-11-20 05:35")),
    ],
)
def test_each_word_for_a_period_has_its_beginning_and_end(given: str, expected: tuple[str, str]) -> None:
    assert at(given) == expected


@pytest.mark.parametrize(
    ("number", "word"),
    list(enumerate(NUMBERS.split(), 1)),
)
def test_each_number_word_counts_like_its_digit(number: int, word: str) -> None:
    for unit in ("seconds", "minutes", "hours", "days", "weeks"):
        assert at(f"{word} {unit} ago") == at(f"{number} {unit} ago")
    assert at(f"in {word} days") == at(f"in {number} days")


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("30s", 30), ("30 secs ago", 30), ("5m", 300), ("5 mins", 300), ("1h", 3600), ("an hour ago", 3600),
        ("2 hrs ago", 7200), ("2d", 172_800), ("a day ago", 86_400), ("1w", 604_800), ("2 wks ago", 1_209_600),
        ("1 month ago", 2_592_000), ("1y", 31_536_000), ("2 years ago", 63_072_000), ("now", 0), ("right now", 0),
    ],
)  # fmt: skip
def test_each_unit_of_an_age_has_its_seconds(given: str, seconds: int) -> None:
    now = NOW.timestamp()
    assert float(as_ts(given, now)) == now - seconds
    if not given.endswith("ago"):
        assert float(as_ts(given, now, ahead=True)) == now + seconds


@pytest.mark.parametrize(("given", "later"), [("in 2h", True), ("2h from now", True), ("2h ago", False)])
def test_a_direction_that_is_written_precedes_the_usual_one(given: str, later: bool) -> None:
    for ahead in (False, True):
        found = float(as_ts(given, NOW.timestamp(), ahead=ahead))
        assert found == NOW.timestamp() + (7200 if later else -7200)


@pytest.mark.parametrize(
    ("given", "ahead", "date"),
    [
        ("Nov 29", False, "2026-11-29"),
        ("Dec 1", False, "2026-12-01"),
        ("Jan 28", False, "2026-01-28"),
        ("Jan 28", True, "2027-01-28"),
        ("Nov 28", True, "2027-11-28"),
        ("Nov 29", True, "2026-11-29"),
        ("28 November", False, "2026-11-28"),
        ("1st Dec", True, "2026-12-01"),
    ],
)
def test_a_date_without_a_year_is_the_nearest_one(given: str, ahead: bool, date: str) -> None:
    assert at(given, ahead=ahead) == day(date)


@pytest.mark.parametrize(("given", "date"), [("Jul 31", "2026-07-31"), ("Aug 1", "2025-08-01")])
def test_a_date_without_a_year_lies_at_most_sixty_days_ahead(given: str, date: str) -> None:
    assert at(given, now=datetime(2026, 6, 1, tzinfo=BERLIN)) == day(date)


@pytest.mark.parametrize(
    ("given", "accepted"),
    [
        ("2000-01-01T00:00Z", True),
        ("1999-12-31T23:59:59Z", False),
        ("2099-12-31T23:59:59Z", True),
        ("2100-01-01T00:00Z", False),
        ("946684800", True),
        ("946684799", False),
        ("4102444799", True),
        ("4102444800", False),
        ("1764000000000", True),
        ("9999999999999", False),
    ],
)
def test_times_from_2000_to_2099_are_accepted(given: str, accepted: bool) -> None:
    if accepted:
        as_ts(given, NOW.timestamp())
        return
    with pytest.raises(InvalidInput, match="outside the years that Slack supports"):
        as_ts(given, NOW.timestamp())


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("1764000000", "1764000000"),
        ("1764000000.000100", "1764000000.000100"),
        ("1764000000123", "1764000000.123000"),
        ("1764000000123456", "1764000000.123456"),
    ],
)
def test_unix_times_in_seconds_and_in_fractions_are_read(given: str, expected: str) -> None:
    assert as_ts(given, NOW.timestamp()) == expected


@pytest.mark.parametrize(
    ("given", "needed"),
    [
        ("today", True), ("yesterday", True), ("tomorrow", True), ("day before yesterday", True), ("9am", True),
        ("tomorrow 9am", True), ("noon", True), ("today 17:00", True), ("this morning", True), ("friday", True),
        ("2026-11-20", True), ("Nov 20", True), ("2026", True), ("last week", True), ("august", True),
        ("2d", False), ("now", False), ("20 Nov 2026 04:35", False),
        ("2026-11-20T09:00Z", False), ("17:00 utc", False), ("1764000000", False), ("nonsense", False),
    ],
)  # fmt: skip
def test_only_times_by_the_calendar_need_a_zone(given: str, needed: bool) -> None:
    for hour in range(24):
        assert needs_zone(given, NOW.timestamp() + 3600 * hour) is needed


@pytest.mark.parametrize(
    ("given", "time"),
    [
        ("12am", "00:00"), ("12pm", "12:00"), ("1 a.m.", "01:00"), ("11:45pm", "23:45"), ("today at 17:05", "17:05"),
        ("0:30 today", "00:30"),
    ],
)  # fmt: skip
def test_each_form_of_a_clock_time_is_read_in_the_zone(given: str, time: str) -> None:
    assert at(given) == (f"2026-11-29 {time}", f"2026-11-29 {time}")
