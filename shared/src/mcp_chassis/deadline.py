"""Deadline of one call, which includes everything in the call, such as waits."""

import math
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

import anyio


class Deadline:
    """A deadline in seconds that can be paused while a person or the host is asked.

    Enter `running` around the work; `expired` says afterwards whether the deadline has cancelled it.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._began = anyio.current_time()
        self._scope = anyio.CancelScope(deadline=anyio.current_time() + seconds)

    @property
    def expired(self) -> bool:
        return self._scope.cancelled_caught

    def remaining(self) -> float:
        """Seconds left; negative once it has passed."""
        return self._scope.deadline - anyio.current_time()

    def shorten(self, seconds: float) -> None:
        """Move the deadline to `seconds` after its beginning."""
        self.seconds = seconds
        self._scope.deadline = self._began + seconds

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
        """Cancel the block at the deadline, and make it the deadline of the current call."""
        token = _current.set(self)
        try:
            with self._scope:
                yield self
        finally:
            _current.reset(token)


class Allowance:
    """Additional time for a call that may continue as a task, until `take_back`. Rounds of one call share it."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.refusal = ""
        """The reason why the call does not become a task, as a sentence; empty if it may."""
        self._began = anyio.current_time()
        self._deadline: Deadline | None = None
        self._usual_seconds = 0.0

    def deadline(self, usual_seconds: float) -> Deadline:
        """The deadline of one round, which would be `usual_seconds` without this allowance."""
        self._usual_seconds = usual_seconds
        whole = usual_seconds if self.refusal else max(usual_seconds, self.seconds)
        deadline = self._deadline = Deadline(whole - (anyio.current_time() - self._began))
        deadline.seconds = whole
        return deadline

    def remaining(self) -> float:
        """Seconds left for all rounds."""
        return self.seconds - (anyio.current_time() - self._began)

    def take_back(self, refusal: str) -> None:
        """Give the call its own deadline again; `refusal` says why it does not become a task."""
        self.refusal = refusal
        if self._deadline is not None:
            self._deadline.shorten(self._usual_seconds)

    @contextmanager
    def given(self) -> Generator[None]:
        """Give this time to calls inside the block, also in tasks started there."""
        token = _allowance.set(self)
        try:
            yield
        finally:
            _allowance.reset(token)


_allowance: ContextVar[Allowance | None] = ContextVar("allowance", default=None)
_current: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


def deadline_of_call(usual_seconds: float) -> tuple[Deadline, Allowance | None]:
    """The deadline of a call that would have `usual_seconds`, and the allowance that extends it, if there is one."""
    allowance = _allowance.get()
    return (Deadline(usual_seconds), None) if allowance is None else (allowance.deadline(usual_seconds), allowance)


def may_become_task() -> bool:
    """Whether the current call may go on as a task, beyond its own deadline."""
    allowance = _allowance.get()
    return allowance is not None and not allowance.refusal


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
