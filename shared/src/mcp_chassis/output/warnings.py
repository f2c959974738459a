"""Warnings of the current call: added anywhere in its code, and collected by the pipeline for the result."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

_CURRENT: ContextVar[list[str] | None] = ContextVar("result_warnings", default=None)


@contextmanager
def collecting() -> Generator[list[str]]:
    """Collect the warnings added inside the block, also by child tasks; an outer collection gets them too."""
    collected: list[str] = []
    token = _CURRENT.set(collected)
    try:
        yield collected
    finally:
        _CURRENT.reset(token)
        for text in collected:
            warn(text)


@contextmanager
def discarding() -> Generator[None]:
    """Discard the warnings added inside the block."""
    token = _CURRENT.set(None)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def warn(text: str) -> None:
    """Add a sentence, once, to the warnings of the current call's result; outside a call it is discarded."""
    collected = _CURRENT.get()
    if collected is not None and text not in collected:
        collected.append(text)
