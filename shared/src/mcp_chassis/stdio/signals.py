"""SIGINT and SIGTERM of a server that serves standard input and output."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager

from mcp_chassis.telemetry import logs


@contextmanager
def ended_by_signals(stop: Callable[[], None], received: list[int] | None = None) -> Generator[None]:
    """Inside the block, a first SIGINT or SIGTERM begins the shutdown, and a second one exits at once.

    Args:
        stop: begins the shutdown.
        received: the signals received before; if there is one, the shutdown begins immediately.
    """
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM)
    received = [] if received is None else received

    def on_signal(number: int, frame: object) -> None:
        if received:
            exit_now(128 + number)
        received.append(number)
        loop.call_soon_threadsafe(stop)

    before = [signal.signal(number, on_signal) for number in numbers]
    if received:
        loop.call_soon(stop)
    try:
        with _woken_by_signals(loop):
            yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


@contextmanager
def _woken_by_signals(loop: asyncio.AbstractEventLoop) -> Generator[None]:
    """Inside the block, a signal that the kernel delivers to another thread wakes the event loop."""
    if sys.platform == "win32":  # where asyncio does that itself
        yield
        return
    reading, writing = socket.socketpair()
    with reading, writing:
        reading.setblocking(False)
        writing.setblocking(False)
        loop.add_reader(reading, reading.recv, 4096)
        before = signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)
            loop.remove_reader(reading)


def exit_now(code: int) -> None:
    """Exit without cleaning up; only the last log lines are waited for, for a tenth of a second."""
    logs.flush(0.1)
    os._exit(code)
