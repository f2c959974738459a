"""Rules about texts that the current call follows, set by the pipeline."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

_RAW: ContextVar[bool] = ContextVar("raw_text", default=False)


@contextmanager
def raw_text(raw: bool) -> Generator[None]:
    """Answer what is inside with the sources of texts, or without what their pages do not show."""
    token = _RAW.set(raw)
    try:
        yield
    finally:
        _RAW.reset(token)


def shows_raw_text() -> bool:
    """Whether texts are shown with what their pages leave out."""
    return _RAW.get()
