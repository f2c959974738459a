"""Detection of a host that has closed our input and does not read our output."""

import asyncio
import os
import socket
from collections.abc import Callable, Iterator

import pytest
from mcp_chassis.stdio import hang_up
from mcp_chassis.stdio.hang_up import HangUpWatch, has_hung_up
from mcp_chassis.stdio.pipes import LineWriter
from mcp_types import JSONRPCNotification


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for descriptor in ends:
        try:
            os.close(descriptor)
        except OSError:
            continue


@pytest.mark.parametrize("unread", [b"", b"unread"])
def test_a_pipe_has_hung_up_once_its_writing_end_is_closed_whatever_is_unread(
    pipe: tuple[int, int], unread: bytes
) -> None:
    os.write(pipe[1], unread)
    assert not has_hung_up(pipe[0])
    os.close(pipe[1])
    assert has_hung_up(pipe[0])


@pytest.mark.parametrize("end", [lambda other: other.shutdown(socket.SHUT_WR), socket.socket.close])
def test_a_socket_has_hung_up_once_its_peer_sends_no_more(end: Callable[[socket.socket], None]) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.send(b"unread")
        assert not has_hung_up(ours.fileno())
        end(theirs)
        assert has_hung_up(ours.fileno())


class CountingWriter(LineWriter):
    """A writer that counts how often the watch asks about it."""

    checks = 0

    @property
    def is_slow(self) -> bool:
        self.checks += 1
        return super().is_slow


class Host:
    """A host that has not read a response of 2 MB, and the watch of its connection."""

    def __init__(self, input_end: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(hang_up, "CHECK_SECONDS", 0)
        self.output, self._writing = os.pipe()
        for descriptor in (self.output, self._writing):
            os.set_blocking(descriptor, False)
        self.writer = CountingWriter(self._writing, lambda: None, lambda: None)
        self.writer.queue(JSONRPCNotification(jsonrpc="2.0", method="m", params={"text": "x" * 2_000_000}))
        self.ends = 0
        self.watch = HangUpWatch(input_end, self.writer, self._ended)

    def _ended(self) -> None:
        self.ends += 1

    async def checks(self) -> None:
        """Let several checks happen."""
        for _ in range(20):
            await asyncio.sleep(0)

    async def read(self) -> None:
        while self.writer.unwritten:
            try:
                os.read(self.output, 65_536)
            except BlockingIOError:
                await asyncio.sleep(0)

    def close(self) -> None:
        self.writer.close()
        os.close(self.output)
        os.close(self._writing)


async def test_a_host_that_closed_our_input_and_reads_nothing_ends_the_connection_once(
    pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    host = Host(pipe[0], monkeypatch)
    await host.checks()
    host.watch.begin()
    host.watch.begin()
    await host.checks()
    assert host.ends == 0
    os.close(pipe[1])
    await host.checks()
    assert host.ends == 1
    host.close()


async def test_a_host_that_has_read_everything_is_no_longer_watched(
    pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    host = Host(pipe[0], monkeypatch)
    host.watch.begin()
    await host.read()
    os.close(pipe[1])
    await host.checks()
    assert host.ends == 0
    host.close()


async def test_the_connection_of_a_host_that_still_reads_ends_at_the_first_check_without_progress(
    pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    host = Host(pipe[0], monkeypatch)
    await host.checks()
    os.close(pipe[1])
    host.watch.begin()
    os.read(host.output, 65_536)  # the loop writes more before it calls the check that is due
    await host.checks()
    assert (host.writer.checks, host.ends) == (2, 1)
    host.close()


async def test_unwritten_bytes_are_counted_with_the_ends_of_lines(pipe: tuple[int, int]) -> None:
    writer = LineWriter(pipe[1], lambda: None, lambda: None)
    writer.queue(JSONRPCNotification(jsonrpc="2.0", method="m"))
    assert writer.unwritten == len(b'{"jsonrpc":"2.0","method":"m"}\n')
    writer.flush()
    assert writer.unwritten == 0
