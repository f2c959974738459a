"""Writes of the current tool call that were sent and not refused: whatever fails after one has an unclear outcome."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from mcp_chassis.failures import Failure, InternalError, OutcomeUnknown, UpstreamError


@dataclass
class SentWrites:
    """Writes of one call: the upstream of the last one, and whether all of them may be sent again unharmed."""

    upstream: str | None = None
    repeatable: bool = True

    def after(self, failure: Failure) -> Failure:
        """The failure as the caller must read it, once a write was sent.

        Nothing is changed before a write, and where a repeatable write was followed by a definite failure.
        """
        if self.upstream is None or isinstance(failure, OutcomeUnknown):
            return failure
        if self.repeatable and not isinstance(failure, InternalError | UpstreamError):
            return failure
        reason = "this server then failed in a way it did not foresee" if isinstance(failure, InternalError) else ""
        text = f"{self.upstream} took the change, but {reason or 'then the call failed'}."
        if not reason:
            text += f" {failure.reason}"
        return OutcomeUnknown(text, details=failure.details)


_CURRENT: ContextVar[SentWrites | None] = ContextVar("sent_writes", default=None)


@contextmanager
def unclear_after_write() -> Generator[None]:
    """Turn a failure inside, after a write that was sent, into `OutcomeUnknown`; child tasks count too."""
    writes = SentWrites()
    token = _CURRENT.set(writes)
    try:
        yield
    except Failure as failure:
        if (unclear := writes.after(failure)) is not failure:
            raise unclear from failure
        raise
    finally:
        _CURRENT.reset(token)


def write_sent(upstream: str, *, repeatable: bool = False) -> None:
    """Note that a write was sent to `upstream` and not refused; `JsonApi` does it for its requests.

    Args:
        repeatable: sent again, the write would change nothing more.
    """
    writes = _CURRENT.get()
    if writes is not None:
        writes.upstream = upstream
        writes.repeatable = writes.repeatable and repeatable
