"""Writes of the current tool call that were sent and not refused: a later failure leaves the outcome unknown."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from mcp_chassis.failures import Failure, InternalError, OutcomeUnknown, UpstreamError


@dataclass
class SentWrites:
    """Writes of one call: the upstream of the last one, and whether all of them can be repeated safely."""

    upstream: str | None = None
    repeatable: bool = True

    def after(self, failure: Failure) -> Failure:
        """The failure to report: `OutcomeUnknown` if a write was sent, else `failure` itself.

        A definite failure after writes that can be repeated safely is reported itself too.
        """
        if self.upstream is None or isinstance(failure, OutcomeUnknown):
            return failure
        if self.repeatable and not isinstance(failure, InternalError | UpstreamError):
            return failure
        reason = "this server then failed in a way it did not foresee" if isinstance(failure, InternalError) else ""
        text = f"{self.upstream} accepted the change, but {reason or 'then the call failed'}."
        if not reason:
            text += f" {failure.reason}"
        return OutcomeUnknown(text, details=failure.details)


_CURRENT: ContextVar[SentWrites | None] = ContextVar("sent_writes", default=None)


@contextmanager
def unclear_after_write() -> Generator[None]:
    """Inside the block, also in child tasks, convert a failure after a sent write into `OutcomeUnknown`."""
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
    """Record that a write was sent to `upstream` and not refused; `JsonApi` does that for its requests.

    Args:
        repeatable: whether the write has no further effect if it is sent again.
    """
    writes = _CURRENT.get()
    if writes is not None:
        writes.upstream = upstream
        writes.repeatable = writes.repeatable and repeatable
