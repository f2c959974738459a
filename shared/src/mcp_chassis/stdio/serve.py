"""Serving one host over standard input and output, until it closes the input or a signal arrives.

POSIX pipes and sockets are polled directly; anything else (files, terminals, Windows) goes through the SDK's own
threads. Either way the shutdown is graceful: nothing more is read, calls in flight get a grace period and are
cancelled after it, the server's lifespan closes, and the process exits with code 0.
"""

import asyncio
import gc
import io
import logging
import sys
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, redirect_stdout
from dataclasses import dataclass
from typing import Any, Protocol

import anyio
from mcp.server.lowlevel import Server as LowLevelServer
from mcp.server.runner import serve_dual_era_loop
from mcp.server.subscriptions import SubscriptionBus
from mcp.shared.message import SessionMessage
from mcp_types import INVALID_REQUEST, PARSE_ERROR, JSONRPCError, JSONRPCMessage, JSONRPCResponse
from pydantic import ValidationError

from mcp_chassis.output import mirrored
from mcp_chassis.pipeline.long_calls import LongCalls
from mcp_chassis.pipeline.subscriptions import Listening, ResourceSubscriptions
from mcp_chassis.stdio.front.handover import Handover
from mcp_chassis.stdio.hang_up import HangUpWatch
from mcp_chassis.stdio.json_lines import TOO_LONG, InvalidMessage, find_request_id, parse
from mcp_chassis.stdio.pipes import LineReader, LineWriter, claimed, pollable
from mcp_chassis.stdio.signals import ended_by_signals, exit_now
from mcp_chassis.stdio.streams import Drain, Inbox, Outbox
from mcp_chassis.telemetry import logs
from mcp_chassis.telemetry.host_log import HostLog

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ending:
    """Limits of a shutdown: `grace`, seconds for calls in flight, and `limit`, seconds until the process exits."""

    reason: str
    grace: float
    limit: float


AFTER_EOF = Ending(
    "The host has closed our input.", grace=3.0, limit=4.8
)  # hosts wait a few seconds after closing our input before they signal
AFTER_SIGNAL = Ending("A signal has requested the shutdown.", grace=7.0, limit=9.6)
_WITHOUT_GRACE = Ending("The host no longer reads.", grace=0.0, limit=AFTER_EOF.limit)
_FLUSH_SECONDS = 0.5
_UNFINISHED_SECONDS = 2.0  # seconds for work that began after the first response: writing a record takes a tenth of one
_MAX_WAITING_MESSAGES = 1_000  # messages read and not yet processed


class Servable(Protocol):
    """A server for this transport: the SDK's low-level server, its events, log notifications and tasks."""

    bus: SubscriptionBus
    host_log: HostLog
    long_calls: LongCalls

    @property
    def lowlevel(self) -> LowLevelServer[Any]: ...


def run(
    server: Servable,
    *,
    after_eof: Ending = AFTER_EOF,
    after_signal: Ending = AFTER_SIGNAL,
    handover: Handover | None = None,
    when_answered: Callable[[], Awaitable[None]] | None = None,
) -> int:
    """Serve until the host closes the input or a signal arrives; return the process's exit code.

    Args:
        server: the server.
        after_eof, after_signal: limits of the shutdown.
        handover: the state of the connection if the front has begun to serve it.
        when_answered: called once, after the first response.
    """
    if not _has(sys.stdin) or not _has(sys.stdout):
        logger.critical("Standard input and output must be open: a host starts this command with both.")
        return 1
    gc.freeze()  # objects from start-up stay, so that the collector need not scan them during calls
    session = Session(server)
    if pollable():
        handover = handover or Handover("")
        asyncio.run(_serve_pipes(session, after_eof, after_signal, handover, when_answered))
    else:
        asyncio.run(_serve_threads(session, after_eof, after_signal))
    logs.flush()
    return 0


def _has(stream: object) -> bool:
    return stream is not None


class Session:
    """One host's connection to a server, with the features that need a lasting connection."""

    def __init__(self, server: Servable) -> None:
        self._server = server
        self._listening = Listening(server.bus)
        self._subscriptions = ResourceSubscriptions(server.bus)

    def drain(self) -> Drain:
        """A drain that waits for the writes of tasks as well."""
        return Drain(lambda: self._server.long_calls.runner.writing)

    def send_markers(self) -> None:
        """Let results contain markers for texts that they repeat; the writer of this connection replaces them."""
        mirrored.send_markers(self._server.lowlevel)

    @asynccontextmanager
    async def offered(self) -> AsyncGenerator[None]:
        """Register the handlers of log levels, streams and subscriptions for the duration of the connection."""
        server = self._server.lowlevel
        self._server.host_log.serve(server)
        self._listening.serve(server)
        async with self._subscriptions.served(server):
            yield

    async def run(self, inbox: Inbox, outbox: Outbox) -> None:
        server = self._server.lowlevel
        async with self.offered(), server.lifespan(server) as lifespan:
            options = server.create_initialization_options()  # after the handlers that it advertises
            await serve_dual_era_loop(server, inbox, outbox, lifespan_state=lifespan, init_options=options)
            if inbox.reopen():
                await serve_dual_era_loop(server, inbox, outbox, lifespan_state=lifespan, init_options=options)

    def end(self, ending: Ending) -> None:
        """Begin the shutdown: close subscription streams, and exit after `ending.limit` seconds at the latest."""
        logger.info(ending.reason)
        self._listening.close()
        _end_within(ending.limit)


async def _serve_pipes(
    session: Session,
    after_eof: Ending,
    after_signal: Ending,
    handover: Handover,
    when_answered: Callable[[], Awaitable[None]] | None,
) -> None:
    session.send_markers()
    with claimed() as (incoming, outgoing), redirect_stdout(_Printed()):
        pipes = _Pipes(incoming, outgoing, session, after_eof, handover)
        with ended_by_signals(lambda: pipes.stop(after_signal), handover.signals):
            async with pipes.once_answered(when_answered):
                await session.run(pipes.inbox, pipes.outbox)
        await pipes.close()


class _Pipes:
    """The connection to a host over two pipes."""

    def __init__(self, incoming: int, outgoing: int, session: Session, after_eof: Ending, handover: Handover) -> None:
        self._session = session
        self._drain = session.drain()
        self._after_eof = after_eof
        self._writer = LineWriter(outgoing, self._flow, lambda: self.stop(_WITHOUT_GRACE))
        self._reader = LineReader(incoming, self._line, self._too_long, self._eof)
        self._hang_up = HangUpWatch(incoming, self._writer, self._eof)
        self.inbox = Inbox(self._drain, self._flow)
        self.outbox = Outbox(self._drain, self._write, self._writer.flush)
        self._answered = handover.answered
        self._reader.resume()
        self._reader.feed(handover.received)

    @asynccontextmanager
    async def once_answered(self, act: Callable[[], Awaitable[None]] | None) -> AsyncGenerator[None]:
        """Inside the block, call `act` after the first response; at the end, wait up to two seconds for it."""
        async with anyio.create_task_group() as tasks:
            done = anyio.Event()

            async def wait_and_act() -> None:
                await self._drain.answered.wait()
                if act is not None:
                    await act()
                done.set()

            tasks.start_soon(wait_and_act)
            yield
            if self._drain.answered.is_set():
                with anyio.move_on_after(_UNFINISHED_SECONDS):
                    await done.wait()
            tasks.cancel_scope.cancel()

    async def _write(self, message: JSONRPCMessage) -> None:
        if not (isinstance(message, JSONRPCResponse | JSONRPCError) and message.id in self._answered):
            await self._writer.write(message)

    def stop(self, ending: Ending) -> None:
        self._session.end(ending)
        self._drain.stop(ending.grace)
        self._reader.last()
        self.inbox.wake()

    async def close(self) -> None:
        with anyio.move_on_after(1.0):
            await self._writer.flushed()
        self._reader.pause()
        self._writer.close()

    def _line(self, line: bytes) -> None:
        message = parse(line)
        if isinstance(message, InvalidMessage):
            self._writer.queue(message.response())
        else:
            self.inbox.put(message)
            self._flow()

    def _too_long(self, beginning: bytes) -> None:
        self._writer.queue(InvalidMessage(INVALID_REQUEST, TOO_LONG, find_request_id(beginning)).response())

    def _eof(self) -> None:
        if not self._drain.stopping:
            self.stop(self._after_eof)

    def _flow(self) -> None:
        """Read only while messages are processed and the host reads the responses."""
        if self._writer.is_slow or len(self.inbox) >= _MAX_WAITING_MESSAGES:
            self._reader.pause()
            if not self._drain.stopping:
                self._hang_up.begin()
        elif not self._drain.stopping:
            self._reader.resume()


async def _serve_threads(session: Session, after_eof: Ending, after_signal: Ending) -> None:
    from mcp.server.stdio import stdio_server

    drain = session.drain()
    async with stdio_server() as (incoming, outgoing), anyio.create_task_group() as pump:

        async def write(message: JSONRPCMessage) -> None:
            await outgoing.send(SessionMessage(message))

        inbox = Inbox(drain, lambda: None)

        def stop(ending: Ending) -> None:
            session.end(ending)
            drain.stop(ending.grace)
            inbox.wake()

        async def read() -> None:
            async for item in incoming:
                if isinstance(item, SessionMessage):
                    inbox.put(item.message)
                else:
                    await write(_refused(item).response())
            if not drain.stopping:
                stop(after_eof)

        pump.start_soon(read)
        with ended_by_signals(lambda: stop(after_signal)), redirect_stdout(_Printed()):
            await session.run(inbox, Outbox(drain, write))
            pump.cancel_scope.cancel()
            _end_within(_FLUSH_SECONDS)  # the SDK's thread cannot be woken from a read that never ends
            await outgoing.aclose()


def _refused(error: Exception) -> InvalidMessage:
    """The error response to a line that the SDK could not parse, as JSON or as a message."""
    broken = isinstance(error, ValidationError) and any(e["type"] == "json_invalid" for e in error.errors())
    return InvalidMessage(PARSE_ERROR if broken else INVALID_REQUEST, "This line is not JSON-RPC 2.0 in UTF-8.")


def _end_within(seconds: float) -> None:
    """Exit after `seconds`, even if a tool, a library or a lifespan is still running."""
    timer = threading.Timer(seconds, exit_now, (0,))
    timer.daemon = True
    timer.start()


class _Printed(io.TextIOBase):
    """Standard output of tools, written as log lines, because a write to standard error could block for ever."""

    def write(self, text: str, /) -> int:
        for line in text.splitlines():
            if line.strip():
                logger.info("printed: %s", line)
        return len(text)
