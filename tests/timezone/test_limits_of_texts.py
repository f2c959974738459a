"""Times, durations, days and names at the edges of what is read: every month, the longest text, blanks, far years."""

import calendar
from datetime import UTC, datetime
from typing import Any

import pytest
from mcp_chassis.failures import InvalidInput
from mcp_chassis.testing import connected
from timezone_mcp.times import durations
from timezone_mcp.zones import lookup

MONTHS = list(calendar.month_name)[1:]


@pytest.mark.parametrize("month", MONTHS)
@pytest.mark.parametrize("form", ["3 {} 2026 10:00", "{} 3 2026 10:00", "3rd of {} 2026 10:00"])
async def test_every_month_is_read_by_its_name(call: Any, month: str, form: str) -> None:
    number = MONTHS.index(month) + 1
    for name in (month, month.lower(), month[:3]):
        result = await call("convert_timezone", date_time=form.format(name), from_timezone="UTC", to_timezone="UTC")
        assert result["source"]["local_time"].startswith(f"2026-{number:02}-03T10:00")


async def test_a_duration_is_read_up_to_64_characters(call: Any, refused: Any) -> None:
    longest, longer = "PT" + "0" * 8 + "1H", "P" + "1" * 64 + "D"
    blank = longest.rjust(64)
    result = await call("add_duration", date_time="2026-03-18T12:00", timezone="UTC", duration=blank)
    assert "13:00" in result["answer"]
    for text in (blank + " ", longer):
        error = await refused("add_duration", date_time="2026-03-18T12:00", timezone="UTC", duration=text)
        assert error.code == "INVALID_INPUT"


@pytest.mark.parametrize("text", ["P9999999D", "-P9999999D", "P99999Y", "PT999999999H", "P9999999W"])
async def test_a_sum_outside_of_the_calendar_is_refused_with_its_years(refused: Any, text: str) -> None:
    error = await refused("add_duration", date_time="2026-03-18T12:00", timezone="UTC", duration=text)
    assert error.code == "INVALID_INPUT"
    assert " to 9998" in error.message
    with pytest.raises(InvalidInput, match="to 9998"):
        durations.parse(text).elapsed_after(datetime(2026, 3, 18, tzinfo=UTC), lookup.resolve("UTC"))


async def test_what_is_no_duration_is_answered_with_forms_to_use(refused: Any) -> None:
    error = await refused("add_duration", date_time="2026-03-18T12:00", timezone="UTC", duration="P1X")
    assert "not an ISO 8601 duration" in error.message
    assert "P1DT2H30M" in error.message


@pytest.mark.parametrize("days", ["mon-fri", " mon-fri", "mon-fri ", "MON-FRI", "mon,tue,wed,thu,fri"])
async def test_days_are_read_with_blanks_around_them(call: Any, days: str) -> None:
    person = {"timezone": "UTC", "hours": "09:00-10:00", "days": days}
    found = await call("find_meeting_slots", participants=[person], from_date="2026-03-21", to_date="2026-03-23")
    assert found["slots"][0]["utc"] == "2026-03-23T09:00Z"


async def test_clock_changes_of_yearly_rules_are_listed_beyond_the_database(call: Any) -> None:
    facts = await call("get_timezone", timezone="Europe/Paris", at="2095-01-01", transitions=20)
    listed = str(facts)
    assert all(f"{year}-" in listed for year in range(2095, 2105))


async def test_an_unknown_name_is_answered_with_a_few_that_resemble_it(refused: Any) -> None:
    for name in ("Americca/New_Yrok", "Pariss", "Argentinaa", "Kazakhstann"):
        error = await refused("get_timezone", timezone=name)
        assert 1 <= len((error.details or {}).get("candidates", [])) <= 5


async def test_names_in_a_prompt_stand_as_they_were_written(still: Any) -> None:
    async with connected(still) as client:
        prompt = await client.get_prompt("plan_meeting", {"participants": "Zoë in São Paulo", "when": "übermorgen"})
    text = str(getattr(prompt.messages[0].content, "text", ""))
    assert "Zoë in São Paulo" in text
    assert "übermorgen" in text
