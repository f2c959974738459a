"""Limits of connections: their number, and how long one may be idle or leave its response unread."""

import math
import sys
from collections import Counter
from dataclasses import dataclass

from mcp_chassis.remote.http.connection import Connection, Group

FIRST_REQUEST_SECONDS = 10.0
IDLE_SECONDS = 60.0
UNREAD_SECONDS = 30.0
"""Seconds after which a connection is aborted if its client reads no byte of the response."""
WITHOUT_REQUEST: Group = ("no request", "")
WITHOUT_PRINCIPAL: Group = ("no principal", "")
RANKS: dict[Group, float] = {WITHOUT_REQUEST: math.inf, WITHOUT_PRINCIPAL: sys.maxsize}


@dataclass(frozen=True)
class ConnectionCaps:
    """Maximum number of connections of a process and of one principal, and seconds until inactive ones are closed."""

    total: int = 4000
    per_principal: int = 500
    first_request_seconds: float = FIRST_REQUEST_SECONDS
    idle_seconds: float = IDLE_SECONDS
    unread_seconds: float = UNREAD_SECONDS


class ConnectionLimits:
    """The open connections of a process.

    At the limit a new connection replaces one without a request, else an idle one without a principal, else an idle
    one of the principal with the most; only if all are busy the new one is refused. Idle connections are grouped in
    this order, so that accepting a new connection costs the same at any number of open ones.
    """

    def __init__(self, caps: ConnectionCaps) -> None:
        self.caps = caps
        self._open: dict[Connection, None] = {}  # the oldest first
        self._by_principal: Counter[str] = Counter()
        self._idle: dict[Group, dict[Connection, None]] = {}  # in each the one that is idle for longest first

    def __len__(self) -> int:
        return len(self._open)

    def admit(self, connection: Connection) -> bool:
        """Count a new connection; False where it has to be refused."""
        if len(self._open) >= self.caps.total:
            replaced = self._replaceable()
            if replaced is None:
                return False
            self._drop(replaced)
        self._open[connection] = None
        self.note(connection)
        return True

    def forget(self, connection: Connection) -> None:
        """Stop counting a connection."""
        if connection in self._open:
            del self._open[connection]
            self.note(connection)
            self._release(connection)

    def note(self, connection: Connection) -> None:
        """Update the group of a connection whose request may have begun or ended."""
        group = self._group(connection) if connection in self._open and connection.is_idle else None
        if group == connection.idle_group:
            return
        if connection.idle_group is not None:
            left = self._idle[connection.idle_group]
            del left[connection]
            if not left:
                del self._idle[connection.idle_group]
        connection.idle_group = group
        if group is not None:
            self._idle.setdefault(group, {})[connection] = None

    def _group(self, connection: Connection) -> Group:
        if not connection.has_had_a_request:
            return WITHOUT_REQUEST
        return WITHOUT_PRINCIPAL if connection.principal is None else ("principal", connection.principal)

    def claim(self, connection: Connection, principal: str) -> bool:
        """Count a connection for the principal of its latest request; False above the principal's cap."""
        if connection.principal == principal or connection not in self._open:
            return True
        if self._by_principal[principal] >= self.caps.per_principal:
            return False
        self._release(connection)
        connection.principal = principal
        self._by_principal[principal] += 1
        return True

    @property
    def is_full(self) -> bool:
        """Whether a new connection would be refused."""
        return len(self._open) >= self.caps.total and not self._idle

    def sweep(self, now: float) -> None:
        """Close connections that have been idle too long, and abort those whose client does not read the response."""
        for connection in list(self._open):
            self._watch_reading(connection, now)
            if not connection.is_idle:
                connection.idle_since = now
            elif now - connection.idle_since > self._idle_limit(connection):
                connection.transport.close()

    def _idle_limit(self, connection: Connection) -> float:
        return self.caps.idle_seconds if connection.has_had_a_request else self.caps.first_request_seconds

    def _watch_reading(self, connection: Connection, now: float) -> None:
        unread = connection.transport.get_write_buffer_size()
        if not unread or unread < connection.unread_bytes:
            connection.unread_since = now
        elif now - connection.unread_since > self.caps.unread_seconds:
            connection.transport.abort()
        connection.unread_bytes = unread

    def _replaceable(self) -> Connection | None:
        group = max(self._idle, key=self._rank, default=None)
        return None if group is None else next(iter(self._idle[group]))

    def _rank(self, group: Group) -> float:
        return RANKS[group] if group in RANKS else self._by_principal[group[1]]

    def _drop(self, connection: Connection) -> None:
        self.forget(connection)
        if connection.transport.get_write_buffer_size():
            connection.transport.abort()
        else:
            connection.transport.close()

    def _release(self, connection: Connection) -> None:
        if connection.principal is not None:
            self._by_principal[connection.principal] -= 1
            if not self._by_principal[connection.principal]:
                del self._by_principal[connection.principal]
            connection.principal = None
