"""The two message streams of a connection for the SDK's loop, and the requests in flight between them."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

import anyio
from mcp.shared.message import SessionMessage
from mcp_types import (
    JSONRPCError,
    JSONRPCMessage,
    JSONRPCNotification,
    JSONRPCRequest,
    JSONRPCResponse,
    RequestId,
)

from mcp_chassis.telemetry.protocol_log import PROTOCOL_LOG

LOOK_SECONDS = 0.05  # between checks of tasks, which end without a message


class Drain:
    """Requests in flight, and their grace period once the connection ends.

    Args:
        writing: returns the number of tasks that are writing; they have the same grace period.
    """

    def __init__(self, writing: Callable[[], int] = lambda: 0) -> None:
        self._writing = writing
        self._open: set[RequestId] = set()
        self._change = asyncio.Event()
        self._grace = 0.0
        self._has_no_grace = False
        self.stopping = False
        self.answered = asyncio.Event()
        """Set once a first request has a response or was cancelled."""

    def in_flight(self) -> int:
        return len(self._open)

    def begun(self, request: RequestId) -> None:
        self._open.add(request)

    def ended(self, request: object) -> None:
        """Note that a request has its response, or was cancelled by its sender."""
        if isinstance(request, str | int):
            self._open.discard(request)
            self.answered.set()
        self._change.set()

    def stop(self, grace: float) -> None:
        """Accept no more requests; those in flight have `grace` seconds left, and none after a second call."""
        self._has_no_grace = self.stopping
        self._grace = grace
        self.stopping = True
        self._change.set()

    async def idle(self) -> None:
        """Return when nothing is in flight, however long that takes."""
        while self._open:
            self._change.clear()
            await self._change.wait()

    async def settled(self) -> None:
        """Return when nothing is in flight or the grace is over."""
        with anyio.move_on_after(self._grace):
            while (self._open or self._writing()) and not self._has_no_grace:
                self._change.clear()
                with anyio.move_on_after(LOOK_SECONDS if self._writing() else self._grace):
                    await self._change.wait()


class _Stream:
    """A stream that the SDK's loop enters and exits without closing the underlying descriptor."""

    async def aclose(self) -> None:
        return None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        await self.aclose()


class Inbox(_Stream):
    """Incoming messages, as the stream that the SDK's loop iterates over.

    Args:
        drain: is notified of each request, and decides when the stream ends.
        room: called whenever a message was removed.

    An `initialize` that only `server/discover` preceded ends the stream once; `reopen` then restarts it with that
    message, because such a host probed the newest revisions and fell back to an older one.
    """

    def __init__(self, drain: Drain, room: Callable[[], None]) -> None:
        self._drain = drain
        self._room = room
        self._waiting: deque[JSONRPCMessage] = deque()
        self._arrival: asyncio.Future[None] | None = None
        self._probed: bool | None = None
        self._fell_back = False

    def reopen(self) -> bool:
        """Whether the stream ended because the host fell back to an older revision; it then continues from there."""
        fell_back, self._fell_back = self._fell_back, False
        return fell_back

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, message: JSONRPCMessage) -> None:
        self._waiting.append(message)
        self.wake()

    def wake(self) -> None:
        if self._arrival is not None and not self._arrival.done():
            self._arrival.set_result(None)

    async def receive(self) -> SessionMessage | Exception:
        while not self._waiting:
            if self._drain.stopping:
                await self._drain.settled()
                raise anyio.EndOfStream
            self._arrival = asyncio.get_running_loop().create_future()
            await self._arrival
        if self._falls_back(self._waiting[0]):
            await self._drain.idle()
            self._fell_back = True
            raise anyio.EndOfStream
        message = self._waiting.popleft()
        self._room()
        self._note(message)
        return SessionMessage(message)

    def _falls_back(self, message: JSONRPCMessage) -> bool:
        if not isinstance(message, JSONRPCRequest):
            return False
        falls_back = self._probed is True and message.method == "initialize"
        self._probed = self._probed is not False and message.method == "server/discover"
        return falls_back

    def _note(self, message: JSONRPCMessage) -> None:
        PROTOCOL_LOG.record("in", message)
        if isinstance(message, JSONRPCRequest):
            self._drain.begun(message.id)
        elif isinstance(message, JSONRPCNotification) and message.method == "notifications/cancelled":
            self._drain.ended((message.params or {}).get("requestId"))

    async def __anext__(self) -> SessionMessage | Exception:
        try:
            return await self.receive()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None

    def __aiter__(self) -> Self:
        return self


class Outbox(_Stream):
    """Outgoing messages, as the stream that the SDK's loop sends to.

    Args:
        drain: is notified of each response.
        write: writes a message, in order; waits while the reader is slow.
        flush: called when no request is in flight any more, so that nothing is gained by waiting.
    """

    def __init__(
        self,
        drain: Drain,
        write: Callable[[JSONRPCMessage], Awaitable[None]],
        flush: Callable[[], None] = lambda: None,
    ) -> None:
        self._drain = drain
        self._write = write
        self._flush = flush

    async def send(self, item: SessionMessage, /) -> None:
        message = item.message
        PROTOCOL_LOG.record("out", message)
        try:
            await self._write(message)
        finally:
            if isinstance(message, JSONRPCResponse | JSONRPCError):
                self._drain.ended(message.id)
                if not self._drain.in_flight():
                    self._flush()
