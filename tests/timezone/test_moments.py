"""Texts read as times: the table of docs/times.md, and texts that no table can hold."""

import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from mcp_chassis.failures import Failure, InvalidInput
from timezone_mcp.times import durations, moments, refusals

NOW = datetime(2026, 3, 18, 13, 30, tzinfo=ZoneInfo("Europe/Paris"))  # a Wednesday
TABLE = Path(__file__).parents[2] / "docs" / "times.md"
ROW = re.compile(r"\| `(?P<text>[^`]*)` \| (?:`(?P<moment>[^`]+)`(?: in (?P<zone>\S+))?|refused: (?P<remedy>.+)) \|")
ROWS = {match["text"]: match for match in ROW.finditer(TABLE.read_text(encoding="utf-8"))}
MEANT = {text: row for text, row in ROWS.items() if row["moment"]}
REFUSED = {text: row["remedy"] for text, row in ROWS.items() if row["remedy"]}
UNKNOWN_FORM = "not a form known here"


@pytest.mark.parametrize("text", MEANT)
def test_a_text_of_the_table_means_the_time_beside_it(text: str) -> None:
    written = moments.parse(text, NOW)
    zone = written.zone.name if written.zone else None
    assert (written.moment.isoformat(), zone) == (MEANT[text]["moment"], MEANT[text]["zone"])


@pytest.mark.parametrize("text", REFUSED)
def test_a_text_of_the_table_is_refused_with_the_form_to_write(text: str) -> None:
    with pytest.raises(Failure) as failure:
        moments.parse(text, NOW)
    remedy = refusals.FORMS if REFUSED[text] == UNKNOWN_FORM else REFUSED[text]
    assert failure.value.message.endswith(remedy)
    assert len(failure.value.message) < 260


NO_TIME = ("", " ", "x" * 10_000, "9am " * 50, "\0", "1e400", "0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00")


@pytest.mark.parametrize("text", NO_TIME, ids=lambda text: repr(text[:20]))
def test_a_text_that_is_no_time_is_refused_in_a_printable_sentence(text: str) -> None:
    with pytest.raises(InvalidInput) as failure:
        moments.parse(text, NOW)
    assert failure.value.message.isprintable()
    assert len(failure.value.message) < 260


@pytest.mark.parametrize(
    "text",
    ["\uff12\uff10\uff12\uff16-03-29", "\u0662\u0660\u0662\u0666-\u0660\u0663-\u0662\u0669", "завтра 9:00", "明日"],
)
def test_other_digits_and_words_are_refused_with_the_ones_to_write(text: str) -> None:
    with pytest.raises(InvalidInput, match=r"Write the digits 0 to 9 and English words\. Use ISO 8601"):
        moments.parse(text, NOW)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("9:30\u202fPM", "2026-03-18T21:30:00"),
        ("2026-03-29\u00a014:30", "2026-03-29T14:30:00"),
        ("2026-03-29   14:30", "2026-03-29T14:30:00"),
    ],
)
def test_blanks_of_every_width_separate_as_one_blank_does(text: str, moment: str) -> None:
    assert moments.parse(text, NOW).moment.isoformat() == moment


def test_three_hours_on_are_exact_and_three_days_on_keep_the_clock_across_a_change() -> None:
    before = datetime(2026, 3, 28, 23, 30, tzinfo=ZoneInfo("Europe/Paris"))
    in_hours, in_days = moments.parse("in 3 hours", before).moment, moments.parse("in 3 days", before).moment
    assert in_hours.astimezone(before.tzinfo).isoformat() == "2026-03-29T03:30:00+02:00"
    assert in_days.isoformat() == "2026-03-31T23:30:00"


NO_DURATION = (
    *("", "P", "PT", "1D", "P1", "P1DT", "P-1D", "PT1H30", "P1.5M", "P1Y1.5M", "--P1D", "P1D1W", "PT1S1M", "1 hour"),
    *("PXD", "P1H", "\0", "P\u0663D", "P" + "9" * 70 + "D"),
)


@pytest.mark.parametrize("text", NO_DURATION)
def test_what_is_no_duration_is_refused_with_a_form_that_is(text: str) -> None:
    with pytest.raises(InvalidInput, match="ISO 8601 duration"):
        durations.parse(text)


@pytest.mark.parametrize("text", ["P99999Y", "-P99999Y", "P999999999D", "-P999999999W", "PT999999999H", "P9999Y"])
def test_a_duration_beyond_the_calendar_is_refused(text: str) -> None:
    wall_clock = datetime.fromisoformat("2026-03-18T12:00")
    with pytest.raises(InvalidInput, match="years from 2 to 9998"):
        durations.parse(text).after(wall_clock)


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("P1M", "2026-02-28T12:00:00"),
        ("P1Y1M", "2027-02-28T12:00:00"),
        ("-P1M", "2025-12-31T12:00:00"),
        ("P2W", "2026-02-14T12:00:00"),
        ("P1DT2H30M", "2026-02-01T14:30:00"),
        ("PT0.5H", "2026-01-31T12:30:00"),
        ("P0,5D", "2026-02-01T00:00:00"),
        ("+PT36H", "2026-02-02T00:00:00"),
        ("-PT1.25S", "2026-01-31T11:59:58.750000"),
        ("p1d", "2026-02-01T12:00:00"),
    ],
)
def test_a_duration_is_added_as_the_calendar_counts(text: str, after: str) -> None:
    assert durations.parse(text).after(datetime.fromisoformat("2026-01-31T12:00")).isoformat() == after
