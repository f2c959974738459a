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
        self._began = anyio.current_time()
        self._scope = anyio.CancelScope(deadline=anyio.current_time() + seconds)

    @property
    def expired(self) -> bool:
        return self._scope.cancelled_caught

    def remaining(self) -> float:
        """Seconds left; negative once it has passed."""
        return self._scope.deadline - anyio.current_time()

    def shorten(self, seconds: float) -> None:
        """Let it be `seconds` after its beginning."""
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
        token = _current.set(self)
        try:
            with self._scope:
                yield self
        finally:
            _current.reset(token)


class Allowance:
    """More seconds for a call that may go on as a task, until `take_back`. Rounds of one call share them."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.refusal = ""
        """Why the call did not become a task, in a sentence; empty where it may."""
        self._began = anyio.current_time()
        self._deadline: Deadline | None = None
        self._usual_seconds = 0.0

    def deadline(self, usual_seconds: float) -> Deadline:
        """The deadline of one round, whose own would be `usual_seconds`."""
        self._usual_seconds = usual_seconds
        whole = usual_seconds if self.refusal else max(usual_seconds, self.seconds)
        deadline = self._deadline = Deadline(whole - (anyio.current_time() - self._began))
        deadline.seconds = whole
        return deadline

    def remaining(self) -> float:
        """Seconds left for all rounds."""
        return self.seconds - (anyio.current_time() - self._began)

    def take_back(self, refusal: str) -> None:
        """Let the call end at its own deadline after all."""
        self.refusal = refusal
        if self._deadline is not None:
            self._deadline.shorten(self._usual_seconds)

    @contextmanager
    def given(self) -> Generator[None]:
        """Inside, also in tasks begun there, calls have these seconds."""
        token = _allowance.set(self)
        try:
            yield
        finally:
            _allowance.reset(token)


_allowance: ContextVar[Allowance | None] = ContextVar("allowance", default=None)
_current: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


def deadline_of_call(usual_seconds: float) -> tuple[Deadline, Allowance | None]:
    """The deadline of a call whose own would be `usual_seconds`, and what allows it more."""
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
