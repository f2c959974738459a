"""Statistics of a table's columns, read in stages; a failed stage keeps the results of the earlier ones."""

import dataclasses
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from mcp_chassis.failures import Failure, InvalidInput, PermissionDenied
from mcp_chassis.results import Result

from database_mcp.catalog.relations import Relation, find
from database_mcp.client.protocols import Connection, Row
from database_mcp.database import Database
from database_mcp.guard.statement import read_statement
from database_mcp.labelled_result import LabelledResult
from database_mcp.queries.query import Query, run
from database_mcp.transaction import quoted

MAX_SAMPLED_ROWS = 10_000  # Rows read for values.
MAX_PROFILED_COLUMNS = 60  # Columns whose values are read.
STAGES = ("columns", "statistics", "values", "rows")

Report = Callable[[int, str], Awaitable[None]]

_COLUMNS_SQL = """
SELECT a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS type,
       t.typcategory::text IN ('N', 'D', 'S', 'T', 'I', 'E') AND t.typname !~ '^reg' AS ranged,
       has_column_privilege(a.attrelid, a.attnum, 'SELECT') AS readable,
       CASE WHEN c.relkind = 'p' THEN (SELECT sum(greatest(l.reltuples, 0)) FROM pg_partition_tree(c.oid) p
            JOIN pg_class l ON l.oid = p.relid WHERE p.isleaf)
            ELSE greatest(c.reltuples, 0) END::float8 AS rows
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid JOIN pg_class c ON c.oid = a.attrelid
WHERE a.attrelid = $1::int8::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
_STATISTICS_SQL = """
SELECT attname::text AS name, null_frac::float8 AS nulls, n_distinct::float8 AS distincts
FROM pg_stats WHERE schemaname = $1 AND tablename = $2 ORDER BY inherited
"""
_VALUES_SQL = """
WITH s AS MATERIALIZED (SELECT {names} FROM {table} LIMIT {limit}) SELECT count(*) AS sampled, {facts} FROM s
"""
_FACTS_SQL = """
round(1 - count({cell})::numeric / nullif(count(*), 0), 4)::float8 AS nulls{place},
count(DISTINCT left({cell}::text, 200)) AS distinct{place}, {least} AS min{place}, {most} AS max{place},
(SELECT array_agg(format('%s (%s%%)', value, share))
 FROM (SELECT left({cell}::text, 60) AS value, round(100.0 * count(*) / (SELECT count(*) FROM s)) AS share
       FROM s WHERE {cell} IS NOT NULL GROUP BY 1
       HAVING count(*) > greatest(1, 0.005 * (SELECT count(*) FROM s))
       ORDER BY count(*) DESC, 1 LIMIT 5) v) AS common{place}
"""


class ColumnProfile(Result):
    """Statistics of a column. `common`: the most frequent values with their share.

    `distinct`: planner's estimate for the whole table, or `distinct_in_sample` without statistics.
    """

    name: str
    type: str
    null_share: float | None = None
    distinct: int | None = None
    distinct_in_sample: int | None = None
    common: list[str] | None = None
    min: str | None = None
    max: str | None = None


class TableProfile(LabelledResult):
    """Statistics of one table. `sampled_rows`: rows read for values; `failed_stage`: the missing part and the reason.

    `estimated_rows`: planner's estimate. `untrusted_columns`: marked as written by strangers.
    """

    database: str | None = None
    table: str
    estimated_rows: int | None = None
    warnings: list[str] | None = None
    sampled_rows: int | None = None
    untrusted_columns: list[str] | None = None
    columns: list[ColumnProfile]
    sample_columns: list[str] | None = None
    sample: list[list[Any]] | None = None
    hidden_columns: list[str] | None = None
    completed_stages: list[str]
    completed_stage_count: int
    failed_stage: str | None = None


@dataclasses.dataclass
class Profiler:
    """Builder of one table's profile; each stage runs in a separate transaction."""

    database: Database
    table: str
    schema: str | None
    sample_rows: int
    relation: Relation | None = None
    columns: list[Row] = dataclasses.field(default_factory=list[Row])
    facts: dict[str, dict[str, Any]] = dataclasses.field(default_factory=dict[str, dict[str, Any]])
    sampled: int | None = None
    analyzed: bool = False
    untrusted: frozenset[str] = frozenset()
    trusts_unmarked: bool = False
    rows: list[list[Any]] | None = None
    done: list[str] = dataclasses.field(default_factory=list[str])

    async def run(self, report: Report) -> TableProfile:
        """Run the stages in order; after a failed stage, return the results so far.

        Raises:
            Failure: of the first stage, without which there are no results.
        """
        failed: str | None = None
        for number, stage in enumerate(STAGES):
            await report(number, stage)
            try:
                await self.database.read(getattr(self, f"_{stage}"))
            except Failure as failure:
                if not self.done:
                    raise
                failed = f"{stage}: {failure.message}"
                break
            self.done.append(stage)
        if failed is None:
            await report(len(STAGES), "done")
        return self._profile(failed)

    @property
    def _found(self) -> Relation:
        if self.relation is None:
            raise AssertionError("the table is set by the first stage")
        return self.relation

    @property
    def _readable(self) -> list[Row]:
        return [column for column in self.columns if column["readable"]]

    async def _columns(self, connection: Connection) -> None:
        self.relation = await find(connection, self.database.target.rules.schemas, self.table, self.schema)
        self.columns = await connection.fetch(_COLUMNS_SQL, self.relation.oid)
        if not self.columns:
            raise InvalidInput(
                f"The table {self.relation.readable} has no columns, so it cannot be profiled.",
                remedy="Profile another table.",
            )
        if not self._readable:
            raise PermissionDenied(f"The server's role has no SELECT on any column of {self.relation.readable}.")
        marks = await self.database.column_marks(connection)
        self.untrusted = marks.of(self.relation.schema, self.relation.name)
        self.trusts_unmarked = self.database.trusts_unmarked(marks)

    async def _statistics(self, connection: Connection) -> None:
        for row in await connection.fetch(_STATISTICS_SQL, self._found.schema, self._found.name):
            total = self.columns[0]["rows"]
            distinct = row["distincts"] if row["distincts"] >= 0 else -row["distincts"] * total
            self.analyzed = True
            self.facts[row["name"]] = {"null_share": round(row["nulls"], 4)}
            if (
                row["distincts"] or row["nulls"] == 1
            ):  # n_distinct is 0 if unknown, as for types without an order such as json.
                self.facts[row["name"]]["distinct"] = round(distinct)

    async def _values(self, connection: Connection) -> None:
        columns = self._readable[:MAX_PROFILED_COLUMNS]
        row = (await connection.fetch(values_sql(self._found, columns)))[0]
        self.sampled = row["sampled"]
        for place, column in enumerate(columns):
            facts = self.facts.setdefault(column["name"], {})
            facts |= {"min": row[f"min{place}"], "max": row[f"max{place}"], "common": row[f"common{place}"] or None}
            facts.setdefault("null_share", row[f"nulls{place}"])
            if "distinct" not in facts and self.sampled:
                facts["distinct_in_sample"] = row[f"distinct{place}"]

    async def _rows(self, connection: Connection) -> None:
        if self.sample_rows:
            self.rows = (await run(connection, sample_query(self._found, self._names, self.sample_rows))).rows

    @property
    def _names(self) -> list[str]:
        return [column["name"] for column in self._readable]

    def _warnings(self) -> list[str]:
        found: list[str] = []
        if self.sampled == 0:
            found.append("The table has no rows that this role can see, so there are no values to profile.")
        elif self.done[:2] == ["columns", "statistics"] and not self.analyzed:
            found.append("The table was never analyzed: shares and counts are those of the sampled rows.")
        if len(self._readable) > MAX_PROFILED_COLUMNS:
            found.append(f"Only the first {MAX_PROFILED_COLUMNS} of {len(self._readable)} columns were profiled.")
        return found

    def _profile(self, failed: str | None) -> TableProfile:
        total = round(self.columns[0]["rows"])
        untrusted = [name for name in self._names if name in self.untrusted]
        profile = TableProfile(
            table=self._found.readable,
            estimated_rows=total or None,
            warnings=self._warnings() or None,
            sampled_rows=self.sampled,
            untrusted_columns=untrusted or None,
            columns=[
                ColumnProfile(name=column["name"], type=column["type"], **self.facts.get(column["name"], {}))
                for column in self._readable
            ],
            sample_columns=self._names if self.rows is not None else None,
            sample=self.rows,
            hidden_columns=[column["name"] for column in self.columns if not column["readable"]] or None,
            completed_stages=self.done,
            completed_stage_count=len(self.done),
            failed_stage=failed,
        )
        return profile.trusted(self.trusts_unmarked and not untrusted and failed is None)


def sample_query(relation: Relation, columns: Sequence[str], limit: int) -> Query:
    """Query for the first rows of a table, with the columns that the role may read."""
    names = ", ".join(quoted(name) for name in columns)
    text = " ".join(["SELECT", names, "FROM", qualified(relation)])
    return Query(read_statement(text), limit=limit)


def qualified(relation: Relation) -> str:
    return f"{quoted(relation.schema)}.{quoted(relation.name)}"


def values_sql(relation: Relation, columns: Sequence[Row]) -> str:
    """SQL that computes null shares, distinct and common values and the range of each column of a sample."""
    total = columns[0]["rows"]
    names = ", ".join(f"{quoted(column['name'])} AS c{place}" for place, column in enumerate(columns))
    sampled = relation.kind in ("table", "partitioned table", "materialized view") and total > MAX_SAMPLED_ROWS
    share = f" TABLESAMPLE SYSTEM ({min(100.0, 100 * MAX_SAMPLED_ROWS / total):.6f})" if sampled else ""
    facts = ", ".join(_facts(place, ranged=column["ranged"]) for place, column in enumerate(columns))
    return _VALUES_SQL.format(names=names, table=qualified(relation) + share, limit=MAX_SAMPLED_ROWS, facts=facts)


def _facts(place: int, *, ranged: bool) -> str:
    cell = f"c{place}"
    bounds = f"left(min({cell})::text, 100)", f"left(max({cell})::text, 100)"
    least, most = bounds if ranged else ("NULL::text", "NULL::text")
    return _FACTS_SQL.format(cell=cell, place=place, least=least, most=most)
