"""Connections of callers: each has its own, so that no cache, limit or token of one is ever another's."""

import asyncio
import contextlib
import hashlib
from collections import OrderedDict
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

MAX_CONNECTIONS = 200
Connect = Callable[[str], contextlib.AbstractAsyncContextManager[Any]]


@dataclass
class _Connection:
    """Lives in a task of its own: what is entered in one task must be left in the same."""

    ready: asyncio.Future[Any]
    over: asyncio.Event = field(default_factory=asyncio.Event)
    users: int = 0
    task: asyncio.Task[None] | None = None


class Connections:
    """Pool of the connections of callers: those in use, and the ones used last.

    Args:
        connect: from a caller's token to what tools receive.
        max_connections: kept open; the one unused for longest goes first.
    """

    def __init__(self, connect: Connect, max_connections: int = MAX_CONNECTIONS) -> None:
        self._connect = connect
        self._max_connections = max_connections
        self._open: OrderedDict[tuple[str, str], _Connection] = OrderedDict()

    def __len__(self) -> int:
        return len(self._open)

    @contextlib.asynccontextmanager
    async def lent(self, principal: str, token: Callable[[], Awaitable[str]]) -> AsyncGenerator[Any]:
        """The connection of this caller, made with its current token."""
        secret = await token()
        connection = self._found(principal, secret)
        connection.users += 1
        try:
            yield await asyncio.shield(connection.ready)
        finally:
            connection.users -= 1
            self._close_some()

    async def aclose(self) -> None:
        connections = list(self._open.values())
        self._open.clear()
        for connection in connections:
            connection.over.set()
        await asyncio.gather(*(found.task for found in connections if found.task), return_exceptions=True)

    def _found(self, principal: str, secret: str) -> _Connection:
        name = principal, hashlib.sha256(secret.encode()).hexdigest()
        if name not in self._open:
            connection = self._open[name] = _Connection(asyncio.get_running_loop().create_future())
            connection.task = asyncio.create_task(self._live(secret, connection))
            connection.task.add_done_callback(lambda task: self._ended(name, connection, task))
        self._open.move_to_end(name)
        return self._open[name]

    async def _live(self, secret: str, connection: _Connection) -> None:
        async with self._connect(secret) as connected:
            connection.ready.set_result(connected)
            await connection.over.wait()

    def _ended(self, name: tuple[str, str], connection: _Connection, task: asyncio.Task[None]) -> None:
        if self._open.get(name) is connection:
            del self._open[name]
        if not connection.ready.done():
            failure = None if task.cancelled() else task.exception()
            connection.ready.set_exception(failure or ConnectionError("the connection was not made"))

    def _close_some(self) -> None:
        unused = [name for name, connection in self._open.items() if not connection.users]
        for name in unused[: max(0, len(self._open) - self._max_connections)]:
            self._open.pop(name).over.set()
