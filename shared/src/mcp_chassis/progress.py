"""Progress reports of a call, throttled; the last one is always sent."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from mcp.server.mcpserver import Context

Report = Callable[[int, int, str], Awaitable[None]]
"""Takes what is done, what there is in all, and a few words."""


async def no_report(done: int, total: int, message: str) -> None:
    """Report that does nothing, for callers who asked for no progress."""


def throttled(report: Report, *, seconds: float = 0.1, clock: Callable[[], float] = time.monotonic) -> Report:
    """`report` at most once every `seconds`; the first and the final one are always sent."""
    due = -float("inf")

    async def pace(done: int, total: int, message: str) -> None:
        nonlocal due
        if done >= total or clock() >= due:
            due = clock() + seconds
            await report(done, total, message)

    return pace


def host_progress(ctx: Context[Any, Any]) -> Report:
    """Progress notifications to the host of this call, throttled; none without a progress token."""

    async def tell(done: int, total: int, message: str) -> None:
        await ctx.report_progress(done, total, message)

    return throttled(tell)
