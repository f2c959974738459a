"""Bounded concurrent work on many items, with progress and one outcome for each item."""

import math
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import anyio

from mcp_chassis.deadline import time_left
from mcp_chassis.failures import Failure, TimedOut
from mcp_chassis.progress import Report, no_report
from mcp_chassis.telemetry.observer import announce

Item = TypeVar("Item")
Value = TypeVar("Value")

MAX_CONCURRENT = 8
DEADLINE_MARGIN_SECONDS = 0.2


@dataclass(frozen=True)
class Outcome(Generic[Item, Value]):
    """Outcome of one item: its `value`, or the `failure`."""

    item: Item
    value: Value | None = None
    failure: Failure | None = None


async def fan_out(
    items: Sequence[Item],
    work: Callable[[Item], Awaitable[Value]],
    *,
    max_concurrent: int = MAX_CONCURRENT,
    report: Report = no_report,
) -> list[Outcome[Item, Value]]:
    """Run `work` for every item, `max_concurrent` at a time; return the outcomes in the order of the items.

    Just before the call's deadline, items without an outcome get `TimedOut`, so that the caller still gets the others.
    """
    if not items:  # a task group without tasks takes 60 µs
        return []
    outcomes: dict[int, Outcome[Item, Value]] = {}
    slots = anyio.Semaphore(max_concurrent)

    async def one(place: int) -> None:
        async with slots:
            outcomes[place] = await _outcome(items[place], work)
        await report(len(outcomes), len(items), _counted(outcomes.values(), len(items)))

    left = time_left()
    with anyio.move_on_after(None if math.isinf(left) else max(0.0, left - min(DEADLINE_MARGIN_SECONDS, left / 4))):
        async with anyio.create_task_group() as workers:
            for place in range(len(items)):
                workers.start_soon(one, place)
    return [outcomes.get(place) or _given_up(item) for place, item in enumerate(items)]


def _counted(outcomes: Collection[Outcome[Any, Any]], total: int) -> str:
    """The number of finished and of failed items as text."""
    failed = sum(outcome.failure is not None for outcome in outcomes)
    return f"{len(outcomes)} of {total}" + (f", {failed} failed" if failed else "")


async def _outcome(item: Item, work: Callable[[Item], Awaitable[Value]]) -> Outcome[Item, Value]:
    try:
        return Outcome(item, value=await work(item))
    except Failure as failure:
        return Outcome(item, failure=failure)


def _given_up(item: Item) -> Outcome[Item, Any]:
    return Outcome(
        item,
        failure=TimedOut("This item was not finished before the deadline of the call.", remedy="Ask for fewer items."),
    )


class Stages:
    """Work in named steps. A failure names the completed steps and what they created.

    stages = Stages(3, report)
    async with stages.stage("Copy"):
        stages.done["copied"] = await copy()
    """

    def __init__(self, total: int, report: Report = no_report) -> None:
        self.completed: list[str] = []
        self.done: dict[str, Any] = {}
        self._total = total
        self._report = report

    @asynccontextmanager
    async def stage(self, name: str) -> AsyncGenerator[None]:
        """One step.

        Raises:
            Failure: of the step, with `stage`, names and number of `completed_stages`, and `done` in its details.
        """
        await self._report(len(self.completed), self._total, f"Stage: {name}", paced=False)
        await announce("info", f"Stage {len(self.completed) + 1} of {self._total}: {name}.")
        try:
            yield
        except Failure as failure:
            facts: dict[str, Any] = {"stage": name, "completed_stages": list(self.completed)}
            facts |= {"completed_stage_count": len(self.completed), "stage_count": self._total}
            failure.details.update(facts | ({"done": dict(self.done)} if self.done else {}))
            raise
        self.completed.append(name)
        if len(self.completed) == self._total:
            await self._report(self._total, self._total, "Done", paced=False)
