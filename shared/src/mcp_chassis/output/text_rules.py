"""Whether the current call shows raw Markdown sources, set by the pipeline."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

_RAW: ContextVar[bool] = ContextVar("raw_text", default=False)


@contextmanager
def raw_text(raw: bool) -> Generator[None]:
    """Inside the block, show texts as their raw sources, or without parts that the rendered page does not show."""
    token = _RAW.set(raw)
    try:
        yield
    finally:
        _RAW.reset(token)


def shows_raw_text() -> bool:
    """Whether texts are shown as their raw sources, with parts that the rendered page does not show."""
    return _RAW.get()
