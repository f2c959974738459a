"""Subscribing to resources over stdio in both eras, and how much of it one host may do."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import anyio
import pytest
from mcp.server.lowlevel import Server as LowLevelServer
from mcp.server.subscriptions import InMemorySubscriptionBus, ResourceUpdated, ServerEvent
from mcp_chassis.pipeline.dispatch import Dispatch
from mcp_chassis.pipeline.subscriptions import MAX_SUBSCRIPTIONS, ResourceSubscriptions
from mcp_chassis.testing.raw import RawClient
from sample_server import SAMPLE
from stdio_sample import StdioSample

INVALID_PARAMS = -32602


@pytest.fixture
def sample(tmp_path: Path) -> Iterator[StdioSample]:
    sample = StdioSample(tmp_path / "notes")
    yield sample
    sample.end()


def _touch(client: RawClient, *uris: str) -> list[dict[str, Any]]:
    """What a host hears when these resources change."""
    del client.notifications[:]
    client.call("touch", {"uris": list(uris)})
    client.request("tools/list")
    return [notice for notice in client.notifications if notice["method"] == "notifications/resources/updated"]


def test_a_host_of_an_older_revision_is_notified_of_its_resources_until_it_unsubscribes(sample: StdioSample) -> None:
    client = sample.start()
    assert client.request("resources/subscribe", {"uri": "x://a"})["result"] == {}
    assert [notice["params"]["uri"] for notice in _touch(client, "x://a", "x://b")] == ["x://a"]
    assert client.request("resources/unsubscribe", {"uri": "x://a"})["result"] == {}
    assert _touch(client, "x://a") == []


def test_the_error_for_too_many_subscriptions_of_an_older_revision_says_what_to_do(sample: StdioSample) -> None:
    client = sample.start()
    for number in range(MAX_SUBSCRIPTIONS):
        assert "result" in client.request("resources/subscribe", {"uri": f"x://{number}"})
    assert "result" in client.request("resources/subscribe", {"uri": "x://0"})
    refused = client.request("resources/subscribe", {"uri": "x://more"})["error"]
    assert refused["code"] == INVALID_PARAMS
    assert "unsubscribe from one first" in refused["message"]
    client.request("resources/unsubscribe", {"uri": "x://0"})
    assert "result" in client.request("resources/subscribe", {"uri": "x://more"})


@pytest.mark.parametrize("version", ["2025-11-25", "2026-07-28"])
def test_a_uri_longer_than_any_is_refused(sample: StdioSample, version: str) -> None:
    client = sample.start(version)
    uri = "x://" + "a" * 3_000
    older = ("resources/subscribe", {"uri": uri})
    newer = ("subscriptions/listen", {"notifications": {"resourceSubscriptions": [uri]}})
    refused = client.request(*(newer if version == "2026-07-28" else older))["error"]
    assert refused["code"] == INVALID_PARAMS
    assert refused["message"] == "A resource's URI has at most 2000 characters."


def _listen(client: RawClient, *uris: str) -> int:
    identifier = client.begin("subscriptions/listen", {"notifications": {"resourceSubscriptions": list(uris)}})
    assert client.receive()["method"] == "notifications/subscriptions/acknowledged"
    return identifier


def test_a_listen_stream_gets_the_events_of_its_filter_and_is_closed_at_shutdown(sample: StdioSample) -> None:
    client = sample.start("2026-07-28")
    identifier = _listen(client, "x://a")
    assert [notice["params"]["uri"] for notice in _touch(client, "x://a", "x://b")] == ["x://a"]
    client.close()
    (closing,) = client.rest()
    assert closing["id"] == identifier
    assert closing["result"]["resultType"] == "complete"
    assert client.process.wait(2) == 0


def test_a_closed_listen_stream_gets_no_further_events(sample: StdioSample) -> None:
    client = sample.start("2026-07-28")
    client.notify("notifications/cancelled", {"requestId": _listen(client, "x://a")})
    assert _touch(client, "x://a") == []


def test_a_new_host_listens_to_a_bounded_number_of_resources_in_a_bounded_number_of_streams(
    sample: StdioSample,
) -> None:
    client = sample.start("2026-07-28")
    uris = [f"x://{number}" for number in range(MAX_SUBSCRIPTIONS + 1)]
    too_wide = client.request("subscriptions/listen", {"notifications": {"resourceSubscriptions": uris}})
    assert too_wide["error"]["code"] == INVALID_PARAMS
    for uri in uris[:-1]:
        _listen(client, uri)
    assert "error" in client.request("subscriptions/listen", {"notifications": {"resourceSubscriptions": uris[-1:]}})


@pytest.mark.parametrize("version", ["2025-11-25", "2026-07-28"])
def test_subscribing_is_advertised_where_it_works(sample: StdioSample, version: str) -> None:
    with sample.client(sample.command, version=version, env=sample.env()) as client:
        assert client.initialize()["capabilities"]["resources"]["subscribe"] is True


def test_subscribing_is_not_advertised_without_a_connection_that_lasts() -> None:
    server = Dispatch(SAMPLE, SAMPLE.settings.load({})).lowlevel
    capabilities = server.create_initialization_options().capabilities
    assert capabilities.resources
    assert capabilities.resources.subscribe is False
    assert capabilities.logging is None


class CountingBus(InMemorySubscriptionBus):
    """Counts the listeners that are subscribed at this moment."""

    listeners = 0

    def subscribe(self, listener: Callable[[ServerEvent], None]) -> Callable[[], None]:
        self.listeners += 1
        release = super().subscribe(listener)

        def released() -> None:
            self.listeners -= 1
            release()

        return released


class Host:
    """The end of a connection that notes which resources it is notified of."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def send_resource_updated(self, uri: str) -> None:
        self.heard.append(uri)


async def _ask(server: LowLevelServer[Any], method: str, host: Host, uri: str) -> None:
    entry = server.get_request_handler(method)
    assert entry
    request: Any = SimpleNamespace(session=host)
    await entry.handler(request, entry.params_type.model_validate({"uri": uri}))


async def test_everything_is_released_when_the_connection_ends() -> None:
    server, bus, host = Dispatch(SAMPLE, SAMPLE.settings.load({})).lowlevel, CountingBus(), Host()
    subscriptions = ResourceSubscriptions(bus)
    async with subscriptions.served(server):
        await _ask(server, "resources/subscribe", host, "x://a")
        assert (len(subscriptions), bus.listeners) == (1, 1)
    assert (len(subscriptions), bus.listeners) == (0, 0)
    await bus.publish(ResourceUpdated("x://a"))
    assert host.heard == []


async def test_a_connection_waits_for_events_without_work_between_them() -> None:
    server, bus, host = Dispatch(SAMPLE, SAMPLE.settings.load({})).lowlevel, InMemorySubscriptionBus(), Host()
    async with ResourceSubscriptions(bus).served(server):
        for uri in ("x://a", "x://b"):
            await _ask(server, "resources/subscribe", host, uri)
        for uri in ("x://a", "x://b", "x://a", "x://c"):
            await bus.publish(ResourceUpdated(uri))
            with anyio.fail_after(10):
                await anyio.wait_all_tasks_blocked()
    assert host.heard == ["x://a", "x://b", "x://a"]


async def test_events_of_one_resource_in_quick_succession_are_notified_once() -> None:
    server, bus, host = Dispatch(SAMPLE, SAMPLE.settings.load({})).lowlevel, InMemorySubscriptionBus(), Host()
    release = anyio.Event()
    first = host.send_resource_updated

    async def slow(uri: str) -> None:
        await first(uri)
        await release.wait()

    host.send_resource_updated = slow  # the host does not read for a moment
    async with ResourceSubscriptions(bus).served(server):
        for uri in ("x://a", "x://b"):
            await _ask(server, "resources/subscribe", host, uri)
        for uri in ("x://a", "x://b", "x://b"):
            await bus.publish(ResourceUpdated(uri))
        release.set()
        await anyio.wait_all_tasks_blocked()
    assert host.heard == ["x://a", "x://b"]
