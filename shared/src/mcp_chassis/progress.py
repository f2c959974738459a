"""Telling how far a call is: not too often, and the last word always."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from mcp.server.mcpserver import Context

Report = Callable[[int, int, str], Awaitable[None]]
"""Takes what is done, what there is in all, and a few words."""


async def no_report(done: int, total: int, message: str) -> None:
    """For callers who did not ask."""


def throttled(report: Report, *, seconds: float = 0.1, clock: Callable[[], float] = time.monotonic) -> Report:
    """`report`, at most once in so many `seconds`; the first and the last word (all done) always go out."""
    due = -float("inf")

    async def pace(done: int, total: int, message: str) -> None:
        nonlocal due
        if done >= total or clock() >= due:
            due = clock() + seconds
            await report(done, total, message)

    return pace


def host_progress(ctx: Context[Any, Any]) -> Report:
    """Tells the host of this call, paced; a host that gave no progress token hears nothing."""

    async def tell(done: int, total: int, message: str) -> None:
        await ctx.report_progress(done, total, message)

    return throttled(tell)
