"""Conversions by the OpenTimezone service that are asked for again within an hour."""

import asyncio
from typing import Any

import pytest
from fake_opentimezone import FakeOpenTimezone
from mcp_chassis.testing import connected, data, failure
from mcp_chassis.testing.replies import Reply

CONVERT = {"date_time": "2026-03-20T14:00", "from_timezone": "Europe/Paris", "to_timezone": ["Asia/Tokyo"]}


@pytest.mark.parametrize("backend", ["opentimezone", "auto"])
async def test_a_repeated_conversion_is_one_request_and_shows_when_it_was_computed(still: Any, backend: str) -> None:
    async with FakeOpenTimezone() as service, connected(still, env=service.env(backend)) as client:
        first, second = [data(await client.call_tool("convert_timezone", CONVERT)) for _ in range(2)]
        assert len(service.questions) == 1
    assert second.pop("as_of").endswith("Z")
    assert first == second


async def test_the_host_hears_that_a_conversion_is_used_again(still: Any) -> None:
    heard: list[str] = []

    async def hear(params: Any) -> None:
        heard.append(params.data)

    hearing = {"logging_callback": hear, "log_level": "info"}
    async with FakeOpenTimezone() as service, connected(still, env=service.env(), **hearing) as client:
        as_of = [data(await client.call_tool("convert_timezone", CONVERT)) for _ in range(2)][1]["as_of"]
    assert heard == [f"OpenTimezone: the result of {as_of} is used again."]


async def test_ten_at_once_are_one_request(still: Any) -> None:
    async with FakeOpenTimezone() as service, connected(still, env=service.env()) as client:
        results = await asyncio.gather(*(client.call_tool("convert_timezone", CONVERT) for _ in range(10)))
        assert len(service.questions) == 1
    assert {data(result)["results"][0]["local_time"] for result in results} == {"2026-03-20T22:00:00+09:00"}


async def test_a_zone_more_is_one_request_more(still: Any) -> None:
    async with FakeOpenTimezone() as service, connected(still, env=service.env()) as client:
        await client.call_tool("convert_timezone", CONVERT)
        more = {**CONVERT, "to_timezone": ["Asia/Tokyo", "America/New_York"]}
        assert "as_of" in data(await client.call_tool("convert_timezone", more))
        assert [question["toTimezone"] for question in service.questions] == ["Asia/Tokyo", "America/New_York"]


async def test_a_refusal_is_not_kept(still: Any) -> None:
    async with FakeOpenTimezone() as service, connected(still, env=service.env()) as client:
        service.fails(Reply(403, text="denied"), Reply(json={"dateTime": "2026-03-20T22:00:00"}))
        refused = await client.call_tool("convert_timezone", CONVERT)
        assert failure(refused).code == "PERMISSION_DENIED"
        assert "as_of" not in data(await client.call_tool("convert_timezone", CONVERT))
