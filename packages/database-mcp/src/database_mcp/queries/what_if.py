"""Hypothetical indexes with the extension HypoPG: the planner's cost with each proposed index."""

import asyncio
import json
from collections.abc import Sequence

from mcp_chassis.failures import ErrorCode, Failure

from database_mcp.client.driver import translated_errors
from database_mcp.client.protocols import Connection
from database_mcp.queries.plans import Node, Table, index_sql, names_column, selective_scans, unindexed_keys
from database_mcp.transaction import quoted

MAX_PROPOSALS = 6

_EXTENSION_SQL = """
SELECT n.nspname::text AS schema FROM pg_catalog.pg_extension e
JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'hypopg'
"""


def proposed_indexes(plan: Node, known: Sequence[Table]) -> list[str]:
    """CREATE INDEX statements for columns that a selective scan or an unindexed foreign key compares."""
    by_name = {table.name: table for table in known}
    scanned = [
        index_sql(scan.table, column)
        for scan in selective_scans(plan, by_name)
        for column in scan.table.columns
        if names_column(scan.condition, column)
    ]
    keys = [index_sql(table, column) for table, column in unindexed_keys(plan, known)]
    return list(dict.fromkeys([*scanned, *keys]))[:MAX_PROPOSALS]


async def judge_indexes(
    connection: Connection, explain_text: str, values: Sequence[str | None], plan: Node, known: Sequence[Table]
) -> list[str]:
    """One sentence for each proposed index; empty if HypoPG is not installed. `explain_text` returns JSON."""
    proposals = proposed_indexes(plan, known)
    if not proposals:
        return []
    with translated_errors():
        installed = await connection.fetch(_EXTENSION_SQL)
    if not installed:
        return []
    schema = quoted(installed[0]["schema"])
    return [
        _sentence(proposal, plan["Total Cost"], await _cost_with(connection, schema, proposal, explain_text, values))
        for proposal in proposals
    ]


async def _cost_with(
    connection: Connection, schema: str, proposal: str, explain_text: str, values: Sequence[str | None]
) -> float | None:
    """Cost of the plan with a hypothetical index; None if HypoPG cannot create the index."""
    with translated_errors():
        await connection.execute("SAVEPOINT an_index")
    try:
        with translated_errors():
            await connection.fetch(f"SELECT {schema}.hypopg_create_index($1)", proposal.rstrip(";"))
            prepared = await connection.prepare(explain_text, name="")
            document = (await prepared.fetch(*values))[0][0]
            await connection.fetch(f"SELECT {schema}.hypopg_reset()")
    except Failure as failure:
        if failure.code is ErrorCode.SERVICE_UNAVAILABLE:
            raise
        with translated_errors():
            await connection.execute("ROLLBACK TO SAVEPOINT an_index")
            await connection.fetch(f"SELECT {schema}.hypopg_reset()")
        return None
    except asyncio.CancelledError:
        connection.terminate()  # Hypothetical indexes outlive the transaction.
        raise
    return json.loads(document)[0]["Plan"]["Total Cost"]


def _sentence(proposal: str, cost: float, cost_with: float | None) -> str:
    if cost_with is None:
        return f"Hypothetical index: {proposal} HypoPG cannot simulate it."
    if cost_with >= cost * 0.99:
        return f"Hypothetical index: {proposal} The planner would not use it."
    saved = 100 * (1 - cost_with / cost)
    return f"Hypothetical index: {proposal} Estimated cost: from {cost:.0f} to {cost_with:.0f} ({saved:.0f} % less)."
