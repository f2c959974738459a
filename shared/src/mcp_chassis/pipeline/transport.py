"""What a transport gives to the server it carries: who may do what, and what its replicas share."""

import dataclasses
from collections.abc import Callable
from typing import Protocol

from mcp.server.subscriptions import InMemorySubscriptionBus, SubscriptionBus

from mcp_chassis.pipeline.reuse import SharedResults, record_store_for
from mcp_chassis.settings import ServerSettings
from mcp_chassis.sign_in import CallerConnections
from mcp_chassis.storage.idempotency import RecordStore


class Authorizer(Protocol):
    """Knows the current caller's permissions."""

    def check(self, permission: str, tool: str | None = None) -> None:
        """Let the caller pass.

        Raises:
            PermissionDenied: naming the permission that is missing.
        """
        ...

    def admits(self, permission: str, tool: str | None = None) -> bool: ...


class AllowAll:
    """The gate of a server whose one caller is the person who started it."""

    def check(self, permission: str, tool: str | None = None) -> None:
        return None

    def admits(self, permission: str, tool: str | None = None) -> bool:
        return True


@dataclasses.dataclass(frozen=True)
class TransportServices:
    """What surrounds a server.

    Args:
        gate: checks each call, and filters what is listed.
        private: lists differ between callers, so no cache may share them.
        bus: carries the events of subscriptions.
        records: where idempotency keys are kept.
        answers: that may be reused, where processes share them.
        acting: gives each caller a connection of its own; None where all share the server's.
    """

    gate: Authorizer = dataclasses.field(default_factory=AllowAll)
    private: bool = False
    bus: SubscriptionBus = dataclasses.field(default_factory=InMemorySubscriptionBus)
    records: Callable[[ServerSettings], RecordStore] = record_store_for
    answers: SharedResults | None = None
    acting: CallerConnections | None = None
