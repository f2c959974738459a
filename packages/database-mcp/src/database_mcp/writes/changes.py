"""Changes with INSERT, UPDATE, DELETE and MERGE: a rolled-back preview, then a confirmed run with commit."""

import dataclasses
import json
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import anyio
from mcp_chassis.failures import Conflict, Failure, PermissionDenied, Unavailable
from mcp_chassis.results import Result
from mcp_chassis.text_marks import OUTSIDE
from mcp_chassis.upstream.retry import Repeat

from database_mcp.client.driver import translated_errors
from database_mcp.client.protocols import Connection
from database_mcp.database import Database
from database_mcp.guard.statement import Statement
from database_mcp.queries.plans import modified_tables
from database_mcp.queries.query import Described, Query, describe
from database_mcp.queries.wrapper import Cells, built_in, cell

MAX_RETURNED_ROWS = 20  # Rows of RETURNING in a result.
MERGE_MIN_VERSION_NUM = 170_000  # server_version_num
MAX_OUTCOME_LOOKUPS = 10  # Attempts to read the status of a commit whose response was lost.
VERBS = frozenset({"insert", "update", "delete", "merge"})
DDL_HEADS = frozenset({
    ("create", "table"), ("create", "index"), ("create", "unique"), ("create", "view"), ("create", "materialized"),
    ("create", "schema"), ("create", "sequence"), ("create", "type"), ("alter", "table"), ("alter", "index"),
    ("alter", "view"), ("alter", "sequence"), ("alter", "type"), ("drop", "table"), ("drop", "index"), ("drop", "view"),
    ("drop", "materialized"), ("drop", "sequence"), ("drop", "type"), ("comment", "on"),
})  # fmt: skip
_NOTHING_CHANGED = "Nothing was changed."
_ONLY_CHANGES = f"Use INSERT, UPDATE, DELETE or MERGE. {_NOTHING_CHANGED}"
_SYSTEM_SCHEMAS = frozenset({"pg_catalog", "information_schema", "pg_toast"})
SEQUENCES_NOT_UNDONE = "Numbers taken from sequences are not returned to them."

_TRIGGERS_SQL = """
SELECT DISTINCT format('%s on %s', t.tgname, t.tgrelid::regclass) AS name FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND c.relname = ANY($1::text[])
ORDER BY 1 LIMIT 10
"""


class ChangeResult(Result):
    """`preview`: the change ran and was rolled back; send `confirm` with the same statement to commit it.

    `not_undone`: effects that even the preview may have left.
    """

    status: Literal["preview", "committed"]
    rows: int
    columns: list[str] | None = None
    returned: Annotated[list[list[Any]] | None, OUTSIDE] = None
    not_undone: list[str] | None = None
    confirm: str | None = None


@dataclasses.dataclass(frozen=True)
class Changed:
    """Effect of one execution of the statement: number of rows and RETURNING values."""

    rows: int
    columns: list[str] | None
    returned: list[list[Any]] | None


async def preview(database: Database, query: Query) -> ChangeResult:
    """Run the change with deferred constraints checked, and roll it back.

    Raises:
        PermissionDenied: the statement is not a change of rows, or calls a function with side effects.
    """

    async def previewed(connection: Connection) -> ChangeResult:
        changed = await _run(connection, database, query)
        await _check_deferred(connection)
        names = [name.text for name in query.statement.names]
        triggers = await connection.fetch(_TRIGGERS_SQL, names)
        kept = [f"Effects of the trigger {row['name']} outside this database are not undone." for row in triggers]
        return _result("preview", changed, not_undone=[SEQUENCES_NOT_UNDONE, *kept])

    return await database.change(previewed)


async def commit(database: Database, query: Query, expected_rows: int | None = None) -> ChangeResult:
    """Run the change and commit it; after a lost response to COMMIT, the status of the transaction is looked up.

    Args:
        expected_rows: number of rows that the preview changed.

    Raises:
        Conflict: the number of rows differs from the preview; nothing was changed.
        OutcomeUnknown: the status of the transaction could not be looked up.
        Unavailable: PostgreSQL reports that nothing was changed.
    """
    journal = _Journal(database)

    async def done(connection: Connection) -> ChangeResult:
        changed = await _run(connection, database, query)
        await _check_deferred(connection)
        if expected_rows is not None and changed.rows != expected_rows:
            raise Conflict(
                f"The preview changed {expected_rows} rows, but now {changed.rows} would change; nothing was changed.",
                remedy="Call again without confirm, check the new preview, and send its code.",
            )
        with translated_errors():
            journal.transaction = (await connection.fetch("SELECT txid_current_if_assigned()::text"))[0][0]
        journal.result = _result("committed", changed)
        with translated_errors():
            await connection.execute("COMMIT")
        return journal.result

    outcome = await database.change(done, repeat=Repeat.NEVER, recover=journal.outcome)
    if isinstance(outcome, Undone):
        raise Unavailable("The connection broke before the change was committed: nothing was changed.")
    return outcome


class Undone:
    """Outcome of a transaction that PostgreSQL reports as rolled back."""


@dataclasses.dataclass
class _Journal:
    """Transaction id and result of a change, for a look-up after a lost response to COMMIT."""

    database: Database
    transaction: str | None = None
    result: ChangeResult | None = None

    async def outcome(self) -> ChangeResult | Undone | None:
        """The outcome of the transaction; None if PostgreSQL does not know it either."""
        if self.result is None:
            return Undone()  # COMMIT was not sent.
        if self.transaction is None:
            return self.result  # The transaction wrote nothing, so its commit does not matter.
        for _ in range(MAX_OUTCOME_LOOKUPS):
            status = await self.database.read(self._status)
            if status != "in progress":
                return {"committed": self.result, "aborted": Undone()}.get(status or "")
            await anyio.sleep(0.2)
        return None

    async def _status(self, connection: Connection) -> str | None:
        return (await connection.fetch("SELECT txid_status($1::text::int8)", self.transaction))[0][0]


def is_ddl(statement: Statement) -> bool:
    """Whether the statement is DDL of a kind for which a person's confirmation can be requested."""
    heads = tuple(name.text for name in statement.names[:2] if name.plain)
    return heads in DDL_HEADS and statement.explain == "no"


async def _run(connection: Connection, database: Database, query: Query) -> Changed:
    database.refuse_privileged()
    await database.examine(connection, query.statement)
    if is_ddl(query.statement):
        with translated_errors():
            await (await connection.prepare(query.statement.text, name="")).fetch()
        return Changed(0, None, None)
    if query.statement.verb not in VERBS or query.statement.explain != "no":
        head = "EXPLAIN" if query.statement.explain != "no" else query.statement.head.upper()
        raise PermissionDenied(f"{head} is not a statement that changes rows.", remedy=_ONLY_CHANGES)
    return await _change_rows(connection, database, query)


def _refuse_early_merge(database: Database, statement: Statement) -> None:
    role = database.pool.role
    if statement.verb == "merge" and role is not None and role.number < MERGE_MIN_VERSION_NUM:
        raise PermissionDenied(
            f"MERGE needs PostgreSQL 17 here, since it runs inside WITH; this is {role.version.split()[0]}.",
            remedy="Write it as INSERT ... ON CONFLICT DO UPDATE, UPDATE ... FROM, or DELETE ... USING. "
            + _NOTHING_CHANGED,
        )


async def _check_deferred(connection: Connection) -> None:
    """Check deferred constraints now instead of at COMMIT, which a preview does not reach."""
    with translated_errors():
        await connection.execute("SET CONSTRAINTS ALL IMMEDIATE")


async def _refuse_catalogue_targets(connection: Connection, shape: Described) -> None:
    """Check with PostgreSQL's plan that the change modifies only tables outside the system catalogues.

    Raises:
        PermissionDenied: when it does not; the message names the target.
    """
    with translated_errors():
        prepared = await connection.prepare(f"EXPLAIN (FORMAT JSON, VERBOSE) {shape.text}", name="")
        plans = json.loads((await prepared.fetch(*shape.values))[0][0])
    targets = [target for each in plans for target in modified_tables(each.get("Plan", {}))]
    system = [f"{schema}.{name}" for schema, name in targets if schema in _SYSTEM_SCHEMAS or schema.startswith("pg_")]
    if system or not targets:
        target = system[0] if system else "no table of this database"
        raise PermissionDenied(
            f"The statement changes {target}; only rows of ordinary tables may be changed.", remedy=_NOTHING_CHANGED
        )


async def _change_rows(connection: Connection, database: Database, query: Query) -> Changed:
    _refuse_early_merge(database, query.statement)
    shape = await describe(connection, query)
    text = await _as_with_query(connection, shape)
    await _refuse_catalogue_targets(connection, shape)
    with translated_errors():
        if not shape.columns:
            prepared = await connection.prepare(shape.text, name="")
            await prepared.fetch(*shape.values)
            return Changed(int(prepared.get_statusmsg().split()[-1]), None, None)
        rows = await (await connection.prepare(text, name="")).fetch(*shape.values)
    returned = Cells(shape.columns).rows([tuple(row)[1:] for row in rows])
    return Changed(rows[0][0] if rows else 0, [column.name for column in shape.columns], returned)


async def _as_with_query(connection: Connection, shape: Described) -> str:
    """The statement inside WITH, where PostgreSQL's grammar accepts only queries and changes of rows."""
    names = ", ".join(f"c{place}" for place in range(len(shape.columns)))
    cells = [
        "count(*) OVER ()",
        *(cell(f"c{place}", built_in(column.type)) for place, column in enumerate(shape.columns)),
    ]
    head = f"WITH w({names}) AS" if names else "WITH w AS"
    shown = ["SELECT", ", ".join(cells), f"FROM w LIMIT {MAX_RETURNED_ROWS}"] if names else ["SELECT"]
    text = "\n".join([head, "(", shape.text, ")", *shown])
    try:
        with translated_errors():
            await connection.prepare(text, name="")
    except Failure as failure:
        message = f"The statement does more than change rows. {failure.message}"
        raise PermissionDenied(message, remedy=_NOTHING_CHANGED) from failure
    return text


def _result(
    status: Literal["preview", "committed"], changed: Changed, not_undone: Sequence[str] | None = None
) -> ChangeResult:
    return ChangeResult(
        status=status,
        rows=changed.rows,
        columns=changed.columns,
        returned=changed.returned,
        not_undone=list(not_undone) if not_undone else None,
    )
