"""Which messages of a call are sent to its host, by the level that it requested, and in which form."""

from types import SimpleNamespace
from typing import Any

import anyio
import pytest
from mcp.server.lowlevel import Server as LowLevelServer
from mcp_chassis.telemetry.host_log import LEVELS, HostLog
from mcp_chassis.telemetry.metrics import METRICS, serving_as
from mcp_chassis.telemetry.observer import announce, announce_reuse, current_observer
from mcp_types import LOG_LEVEL_META_KEY

MODERN, LEGACY = "2026-07-28", "2025-11-25"


class Host:
    """The session of a host, which records what it is sent, or has gone."""

    def __init__(self, error: Exception | None = None) -> None:
        self.sent: list[tuple[dict[str, Any], Any]] = []
        self.error = error

    async def send_notification(self, notification: Any, related: Any) -> None:
        if self.error:
            raise self.error
        self.sent.append((notification.params.model_dump(exclude_none=True), related))


def context(host: Host, version: str | None = MODERN, level: object = None) -> Any:
    meta = None if level is None else {LOG_LEVEL_META_KEY: level}
    return SimpleNamespace(
        protocol_version=version, request_context=SimpleNamespace(meta=meta), session=host, request_id="r1"
    )


def log() -> HostLog:
    return HostLog("shelf-mcp", lambda text: text.replace("\u200b", ""))


@pytest.mark.parametrize("place", range(len(LEVELS)))
async def test_a_message_is_sent_from_the_requested_level_on(place: int):
    host = Host()
    for level in LEVELS:
        await log().announce(context(host, level=LEVELS[place]), level, level)
    assert [params["level"] for params, _ in host.sent] == list(LEVELS[place:])


async def test_a_message_has_the_name_of_the_server_and_no_invisible_characters():
    host = Host()
    await log().announce(context(host, level="info"), "warning", "wait\u200bing")
    assert host.sent == [({"level": "warning", "logger": "shelf-mcp", "data": "waiting"}, "r1")]


@pytest.mark.parametrize(("version", "level"), [(MODERN, None), (MODERN, "loud"), (LEGACY, "debug"), (None, "debug")])
async def test_a_host_without_a_known_level_is_sent_nothing(version: str | None, level: str | None):
    host = Host()
    await log().announce(context(host, version, level), "emergency", "text")
    assert host.sent == []


async def test_a_host_of_an_earlier_revision_sets_the_level_of_its_connection():
    host, own = Host(), log()
    server: LowLevelServer[Any] = LowLevelServer("shelf")
    own.serve(server)
    entry = server.get_request_handler("logging/setLevel")
    assert entry
    await entry.handler(context(host, LEGACY), entry.params_type.model_validate({"level": "error"}))
    for level in ("warning", "error"):
        await own.announce(context(host, LEGACY), level, level)
    assert [params["level"] for params, _ in host.sent] == ["error"]
    await own.announce(context(host, MODERN), "emergency", "text")
    assert len(host.sent) == 1


@pytest.mark.parametrize("error", [anyio.ClosedResourceError(), anyio.BrokenResourceError()])
async def test_a_host_that_has_gone_does_not_fail_the_call(error: Exception):
    await log().announce(context(Host(error), level="debug"), "error", "text")


async def test_inside_a_call_waits_and_attempts_are_counted_and_announced():
    host = Host()
    with serving_as("levels"), log().observing(context(host, level="debug")):
        current_observer().attempted("acme", "ok", 0.5)
        await current_observer().waiting("acme", "waiting 2 s")
        await announce("info", "one of two")
        await announce_reuse("look", "2026-11-29T09:15:00Z")
        await announce_reuse("look", None)
        metrics = METRICS.snapshot()["upstreams"]["acme"]
    assert [(params["level"], params["data"]) for params, _ in host.sent] == [
        ("warning", "waiting 2 s"),
        ("info", "one of two"),
        ("info", "look: the result of 2026-11-29T09:15:00Z is used again."),
    ]
    assert (metrics["attempts"]["outcomes"], metrics["waits"]) == ({"ok": 1}, 1)


async def test_outside_a_call_nothing_is_announced():
    observer = current_observer()
    observer.attempted("acme", "ok", 0.5)
    await observer.waiting("acme", "text")
    await announce("warning", "text")
    with log().observing(context(Host(), level="debug")):
        assert current_observer() is not observer
    assert current_observer() is observer
