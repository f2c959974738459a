"""Observer of upstream attempts, waits and messages: the metrics, and the host of the current call."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal, Protocol

Level = Literal["debug", "info", "warning"]
"""Levels of messages to the host: debug for upstream requests, info for steps, warning for problems handled."""


class Observer(Protocol):
    """Receives the events of upstream calls. Methods must not raise and must return quickly."""

    def attempted(self, upstream: str, outcome: str, seconds: float) -> None:
        """An attempt has ended; `outcome` is `ok`, `cancelled` or an error code in lower case."""

    async def waiting(self, upstream: str, message: str) -> None:
        """A call is delayed, or completed in another way; `message` is one sentence for a person."""

    async def announce(self, level: Level, message: str) -> None:
        """Notify the host of the call, if it has requested this level."""


class _NullObserver:
    def attempted(self, upstream: str, outcome: str, seconds: float) -> None:
        return None

    async def waiting(self, upstream: str, message: str) -> None:
        return None

    async def announce(self, level: Level, message: str) -> None:
        return None


_NULL_OBSERVER = _NullObserver()
_current: ContextVar[Observer | None] = ContextVar("observer", default=None)


def current_observer() -> Observer:
    """The observer of the current call; one that ignores everything outside a call."""
    return _current.get() or _NULL_OBSERVER


async def announce(level: Level, message: str) -> None:
    """Send a log message to the host of the current call: one sentence, without secret values.

    It reaches a host that requested this level (`logging/setLevel`, since 2026-07-28 `_meta`). Outside a call it does
    nothing. Progress is reported by `host_progress`, and the model learns only what is in the result.
    """
    await current_observer().announce(level, message)


async def announce_reuse(name: str, as_of: str | None) -> None:
    """Notify the host that an earlier result is reused; does nothing if `as_of` is None."""
    if as_of is not None:
        await announce("info", f"{name}: the result of {as_of} is used again.")


@contextmanager
def observed_by(observer: Observer) -> Generator[None]:
    """Make `observer` the current one inside the block."""
    token = _current.set(observer)
    try:
        yield
    finally:
        _current.reset(token)
