"""Limits of subscriptions to resources at their exact border, without a process."""

from types import SimpleNamespace
from typing import Any

import pytest
from mcp.server.lowlevel import Server as LowLevelServer
from mcp.server.subscriptions import InMemorySubscriptionBus, ResourceUpdated
from mcp.shared.exceptions import MCPError
from mcp_chassis.pipeline.subscriptions import LONGEST_URI, MAX_SUBSCRIPTIONS, Listening, ResourceSubscriptions
from mcp_types import INVALID_PARAMS, SubscriptionFilter, SubscriptionsListenRequestParams


class Host:
    """A connection that is notified of nothing in these tests."""

    async def send_resource_updated(self, uri: str) -> None:
        raise AssertionError(uri)


async def request(server: LowLevelServer[Any], method: str, uri: str) -> Any:
    entry = server.get_request_handler(method)
    assert entry
    context: Any = SimpleNamespace(session=Host())
    return await entry.handler(context, entry.params_type.model_validate({"uri": uri}))


async def refusal(server: LowLevelServer[Any], method: str, uri: str) -> str:
    with pytest.raises(MCPError) as refused:
        await request(server, method, uri)
    assert refused.value.error.code == INVALID_PARAMS
    return refused.value.error.message


async def test_a_host_subscribes_to_at_most_the_limit_of_resources_and_to_more_after_unsubscribing():
    server: LowLevelServer[Any] = LowLevelServer("sample")
    subscriptions = ResourceSubscriptions(InMemorySubscriptionBus(), most=2)
    async with subscriptions.served(server):
        for uri in ("x://a", "x://b", "x://a"):
            await request(server, "resources/subscribe", uri)
        assert await refusal(server, "resources/subscribe", "x://c") == (
            "A host can subscribe to at most 2 resources; unsubscribe from one first."
        )
        await request(server, "resources/unsubscribe", "x://b")
        await request(server, "resources/unsubscribe", "x://never")
        assert len(subscriptions) == 1
        await request(server, "resources/subscribe", "x://c")
        assert len(subscriptions) == 2


async def test_without_a_limit_of_its_own_a_connection_subscribes_to_a_hundred_resources():
    assert (MAX_SUBSCRIPTIONS, LONGEST_URI) == (100, 2_000)
    server: LowLevelServer[Any] = LowLevelServer("sample")
    async with ResourceSubscriptions(InMemorySubscriptionBus()).served(server):
        for number in range(100):
            await request(server, "resources/subscribe", f"x://{number}")
        assert "at most 100 resources" in await refusal(server, "resources/subscribe", "x://more")


async def test_a_uri_of_exactly_the_limit_is_accepted_and_one_character_more_refused():
    server: LowLevelServer[Any] = LowLevelServer("sample")
    longest = "x://" + "a" * (LONGEST_URI - 4)
    async with ResourceSubscriptions(InMemorySubscriptionBus()).served(server):
        await request(server, "resources/subscribe", longest)
        assert await refusal(server, "resources/subscribe", f"{longest}a") == (
            "A resource's URI has at most 2000 characters."
        )


async def test_a_resource_without_a_subscription_is_not_notified_after_unsubscribing():
    server, bus = LowLevelServer[Any]("sample"), InMemorySubscriptionBus()
    async with ResourceSubscriptions(bus).served(server):
        await request(server, "resources/subscribe", "x://a")
        await bus.publish(ResourceUpdated("x://a"))
        await request(server, "resources/unsubscribe", "x://a")  # before the notification was sent


@pytest.mark.parametrize(
    ("uris", "expected"),
    [
        (["x://a", "x://b", "x://c"], "A host can subscribe to at most 2 resources; unsubscribe from one first."),
        (["x://a", "x://" + "a" * LONGEST_URI], "A resource's URI has at most 2000 characters."),
    ],
)
async def test_a_stream_has_the_same_limits_and_is_checked_for_the_caller_first(uris: list[str], expected: str):
    checked: list[list[str] | None] = []
    bus = InMemorySubscriptionBus()
    listening = Listening(bus, 2, check=lambda watched: checked.append(watched.resource_subscriptions))
    server: LowLevelServer[Any] = LowLevelServer("sample")
    listening.serve(server)
    entry = server.get_request_handler("subscriptions/listen")
    assert entry
    params = SubscriptionsListenRequestParams(notifications=SubscriptionFilter(resource_subscriptions=uris))
    context: Any = SimpleNamespace(session=Host())
    with pytest.raises(MCPError) as refused:
        await entry.handler(context, params)
    assert checked == [uris]
    assert (refused.value.error.code, refused.value.error.message) == (INVALID_PARAMS, expected)
