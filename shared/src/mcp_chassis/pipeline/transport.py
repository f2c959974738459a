"""Services that a transport provides: authorization, and stores shared by replicas."""

import dataclasses
from collections.abc import Callable
from typing import Protocol

from mcp.server.subscriptions import InMemorySubscriptionBus, SubscriptionBus

from mcp_chassis.pipeline.read_cache import SharedResults
from mcp_chassis.pipeline.reuse import record_store_for
from mcp_chassis.settings import ServerSettings
from mcp_chassis.sign_in import CallerConnections
from mcp_chassis.storage.idempotency import RecordStore
from mcp_chassis.tasks.services import TaskServices


class Authorizer(Protocol):
    """Authorization of the current caller."""

    def check(self, permission: str, tool: str | None = None) -> None:
        """Check that the current caller has a permission.

        Raises:
            PermissionDenied: naming the permission that is missing.
        """
        ...

    def admits(self, permission: str, tool: str | None = None) -> bool:
        """Whether the current caller has a permission."""
        ...


class AllowAll:
    """Authorizer that grants every permission, for stdio, where the caller started the server."""

    def check(self, permission: str, tool: str | None = None) -> None:
        return None

    def admits(self, permission: str, tool: str | None = None) -> bool:
        return True


@dataclasses.dataclass(frozen=True)
class TransportServices:
    """The services of one transport.

    Args:
        gate: checks each call, and filters lists.
        private: whether lists differ between callers, so that caches must not share them.
        shared: whether other processes serve the same callers.
        bus: carries the events of subscriptions.
        records: creates the store of idempotency records.
        answers: the cache of results that processes share; None if each has its own.
        tasks: the store of tasks, and their intervals; None if no call becomes a task.
        acting: gives each caller a connection of its own; None if all share the server's.
    """

    gate: Authorizer = dataclasses.field(default_factory=AllowAll)
    private: bool = False
    shared: bool = False
    bus: SubscriptionBus = dataclasses.field(default_factory=InMemorySubscriptionBus)
    records: Callable[[ServerSettings], RecordStore] = record_store_for
    answers: SharedResults | None = None
    tasks: TaskServices | None = dataclasses.field(default_factory=TaskServices)
    acting: CallerConnections | None = None
