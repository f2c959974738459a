"""Detection of closed input while nothing is read from it, because the host does not read the server's output."""

import asyncio
import select
from collections.abc import Callable

from mcp_chassis.stdio.pipes import LineWriter

CHECK_SECONDS = 1.0


def has_hung_up(descriptor: int) -> bool:
    """Whether the other end of a pipe or socket has closed, even if there is unread data."""
    poller = select.poll()
    poller.register(descriptor, getattr(select, "POLLRDHUP", 0))  # of Linux; a socket reports its peer's end by it
    return any(events for _, events in poller.poll(0))


class HangUpWatch:
    """Calls `ended` once the host has closed our input and does not read the responses that wait for it.

    Args:
        descriptor: the descriptor of the input.
        writer: the writer of the output.
        ended: ends the connection.
    """

    def __init__(self, descriptor: int, writer: LineWriter, ended: Callable[[], None]) -> None:
        self._descriptor = descriptor
        self._writer = writer
        self._ended = ended
        self._next: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Check every second until the host reads again."""
        if self._next is None:
            loop = asyncio.get_running_loop()
            self._next = loop.call_later(CHECK_SECONDS, self._check, self._writer.unwritten)

    def _check(self, unwritten: int) -> None:
        self._next = None
        if not self._writer.is_slow:
            return
        if self._writer.unwritten >= unwritten and has_hung_up(self._descriptor):
            self._ended()
        else:
            self.begin()
