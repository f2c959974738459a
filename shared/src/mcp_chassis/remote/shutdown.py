"""Graceful shutdown of the HTTP server: requests in flight finish within a limited time or are cancelled."""

import asyncio
import contextlib
import logging
import socket
import time
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any, cast

import uvicorn

from mcp_chassis.remote.accept_queue import HANDSHAKE_SECONDS, drop_new_connections, waiting
from mcp_chassis.remote.http.connection import Connection
from mcp_chassis.remote.http.connection_limits import IDLE_SECONDS, ConnectionLimits
from mcp_chassis.remote.in_flight import InFlightRequests

logger = logging.getLogger(__name__)

QUIET_SECONDS = 1.0  # without a new request on any open connection; then a load balancer is assumed to have noticed
STILL_COMING_SECONDS = 3.0  # at most, for a load balancer that goes on sending requests on its open connections
POLL_SECONDS = 0.05
CLEANUP_SECONDS = 1  # for cancelled calls to clean up, and for their errors to be sent


class DrainingServer(uvicorn.Server):
    """uvicorn that drains before it shuts down.

    On the first SIGTERM or SIGINT no new connection is accepted, listen streams get their final result, and calls in
    flight and tasks get `drain_seconds`; then they are cancelled. A second signal ends it at once, with code 0.

    Args:
        flight: the requests in flight.
        limits: the open connections.
        end_streams: ends the listen streams.
        drain_seconds: time for calls in flight.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        flight: InFlightRequests,
        limits: ConnectionLimits,
        *,
        end_streams: Callable[[], None],
        drain_seconds: float,
    ) -> None:
        super().__init__(config)
        self._listeners: list[socket.socket] = []
        self._flight = flight
        self._limits = limits
        self._end_streams = end_streams
        self._drain_seconds = drain_seconds
        self._draining: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._listeners = sockets or []
        await super().startup(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin the shutdown; called by the signal handler, so that nothing here may wait.

        It does not call `super`, which sse-starlette patches to cut the streams of calls in flight.
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
        logger.info("Shutdown begins: %d requests in flight, %d tasks.", self._flight.count, self._flight.task_count)
        await self._stop_listening()
        self._end_streams()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(self._drain_seconds, QUIET_SECONDS)):
                await self._emptied()
                await self._tasks_ended()
        if self._flight.task_count:
            logger.warning("%d tasks were ended after %g s.", self._flight.task_count, self._drain_seconds)
        if self._flight.count:
            logger.warning("%d requests were cancelled after %g s.", self._flight.count, self._drain_seconds)
        self._flight.cancel_all()
        self.should_exit = True

    async def _emptied(self) -> None:
        """Wait until no request is in flight and none arrives on the connections that are still open.

        Each connection closes with its next response, which announces that; closing an idle one could hit a request
        that is on its way.
        """
        began = last = time.monotonic()
        begun = self._flight.begun
        while self._connections():
            now = time.monotonic()
            if self._flight.count or self._flight.begun > begun:
                begun, last = self._flight.begun, now
            elif now - last >= QUIET_SECONDS or now - began >= STILL_COMING_SECONDS:
                return
            await asyncio.sleep(POLL_SECONDS)

    async def _tasks_ended(self) -> None:
        """Wait until no task runs. Requests about tasks are not waited for: other replicas respond to them."""
        while True:
            if not self._flight.task_count:
                return
            await asyncio.sleep(POLL_SECONDS)

    async def _stop_listening(self) -> None:
        """Accept the connections in the queue, then close the listeners: closing first would reset them."""
        loop = asyncio.get_running_loop()
        for listener in self._listeners:
            drop_new_connections(listener)
        await asyncio.sleep(HANDSHAKE_SECONDS)
        for listener in self._listeners:
            loop.remove_reader(listener)
        await asyncio.sleep(0)  # gives connections that asyncio accepted a transport, which a closed server refuses
        connected = [accepted for listener in self._listeners for accepted in waiting(listener)]
        for server in self.servers:
            server.close()
        for accepted in connected:
            await loop.connect_accepted_socket(self._protocol, accepted)

    def _protocol(self) -> asyncio.Protocol:
        return Connection(self.config, self.server_state, self.lifespan.state, limits=self._limits)

    async def on_tick(self, counter: int) -> bool:
        if counter % 10 == 0:
            self._limits.sweep(asyncio.get_running_loop().time())
        return await super().on_tick(counter)

    def _connections(self) -> list[Connection]:
        return cast("list[Connection]", list(self.server_state.connections))


def config(app: Any, trusted_proxies: tuple[str, ...], limits: ConnectionLimits) -> uvicorn.Config:
    """The configuration of uvicorn: h11 connections with limits, no logs of its own, only HTTP."""
    return uvicorn.Config(
        app,
        http=cast("type[asyncio.Protocol]", partial(Connection, limits=limits)),
        ws="none",
        loop="asyncio",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=list(trusted_proxies),
        timeout_keep_alive=int(IDLE_SECONDS),
        timeout_graceful_shutdown=CLEANUP_SECONDS,
    )
