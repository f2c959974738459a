"""The interface of task stores, and the store in memory."""

import time
from collections.abc import Callable
from typing import NamedTuple, Protocol

from mcp_chassis.tasks.record import Task

SWEEP_SECONDS = 60.0


class Limits(NamedTuple):
    """Maximum number of unfinished tasks of one principal, and of all its stored tasks."""

    unfinished: int = 20
    kept: int = 200


class TaskStore(Protocol):
    """Store of the tasks of one server. Each method is atomic, also across processes.

    Every method raises `Unavailable` if the store cannot be reached.
    """

    @property
    def shared(self) -> bool:
        """Whether other processes see these tasks."""
        ...

    async def add(self, task: Task, limits: Limits) -> bool:
        """Store a new task; return False if its owner has reached a limit."""
        ...

    async def find(self, task_id: str) -> Task | None:
        """The task with this id; None if there is none or it has expired."""
        ...

    async def replace(self, before: Task, after: Task) -> bool:
        """Replace `before` by `after`; return False if the stored task is no longer `before`."""
        ...

    async def unfinished(self, owner: str) -> list[str]:
        """The ids of the principal's tasks that count against the limit of unfinished tasks."""
        ...

    async def nudge(self, replica: str, task_id: str) -> None:
        """Leave a note for a process to look at one of its tasks."""
        ...

    async def nudged(self, replica: str) -> list[str]:
        """Return and remove the ids in the notes for a process."""
        ...

    async def beat(self, replica: str) -> None:
        """Record a heartbeat of a process."""
        ...

    async def silence(self, replica: str) -> float | None:
        """Seconds since the last heartbeat of a process, by the store's clock; None if there was none."""
        ...


class MemoryTaskStore:
    """Task store in memory, for one process.

    Args:
        clock: returns the Unix time in seconds.
    """

    shared = False

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._by_owner: dict[str, dict[str, Task]] = {}
        self._owners: dict[str, str] = {}
        self._next_sweep = 0.0

    async def add(self, task: Task, limits: Limits) -> bool:
        self._sweep()
        own = self._by_owner.setdefault(task.owner, {})
        self._drop_expired(own)
        if len(own) >= limits.kept or sum(not kept.ended for kept in own.values()) >= limits.unfinished:
            return False
        own[task.id] = task
        self._owners[task.id] = task.owner
        return True

    async def find(self, task_id: str) -> Task | None:
        owner = self._owners.get(task_id)
        task = None if owner is None else self._by_owner[owner].get(task_id)
        return task if task is not None and task.expires > self._clock() else None

    async def replace(self, before: Task, after: Task) -> bool:
        if await self.find(before.id) != before:
            return False
        self._by_owner[before.owner][before.id] = after
        return True

    async def unfinished(self, owner: str) -> list[str]:
        return [task.id for task in self._by_owner.get(owner, {}).values() if not task.ended]

    async def nudge(self, replica: str, task_id: str) -> None:
        return None

    async def nudged(self, replica: str) -> list[str]:
        return []

    async def beat(self, replica: str) -> None:
        return None

    async def silence(self, replica: str) -> float | None:
        return 0.0

    def _sweep(self) -> None:
        """Drop the expired tasks of all owners, at most once in `SWEEP_SECONDS` since it scans all tasks."""
        if self._clock() < self._next_sweep:
            return
        self._next_sweep = self._clock() + SWEEP_SECONDS
        for owner, own in list(self._by_owner.items()):
            self._drop_expired(own)
            if not own:
                del self._by_owner[owner]

    def _drop_expired(self, own: dict[str, Task]) -> None:
        now = self._clock()
        for task in [task for task in own.values() if task.expires <= now]:
            del own[task.id], self._owners[task.id]


async def changed(store: TaskStore, task_id: str, change: Callable[[Task], Task]) -> Task | None:
    """Apply `change` to a stored task with optimistic locking; return the task, or None if it is gone.

    `change` receives the stored task, again after each conflict, and returns the same object to change nothing. A task
    that has ended is not changed.
    """
    while True:
        before = await store.find(task_id)
        if before is None or before.ended:
            return before
        after = change(before)
        if after is before or await store.replace(before, after):
            return after
