"""Progress reports of a call, throttled; changes of stage and the last report are always sent."""

import time
from collections.abc import Callable
from typing import Any, Protocol

from mcp.server.mcpserver import Context


class Report(Protocol):
    """Receives the number of items done, the total and a message; a report that is not `paced` is never dropped."""

    async def __call__(self, done: int, total: int, message: str, *, paced: bool = True) -> None: ...


async def no_report(done: int, total: int, message: str, *, paced: bool = True) -> None:
    """A report that does nothing, for callers that requested no progress."""


def throttled(report: Report, *, seconds: float = 0.1, clock: Callable[[], float] = time.monotonic) -> Report:
    """`report` at most once every `seconds`; the first, the final and those that are not paced are always sent."""
    due = -float("inf")

    async def pace(done: int, total: int, message: str, *, paced: bool = True) -> None:
        nonlocal due
        if not paced or done >= total or clock() >= due:
            due = clock() + seconds
            await report(done, total, message, paced=paced)

    return pace


def host_progress(ctx: Context[Any, Any]) -> Report:
    """Progress notifications to the host of this call, throttled; none without a progress token."""

    async def tell(done: int, total: int, message: str, *, paced: bool = True) -> None:
        await ctx.report_progress(done, total, message)

    return throttled(tell)
