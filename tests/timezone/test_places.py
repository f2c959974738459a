"""Zones, their facts and clock changes, as tools and resources give them."""

import json
import random
from typing import Any

import pytest
from mcp.client import Client
from mcp.shared.exceptions import MCPError
from mcp_chassis.server import Server
from mcp_chassis.testing import connected
from mcp_types import PromptReference, ResourceTemplateReference, TextResourceContents
from timezone_mcp import tzdb
from volume import in_volume, volume


async def test_a_zone_tells_its_changes_both_ways_its_aliases_and_its_country(call: Any) -> None:
    result = await call("get_timezone", timezone="Europe/Paris", transitions=2)
    assert result["answer"] == (
        "Europe/Paris is at +01:00; the clock next goes forward by 1:00 on Sunday 29 March 2026 at 02:00."
    )
    assert (result["country"], result["aliases"]) == ("France", ["Europe/Monaco"])
    assert [change["utc"] for change in result["next_changes"]] == ["2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z"]
    assert [change["utc"] for change in result["previous_changes"]] == ["2025-10-26T01:00:00Z", "2025-03-30T01:00:00Z"]
    assert result["next_changes"][0] == {
        "utc": "2026-03-29T01:00:00Z",
        "local_before": "2026-03-29T02:00:00",
        "local_after": "2026-03-29T03:00:00",
        "offset_after": "+02:00",
        "moves": "forward by 1:00",
    }
    assert result["source_of_truth"] == tzdb.release()


async def test_a_zone_is_described_at_the_requested_time(call: Any) -> None:
    summer = await call("get_timezone", timezone="Europe/Paris", at="2026-07-01")
    assert (summer["local"]["offset"], summer["local"]["dst"]) == ("+02:00", True)
    assert "daylight saving time" in summer["answer"]


@pytest.mark.parametrize("name", ["UTC", "Asia/Kolkata", "UTC+05:30"])
async def test_a_zone_without_rules_has_no_change_to_come(call: Any, name: str) -> None:
    result = await call("get_timezone", timezone=name)
    assert result["next_changes"] == []
    assert "no clock change is planned" in result["answer"]


@pytest.mark.parametrize("at", ["9998-06-01", "0002-06-01"])
async def test_changes_are_looked_for_at_the_ends_of_the_calendar_too(call: Any, at: str) -> None:
    result = await call("get_timezone", timezone="Europe/Paris", at=at)
    assert result["local"]["local_time"].startswith(at)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("Mumbai", "Asia/Kolkata"),
        ("india", "Asia/Kolkata"),
        ("United Kingdom", "Europe/London"),
        ("South Korea", "Asia/Seoul"),
        ("FR", "Europe/Paris"),
        ("New York", "America/New_York"),
        ("Pacific Standard Time", "America/Los_Angeles"),
        ("+05:45", "Asia/Kathmandu"),
        ("UTC+14", "Pacific/Kiritimati"),
        ("Tasmania", "Australia/Hobart"),
        ("buenos", "America/Argentina/Buenos_Aires"),
        ("los ang", "America/Los_Angeles"),
        ("tokio", "Asia/Tokyo"),
    ],
)
async def test_a_zone_is_found_by_what_people_know_of_it(call: Any, query: str, found: str) -> None:
    result = await call("search_timezones", query=query)
    assert result["items"][0]["timezone"] == found
    assert found in result["answer"]


async def test_an_abbreviation_is_never_guessed_every_offset_is_among_the_first_found(call: Any) -> None:
    result = await call("search_timezones", query="CST", limit=3)
    assert [(item["timezone"], item["offset"]) for item in result["items"]] == [
        ("Asia/Shanghai", "+08:00"),
        ("America/Mexico_City", "-06:00"),
        ("America/Havana", "-05:00"),
    ]


async def test_a_search_that_finds_more_than_it_lists_says_so(call: Any) -> None:
    result = await call("search_timezones", query="United States", limit=2)
    assert len(result["items"]) == 2
    assert "; the first 2 of 29 are listed." in result["answer"]


@pytest.mark.parametrize("query", ["qqqq", "", "-", "🤷"])
async def test_a_search_that_finds_nothing_says_what_to_try(call: Any, query: str) -> None:
    result = await call("search_timezones", query=query)
    assert result["items"] == []
    assert "try a city" in result["answer"]


@in_volume
async def test_every_country_is_found_by_its_name_and_its_code(call: Any) -> None:
    missed: list[str] = []
    codes = sorted(set(tzdb.country_codes().values()))
    for code in random.Random(247).sample(codes, volume(len(codes), share=0.2)):
        by_name = await call("search_timezones", query=tzdb.countries()[code], limit=50)
        by_code = await call("search_timezones", query=code, limit=50)
        mine = {name for name, its in tzdb.country_codes().items() if its == code}
        if any(mine - {item["timezone"] for item in result["items"]} for result in (by_name, by_code)):
            missed.append(code)
    assert missed == []


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("tz://zones/Europe/London", "Europe/London"),
        ("tz://zones/america/new_york", "America/New_York"),
        ("tz://zones/America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("tz://zones/UTC", "UTC"),
    ],
)
async def test_zones_with_one_two_and_three_parts_are_resources(still: Server[Any], uri: str, name: str) -> None:
    async with connected(still) as client:
        assert (await _read(client, uri))["local"]["timezone"] == name


async def test_the_list_of_zones_is_a_resource_with_offsets_and_countries(still: Server[Any]) -> None:
    async with connected(still) as client:
        listed = (await _read(client, "tz://zones"))["items"]
    assert {"timezone": "Asia/Kathmandu", "offset": "+05:45", "country": "Nepal"} in listed
    assert {item["timezone"] for item in listed} == {"UTC", *tzdb.country_codes()}


@pytest.mark.parametrize("uri", ["tz://zones/Mars/Olympus", "tz://zones/Factory", "tz://zones/a/b/c/d", "tz://zones/"])
async def test_a_resource_of_no_zone_is_not_found(still: Server[Any], uri: str) -> None:
    async with connected(still) as client:
        with pytest.raises(MCPError) as error:
            await client.read_resource(uri)
    assert error.value.error.data["code"] in {"RESOURCE_NOT_FOUND", "INVALID_INPUT"}


@pytest.mark.parametrize(
    ("uri", "variable", "prefix", "chosen", "values"),
    [
        ("tz://zones/{area}/{city}", "area", "eu", {}, ["Europe"]),
        ("tz://zones/{area}/{city}", "city", "new y", {"area": "America"}, ["New_York"]),
        ("tz://zones/{area}/{city}", "city", "Lon", {"area": "europe"}, ["London"]),
        ("tz://zones/{area}/{city}", "city", "Lon", {}, ["London", "Longyearbyen"]),
        (
            "tz://zones/{area}/{region}/{city}",
            "region",
            "",
            {"area": "America"},
            ["Argentina", "Indiana", "Kentucky", "North_Dakota"],
        ),
        ("tz://zones/{area}/{region}/{city}", "city", "b", {"region": "North_Dakota"}, ["Beulah"]),
        ("tz://zones/{area}/{region}/{city}", "area", "am", {}, ["America"]),
        ("tz://zones/{name}", "name", "ut", {}, ["UTC"]),
        ("tz://zones/{area}/{city}", "city", "zzz", {}, []),
    ],
)
async def test_the_parts_of_a_zones_name_are_completed(
    still: Server[Any], uri: str, variable: str, prefix: str, chosen: dict[str, str], values: list[str]
) -> None:
    async with connected(still) as client:
        completed = await client.complete(
            ResourceTemplateReference(uri=uri), {"name": variable, "value": prefix}, context_arguments=chosen
        )
    assert completed.completion.values == values


async def test_the_prompts_quote_what_people_say_as_data(still: Server[Any]) -> None:
    async with connected(still) as client:
        prompt = await client.get_prompt("plan_meeting", {"participants": 'Ana in "Lisbon"', "duration_minutes": "45"})
    text = prompt.messages[0].content.text
    assert json.dumps('Ana in "Lisbon"') in text
    assert "45 minutes" in text


async def test_explaining_dst_names_the_zone_meant_and_this_year(still: Server[Any]) -> None:
    async with connected(still) as client:
        prompt = await client.get_prompt("explain_dst", {"timezone": "lisbon"})
        completed = await client.complete(PromptReference(name="explain_dst"), {"name": "timezone", "value": "lis"})
    text = prompt.messages[0].content.text
    assert "Europe/Lisbon in 2026" in text
    assert completed.completion.values == ["Europe/Lisbon"]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("plan_meeting", {}),
        ("plan_meeting", {"participants": "Ana", "duration_minutes": "long"}),
        ("explain_dst", {"timezone": "CST"}),
        ("explain_dst", {"timezone": "Paris", "year": "20226"}),
    ],
)
async def test_a_prompt_with_wrong_arguments_says_which(still: Server[Any], name: str, arguments: Any) -> None:
    async with connected(still) as client:
        with pytest.raises(MCPError) as error:
            await client.get_prompt(name, arguments)
    assert error.value.error.code == -32602


async def _read(client: Client, uri: str) -> Any:
    [content] = (await client.read_resource(uri)).contents
    assert isinstance(content, TextResourceContents)
    return json.loads(content.text)
