"""Runner of the tasks of one server in one process: creates them from calls, and records their progress and end."""

import asyncio
import contextlib
import dataclasses
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import anyio
from mcp.shared.exceptions import MCPError
from mcp_types import InputRequiredResult, InputResponses
from pydantic import TypeAdapter

from mcp_chassis.failures import InternalError, TimedOut, Unavailable
from mcp_chassis.tasks.endings import Changes, Endings
from mcp_chassis.tasks.record import Status, Task
from mcp_chassis.tasks.running import RunningCall, Stop
from mcp_chassis.tasks.services import Origin, TaskServices
from mcp_chassis.tasks.store import changed
from mcp_chassis.telemetry.metrics import METRICS

ID_BYTES = 24
MESSAGE_SECONDS = 1.0
"""Minimum interval between two stored progress messages of a task."""
STORE_AGAIN_SECONDS = 1.0
RESPONSES: TypeAdapter[InputResponses] = TypeAdapter(InputResponses)

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")


class TaskRunner:
    """Runs the tasks of this process.

    Args:
        services: the store, limits and intervals of the transport.
        seconds: the deadline of a task.
        kept_seconds: how long a record is kept beyond the deadline.
        endings: builds the final changes of a record.
        clock: returns the Unix time in seconds.
    """

    def __init__(
        self,
        services: TaskServices,
        seconds: float,
        kept_seconds: float,
        endings: Endings,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.store = services.store()
        self.pace = services.pace
        self.seconds = seconds
        self.replica = secrets.token_hex(8)
        self._ttl = float(int(seconds + kept_seconds))
        self._limits = services.limits
        self._endings = endings
        self._clock = clock
        self._running: dict[str, RunningCall] = {}
        self._following: set[asyncio.Task[None]] = set()
        self._attending: asyncio.Task[None] | None = None
        self._suspected: dict[str, float] = {}

    @property
    def count(self) -> int:
        """Number of tasks that this process runs."""
        return len(self._running)

    @property
    def busy(self) -> int:
        """Number of running tasks that are not waiting for a response to a question."""
        return sum(not call.is_waiting for call in self._running.values())

    @property
    def writing(self) -> int:
        """Number of running tasks that write and are not waiting for a response to a question."""
        return sum(bool(call.task and call.task.writes and not call.is_waiting) for call in self._running.values())

    def states(self) -> dict[str, int]:
        """Number of running tasks by status: working, or waiting for input."""
        waiting = sum(call.is_waiting for call in self._running.values())
        return {"working": self.count - waiting, "input_required": waiting}

    async def become(self, call: RunningCall, origin: Origin) -> Task | None:
        """Turn a running call into a task; return None if it cannot become one and keeps the deadline of a call."""
        now = self._clock()
        fields = {field.name: getattr(origin, field.name) for field in dataclasses.fields(origin)}
        name = secrets.token_urlsafe(ID_BYTES)
        task = Task(id=name, replica=self.replica, created=now, updated=now, ttl_seconds=self._ttl, **fields)
        try:
            if self.store.shared:
                await self.store.beat(self.replica)
            added = await self.store.add(task, self._limits) or await self._added_after_losses(task)
        except Unavailable:
            call.allowance.take_back("It could not become a task, since this server's store of tasks is unavailable.")
            return None
        if not added:
            call.allowance.take_back(
                "It could not become a task, since you have as many as one caller may have: cancel one, or wait until "
                "one ends."
            )
            return None
        self._follow(call, task)
        return task

    async def _added_after_losses(self, task: Task) -> bool:
        """End the owner's tasks of dead processes and add the task; return False if the owner is still at the limit."""
        others = [await self.found(name) for name in await self.store.unfinished(task.owner)]
        ended = any(other is None or other.ended for other in others)
        return ended and await self.store.add(task, self._limits)

    async def tell(self, call: RunningCall, message: str) -> None:
        """Store a progress message, unless one was stored less than `MESSAGE_SECONDS` ago."""
        now = time.monotonic()
        if call.task is None or now < call.next_report:
            return
        call.next_report = now + MESSAGE_SECONDS
        with contextlib.suppress(Unavailable):
            await self._change(call.task.id, message=message)

    async def found(self, task_id: str) -> Task | None:
        """Find a task; if the process that ran it is dead, end the task first."""
        task = await self.store.find(task_id)
        if task is None or task.ended or not await self._is_lost(task):
            return task
        ending = await self._endings.lost(task)
        after = await self._change(task_id, asked={}, answers={}, **ending)
        if after is not None and after.result is ending.get("result") and after.error is ending.get("error"):
            METRICS.task(task.tool, "lost")  # counted only by the process whose change was stored
        return after

    async def change(self, task_id: str, change: Callable[[Task], Task]) -> None:
        """Change a record and notify the process that runs the task."""
        now = self._clock()
        task = await changed(self.store, task_id, lambda task: dataclasses.replace(change(task), updated=now))
        if task is not None and not task.ended:
            await (self._look(task_id) if task.replica == self.replica else self.store.nudge(task.replica, task_id))

    async def _look(self, task_id: str) -> None:
        """React to a change in the record of a task that runs in this process."""
        call = self._running.get(task_id)
        if call is None:
            return
        task = await self.store.find(task_id)
        if task is None or task.ended:
            call.end(Stop.LOST)
        elif task.cancelled:
            call.end(Stop.BY_OWNER)
        else:
            call.changed.set()

    async def _is_lost(self, task: Task) -> bool:
        """Whether no process runs an unfinished task any more."""
        if task.replica == self.replica:
            return task.id not in self._running
        silence = await self.store.silence(task.replica)
        if silence is not None and silence < self.pace.silent:
            self._suspected.pop(task.replica, None)
            return False
        now = time.monotonic()
        return now - self._suspected.setdefault(task.replica, now) >= self.pace.suspected

    async def _attend(self) -> None:
        """Send heartbeats and handle notes from other processes while this one runs tasks."""
        next_beat = 0.0
        while self._running:
            with contextlib.suppress(Unavailable):
                if time.monotonic() >= next_beat:
                    await self.store.beat(self.replica)
                    next_beat = time.monotonic() + self.pace.beat
                for task_id in await self.store.nudged(self.replica):
                    await self._look(task_id)
            await asyncio.sleep(self.pace.look)

    async def aclose(self) -> None:
        """Stop all running tasks and wait until their ends are stored."""
        for call in list(self._running.values()):
            call.end(Stop.BY_PROCESS)
        while self._following:
            await asyncio.wait(self._following)
        if self._attending is not None:
            self._attending.cancel()

    def _follow(self, call: RunningCall, task: Task) -> None:
        call.task, self._running[task.id] = task, call
        following = asyncio.create_task(self._followed(call, task))
        self._following.add(following)
        following.add_done_callback(self._following.discard)
        if self.store.shared and (self._attending is None or self._attending.done()):
            self._attending = asyncio.create_task(self._attend())

    async def _followed(self, call: RunningCall, task: Task) -> None:
        """Wait for the end of a task and store it."""
        try:
            ending = await self._ending(call, task)
            if ending is not None:
                await self._stored(call, lambda: self._change(task.id, asked={}, answers={}, **ending))
                METRICS.task(task.tool, str(ending["status"]))
        finally:
            del self._running[task.id]

    async def _ending(self, call: RunningCall, task: Task) -> Changes | None:
        """Run the rounds of a task; return the final changes of its record, or None if it was ended elsewhere."""
        while True:
            round_ = await call.settled()
            if round_ is None:
                return self._stopped(call, task)
            if error := round_.exception():
                return self._raised(error)
            answer = round_.result()
            if not isinstance(answer, InputRequiredResult):
                return self._endings.answered(answer)
            try:
                answers = await self._answers(call, task, answer)
            except TimedOut as failure:
                return self._endings.failed(failure)
            if answers is None:
                return self._stopped(call, task)
            call.begin(
                call.params.model_copy(update={"input_responses": answers, "request_state": answer.request_state})
            )

    def _stopped(self, call: RunningCall, task: Task) -> Changes | None:
        match call.stop:
            case Stop.LOST:
                return None
            case Stop.BY_OWNER:
                return self._endings.cancelled(task)
            case _:
                return self._endings.stopped(task)

    async def _answers(self, call: RunningCall, task: Task, asked: InputRequiredResult) -> InputResponses | None:
        """Store a round's questions and wait for all responses; return None if the task is to end without them.

        Raises:
            TimedOut: the deadline of the task passed.
        """
        plain = asked.model_dump(mode="json", by_alias=True, exclude_none=True)
        call.round += 1
        questions = {f"{key}{call.suffix}": question for key, question in plain.get("inputRequests", {}).items()}
        asking: Changes = {"status": Status.INPUT_REQUIRED, "asked": questions, "answers": {}}
        await self._stored(call, lambda: self._change(task.id, **asking))
        call.is_waiting = True
        try:
            with anyio.move_on_after(call.allowance.remaining()):
                return await self._all_answers(call, task)
        finally:
            call.is_waiting = False
        raise TimedOut(f"Nobody answered the question of {task.tool} in time.", remedy="")

    async def _all_answers(self, call: RunningCall, task: Task) -> InputResponses | None:
        while call.stop is None:
            call.changed.clear()
            found = await self._stored(call, lambda: self.store.find(task.id))
            if found is None or found.ended:
                call.end(Stop.LOST)
            elif found.asked:
                await call.changed.wait()
            else:
                return RESPONSES.validate_python(
                    {key.removesuffix(call.suffix): answer for key, answer in found.answers.items()}
                )
        return None

    def _raised(self, error: BaseException) -> Changes:
        if isinstance(error, MCPError):
            return self._endings.refused(error)
        logger.error("unforeseen", exc_info=error)
        return self._endings.failed(InternalError())

    async def _change(self, task_id: str, **fields: Any) -> Task | None:
        now = self._clock()
        return await changed(self.store, task_id, lambda task: dataclasses.replace(task, updated=now, **fields))

    async def _stored(self, call: RunningCall, step: Callable[[], Awaitable[Answer]]) -> Answer | None:
        """Retry a store operation until the store is available; return None if the process is stopped before."""
        while True:
            try:
                return await step()
            except Unavailable:
                if call.stop is Stop.BY_PROCESS:
                    logger.warning("What came of a task could not be stored: its store is unavailable.")
                    return None
                await asyncio.sleep(STORE_AGAIN_SECONDS)
