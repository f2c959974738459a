"""The shortest way from one table to another along foreign keys."""

import dataclasses
from collections import deque
from collections.abc import Iterable, Sequence

from mcp_chassis.failures import NotFound
from mcp_chassis.results import Result

from database_mcp.catalog.relations import Relation
from database_mcp.client.protocols import Connection
from database_mcp.transaction import readable

_EDGES_SQL = """
SELECT k.conrelid::int8 AS from_oid, k.confrelid::int8 AS to_oid, fn.nspname::text AS from_schema,
       f.relname::text AS from_table, tn.nspname::text AS to_schema, t.relname::text AS to_table,
       array(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u(n, i)
             JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.n ORDER BY u.i) AS from_columns,
       array(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY u(n, i)
             JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.n ORDER BY u.i) AS to_columns
FROM pg_constraint k JOIN pg_class f ON f.oid = k.conrelid JOIN pg_namespace fn ON fn.oid = f.relnamespace
JOIN pg_class t ON t.oid = k.confrelid JOIN pg_namespace tn ON tn.oid = t.relnamespace
WHERE k.contype = 'f' AND k.conparentid = 0
  AND ($1::text[] IS NULL OR (fn.nspname = ANY($1::text[]) AND tn.nspname = ANY($1::text[])))
ORDER BY k.conname
"""


@dataclasses.dataclass(frozen=True)
class Edge:
    """One foreign key, walked from `start` to `end`; the columns pair up."""

    start: int
    end: int
    start_name: str
    end_name: str
    start_columns: Sequence[str]
    end_columns: Sequence[str]

    @property
    def reversed(self) -> "Edge":
        return Edge(self.end, self.start, self.end_name, self.start_name, self.end_columns, self.start_columns)

    @property
    def clause(self) -> str:
        pairs = zip(self.end_columns, self.start_columns, strict=True)
        equal = (f"{self.end_name}.{readable(e)} = {self.start_name}.{readable(s)}" for e, s in pairs)
        return f"JOIN {self.end_name} ON {' AND '.join(equal)}"


class JoinPath(Result):
    """A FROM clause that joins the two tables; `hops` foreign keys lie between them."""

    hops: int
    sql: str
    alternatives: list[str] | None = None


async def read_edges(connection: Connection, schemas: Sequence[str]) -> list[Edge]:
    """Every foreign key of the allowed schemas."""
    rows = await connection.fetch(_EDGES_SQL, list(schemas) or None)
    return [
        Edge(
            start=row["from_oid"],
            end=row["to_oid"],
            start_name=f"{readable(row['from_schema'])}.{readable(row['from_table'])}",
            end_name=f"{readable(row['to_schema'])}.{readable(row['to_table'])}",
            start_columns=row["from_columns"],
            end_columns=row["to_columns"],
        )
        for row in rows
    ]


def join_path(edges: Iterable[Edge], start: Relation, end: Relation, most: int = 3) -> JoinPath:
    """The shortest joins from `start` to `end`, the first as `sql`, others as short as it besides.

    Raises:
        NotFound: no foreign keys lead from one to the other.
    """
    paths = _shortest(edges, start.oid, end.oid, most)
    if not paths:
        raise NotFound(
            f"No foreign keys lead from {start.readable} to {end.readable}.",
            remedy="Look for columns that mean the same with search_schema, and join on those.",
        )
    first, *others = [" ".join([f"FROM {start.readable}", *(edge.clause for edge in path)]) for path in paths]
    return JoinPath(hops=len(paths[0]), sql=first, alternatives=others or None)


def _shortest(edges: Iterable[Edge], start: int, end: int, most: int) -> list[tuple[Edge, ...]]:
    ways: dict[int, list[Edge]] = {}
    for edge in edges:
        for way in (edge, edge.reversed):
            ways.setdefault(way.start, []).append(way)
    found: list[tuple[Edge, ...]] = []
    depth: dict[int, int] = {start: 0}
    queue: deque[tuple[int, tuple[Edge, ...]]] = deque([(start, ())])
    while queue and len(found) < most:
        table, path = queue.popleft()
        if found and len(path) >= len(found[0]):
            break
        for way in ways.get(table, ()):
            if way.end == end:
                found.append((*path, way))
            elif depth.get(way.end, len(path) + 1) >= len(path) + 1 and len(queue) < 10_000:
                depth[way.end] = len(path) + 1
                queue.append((way.end, (*path, way)))
    return found[:most]
