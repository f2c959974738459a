"""Deadline of one call. Everything in the call counts against it, waiting included."""

import math
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

import anyio


class Deadline:
    """A deadline in seconds that can be paused while a person or the host is asked.

    Enter it around the work; `expired` tells afterwards whether it cut the work off.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._scope = anyio.CancelScope(deadline=anyio.current_time() + seconds)

    @property
    def expired(self) -> bool:
        return self._scope.cancelled_caught

    def remaining(self) -> float:
        """Seconds left; negative once it has passed."""
        return self._scope.deadline - anyio.current_time()

    @contextmanager
    def paused(self) -> Generator[None]:
        """Pause the deadline inside the block, for requests to a person or the host."""
        left = self.remaining()
        self._scope.deadline = math.inf
        try:
            yield
        finally:
            self._scope.deadline = anyio.current_time() + left

    @contextmanager
    def running(self) -> Generator["Deadline"]:
        token = _current.set(self)
        try:
            with self._scope:
                yield self
        finally:
            _current.reset(token)


_current: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


def time_left() -> float:
    """Seconds until the current call's deadline; infinite outside a call."""
    deadline = _current.get()
    return math.inf if deadline is None else deadline.remaining()


@contextmanager
def clock_stopped() -> Generator[None]:
    """Pause the current call's deadline, if there is one."""
    deadline = _current.get()
    if deadline is None:
        yield
    else:
        with deadline.paused():
            yield
