"""Limits of connections: which one a new connection replaces, and when an inactive one is closed or aborted."""

import asyncio
from typing import Any

import pytest
from mcp_chassis.remote.http.connection import Connection, unmapped
from mcp_chassis.remote.http.connection_limits import ConnectionCaps, ConnectionLimits
from mcp_chassis.remote.shutdown import config
from uvicorn.server import ServerState

REQUEST = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n"
CAPS = ConnectionCaps(total=3, per_principal=2, first_request_seconds=10, idle_seconds=60, unread_seconds=30)


class Socket(asyncio.Transport):
    """A transport without a socket: `unsent` is the number of bytes that its client has not read."""

    def __init__(self) -> None:
        super().__init__({"peername": ("::ffff:10.0.0.7", 4711), "sockname": ("127.0.0.1", 80)})
        self.ending = ""
        self.unsent = 0
        self.sent = b""

    def write(self, data: Any) -> None:
        self.sent += bytes(data)

    def close(self) -> None:
        self.ending = self.ending or "closed"

    def abort(self) -> None:
        self.ending = "aborted"

    def is_closing(self) -> bool:
        return bool(self.ending)

    def get_write_buffer_size(self) -> int:
        return self.unsent

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


class Client:
    """A connection of a client to an application that responds when it is allowed to."""

    def __init__(self, limits: ConnectionLimits) -> None:
        self.allowed = asyncio.Event()
        self.socket = Socket()

        async def respond(scope: Any, receive: Any, send: Any) -> None:
            await self.allowed.wait()
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body", "body": b""})

        self.connection = Connection(config(respond, (), limits), ServerState(), {}, limits=limits)
        self.connection.connection_made(self.socket)

    async def request(self, principal: str | None = None) -> "Client":
        """Send a request and wait for its response."""
        self.allowed.set()
        self.connection.data_received(REQUEST)
        if principal:
            assert self.connection.claim(principal)
        [task] = self.connection.tasks
        await task
        return self

    def begin(self) -> "Client":
        """Send a request whose response does not come."""
        self.allowed.clear()
        self.connection.data_received(REQUEST)
        return self

    @property
    def ending(self) -> str:
        return self.socket.ending


def endings(*clients: Client) -> list[str]:
    return [client.ending for client in clients]


async def test_a_connection_without_a_request_is_replaced_before_an_older_one_that_had_a_request() -> None:
    limits = ConnectionLimits(CAPS)
    anonymous = await Client(limits).request()
    named = await Client(limits).request("alice")
    silent = Client(limits)
    assert endings(anonymous, named, silent, Client(limits)) == ["", "", "closed", ""]
    assert len(limits) == 3


async def test_a_connection_without_a_principal_is_replaced_before_an_older_one_of_a_principal() -> None:
    limits = ConnectionLimits(CAPS)
    named = [await Client(limits).request("alice") for _ in range(2)]
    anonymous = await Client(limits).request()
    assert endings(*named, anonymous, Client(limits)) == ["", "", "closed", ""]


async def test_the_longest_idle_connection_of_the_principal_with_the_most_is_replaced() -> None:
    limits = ConnectionLimits(CAPS)
    bob = await Client(limits).request("bob")
    first, second = [await Client(limits).request("alice") for _ in range(2)]
    await first.request("alice")
    assert endings(bob, first, second, Client(limits)) == ["", "", "closed", ""]


async def test_busy_connections_are_not_replaced_and_a_further_one_gets_a_503() -> None:
    limits = ConnectionLimits(CAPS)
    busy = [Client(limits).begin() for _ in range(3)]
    assert limits.is_full
    further = Client(limits)
    assert endings(*busy, further) == ["", "", "", "closed"]
    assert further.socket.sent.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    assert b"\r\nretry-after: 1\r\n" in further.socket.sent
    assert b"\r\nconnection: close\r\n" in further.socket.sent
    assert len(limits) == 3
    busy[0].connection.connection_lost(None)
    assert not limits.is_full
    assert endings(Client(limits)) == [""]
    for client in busy:
        client.allowed.set()
        await asyncio.gather(*client.connection.tasks)


async def test_a_process_with_idle_connections_or_below_the_limit_is_not_full() -> None:
    limits = ConnectionLimits(CAPS)
    busy = [Client(limits).begin() for _ in range(2)]
    assert not limits.is_full
    idle = Client(limits)
    assert not limits.is_full
    idle.begin()
    assert limits.is_full
    for client in [*busy, idle]:
        client.allowed.set()
        await asyncio.gather(*client.connection.tasks)


@pytest.mark.parametrize(("unsent", "ending"), [(0, "closed"), (1, "aborted")])
async def test_a_replaced_connection_is_aborted_if_its_client_has_not_read_everything(unsent: int, ending: str) -> None:
    limits = ConnectionLimits(ConnectionCaps(total=1))
    replaced = Client(limits)
    replaced.socket.unsent = unsent
    Client(limits)
    assert replaced.ending == ending


async def test_a_principal_has_as_many_connections_as_its_limit_and_others_have_theirs() -> None:
    limits = ConnectionLimits(ConnectionCaps(total=9, per_principal=2))
    first, second, third, other = [await Client(limits).request() for _ in range(4)]
    assert [client.connection.claim("alice") for client in (first, second, third)] == [True, True, False]
    assert first.connection.claim("alice")
    assert other.connection.claim("bob")
    first.connection.connection_lost(None)
    assert third.connection.claim("alice")
    assert other.connection.claim("carol")
    assert not other.connection.claim("alice")
    assert other.connection.principal == "carol"


async def test_a_connection_that_changes_its_principal_counts_for_the_new_one_alone() -> None:
    limits = ConnectionLimits(ConnectionCaps(total=9, per_principal=1))
    first, second = [await Client(limits).request() for _ in range(2)]
    assert first.connection.claim("alice")
    assert first.connection.claim("bob")
    assert second.connection.claim("alice")
    assert not second.connection.claim("bob")


async def test_the_claim_of_a_closed_connection_is_not_counted() -> None:
    limits = ConnectionLimits(ConnectionCaps(total=9, per_principal=1))
    gone, here = [await Client(limits).request() for _ in range(2)]
    gone.connection.connection_lost(None)
    assert gone.connection.claim("alice")
    assert gone.connection.principal is None
    assert here.connection.claim("alice")


@pytest.mark.parametrize(("has_request", "seconds"), [(False, 10), (True, 60)])
async def test_an_idle_connection_is_closed_once_its_time_is_over(has_request: bool, seconds: float) -> None:
    limits = ConnectionLimits(CAPS)
    client = Client(limits)
    if has_request:
        await client.request()
    client.connection.idle_since = 1000.0
    limits.sweep(1000.0 + seconds)
    assert client.ending == ""
    limits.sweep(1000.5 + seconds)
    assert client.ending == "closed"


async def test_the_idle_time_of_a_connection_begins_with_the_end_of_its_request() -> None:
    limits = ConnectionLimits(CAPS)
    client = Client(limits).begin()
    client.connection.idle_since = 1000.0
    limits.sweep(2000.0)
    client.allowed.set()
    await asyncio.gather(*client.connection.tasks)
    limits.sweep(2060.0)
    assert client.ending == ""
    limits.sweep(2060.5)
    assert client.ending == "closed"


SLOW_READERS = {
    "reads nothing": ([5, 5, 5], "aborted"),
    "gets further bytes and reads nothing": ([5, 6, 7], "aborted"),
    "reads a byte at a time": ([5, 4, 3], ""),
    "has read everything": ([0, 0, 0], ""),
    "has read everything once": ([5, 0, 5], ""),
}


@pytest.mark.parametrize("client", SLOW_READERS)
async def test_a_connection_is_aborted_if_its_client_reads_no_byte_for_too_long(client: str) -> None:
    unsent, ending = SLOW_READERS[client]
    limits = ConnectionLimits(CAPS)
    slow = Client(limits).begin()
    slow.connection.unread_since = 1000.0
    for moment, size in zip([1000.0, 1030.0, 1030.5], unsent, strict=True):
        assert slow.ending == ""
        slow.socket.unsent = size
        limits.sweep(moment)
    assert slow.ending == ending
    slow.allowed.set()
    await asyncio.gather(*slow.connection.tasks)


async def test_an_ipv4_client_of_an_ipv6_listener_has_its_ipv4_address() -> None:
    assert Client(ConnectionLimits(CAPS)).connection.client == ("10.0.0.7", 4711)


@pytest.mark.parametrize(
    ("host", "plain"),
    [
        ("::ffff:10.0.0.7", "10.0.0.7"),
        ("10.0.0.7", "10.0.0.7"),
        ("::1", "::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("localhost", "localhost"),
    ],
)
def test_only_an_ipv4_mapped_address_is_changed(host: str, plain: str) -> None:
    assert unmapped(host) == plain
