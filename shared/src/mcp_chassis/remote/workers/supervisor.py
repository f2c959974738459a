"""The supervisor of several workers: starts them, replaces those that end, and ends all of them at a signal."""

import contextlib
import logging
import signal
import socket
import sys
import time
from collections import Counter
from collections.abc import Generator, Mapping
from multiprocessing import connection, get_context, resource_tracker
from pathlib import Path

from mcp_chassis.remote.accept_queue import drop_new_connections
from mcp_chassis.remote.workers.metrics_files import page_path
from mcp_chassis.remote.workers.worker import DRAIN, END_AT_ONCE, SIGNALS, WorkerStart, do_nothing, run

CHECK_SECONDS = 0.5
SILENT_CHECKS = 120
"""Checks without a heartbeat until a worker counts as hung. Counting them instead of the time spares the workers of a
machine that was suspended."""
KILL_SECONDS = 5.0
"""Time of a worker to end at once, before it is killed."""
MAX_PAUSE_SECONDS = 30.0
EXIT_NOT_STARTED = 1
logger = logging.getLogger(__name__)


class Worker:
    """A worker process as its supervisor sees it."""

    def __init__(self, start: WorkerStart, listener: socket.socket) -> None:
        self._channel, of_worker = socket.socketpair()
        self._channel.setblocking(False)
        self.number = start.number
        self.serves = False
        self.silent_checks = 0
        # It starts anew instead of being forked, because this process has threads.
        self.process = get_context("spawn").Process(target=run, args=(start, listener, of_worker))
        with of_worker, _signals_blocked():
            self.process.start()

    def send(self, command: bytes) -> None:
        with contextlib.suppress(OSError):  # it has ended
            self._channel.send(command)

    def listen(self) -> None:
        """Read what it reported since the last check."""
        try:
            reported = self._channel.recv(4096)
        except OSError:
            reported = b""
        self.serves = self.serves or bool(reported)
        self.silent_checks = 0 if reported or not self.serves else self.silent_checks + 1

    def close(self) -> None:
        """Close the socket to it, which also makes it drain."""
        self._channel.close()

    def __str__(self) -> str:
        return f"Worker {self.number} (process {self.process.pid})"


class Supervisor:
    """Workers that accept connections from one listening socket.

    Args:
        references: those of the servers.
        count: the number of workers.
        listener: the socket.
        folder: a private folder that the workers share.
        signals: the socket of `noted_signals`.
        silent_checks: checks without a heartbeat until a worker is killed as hung.
    """

    def __init__(
        self,
        references: Mapping[str, str],
        count: int,
        listener: socket.socket,
        folder: Path,
        signals: socket.socket,
        silent_checks: int = SILENT_CHECKS,
    ) -> None:
        self._references = references
        self._count = count
        self._listener = listener
        self._folder = folder
        self._signals = signals
        self._silent_checks = silent_checks
        self._workers: dict[int, Worker] = {}
        self._due: dict[int, float] = {}
        self._failures: Counter[int] = Counter()
        self._has_served = False
        self._ending = False
        self._kill_at = float("inf")
        self._exit_code = 0

    def run(self) -> int:
        """Run the workers until a signal; return the exit code of the command."""
        try:
            if not _received(self._signals):
                resource_tracker.ensure_running()  # its start would unblock the signals that are blocked for a worker
                for number in range(1, self._count + 1):
                    self._start(number)
            while self._workers or self._due:
                sentinels = [worker.process.sentinel for worker in self._workers.values()]
                ready = connection.wait([self._signals, *sentinels], CHECK_SECONDS)
                for _ in _received(self._signals):
                    self._end()
                self._check(timed_out=not ready)
        finally:
            for worker in self._workers.values():
                worker.close()
        return self._exit_code

    def _start(self, number: int) -> None:
        start = WorkerStart(number, self._count, self._references, self._folder)
        try:
            worker = self._workers[number] = Worker(start, self._listener)
        except OSError as exc:
            logger.warning("Worker %d could not be started: %s. It is tried again.", number, exc.strerror)
            self._start_later(number, after_failure=True)
        else:
            logger.info("%s was started.", worker)

    def _start_later(self, number: int, *, after_failure: bool) -> None:
        """Start a worker again: at once, or after a pause that doubles with each failure in a row."""
        self._failures[number] = self._failures[number] + 1 if after_failure else 0
        self._due[number] = time.monotonic() + min(2.0 ** self._failures[number] - 1, MAX_PAUSE_SECONDS)

    def _end(self) -> None:
        """Drain all workers; at the second signal end them at once."""
        if self._ending:
            self._kill_at = time.monotonic() + KILL_SECONDS
        else:
            logger.info("Shutdown of %d workers begins.", len(self._workers))
            self._due.clear()
            drop_new_connections(self._listener)
        for worker in self._workers.values():
            worker.send(END_AT_ONCE if self._ending else DRAIN)
        self._listener.close()
        self._ending = True

    def _check(self, *, timed_out: bool) -> None:
        for worker in list(self._workers.values()):
            if timed_out or not worker.serves:
                worker.listen()
            self._has_served = self._has_served or worker.serves
            if worker.silent_checks > self._silent_checks:
                logger.error("%s is killed because its event loop stands still.", worker)
                worker.process.kill()
            if time.monotonic() > self._kill_at:
                logger.warning("%s is killed because it did not end.", worker)
                worker.process.kill()
                worker.process.join()
            if worker.process.exitcode is not None:
                self._ended(worker, worker.process.exitcode)
        for number in [number for number, due in self._due.items() if time.monotonic() >= due]:
            del self._due[number]
            self._start(number)

    def _ended(self, worker: Worker, code: int) -> None:
        del self._workers[worker.number]
        worker.close()
        page_path(self._folder, worker.number).unlink(missing_ok=True)
        if self._ending:
            return
        if not self._has_served:
            logger.error("%s could not start (exit code %d), so the server ends.", worker, code)
            self._exit_code = EXIT_NOT_STARTED
            self._end()
            return
        logger.error("%s ended unexpectedly (exit code %d); another one replaces it.", worker, code)
        self._start_later(worker.number, after_failure=not worker.serves)


@contextlib.contextmanager
def noted_signals() -> Generator[socket.socket]:
    """Inside the block, SIGINT and SIGTERM do nothing but put a byte into the socket that it is given."""
    reading, writing = socket.socketpair()
    with reading, writing:
        for end in (reading, writing):
            end.setblocking(False)
        before = {number: signal.signal(number, do_nothing) for number in SIGNALS}
        descriptor = signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
        try:
            yield reading
        finally:
            signal.set_wakeup_fd(descriptor)
            for number, handler in before.items():
                signal.signal(number, handler)


def _received(signals: socket.socket) -> bytes:
    """The numbers of the signals since the last look."""
    try:
        return bytes(number for number in signals.recv(64) if number in SIGNALS)
    except BlockingIOError:
        return b""


@contextlib.contextmanager
def _signals_blocked() -> Generator[None]:
    """A process that is started inside the block starts with SIGINT and SIGTERM blocked."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
