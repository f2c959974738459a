"""Closing a listening socket: who has begun to connect gets in, nobody else does, and nobody is reset."""

import errno
import select
import socket
import sys
from collections.abc import Generator

import pytest
from mcp_chassis.remote.accept_queue import drop_new_connections, waiting

ADDRESSES = [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]


@pytest.fixture(params=ADDRESSES, ids=["IPv4", "IPv6"])
def listener(request: pytest.FixtureRequest) -> Generator[socket.socket]:
    family, host = request.param
    with socket.socket(family) as listening:
        listening.bind((host, 0))
        listening.listen()
        listening.setblocking(False)
        yield listening


def test_connections_in_the_accept_queue_are_served_during_shutdown(listener: socket.socket) -> None:
    with socket.create_connection(listener.getsockname()[:2]) as early:
        drop_new_connections(listener)
        early.sendall(b"early")
        (accepted,) = waiting(listener)
        with accepted:
            accepted.setblocking(True)
            assert accepted.recv(5) == b"early"
    assert list(waiting(listener)) == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can")
def test_new_connections_are_dropped_and_then_refused_once_the_listener_is_closed(listener: socket.socket) -> None:
    address = listener.getsockname()[:2]
    drop_new_connections(listener)
    with socket.socket(listener.family) as late:
        late.setblocking(False)
        assert late.connect_ex(address) == errno.EINPROGRESS
        assert list(waiting(listener)) == []
        listener.close()
        _, settled, _ = select.select([], [late], [], 10)
        assert settled == [late]
        assert late.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == errno.ECONNREFUSED
