"""Subscribing to resources over stdio in both eras, and how much of it one host may do."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp.server.subscriptions import InMemorySubscriptionBus, ResourceUpdated
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


def test_an_older_host_hears_of_the_resources_it_subscribed_to_until_it_unsubscribes(sample: StdioSample) -> None:
    client = sample.start()
    assert client.request("resources/subscribe", {"uri": "x://a"})["result"] == {}
    assert [notice["params"]["uri"] for notice in _touch(client, "x://a", "x://b")] == ["x://a"]
    assert client.request("resources/unsubscribe", {"uri": "x://a"})["result"] == {}
    assert _touch(client, "x://a") == []


def test_an_older_host_subscribes_to_a_bounded_number_of_resources_and_is_told_what_to_do(sample: StdioSample) -> None:
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


def test_a_new_host_hears_of_what_it_listens_to_and_the_stream_is_closed_at_the_end(sample: StdioSample) -> None:
    client = sample.start("2026-07-28")
    identifier = _listen(client, "x://a")
    assert [notice["params"]["uri"] for notice in _touch(client, "x://a", "x://b")] == ["x://a"]
    client.close()
    (closing,) = client.rest()
    assert closing["id"] == identifier
    assert closing["result"]["resultType"] == "complete"
    assert client.process.wait(2) == 0


def test_a_new_host_that_stops_listening_hears_nothing_more(sample: StdioSample) -> None:
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
    client = RawClient(sample.command, version=version, env=sample.env())
    with client:
        assert client.initialize()["capabilities"]["resources"]["subscribe"] is True


def test_subscribing_is_not_advertised_without_a_connection_that_lasts() -> None:
    server = Dispatch(SAMPLE, SAMPLE.settings.load({})).lowlevel
    capabilities = server.create_initialization_options().capabilities
    assert capabilities.resources
    assert capabilities.resources.subscribe is False
    assert capabilities.logging is None


async def test_everything_is_released_when_the_connection_ends() -> None:
    server = Dispatch(SAMPLE, SAMPLE.settings.load({})).lowlevel
    bus = InMemorySubscriptionBus()
    subscriptions = ResourceSubscriptions(bus)
    async with subscriptions.served(server):
        entry = server.get_request_handler("resources/subscribe")
        assert entry
        ctx: Any = type("Request", (), {"session": None})
        await entry.handler(ctx, entry.params_type.model_validate({"uri": "x://a"}))
        assert len(subscriptions) == 1
    assert len(subscriptions) == 0
    await bus.publish(ResourceUpdated("x://a"))
    assert len(subscriptions) == 0
