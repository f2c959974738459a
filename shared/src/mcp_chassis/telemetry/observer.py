"""Who is told about attempts and waits: metrics, and the host whose call it is."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol


class Observer(Protocol):
    """Implement both; neither may raise, and neither may take long."""

    def attempted(self, upstream: str, outcome: str, seconds: float) -> None:
        """One attempt has ended; `outcome` is `ok`, `cancelled` or an error code in lower case."""

    async def waiting(self, upstream: str, message: str) -> None:
        """The call goes on, but not yet, or not as asked: one sentence for a person."""


class _Nobody:
    def attempted(self, upstream: str, outcome: str, seconds: float) -> None:
        return None

    async def waiting(self, upstream: str, message: str) -> None:
        return None


_NOBODY = _Nobody()
_current: ContextVar[Observer | None] = ContextVar("observer", default=None)


def current_observer() -> Observer:
    """The observer of the call that runs here."""
    return _current.get() or _NOBODY


@contextmanager
def observed_by(observer: Observer) -> Generator[None]:
    """Calls inside report to `observer`."""
    token = _current.set(observer)
    try:
        yield
    finally:
        _current.reset(token)
