"""Concurrent reads of the parts of one result, of which some may fail."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from mcp_chassis.fan_out import fan_out
from mcp_chassis.output.warnings import warn

Reading = Callable[[], Awaitable[Any]]


async def read_parts(readings: Mapping[str, Reading], *, needed: str = "") -> tuple[dict[str, Any], list[str]]:
    """Run the reads concurrently; return their values by name, None for a failed one, and a warning for each failure.

    The warnings are also added to the current call, so that an incomplete result is not cached.

    Raises:
        Failure: of the read named by `needed`.
    """
    values: dict[str, Any] = {}
    warnings: list[str] = []
    for outcome in await fan_out(list(readings), lambda name: readings[name](), max_concurrent=len(readings)):
        values[outcome.item] = outcome.value
        if outcome.failure is not None:
            if outcome.item == needed:
                raise outcome.failure
            warnings.append(f"The {outcome.item} could not be read: {outcome.failure.message}")
            warn(warnings[-1])
    return values, warnings
