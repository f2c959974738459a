"""The end of a server: what is under way is answered, what waits for ever is closed, and then it is over in time."""

import asyncio
import contextlib
import logging
import socket
import time
from collections import Counter
from collections.abc import Callable, Generator
from types import FrameType
from typing import Any, cast
from weakref import WeakKeyDictionary

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from mcp_chassis.remote.accept_queue import HANDSHAKE, admit_nobody_new, waiting

logger = logging.getLogger(__name__)

IDLE_SECONDS = 60.0
QUIET = 1.0  # seconds without a new request on any open connection until the balancer is believed to have gone
STILL_COMING = 3.0  # seconds for a balancer that goes on asking on connections it keeps open
LOOK_AGAIN = 0.05
CUT_SECONDS = 1  # what cancelled calls get to clean up


class InFlightRequests:
    """The requests under way, how the others were answered, and whether the server is ending."""

    def __init__(self) -> None:
        self.draining = False
        self.count = 0
        self.begun = 0
        self.answers: Counter[tuple[str, int]] = Counter()

    @contextlib.contextmanager
    def under_way(self) -> Generator[None]:
        self.count += 1
        self.begun += 1
        try:
            yield
        finally:
            self.count -= 1


class DrainingServer(uvicorn.Server):
    """uvicorn that drains before it shuts down.

    On the first SIGTERM or SIGINT nothing new is accepted, listen streams are ended as the protocol says, and calls
    in flight get `drain_seconds`; then they are cancelled. A second signal ends it at once. The exit code is 0.

    Args:
        flight: what is counted.
        end_streams: ends the listen streams.
        drain_seconds: for calls in flight.
    """

    def __init__(
        self, config: uvicorn.Config, flight: InFlightRequests, end_streams: Callable[[], None], drain_seconds: float
    ) -> None:
        super().__init__(config)
        self._listeners: list[socket.socket] = []
        self._flight = flight
        self._end_streams = end_streams
        self._drain_seconds = drain_seconds
        self._draining: asyncio.Task[None] | None = None
        self._idle_since: WeakKeyDictionary[Any, float] = WeakKeyDictionary()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._listeners = sockets or []
        await super().startup(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Called by the signal; nothing here may wait.

        Not through `super`: sse-starlette hooks itself in there and cuts the streams of calls in flight.
        """
        if self._flight.draining or not self.started:
            self.force_exit = self.started
            self.should_exit = True
            return
        self._flight.draining = True
        asyncio.get_running_loop().call_soon_threadsafe(self._begin)

    def _begin(self) -> None:
        self._draining = asyncio.create_task(self._drain())

    async def _drain(self) -> None:
        logger.info("Ending: %d requests are in flight.", self._flight.count)
        await self._stop_listening()
        self._end_streams()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(self._drain_seconds, QUIET)):
                await self._emptied()
        if self._flight.count:
            logger.warning("%d requests were cut off after %g s.", self._flight.count, self._drain_seconds)
        self.should_exit = True

    async def _emptied(self) -> None:
        """Until nothing is under way, and nobody asks any more on the connections that are open still.

        Each closes with the next answer, which says so: to close one that is idle can meet a request on its way.
        """
        began = last = time.monotonic()
        begun = self._flight.begun
        while self._connections():
            now = time.monotonic()
            if self._flight.count or self._flight.begun > begun:
                begun, last = self._flight.begun, now
            elif now - last >= QUIET or now - began >= STILL_COMING:
                return
            await asyncio.sleep(LOOK_AGAIN)

    async def _stop_listening(self) -> None:
        """Accept who has connected already, then close: closing first would reset their connections."""
        loop = asyncio.get_running_loop()
        for listener in self._listeners:
            admit_nobody_new(listener)
        await asyncio.sleep(HANDSHAKE)
        for listener in self._listeners:
            loop.remove_reader(listener)
        await asyncio.sleep(0)  # whom asyncio has accepted meanwhile gets its transport, which a closed server refuses
        connected = [accepted for listener in self._listeners for accepted in waiting(listener)]
        for server in self.servers:
            server.close()
        for accepted in connected:
            await loop.connect_accepted_socket(self._protocol, accepted)

    def _protocol(self) -> asyncio.Protocol:
        return H11Protocol(self.config, self.server_state, self.lifespan.state)

    async def on_tick(self, counter: int) -> bool:
        if counter % 10 == 0:
            self._drop_idle(time.monotonic())
        return await super().on_tick(counter)

    def _drop_idle(self, now: float) -> None:
        """Close what has sent no whole request for a minute: uvicorn waits for ever for the rest of its headers."""
        for connection in self._connections():
            if _is_idle(connection):
                if now - self._idle_since.setdefault(connection, now) > IDLE_SECONDS:
                    connection.transport.close()
            else:
                self._idle_since.pop(connection, None)

    def _connections(self) -> list[H11Protocol]:
        return cast("list[H11Protocol]", list(self.server_state.connections))


def _is_idle(connection: H11Protocol) -> bool:
    """Whether nothing is asked on it, or not wholly."""
    cycle = cast("RequestResponseCycle | None", connection.cycle)
    return cycle is None or cycle.response_complete


def config(app: Any, trusted_proxies: tuple[str, ...]) -> uvicorn.Config:
    """uvicorn as the servers need it: h11, no log of its own, nothing but HTTP."""
    return uvicorn.Config(
        app,
        http="h11",
        ws="none",
        loop="asyncio",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=list(trusted_proxies),
        timeout_keep_alive=int(IDLE_SECONDS),
        timeout_graceful_shutdown=CUT_SECONDS,
    )
