"""A worker: a process that serves, and takes commands and reports from and to its supervisor over a socket."""

import asyncio
import contextlib
import itertools
import logging
import shutil
import signal
import socket
import sys
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

from mcp_chassis.environment import full_environment
from mcp_chassis.remote.accept_queue import waiting
from mcp_chassis.remote.assembly import name_of
from mcp_chassis.remote.http_process import HttpProcess
from mcp_chassis.remote.settings import RemoteSettings
from mcp_chassis.remote.shutdown import DrainingServer
from mcp_chassis.remote.workers.connection_counts import ConnectionCounts
from mcp_chassis.remote.workers.metrics_files import MetricsFiles
from mcp_chassis.remote.workers.server_references import servers_of
from mcp_chassis.telemetry import otlp
from mcp_chassis.telemetry.logs import SharedOutput
from mcp_chassis.telemetry.process_lock import ProcessLock

DRAIN, END_AT_ONCE = b"d", b"e"
"""Commands of the supervisor."""
HEARTBEAT = b"."
"""Report that the event loop runs, about once a second; the first one says that the worker serves."""
SIGNALS = (signal.SIGINT, signal.SIGTERM)
LOCK_FILE = "log.lock"
DEFERRAL_SECONDS = 0.002
MIN_ACCEPTED = 8
"""Connections accepted at once after a deferral, at least; otherwise half as many as are open."""
ACCEPT_PAUSE_SECONDS = 1.0
"""Pause after an error, which is that there are too many open files."""
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class WorkerStart:
    """The parameters of a worker; everything else it reads from its environment, as a single process does.

    Args:
        number: its number, from 1.
        workers: how many there are.
        references: those of its servers, by the path before `/mcp`.
        folder: the private folder of the supervisor, for metrics and the lock of the log.
    """

    number: int
    workers: int
    references: Mapping[str, str]
    folder: Path


def run(start: WorkerStart, listener: socket.socket, supervisor: socket.socket) -> None:
    """Serve until the supervisor says that this worker ends, or is gone itself."""
    _leave_signals_to_the_supervisor()
    environment = full_environment()
    servers = servers_of(start.references)
    with otlp.exporting(environment, name_of(servers)):
        logging.disable(logging.WARNING)  # the supervisor has built the same application and logged its warnings
        process = HttpProcess(
            servers,
            environment,
            RemoteSettings.load(environment),
            output=shared_output(start.folder, start.number),
            metrics=MetricsFiles(start.folder, start.number),
        )
        logging.disable(logging.NOTSET)
        process.run(listener, partial(WorkerServer, supervisor=supervisor, start=start))


def shared_output(folder: Path, number: int | None) -> SharedOutput:
    """Standard error as the workers and their supervisor, which has no number, write to it."""
    return SharedOutput(number, ProcessLock(folder / LOCK_FILE).held)


def _leave_signals_to_the_supervisor() -> None:
    """Do nothing at signals: terminals and service managers send them to every process, and a second one is urgent.

    They are blocked until here. A handler, unlike `SIG_IGN`, is not inherited by programs that this process starts.
    """
    for number in SIGNALS:
        signal.signal(number, do_nothing)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)


def do_nothing(_number: int, _frame: FrameType | None) -> None:
    """Handler of a signal that has no effect by itself."""


class WorkerServer(DrainingServer):
    """Server that drains when its supervisor says so or has ended, and reports about once a second that it runs.

    All workers accept from one socket. A worker that has more connections than another leaves a new one to it for
    `DEFERRAL_SECONDS`: otherwise the first to wake takes most, of 20 connections up to all 20.
    """

    def __init__(self, *args: Any, supervisor: socket.socket, start: WorkerStart, **more: Any) -> None:
        super().__init__(*args, **more)
        self._supervisor = supervisor
        self._supervisor.setblocking(False)
        self._folder = start.folder
        self._connecting: set[asyncio.Future[Any]] = set()  # the event loop itself keeps no reference
        self._counts = ConnectionCounts(start.folder, start.number, start.workers)

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        loop = asyncio.get_running_loop()
        for listener in sockets or ():
            loop.add_reader(listener, self._on_waiting, listener)  # in place of asyncio's, which accepts all at once
        loop.add_reader(self._supervisor, self._obey)

    async def on_tick(self, counter: int) -> bool:
        self._counts.set(len(self._limits))
        if counter % 10 == 0:
            with contextlib.suppress(OSError):  # the supervisor is gone, or stopped and its buffer is full
                self._supervisor.send(HEARTBEAT)
        return await super().on_tick(counter)

    def _on_waiting(self, listener: socket.socket) -> None:
        lead = self._counts.lead()
        if lead <= 0:
            self._accept(listener, 1 - lead)
            return
        # Under load one turn of the event loop may take long, so that many are accepted where no other worker is free.
        loop = asyncio.get_running_loop()
        loop.remove_reader(listener)
        loop.call_later(DEFERRAL_SECONDS, self._accept, listener, max(MIN_ACCEPTED, self._counts.own // 2))

    def _accept(self, listener: socket.socket, at_most: int) -> None:
        """Accept connections that no other worker has accepted, and wait for the next ones."""
        if listener.fileno() < 0:  # closed during the deferral
            return
        loop = asyncio.get_running_loop()
        try:
            for accepted in itertools.islice(waiting(listener), at_most):
                self._counts.set(self._counts.own + 1)
                connecting = asyncio.ensure_future(loop.connect_accepted_socket(self._protocol, accepted))
                self._connecting.add(connecting)
                connecting.add_done_callback(self._connecting.discard)
        except OSError as exc:
            logger.warning("A connection could not be accepted: %s.", exc.strerror)
            loop.remove_reader(listener)
            loop.call_later(ACCEPT_PAUSE_SECONDS, self._accept, listener, at_most)
        else:
            loop.add_reader(listener, self._on_waiting, listener)

    def _obey(self) -> None:
        try:
            commands = self._supervisor.recv(16)
        except BlockingIOError:
            return
        except OSError:
            commands = b""
        if not commands:
            asyncio.get_running_loop().remove_reader(self._supervisor)
            shutil.rmtree(self._folder, ignore_errors=True)  # nobody else removes it any more
        if not self._flight.draining:
            self.handle_exit(signal.SIGTERM, None)
        if END_AT_ONCE in commands:
            self.handle_exit(signal.SIGTERM, None)
