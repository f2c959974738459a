"""Warnings of the current call: added from any depth, collected by the pipeline for the result."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

_CURRENT: ContextVar[list[str] | None] = ContextVar("result_warnings", default=None)


@contextmanager
def collecting() -> Generator[list[str]]:
    """Collect the warnings raised inside, those of child tasks too, for an outer collection as well."""
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
    """Drop the warnings raised inside."""
    token = _CURRENT.set(None)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def warn(text: str) -> None:
    """Add one sentence to the `warnings` of the current call's result, once; outside a call it is dropped."""
    collected = _CURRENT.get()
    if collected is not None and text not in collected:
        collected.append(text)
