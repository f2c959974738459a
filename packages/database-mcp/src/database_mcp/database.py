"""One database: its pool, what is known of it, and the ways its transactions are run."""

import time
from collections import defaultdict, deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import anyio
from mcp_chassis.failures import PermissionDenied
from mcp_chassis.pipeline.caller import current_principal
from mcp_chassis.telemetry.metrics import METRICS
from mcp_chassis.upstream.policy import Policy
from mcp_chassis.upstream.rate_limits import RateLimit
from mcp_chassis.upstream.retry import Repeat
from mcp_chassis.upstream.service import Upstream

from database_mcp.client.driver import Role, connect
from database_mcp.client.pool import Pool
from database_mcp.client.protocols import Connection
from database_mcp.guard.functions import Functions
from database_mcp.guard.rules import examine, refuse_unknown, unknown_functions
from database_mcp.guard.statement import Statement
from database_mcp.row_policies import RowPolicies
from database_mcp.target import Target
from database_mcp.transaction import begin

Answer = TypeVar("Answer")
Work = Callable[[Connection], Awaitable[Answer]]

FUNCTIONS_TTL_SECONDS = 60.0  # seconds for which the catalogue's functions are believed
ABANDON_AFTER_SECONDS = 2.0  # seconds over statement_timeout after which a connection is abandoned
NO_RATE_LIMIT = RateLimit(1_000_000)  # the pool is the pace
MAX_NOTICES_PER_CHANNEL = 50  # payloads kept of one channel
MAX_ATTEMPTS = 2  # a read is repeated once
MAX_BREAKER_OPEN_SECONDS = 2.0  # however long the outage: a database that is back is used within five seconds


class Database:
    """Runs work in read-only transactions that are always rolled back.

    Args:
        dsn: where it is; asked at each connect, because the embedded one starts on first use.
        ready: waits for a first start, before any limit of a connection or a statement begins.
    """

    def __init__(
        self,
        target: Target,
        dsn: Callable[[], Awaitable[str]],
        policy: Policy,
        clock: Callable[[], float] = time.monotonic,
        ready: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.target = target
        self._dsn = dsn
        self._ready = ready
        self._clock = clock
        self.pool = pool = Pool(self._connect, target.limits, clock)
        METRICS.level("connections in use", target.name, lambda: pool.in_use)
        METRICS.level("connections idle", target.name, lambda: pool.idle)
        METRICS.level("calls waiting for a connection", target.name, lambda: pool.waiting)
        METRICS.level("statements abandoned", target.name, lambda: pool.counts.abandoned)
        self._upstream = Upstream(f"The database {target.name}", policy=_policy(policy), rate_limit=NO_RATE_LIMIT)
        self.used = anyio.Event()
        self.notices: defaultdict[str, deque[str]] = defaultdict(lambda: deque(maxlen=MAX_NOTICES_PER_CHANNEL))
        self._policies = RowPolicies()
        self._functions: Functions | None = None
        self._functions_read = 0.0

    @property
    def name(self) -> str:
        return self.target.name

    async def read(
        self, work: Work[Answer], *, seconds: float | None = None, statements: int = 1, jit: bool = False
    ) -> Answer:
        """Run `work` inside BEGIN READ ONLY with its limits set; repeated once when the connection breaks.

        Args:
            seconds: what one statement may take.
            statements: how many `work` runs at most.
            jit: whether PostgreSQL may compile them, as it does for a caller's own queries.
        """
        limit = self.target.limits.command_timeout if seconds is None else seconds
        start = begin(self.target, limit, jit=jit)

        in_transaction = self._in_transaction(start, work)

        await self._wait_until_ready()
        return await self._upstream.call(self._attempts(in_transaction, limit * statements + ABANDON_AFTER_SECONDS))

    async def read_checked(self, statement: Statement, work: Work[Answer], *, seconds: float) -> Answer:
        """Run `work` as `read` does, once the role and the statement's names have been found harmless.

        Raises:
            PermissionDenied: naming what is not.
        """

        async def checked(connection: Connection) -> Answer:
            self.refuse_privileged()
            await self.examine(connection, statement)
            return await work(connection)

        return await self.read(checked, seconds=seconds, jit=True)

    async def change(
        self,
        work: Work[Answer],
        *,
        repeat: Repeat = Repeat.ONCE,
        recover: Callable[[], Awaitable[Answer | None]] | None = None,
    ) -> Answer:
        """Run `work` in a transaction that may write, which is rolled back unless `work` commits it.

        Args:
            repeat: ONCE for what is rolled back.
            recover: finds out what became of a commit whose answer was lost.
        """
        limit = self.target.limits.command_timeout
        start = begin(self.target, limit, mode="READ WRITE")

        in_transaction = self._in_transaction(start, work)
        await self._wait_until_ready()
        attempts = self._attempts(in_transaction, limit + ABANDON_AFTER_SECONDS)
        return await self._upstream.call(attempts, repeat=repeat, recover=recover)

    async def examine(self, connection: Connection, statement: Statement) -> None:
        """Hold the statement's names against the rules and the catalogue, which is read again when it is old."""
        functions = self._functions
        old = self._clock() - self._functions_read > FUNCTIONS_TTL_SECONDS
        if functions is None or old or unknown_functions(statement, functions):
            functions = self._functions = await Functions.read(connection)
            self._functions_read = self._clock()
        examine(statement, functions, self.target.rules)
        refuse_unknown(statement, functions)

    def forget_functions(self) -> None:
        """The schema has changed: the next statement reads the catalogue again."""
        self._functions = None

    def refuse_privileged(self) -> None:
        """Raises `PermissionDenied` where the role could do more than the guard can stop."""
        reason = self.pool.role.privileged if self.pool.role else None
        if reason and not self.target.allow_privileged:
            raise PermissionDenied(
                f"{reason}, and free SQL would run with its rights.",
                remedy="Who runs this server can connect as a least-privilege role (its SQL is in docs/database.md) "
                "or set DATABASE_ALLOW_PRIVILEGED_ROLE=true. The other tools work.",
            )

    @asynccontextmanager
    async def listening(self) -> AsyncGenerator[Connection]:
        """Open a connection outside of the pool, for what must stay open, such as LISTEN."""
        connection, _ = await connect(await self._dsn(), self.target.password)
        try:
            yield connection
        finally:
            connection.terminate()

    async def close(self) -> None:
        await self.pool.close()

    def _in_transaction(self, start: str, work: Work[Answer]) -> Work[Answer]:
        """`work` after the message that begins its transaction, as the caller where row policies are to hold."""
        setting, principal = self.target.caller_setting, current_principal()

        async def in_transaction(connection: Connection) -> Answer:
            await connection.execute(start)
            if setting is not None:
                await self._policies.apply(connection, setting, principal)
            return await work(connection)

        return in_transaction

    async def _wait_until_ready(self) -> None:
        if self._ready is not None:
            await self._ready()

    def _attempts(self, work: Work[Answer], seconds: float) -> Callable[[], Awaitable[Answer]]:
        """Attempts of one call: the first on any connection, the next on a fresh one."""
        tries = 0

        async def attempt() -> Answer:
            nonlocal tries
            tries += 1
            return await self.pool.run(work, seconds=seconds, fresh=tries > 1)

        return attempt

    async def _connect(self) -> tuple[Connection, Role]:
        connection, role = await connect(await self._dsn(), self.target.password)
        self.used.set()
        return connection, role


def _policy(policy: Policy) -> Policy:
    cap, first = (
        min(policy.breaker_open_cap, MAX_BREAKER_OPEN_SECONDS),
        min(policy.breaker_open, MAX_BREAKER_OPEN_SECONDS),
    )
    return policy.model_copy(update={"retry_attempts": MAX_ATTEMPTS, "breaker_open": first, "breaker_open_cap": cap})
