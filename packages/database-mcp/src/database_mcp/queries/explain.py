"""EXPLAIN of a checked query inside the wrapper query; a caller's text is never explained directly."""

import dataclasses
import json
from collections.abc import Sequence
from typing import Any

from database_mcp.catalog.empty import empty_tables
from database_mcp.client.driver import translated_errors
from database_mcp.client.protocols import Connection, Row
from database_mcp.queries.plans import Node, Table, findings, lines, tables
from database_mcp.queries.query import Query, describe, prepare_wrapped
from database_mcp.queries.what_if import judge_indexes
from database_mcp.queries.wrapper import source

MAX_NOTES = 10

_TABLES_SQL = """
SELECT format('%s.%s', n.nspname, c.relname) AS name, greatest(c.reltuples, 0)::float8 AS rows,
       c.reltuples >= 0 OR c.relkind NOT IN ('r', 'm') AS analyzed, rn.nspname::text AS schema, r.relname::text AS bare,
       CASE WHEN c.relispartition THEN format('%s.%s', rn.nspname, r.relname) ELSE '' END AS root,
       format('%I.%I', rn.nspname, r.relname) AS sql_name,
       array(SELECT a.attname::text FROM pg_catalog.pg_attribute a
             WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
       array(SELECT a.attname::text FROM pg_catalog.pg_constraint k
             JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
             WHERE k.conrelid = c.oid AND k.contype = 'f' AND NOT EXISTS (
                SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indkey[0] = k.conkey[1]
                AND i.indisvalid AND i.indpred IS NULL)) AS unindexed
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class r
  ON r.oid = CASE WHEN c.relispartition THEN pg_catalog.pg_partition_root(c.oid)::oid ELSE c.oid END
JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
WHERE format('%s.%s', n.nspname, c.relname) = ANY($1::text[])
"""


@dataclasses.dataclass(frozen=True)
class Explained:
    """The plan line by line, and findings about it; `elapsed_ms` only if the query ran."""

    plan: list[str]
    findings: list[str]
    planning_ms: float | None
    execution_ms: float | None


async def explain(connection: Connection, query: Query, *, analyze: bool) -> Explained:
    """Plan `query` in the open transaction; with `analyze`, run it and measure.

    Raises:
        PermissionDenied: the statement is not a query.
    """
    shape = await describe(connection, query)
    await prepare_wrapped(connection, query, shape)
    options = "FORMAT JSON, VERBOSE, ANALYZE, BUFFERS" if analyze else "FORMAT JSON, VERBOSE"
    planned = " ".join(["SELECT * FROM", source(shape.text, len(shape.columns))])
    text = f"EXPLAIN ({options}) {planned}"
    with translated_errors():
        prepared = await connection.prepare(text, name="")
        document = json.loads((await prepared.fetch(*shape.values))[0][0])[0]
        known = await connection.fetch(_TABLES_SQL, tables(document["Plan"]))
        empty = await empty_tables(connection, {(row["schema"], row["bare"]) for row in known})
    analyzed = {row["sql_name"] for row in known if row["analyzed"]}
    whole = {f"{row['schema']}.{row['bare']}": row["sql_name"] for row in known}
    notes = [
        f"The table {name} was never analyzed, so estimates are unreliable; run ANALYZE."
        for name, sql_name in whole.items()
        if sql_name not in analyzed and name not in empty
    ]
    notes += [f"The table {name} has no rows: the plan may differ once it has." for name in empty]
    facts = [_table(row) for row in known]
    what_if = await judge_indexes(connection, f"EXPLAIN (FORMAT JSON) {planned}", shape.values, document["Plan"], facts)
    return _explained(document, facts, [*what_if, *notes])


def _table(row: Row) -> Table:
    return Table(row["name"], row["rows"], row["unindexed"], row["root"], row["sql_name"], row["columns"])


def _explained(document: dict[str, Any], known: list[Table], notes: Sequence[str]) -> Explained:
    plan: Node = document["Plan"]
    times = document.get("Planning Time"), document.get("Execution Time")
    return Explained(lines(plan), [*findings(plan, known), *notes[:MAX_NOTES]], *times)
