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

logger = logging.getLogger(__name__)

IDLE_SECONDS = 60.0
LAST_LOOKS = 20  # a second for requests on their way: balancers go on for a while on connections they keep open
LOOK_AGAIN = 0.05
CUT_SECONDS = 1  # what cancelled calls get to clean up


class Flight:
    """The requests under way, how the others were answered, and whether the server is ending."""

    def __init__(self) -> None:
        self.draining = False
        self.count = 0
        self.answers: Counter[tuple[str, int]] = Counter()
        self._landed = asyncio.Event()

    @contextlib.contextmanager
    def under_way(self) -> Generator[None]:
        self.count += 1
        try:
            yield
        finally:
            self.count -= 1
            if not self.count:
                self._landed.set()

    async def landed(self, seconds: float) -> bool:
        """Whether everything under way ended within so many seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.count:
                    self._landed.clear()
                    await self._landed.wait()
        return not self.count


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
        self, config: uvicorn.Config, flight: Flight, end_streams: Callable[[], None], drain_seconds: float
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
        for connection in self._connections():
            if not _is_idle(connection):
                connection.shutdown()  # ends with its answer
        await self._take_last_requests()
        if not await self._flight.landed(self._drain_seconds):
            logger.warning("%d requests were cut off after %g s.", self._flight.count, self._drain_seconds)
        self.should_exit = True

    async def _take_last_requests(self) -> None:
        """On connections that are open still; each closes with the answer to its last one."""
        for _ in range(LAST_LOOKS):
            if not any(map(_is_idle, self._connections())):
                return
            await asyncio.sleep(LOOK_AGAIN)

    async def _stop_listening(self) -> None:
        """Accept who has connected already, then close: closing first would reset their connections."""
        loop = asyncio.get_running_loop()
        for listener in self._listeners:
            loop.remove_reader(listener)
        await asyncio.sleep(0)  # whom asyncio has accepted meanwhile gets its transport, which a closed server refuses
        waiting = [accepted for listener in self._listeners for accepted in _waiting(listener)]
        for server in self.servers:
            server.close()
        for accepted in waiting:
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


def _waiting(listener: socket.socket) -> Generator[socket.socket]:
    with contextlib.suppress(BlockingIOError):
        while True:
            yield listener.accept()[0]


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
