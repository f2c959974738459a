"""Connections of callers: shared by their calls, closed when too many are idle, and made again after a failure."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest
from mcp_chassis.remote.accounts.connections import Connections


class Upstream:
    """An upstream that remembers its connections in the order in which they were opened and closed."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.failure: BaseException | None = None

    @contextlib.asynccontextmanager
    async def connect(self, token: str) -> AsyncGenerator[str]:
        self.events.append(f"open {token}")
        if self.failure:
            raise self.failure
        yield f"connection of {token}"
        self.events.append(f"close {token}")


def token(secret: str) -> Callable[[], Awaitable[str]]:
    async def found() -> str:
        return secret

    return found


async def used(connections: Connections, principal: str, secret: str) -> str:
    async with connections.lent(principal, token(secret)) as connection:
        found = connection
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return found


async def test_calls_of_a_caller_share_a_connection_until_it_has_another_token() -> None:
    upstream = Upstream()
    connections = Connections(upstream.connect)
    found = [await used(connections, *caller) for caller in (("a", "1"), ("a", "1"), ("a", "2"), ("b", "1"))]
    assert found == ["connection of 1", "connection of 1", "connection of 2", "connection of 1"]
    assert upstream.events == ["open 1", "open 2", "open 1"]
    assert len(connections) == 3
    await connections.aclose()
    assert upstream.events[3:] == ["close 1", "close 2", "close 1"]
    assert len(connections) == 0


async def test_the_least_recently_used_idle_connection_is_closed_first() -> None:
    upstream = Upstream()
    connections = Connections(upstream.connect, max_connections=2)
    for name in ("a", "b", "a", "c"):
        await used(connections, name, name)
    assert upstream.events == ["open a", "open b", "open c", "close b"]
    assert len(connections) == 2
    await connections.aclose()


async def test_a_connection_in_use_is_not_closed() -> None:
    upstream = Upstream()
    connections = Connections(upstream.connect, max_connections=1)
    async with connections.lent("a", token("a")):
        for name in ("b", "c"):
            await used(connections, name, name)
        assert upstream.events == ["open a", "open b", "close b", "open c", "close c"]
    assert len(connections) == 1
    await connections.aclose()


async def test_a_connection_that_could_not_be_made_is_made_again_by_the_next_call() -> None:
    upstream = Upstream()
    connections = Connections(upstream.connect)
    upstream.failure = ZeroDivisionError("no")
    with pytest.raises(ZeroDivisionError):
        await used(connections, "a", "a")
    assert len(connections) == 0
    upstream.failure = None
    assert await used(connections, "a", "a") == "connection of a"
    await connections.aclose()


async def test_every_waiting_call_gets_the_failure_of_the_connection() -> None:
    upstream = Upstream()
    connections = Connections(upstream.connect)
    upstream.failure = ZeroDivisionError("no")
    found = await asyncio.gather(*(used(connections, "a", "a") for _ in range(3)), return_exceptions=True)
    assert [type(each) for each in found] == [ZeroDivisionError] * 3
    assert upstream.events == ["open a"]


async def test_a_connection_that_was_cancelled_is_a_connection_error() -> None:
    upstream = Upstream()
    upstream.failure = asyncio.CancelledError()
    with pytest.raises(ConnectionError, match="the connection was not made"):
        await used(Connections(upstream.connect), "a", "a")


async def test_a_cancelled_call_does_not_cancel_the_connection_of_another() -> None:
    upstream = Upstream()
    connections = Connections(upstream.connect)
    first, second = [asyncio.create_task(used(connections, "a", "a")) for _ in range(2)]
    await asyncio.sleep(0)
    first.cancel()
    assert await second == "connection of a"
    await connections.aclose()
