"""Conversions of times between zones, as a model asks for and reads them."""

from typing import Any

import pytest
from mcp_chassis.server import Server
from mcp_chassis.testing import connected, failure


async def test_a_time_is_converted_to_several_zones_with_one_sentence(call: Any) -> None:
    result = await call(
        "convert_timezone",
        date_time="2026-03-20T18:00",
        from_timezone="Paris",
        to_timezone=["America/New_York", "Tokyo", "UTC+5:30"],
    )
    assert result["answer"] == (
        "Friday 20 March 2026 18:00 in Europe/Paris (CET, +01:00) is 13:00 in America/New_York (EDT, -04:00), "
        "02:00 the next day in Asia/Tokyo (JST, +09:00) and 22:30 in UTC+05:30 (+05:30)."
    )
    assert result["status"] == "ok"
    assert "readings" not in result
    assert result["results"][1] == {
        "timezone": "Asia/Tokyo",
        "local_time": "2026-03-21T02:00:00+09:00",
        "offset": "+09:00",
        "abbreviation": "JST",
        "weekday": "Saturday",
        "day_shift": 1,
        "dst": False,
    }


@pytest.mark.parametrize(
    ("date_time", "status", "choice", "taken"),
    [
        ("2026-10-25T02:30", "ambiguous", {}, "2026-10-25T00:30:00+00:00"),
        ("2026-10-25T02:30", "ambiguous", {"if_ambiguous": "earlier"}, "2026-10-25T00:30:00+00:00"),
        ("2026-10-25T02:30", "ambiguous", {"if_ambiguous": "later"}, "2026-10-25T01:30:00+00:00"),
        ("2026-03-29T02:30", "skipped", {}, "2026-03-29T01:30:00+00:00"),
        ("2026-03-29T02:30", "skipped", {"if_ambiguous": "earlier"}, "2026-03-29T00:30:00+00:00"),
        ("2026-03-29T02:30", "skipped", {"if_ambiguous": "later"}, "2026-03-29T01:30:00+00:00"),
    ],
)
async def test_a_repeated_or_skipped_time_comes_with_both_readings_and_the_one_taken(
    call: Any, date_time: str, status: str, choice: dict[str, str], taken: str
) -> None:
    result = await call(
        "convert_timezone", date_time=date_time, from_timezone="Europe/Paris", to_timezone="UTC", **choice
    )
    assert result["status"] == status
    assert sorted(result["readings"]) == ["earlier", "later"]
    assert result["results"][0]["local_time"] == taken
    assert result["answer"].count("02:30 ") >= 1
    assert result["answer"].endswith(" was taken.")


async def test_a_repeated_time_can_be_refused_with_both_readings_named(refused: Any) -> None:
    error = await refused(
        "convert_timezone",
        date_time="2026-10-25T02:30",
        from_timezone="Europe/Paris",
        to_timezone="UTC",
        if_ambiguous="reject",
    )
    assert error.code == "INVALID_INPUT"
    assert "(+02:00) or 2026-10-25T02:30:00 (+01:00)" in error.message


@pytest.mark.parametrize(
    ("date_time", "utc"),
    [
        ("now", "2026-03-18T12:00:00+00:00"),
        ("tomorrow 9am", "2026-03-19T08:00:00+00:00"),
        ("next friday 14:00", "2026-03-20T13:00:00+00:00"),
        ("1711676400", "2024-03-29T01:40:00+00:00"),
        (1711676400, "2024-03-29T01:40:00+00:00"),
        (1711676400500, "2024-03-29T01:40:00.500000+00:00"),
        ("2026-07-01T12:00-04:00", "2026-07-01T16:00:00+00:00"),
    ],
)
async def test_plain_forms_and_epochs_are_read_in_the_zone_they_come_from(call: Any, date_time: Any, utc: str) -> None:
    result = await call("convert_timezone", date_time=date_time, from_timezone="Europe/Paris", to_timezone="UTC")
    assert result["results"][0]["local_time"] == utc


async def test_tomorrow_is_the_day_after_today_where_the_caller_is(call: Any) -> None:
    auckland = await call("convert_timezone", date_time="today", from_timezone="Auckland", to_timezone="Auckland")
    assert auckland["source"]["local_time"].startswith("2026-03-19T00:00:00")


async def test_twenty_zones_are_converted_at_once_and_the_sentence_stays_short(call: Any) -> None:
    result = await call("convert_timezone", date_time="now", from_timezone="UTC", to_timezone=["Asia/Tokyo"] * 20)
    assert len(result["results"]) == 20
    assert "and 15 more" in result["answer"]


async def test_the_current_time_is_returned_in_utc_or_in_the_requested_zones(call: Any) -> None:
    assert (await call("get_current_time"))["answer"] == "It is Wednesday 18 March 2026 12:00 in UTC (UTC, +00:00)."
    many = await call("get_current_time", timezones=["Kathmandu", "America/New_York"])
    assert [each["local_time"] for each in many["results"]] == [
        "2026-03-18T17:45:00+05:45",
        "2026-03-18T08:00:00-04:00",
    ]
    one = await call("get_current_time", timezones="Kathmandu")
    assert one["results"] == many["results"][:1]


GOOD: dict[str, dict[str, Any]] = {
    "convert_timezone": {"date_time": "now", "from_timezone": "UTC", "to_timezone": ["UTC"]},
    "get_current_time": {},
    "get_timezone": {"timezone": "UTC"},
    "search_timezones": {"query": "Paris"},
    "find_meeting_slots": {"participants": [{"timezone": "UTC"}]},
    "add_duration": {"date_time": "now", "timezone": "UTC", "duration": "P1D"},
    "time_between": {"start": "now", "end": "tomorrow"},
    "check_working_hours": {"timezones": ["UTC"]},
}

BAD: list[tuple[str, dict[str, Any]]] = [
    ("convert_timezone", {"date_time": "soon"}),
    ("convert_timezone", {"date_time": "x" * 10_000}),
    ("convert_timezone", {"date_time": None}),
    ("convert_timezone", {"date_time": True}),
    ("convert_timezone", {"date_time": 10**400}),
    ("convert_timezone", {"date_time": 1.5}),
    ("convert_timezone", {"from_timezone": "posixrules"}),
    ("convert_timezone", {"from_timezone": "../x"}),
    ("convert_timezone", {"from_timezone": "Europe/Paris\0"}),
    ("convert_timezone", {"from_timezone": "x" * 10_240}),
    ("convert_timezone", {"from_timezone": "CST"}),
    ("convert_timezone", {"to_timezone": []}),
    ("convert_timezone", {"to_timezone": ["UTC"] * 21}),
    ("convert_timezone", {"to_timezone": [["UTC"]]}),
    ("convert_timezone", {"if_ambiguous": "maybe"}),
    ("convert_timezone", {"to_zone": "UTC"}),
    ("get_current_time", {"timezones": ["Factory"]}),
    ("get_timezone", {"timezone": ""}),
    ("get_timezone", {"at": "never"}),
    ("get_timezone", {"transitions": 0}),
    ("get_timezone", {"transitions": 21}),
    ("search_timezones", {"query": "x" * 65}),
    ("search_timezones", {"limit": 51}),
    ("search_timezones", {"limit": "many"}),
    ("find_meeting_slots", {"participants": []}),
    ("find_meeting_slots", {"participants": [{"timezone": "UTC", "name": "Ana"}]}),
    ("find_meeting_slots", {"participants": [{"timezone": "UTC", "hours": "late"}]}),
    ("find_meeting_slots", {"participants": [{"timezone": "UTC", "days": "funday"}]}),
    ("find_meeting_slots", {"participants": [{"timezone": "right/UTC"}]}),
    ("find_meeting_slots", {"duration_minutes": 0}),
    ("find_meeting_slots", {"from_date": "2026-03-20", "to_date": "2026-03-19"}),
    ("find_meeting_slots", {"from_date": "2026-03-20", "to_date": "2027-03-19"}),
    ("add_duration", {"duration": "1 day"}),
    ("add_duration", {"duration": "P99999Y"}),
    ("add_duration", {"duration": "P999999999W"}),
    ("add_duration", {"date_time": "9998-12-31", "duration": "P2Y"}),
    ("add_duration", {"date_time": "9998-12-31T23:00Z", "duration": "PT999H"}),
    ("time_between", {"end": ""}),
    ("time_between", {"timezones": ["UTC", "UTC", "UTC"]}),
    ("time_between", {"working_hours": "25:00-26:00"}),
    ("check_working_hours", {"timezones": []}),
    ("check_working_hours", {"hours": "09:00-09:00"}),
    ("check_working_hours", {"at": "0001-01-01"}),
]


@pytest.mark.parametrize(("tool", "arguments"), BAD, ids=lambda value: str(value)[:60])
async def test_bad_input_of_every_kind_is_answered_in_a_sentence_or_two(
    refused: Any, tool: str, arguments: dict[str, Any]
) -> None:
    error = await refused(tool, **{**GOOD[tool], **arguments})
    assert error.code in {"INVALID_INPUT", "RESOURCE_NOT_FOUND"}
    assert not error.retryable
    assert len(error.message) < 400
    assert [word for word in ("Traceback", "Error:", "pydantic", "File ", "input_value") if word in error.message] == []


@pytest.mark.parametrize("tool", GOOD)
async def test_every_tool_answers_with_its_required_arguments_alone(call: Any, tool: str) -> None:
    result = await call(tool, **GOOD[tool])
    assert result["answer"].endswith(".")


@pytest.mark.parametrize("era", ["modern", "legacy"])
async def test_an_unknown_zone_is_a_failed_result_in_either_era(still: Server[Any], era: Any) -> None:
    async with connected(still, era=era) as client:
        error = failure(await client.call_tool("get_timezone", {"timezone": "Factory"}))
    assert error.code == "RESOURCE_NOT_FOUND"
