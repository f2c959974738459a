"""Conversions by the OpenTimezone service: its answers, its errors and its failures."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from fake_opentimezone import STACK_TRACE, FakeOpenTimezone
from mcp_chassis.server import Server
from mcp_chassis.testing import connected, data, failure
from mcp_chassis.testing.replies import Reply, hang, redirect
from mcp_types import CallToolResult
from timezone_mcp import tzdb

AGREEMENT = f"OpenTimezone, in agreement with {tzdb.release()}"
QUICK = {"MCP_RETRY_BASE": "0.0004"}


@pytest.fixture
async def service() -> AsyncIterator[FakeOpenTimezone]:
    async with FakeOpenTimezone() as running:
        yield running


async def convert(still: Server[Any], env: dict[str, str], **arguments: Any) -> CallToolResult:
    usual = {"date_time": "2026-03-20T14:00", "from_timezone": "Europe/Paris", "to_timezone": ["America/New_York"]}
    async with connected(still, env={**QUICK, **env}) as client:
        return await client.call_tool("convert_timezone", {**usual, **arguments})


async def test_a_plain_time_is_converted_by_the_service_and_agrees(still: Any, service: FakeOpenTimezone) -> None:
    result = data(await convert(still, service.env()))
    assert result["results"][0]["local_time"] == "2026-03-20T09:00:00-04:00"
    assert result["source_of_truth"] == AGREEMENT
    asked = {"dateTime": "2026-03-20T14:00:00", "fromTimezone": "Europe/Paris", "toTimezone": "America/New_York"}
    assert service.questions == [asked]


@pytest.mark.parametrize("date_time", ["2026-03-20T14:00Z", "2026-03-20T14:00-03:00", "1774015200"])
async def test_an_offset_that_the_service_would_drop_is_settled_before_it_is_asked(
    still: Any, service: FakeOpenTimezone, date_time: str
) -> None:
    result = data(await convert(still, service.env(), date_time=date_time))
    assert result["source_of_truth"] == AGREEMENT
    assert service.questions[0]["dateTime"] == result["source"]["local_time"][:19]


@pytest.mark.parametrize("date_time", ["2026-03-29T02:30", "2026-10-25T02:30"])
@pytest.mark.parametrize("choice", ["earlier", "later"])
async def test_a_skipped_or_repeated_time_is_settled_before_the_service_is_asked(
    still: Any, service: FakeOpenTimezone, date_time: str, choice: str
) -> None:
    result = data(await convert(still, service.env(), date_time=date_time, if_ambiguous=choice))
    local = data(await convert(still, {}, date_time=date_time, if_ambiguous=choice))
    assert (result["results"], result["readings"]) == (local["results"], local["readings"])
    assert result["source_of_truth"] == AGREEMENT


async def test_a_refused_time_never_reaches_the_service(still: Any, service: FakeOpenTimezone) -> None:
    result = await convert(still, service.env(), date_time="2026-10-25T02:30", if_ambiguous="reject")
    assert failure(result).code == "INVALID_INPUT"
    assert service.requests == []


async def test_twenty_zones_are_asked_about_and_fixed_offsets_are_not(still: Any, service: FakeOpenTimezone) -> None:
    targets = [*sorted(tzdb.country_codes())[:19], "UTC+5:30"]
    result = data(await convert(still, service.env(), to_timezone=targets))
    assert len(result["results"]) == 20
    assert result["source_of_truth"] == AGREEMENT
    assert sorted(question["toTimezone"] for question in service.questions) == targets[:19]


async def test_a_fixed_offset_alone_is_arithmetic_and_asks_nobody(still: Any, service: FakeOpenTimezone) -> None:
    result = data(await convert(still, service.env(), to_timezone=["UTC-3"]))
    assert result["source_of_truth"] == tzdb.release()
    assert service.requests == []


@pytest.mark.parametrize(
    ("backend", "local_time", "truth"),
    [
        (
            "opentimezone",
            "2026-03-20T10:00:00-03:00",
            f"OpenTimezone; {tzdb.release()} differs: 2026-03-20T09:00:00 (-04:00) in America/New_York",
        ),
        (
            "auto",
            "2026-03-20T09:00:00-04:00",
            f"{tzdb.release()}; OpenTimezone differs: 2026-03-20T10:00:00 (-03:00) in America/New_York",
        ),
    ],
)
async def test_a_difference_between_service_and_database_is_reported(
    still: Any, backend: str, local_time: str, truth: str
) -> None:
    async with FakeOpenTimezone(ahead=timedelta(hours=1)) as wrong:
        result = data(await convert(still, wrong.env(backend)))
    assert result["results"][0]["local_time"] == local_time
    assert result["source_of_truth"] == truth


async def test_only_the_zones_in_which_the_service_disagrees_are_named(still: Any) -> None:
    async with FakeOpenTimezone(ahead=timedelta(hours=1), only="Asia/Tokyo") as wrong:
        result = data(await convert(still, wrong.env("auto"), to_timezone=["America/New_York", "Asia/Tokyo"]))
    differing = "2026-03-20T23:00:00 (+10:00) in Asia/Tokyo"
    assert result["source_of_truth"] == f"{tzdb.release()}; OpenTimezone differs: {differing}"


async def test_without_a_key_no_header_is_sent(still: Any, service: FakeOpenTimezone) -> None:
    await convert(still, service.env())
    assert "authorization" not in service.requests[0].headers


async def test_the_key_is_sent_as_a_bearer_and_nowhere_else(still: Any) -> None:
    async with FakeOpenTimezone(key="k3y-0f-m1ne") as guarded:
        result = await convert(still, guarded.env(OPENTIMEZONE_API_KEY="k3y-0f-m1ne"))
        assert guarded.requests[0].headers["authorization"] == "Bearer k3y-0f-m1ne"
    assert data(result)["source_of_truth"] == AGREEMENT
    assert "k3y-0f-m1ne" not in result.model_dump_json()


@pytest.mark.parametrize(
    ("more", "code", "message"),
    [
        ({}, "AUTHENTICATION_FAILED", "OpenTimezone answered 401: OPENTIMEZONE_API_KEY is not set."),
        ({"OPENTIMEZONE_API_KEY": "wrong"}, "PERMISSION_DENIED", "403: OPENTIMEZONE_API_KEY is refused."),
    ],
)
async def test_a_missing_or_refused_key_is_reported_with_the_name_of_its_variable(
    still: Any, more: dict[str, str], code: str, message: str
) -> None:
    async with FakeOpenTimezone(key="k3y-0f-m1ne") as guarded:
        error = failure(await convert(still, guarded.env(**more)))
        assert len(guarded.requests) == 1
    assert error.code == code
    assert message in error.message


FAILURES: dict[str, tuple[Reply, str]] = {
    "bad request": (Reply(400, text=STACK_TRACE), "INVALID_INPUT"),
    "server error": (Reply(500, text=STACK_TRACE), "SERVICE_UNAVAILABLE"),
    "HTML error": (
        Reply(502, text="<html>SECRET</html>", headers={"content-type": "text/html"}),
        "SERVICE_UNAVAILABLE",
    ),
    "HTML page": (Reply(200, text="<html>SECRET</html>", headers={"content-type": "text/html"}), "UPSTREAM_ERROR"),
    "bad JSON": (Reply(200, text='{"dateTime": SECRET'), "UPSTREAM_ERROR"),
    "not an object": (Reply(200, json=["SECRET"]), "UPSTREAM_ERROR"),
    "another field": (Reply(200, json={"date": "SECRET"}), "UPSTREAM_ERROR"),
    "no time": (Reply(200, json={"dateTime": "SECRET"}), "UPSTREAM_ERROR"),
    "an aware time": (Reply(200, json={"dateTime": "2026-03-20T09:00:00Z"}), "UPSTREAM_ERROR"),
    "another day": (Reply(200, json={"dateTime": "2026-03-25T09:00:00"}), "UPSTREAM_ERROR"),
    "reset": (Reply(ending="reset"), "SERVICE_UNAVAILABLE"),
    "cut": (Reply(200, json={"dateTime": "2026-03-20T09:00:00"}, ending="truncated"), "UPSTREAM_ERROR"),
    "limit": (Reply(429, headers={"retry-after": "3600"}), "RATE_LIMITED"),
    "not found": (Reply(404, text="SECRET"), "RESOURCE_NOT_FOUND"),
    "redirect away": (redirect("http://127.0.0.1:9/convert", 307), "UPSTREAM_ERROR"),
}


@pytest.mark.parametrize("kind", FAILURES)
async def test_a_failing_service_is_a_failure_and_never_fallen_back_from(
    still: Any, service: FakeOpenTimezone, kind: str
) -> None:
    reply, code = FAILURES[kind]
    service.fails(reply)
    error = failure(await convert(still, service.env()))
    assert error.code == code
    assert [leak for leak in ("SECRET", "System.", " at ", "127.0.0.1", "<html") if leak in error.message] == []


@pytest.mark.parametrize("kind", FAILURES)
async def test_in_auto_mode_the_database_replaces_a_failing_service_and_the_reason_is_reported(
    still: Any, service: FakeOpenTimezone, kind: str
) -> None:
    service.fails(FAILURES[kind][0])
    result = data(await convert(still, service.env("auto")))
    assert result["results"][0]["local_time"] == "2026-03-20T09:00:00-04:00"
    assert result["source_of_truth"].startswith(f"{tzdb.release()}; fallen back to it because: OpenTimezone")
    assert [leak for leak in ("SECRET", "System.", "127.0.0.1") if leak in result["source_of_truth"]] == []


async def test_the_fallback_to_the_database_is_announced_to_the_host(still: Any, service: FakeOpenTimezone) -> None:
    heard: list[str] = []

    async def hear(params: Any) -> None:
        heard.append(params.data)

    service.fails(Reply(404))
    asked = {"date_time": "2026-03-20T14:00", "from_timezone": "Europe/Paris", "to_timezone": ["America/New_York"]}
    env = {**QUICK, **service.env("auto")}
    async with connected(still, env=env, logging_callback=hear, log_level="info") as client:
        await client.call_tool("convert_timezone", asked)
    assert "OpenTimezone cannot be asked; the local time zone database converts." in heard


@pytest.mark.parametrize("backend", ["opentimezone", "auto"])
async def test_a_service_that_refuses_connections_is_unavailable_or_fallen_back_from(still: Any, backend: str) -> None:
    service = FakeOpenTimezone()
    async with service:
        await service.upstream.refuse()
        result = await convert(still, service.env(backend))
    if backend == "opentimezone":
        assert failure(result).code == "SERVICE_UNAVAILABLE"
    else:
        assert "could not be reached" in data(result)["source_of_truth"]


@pytest.mark.parametrize("reply", [hang(), Reply(json={"dateTime": "2026-03-20T09:00:00"}, drip=0.2)])
async def test_a_service_that_hangs_or_drips_is_left_at_the_limit_and_sees_the_disconnect(
    still: Any, service: FakeOpenTimezone, reply: Reply
) -> None:
    service.fails(reply)
    assert failure(await convert(still, service.env(OPENTIMEZONE_TIMEOUT="0.3"))).code == "TIMEOUT"
    await service.requests[0].disconnected.wait()


async def test_a_single_failure_of_the_service_is_retried(still: Any, service: FakeOpenTimezone) -> None:
    service.fails(Reply(503), Reply(json={"dateTime": "2026-03-20T09:00:00"}))
    assert data(await convert(still, service.env()))["source_of_truth"] == AGREEMENT
    assert len(service.requests) == 2


async def test_connecting_asks_the_service_nothing(still: Any, service: FakeOpenTimezone) -> None:
    async with connected(still, env=service.env()) as client:
        await client.list_tools()
        await client.call_tool("get_current_time", {})
    assert service.requests == []


def test_the_local_backend_is_the_default_and_the_service_has_its_address_and_ten_seconds(still: Server[Any]) -> None:
    settings = still.settings.load({})
    assert settings.service_timeout == 10
    assert (settings.backend, settings.service_url) == ("local", "https://api.opentimezone.com/convert")


@pytest.mark.parametrize(
    ("env", "reply", "status"),
    [
        ({}, Reply(500), "not configured"),
        ({"TIMEZONE_BACKEND": "auto"}, Reply(json={"dateTime": "2026-01-01T13:00:00"}), "ok"),
        ({"TIMEZONE_BACKEND": "opentimezone"}, Reply(500, text=STACK_TRACE), "failed"),
    ],
)
async def test_diagnostics_tell_whether_the_service_can_be_reached(
    still: Any, service: FakeOpenTimezone, env: dict[str, str], reply: Reply, status: str
) -> None:
    service.fails(reply)
    settings = still.settings.load({**service.env(), **QUICK, "TIMEZONE_BACKEND": "local", **env})
    async with still.connect(settings) as keeper:
        database, opentimezone = await still.probe(keeper)
    assert (database.status, database.message) == ("ok", tzdb.release())
    assert (opentimezone.name, opentimezone.status) == ("OpenTimezone", status)
    assert "System." not in opentimezone.message
