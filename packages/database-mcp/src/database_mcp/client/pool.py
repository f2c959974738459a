"""Connection pool of one database: connections on demand, a maximum number, and deadlines for every wait.

asyncpg's own pool waits for a response when a connection is released, which never comes on a dead network. Here the
work runs in a separate task; at the deadline the task is abandoned, and its connection is reset or closed in the
background.
"""

import asyncio
import dataclasses
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Generic, TypeVar

from mcp_chassis.failures import Effect, Failure, TimedOut, Unavailable

from database_mcp.client.driver import Role, translated_errors
from database_mcp.client.protocols import Connection
from database_mcp.target import Limits

Answer = TypeVar("Answer")

RESET = "ROLLBACK; SELECT pg_catalog.pg_advisory_unlock_all(); RESET ALL"
CLEANUP_TIMEOUT_SECONDS = 2.0  # Seconds for a cancelled statement to stop and for its connection to be reset.


@dataclasses.dataclass
class Counts:
    """Counters of one pool since its start; `busy_seconds` is the total time of its work.

    `abandoned`: number of statements that did not stop at their deadline although they were cancelled.
    """

    queries: int = 0
    errors: int = 0
    abandoned: int = 0
    busy_seconds: float = 0.0

    @property
    def mean_ms(self) -> float | None:
        return round(self.busy_seconds * 1000 / self.queries, 2) if self.queries else None


@dataclasses.dataclass(eq=False)
class Lease(Generic[Answer]):
    """A reserved slot of the pool: the result of its work, and its connection once it is open."""

    answer: asyncio.Future[Answer]
    connection: Connection | None = None


class Pool:
    """Pool of at most `limits.pool_max` connections, which `connect` opens on demand."""

    def __init__(
        self,
        connect: Callable[[], Awaitable[tuple[Connection, Role]]],
        limits: Limits,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limits = limits
        self.counts = Counts()
        self.role: Role | None = None
        self.waiting = 0
        self._connect = connect
        self._clock = clock
        self._places = asyncio.Semaphore(limits.pool_max)
        self._idle: deque[tuple[Connection, float]] = deque()
        self._leases: set[Lease[Any]] = set()
        self._sessions: set[asyncio.Task[None]] = set()
        self._reaper: asyncio.TimerHandle | None = None

    @property
    def idle(self) -> int:
        return len(self._idle)

    @property
    def in_use(self) -> int:
        return len(self._leases)

    async def run(
        self, work: Callable[[Connection], Awaitable[Answer]], *, seconds: float, fresh: bool = False
    ) -> Answer:
        """Run `work` on a connection of the pool; the connection is reset in the background afterwards.

        Args:
            seconds: limit for connecting and for `work`; the wait for a free connection has a separate limit.
            fresh: use a new connection, since idle ones may all be dead.

        Raises:
            Unavailable: no connection became free in time, or the database cannot be reached.
            TimedOut: `work` did not finish in time; its statement is cancelled.
        """
        await self._enter()
        lease, began = Lease[Answer](asyncio.get_running_loop().create_future()), self._clock()
        task = self._begin(lease, self._session(lease, work, fresh=fresh))
        try:
            await asyncio.wait({task, lease.answer}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if lease.answer.done():
                return lease.answer.result()
            self.counts.errors += 1
            if task.done():
                task.result()
            # Settled, so not retried: a statement that ignores its limit and the cancel would run twice at once.
            raise TimedOut(f"The database did not respond within {seconds:g} s.", effect=Effect.SETTLED)
        finally:
            if not lease.answer.done():
                task.cancel()
            self.counts.queries += 1
            self.counts.busy_seconds += self._clock() - began

    async def close(self) -> None:
        """Cancel all work and close all connections."""
        for task in self._sessions:
            task.cancel()
        if self._sessions:
            await asyncio.wait(self._sessions, timeout=CLEANUP_TIMEOUT_SECONDS)
        for connection in [lease.connection for lease in self._leases if lease.connection]:
            connection.terminate()
        self._cut_idle(keep=0, since=math.inf)
        if self._reaper is not None:
            self._reaper.cancel()

    async def _enter(self) -> None:
        self.waiting += 1
        try:
            async with asyncio.timeout(self.limits.acquire):
                await self._places.acquire()
        except TimeoutError as exc:
            busy = f"All {self.limits.pool_max} connections to the database are busy."
            raise Unavailable(busy, remedy="Try again in a moment.", retry_after_seconds=5) from exc
        finally:
            self.waiting -= 1

    def _begin(self, lease: Lease[Any], session: Coroutine[None, None, None]) -> "asyncio.Task[None]":
        """Start the task of a slot; the slot is released when the task ends in any way."""
        task = asyncio.create_task(session)
        self._leases.add(lease)
        self._sessions.add(task)

        def ended(ended_task: "asyncio.Task[None]") -> None:
            self._leases.discard(lease)
            self._sessions.discard(ended_task)
            self._places.release()
            if not ended_task.cancelled():
                ended_task.exception()  # Otherwise asyncio logs the exception of an abandoned task.

        task.add_done_callback(ended)
        return task

    async def _session(
        self, lease: Lease[Answer], work: Callable[[Connection], Awaitable[Answer]], *, fresh: bool
    ) -> None:
        connection = lease.connection = await self._connection(fresh=fresh)
        try:
            with translated_errors():
                lease.answer.set_result(await work(connection))
        finally:
            await self._give_back(connection)

    async def _connection(self, *, fresh: bool) -> Connection:
        if fresh:
            self._cut_idle(keep=0, since=math.inf)
        while self._idle:
            connection, _ = self._idle.pop()
            if not connection.is_closed():
                return connection
        connection, self.role = await self._connect()
        return connection

    async def _give_back(self, connection: Connection) -> None:
        """Reset a connection and return it to the pool; if it does not respond in time, it is closed."""
        clean = False
        try:
            # The timeout is outside: inside, its TimeoutError would be taken for a lost connection.
            async with asyncio.timeout(CLEANUP_TIMEOUT_SECONDS):
                with translated_errors():
                    await connection.execute(RESET)
                    clean = True
        except Failure:
            return
        except TimeoutError:
            self.counts.abandoned += 1
            self._end_backend(connection.get_server_pid())
        finally:
            if clean and not connection.is_closed():
                self._idle.append((connection, self._clock()))
                self._reap_later()
            else:
                connection.terminate()

    def _end_backend(self, pid: int) -> None:
        """Terminate the backend of an abandoned statement, since closing its connection does not stop it."""
        task = asyncio.create_task(self._terminate_backend(pid))
        self._sessions.add(task)
        task.add_done_callback(self._sessions.discard)

    async def _terminate_backend(self, pid: int) -> None:
        try:
            async with asyncio.timeout(CLEANUP_TIMEOUT_SECONDS):
                connection, _ = await self._connect()
            try:
                async with asyncio.timeout(CLEANUP_TIMEOUT_SECONDS):
                    with translated_errors():
                        await connection.fetch("SELECT pg_catalog.pg_terminate_backend($1::int4)", pid)
            finally:
                connection.terminate()
        except (Failure, TimeoutError):
            return  # Nothing else is possible: the statement ends by itself, and the counter `abandoned` reports it.

    def _reap_later(self) -> None:
        if self._reaper is None:
            loop = asyncio.get_running_loop()
            self._reaper = loop.call_later(self.limits.idle_lifetime, self._reap)

    def _reap(self) -> None:
        self._reaper = None
        self._cut_idle(keep=self.limits.pool_min, since=self._clock() - self.limits.idle_lifetime)
        if self.idle > self.limits.pool_min:
            self._reap_later()

    def _cut_idle(self, *, keep: int, since: float) -> None:
        """Close the connections that have been idle since before `since`, the longest idle first."""
        while len(self._idle) > keep and self._idle[0][1] <= since:
            connection, _ = self._idle.popleft()
            connection.terminate()
