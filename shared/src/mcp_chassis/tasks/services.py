"""Services that a transport provides for tasks, and the origin of a call."""

import dataclasses
from collections.abc import Callable

from mcp_chassis.tasks.record import WriteKey
from mcp_chassis.tasks.store import Limits, MemoryTaskStore, TaskStore


@dataclasses.dataclass(frozen=True)
class Pace:
    """Intervals of the coordination between processes, in seconds.

    Args:
        look: between two polls for notes from other processes.
        beat: between two heartbeats.
        silent: without a heartbeat until a process is suspected to be dead.
        suspected: from the first suspicion until the process is considered dead.
    """

    look: float = 0.5
    beat: float = 3.0
    silent: float = 15.0
    suspected: float = 6.0


@dataclasses.dataclass(frozen=True)
class TaskServices:
    """Store, limits and intervals that a transport provides for tasks."""

    store: Callable[[], TaskStore] = MemoryTaskStore
    limits: Limits = dataclasses.field(default_factory=Limits)
    pace: Pace = dataclasses.field(default_factory=Pace)


@dataclasses.dataclass(frozen=True)
class Origin:
    """Origin of a call: its principal, its tool, and the idempotency record of its write."""

    owner: str
    tool: str
    permission: str
    writes: bool
    write_key: WriteKey | None = None
