"""Observer of upstream attempts and waits: the metrics, and the host of the current call."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol


class Observer(Protocol):
    """Receives the events of upstream calls. Methods must not raise and must return quickly."""

    def attempted(self, upstream: str, outcome: str, seconds: float) -> None:
        """An attempt has ended; `outcome` is `ok`, `cancelled` or an error code in lower case."""

    async def waiting(self, upstream: str, message: str) -> None:
        """A call is delayed or answered in another way; `message` is one sentence for a person."""


class _NullObserver:
    def attempted(self, upstream: str, outcome: str, seconds: float) -> None:
        return None

    async def waiting(self, upstream: str, message: str) -> None:
        return None


_NULL_OBSERVER = _NullObserver()
_current: ContextVar[Observer | None] = ContextVar("observer", default=None)


def current_observer() -> Observer:
    """The observer of the current call; one that ignores everything outside a call."""
    return _current.get() or _NULL_OBSERVER


@contextmanager
def observed_by(observer: Observer) -> Generator[None]:
    """Make `observer` the current one inside."""
    token = _current.set(observer)
    try:
        yield
    finally:
        _current.reset(token)
