"""One database: connection pool, cached catalogue facts, and its read and write transactions."""

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

from database_mcp.catalog.column_marks import ColumnMarks
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

FUNCTIONS_TTL_SECONDS = 60.0  # Seconds for which the functions of the catalogue are cached.
COLUMN_MARKS_TTL_SECONDS = 60.0  # Seconds for which the marks of columns are cached.
ABANDON_AFTER_SECONDS = 2.0  # Seconds after statement_timeout until a connection is abandoned.
NO_RATE_LIMIT = RateLimit(1_000_000)  # Unlimited: the pool limits the concurrency.
MAX_NOTICES_PER_CHANNEL = 50  # Payloads stored of one channel.
MAX_ATTEMPTS = 2  # A read is repeated once.
MAX_BREAKER_OPEN_SECONDS = 2.0  # Upper limit of the open time, so that a recovered database is used within 5 s.


class Database:
    """One database; work runs in transactions that are read-only and rolled back, except for `change`.

    Args:
        dsn: returns the DSN; called at each connect, since the embedded database starts on first use.
        ready: waits for the first start of the embedded database, before any time limit applies.
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
        self._marks: ColumnMarks | None = None
        self._marks_read = 0.0

    @property
    def name(self) -> str:
        return self.target.name

    async def read(
        self, work: Work[Answer], *, seconds: float | None = None, statements: int = 1, jit: bool = False
    ) -> Answer:
        """Run `work` in a read-only transaction with time limits; repeated once if the connection breaks.

        Args:
            seconds: limit for one statement.
            statements: maximum number of statements that `work` runs.
            jit: whether PostgreSQL may use JIT compilation, as for a caller's own queries.
        """
        limit = self.target.limits.command_timeout if seconds is None else seconds
        start = begin(self.target, limit, jit=jit)

        in_transaction = self._in_transaction(start, work)

        await self._wait_until_ready()
        return await self._upstream.call(self._attempts(in_transaction, limit * statements + ABANDON_AFTER_SECONDS))

    async def read_checked(self, statement: Statement, work: Work[Answer], *, seconds: float) -> Answer:
        """Run `work` like `read`, after the guard has checked the role and the names in the statement.

        Raises:
            PermissionDenied: when the guard refuses; the message names the reason.
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
            repeat: ONCE for work that is rolled back.
            recover: finds out the outcome of a commit whose response was lost.
        """
        limit = self.target.limits.command_timeout
        start = begin(self.target, limit, mode="READ WRITE")

        in_transaction = self._in_transaction(start, work)
        await self._wait_until_ready()
        attempts = self._attempts(in_transaction, limit + ABANDON_AFTER_SECONDS)
        return await self._upstream.call(attempts, repeat=repeat, recover=recover)

    async def examine(self, connection: Connection, statement: Statement) -> None:
        """Check the names in a statement with the guard; the cached catalogue is read again if it is too old."""
        functions = self._functions
        old = self._clock() - self._functions_read > FUNCTIONS_TTL_SECONDS
        if functions is None or old or unknown_functions(statement, functions):
            functions = self._functions = await Functions.read(connection)
            self._functions_read = self._clock()
        examine(statement, functions, self.target.rules)
        refuse_unknown(statement, functions)

    async def column_marks(self, connection: Connection) -> ColumnMarks:
        """The columns marked as written by strangers, read again after a minute."""
        if self._marks is None or self._clock() - self._marks_read > COLUMN_MARKS_TTL_SECONDS:
            self._marks = await ColumnMarks.read(connection)
            self._marks_read = self._clock()
        return self._marks

    def trusts_unmarked(self, marks: ColumnMarks) -> bool:
        """Whether only marked columns are untrusted; in a database without marks all columns are."""
        return self.target.only_marked_untrusted and bool(marks.tables)

    async def trusts_catalogue(self) -> bool:
        """Whether names and comments are trusted: those who mark columns are those who define tables."""
        return self.target.only_marked_untrusted and self.trusts_unmarked(await self.read(self.column_marks))

    def forget_catalogue(self) -> None:
        """Discard the cached functions and column marks of the catalogue, after the schema has changed."""
        self._functions = self._marks = None

    def refuse_privileged(self) -> None:
        """Raise `PermissionDenied` if the role has rights that the guard cannot restrict."""
        reason = self.pool.role.privileged if self.pool.role else None
        if reason and not self.target.allow_privileged:
            raise PermissionDenied(
                f"{reason}, and free SQL would run with its rights.",
                remedy="Ask the person who runs this server to use a least-privilege role (SQL in docs/database.md) "
                "or to set DATABASE_ALLOW_PRIVILEGED_ROLE=true. The tools without free SQL work.",
            )

    @asynccontextmanager
    async def listening(self) -> AsyncGenerator[Connection]:
        """Open a connection outside the pool, for uses that keep it open, such as LISTEN."""
        connection, _ = await connect(await self._dsn(), self.target.password)
        try:
            yield connection
        finally:
            connection.terminate()

    async def close(self) -> None:
        await self.pool.close()

    def _in_transaction(self, start: str, work: Work[Answer]) -> Work[Answer]:
        """Wrap `work` in a transaction, with the caller set for row policies if they are configured."""
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
        """Function for the attempts of one call: the first uses any connection, later ones a new connection."""
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
