"""What tasks need of a transport, and where a call comes from."""

import dataclasses
from collections.abc import Callable

from mcp_chassis.tasks.record import WriteKey
from mcp_chassis.tasks.store import Limits, MemoryTaskStore, TaskStore


@dataclasses.dataclass(frozen=True)
class Pace:
    """Seconds between what processes tell each other of their tasks.

    Args:
        look: between looks for notes of other processes.
        beat: between two signs that a process lives.
        silent: without such a sign, before a process is suspected to be gone.
        suspected: before one that is suspected is held to be gone.
    """

    look: float = 0.5
    beat: float = 3.0
    silent: float = 15.0
    suspected: float = 6.0


@dataclasses.dataclass(frozen=True)
class TaskServices:
    """What a transport provides for tasks."""

    store: Callable[[], TaskStore] = MemoryTaskStore
    limits: Limits = dataclasses.field(default_factory=Limits)
    pace: Pace = dataclasses.field(default_factory=Pace)


@dataclasses.dataclass(frozen=True)
class Origin:
    """Where a call comes from: the principal, the tool with its effect, and the record that its write leaves."""

    owner: str
    tool: str
    permission: str
    writes: bool
    write_key: WriteKey | None = None
