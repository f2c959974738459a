"""Connections of callers: each has its own, so that callers share no cache, rate limit or token."""

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
    """A connection with a task of its own, since its context manager must be exited in the task that entered it."""

    ready: asyncio.Future[Any]
    over: asyncio.Event = field(default_factory=asyncio.Event)
    users: int = 0
    task: asyncio.Task[None] | None = None


class Connections:
    """Pool of callers' connections: those in use, and the most recently used ones.

    Args:
        connect: opens a connection for a caller's token.
        max_connections: maximum number kept open; the least recently used is closed first.
    """

    def __init__(self, connect: Connect, max_connections: int = MAX_CONNECTIONS) -> None:
        self._connect = connect
        self._max_connections = max_connections
        self._open: OrderedDict[tuple[str, str], _Connection] = OrderedDict()

    def __len__(self) -> int:
        return len(self._open)

    @contextlib.asynccontextmanager
    async def lent(self, principal: str, token: Callable[[], Awaitable[str]]) -> AsyncGenerator[Any]:
        """The connection of a caller for its current token; it stays open while the block runs."""
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
