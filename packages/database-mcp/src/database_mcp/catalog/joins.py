"""Shortest join paths between two tables along foreign keys."""

import dataclasses
from collections import deque
from collections.abc import Collection, Iterable, Sequence

from mcp_chassis.failures import NotFound

from database_mcp.catalog.relations import Relation
from database_mcp.client.protocols import Connection
from database_mcp.labelled_result import LabelledResult
from database_mcp.transaction import readable

# A partition's foreign key counts for its partitioned table, unless the call names the partition ($2).
_EDGES_SQL = """
WITH keys AS (
    SELECT k.conname, k.conkey, k.confkey, k.conrelid, k.confrelid,
           CASE WHEN c.relispartition AND k.conrelid <> ALL($2::text[]::oid[])
                THEN pg_partition_root(k.conrelid)::oid ELSE k.conrelid END AS shown
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    WHERE k.contype = 'f'
      AND (k.conparentid = 0 OR k.conrelid = ANY($2::text[]::oid[]) OR k.confrelid = ANY($2::text[]::oid[]))
)
SELECT k.shown::int8 AS from_oid, k.confrelid::int8 AS to_oid, fn.nspname::text AS from_schema,
       f.relname::text AS from_table, tn.nspname::text AS to_schema, t.relname::text AS to_table,
       array(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u(n, i)
             JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.n ORDER BY u.i) AS from_columns,
       array(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY u(n, i)
             JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.n ORDER BY u.i) AS to_columns,
       EXISTS (SELECT FROM pg_index i WHERE i.indrelid = k.conrelid AND i.indisunique AND i.indisvalid
               AND i.indpred IS NULL AND i.indexprs IS NULL
               AND (i.indkey::int2[])[0:i.indnkeyatts - 1] <@ k.conkey) AS is_unique
FROM keys k JOIN pg_class f ON f.oid = k.shown JOIN pg_namespace fn ON fn.oid = f.relnamespace
JOIN pg_class t ON t.oid = k.confrelid JOIN pg_namespace tn ON tn.oid = t.relnamespace
WHERE ($1::text[] IS NULL OR (fn.nspname = ANY($1::text[]) AND tn.nspname = ANY($1::text[])))
ORDER BY k.conname
"""
# Columns of the same name and type whose name is that of a key in some table, or ends like one.
_SHARED_SQL = """
SELECT a.attname::text AS name
FROM pg_attribute a JOIN pg_attribute b ON b.attname = a.attname AND b.atttypid = a.atttypid
WHERE a.attrelid = $1::text::oid AND b.attrelid = $2::text::oid AND a.attrelid <> b.attrelid
  AND a.attnum > 0 AND b.attnum > 0 AND NOT a.attisdropped AND NOT b.attisdropped AND a.attname <> 'id'
  AND (a.attname ~ '_(id|key|code|no|number|uuid)$' OR EXISTS (
    SELECT FROM pg_constraint k JOIN pg_attribute x ON x.attrelid = k.conrelid AND x.attnum = ANY(k.conkey)
    WHERE k.contype IN ('p', 'f') AND x.attname = a.attname))
ORDER BY a.attnum LIMIT 8
"""


@dataclasses.dataclass(frozen=True)
class Edge:
    """One foreign key as a step from table `start` to table `end`, with the pairs of columns.

    `to_many`: one row of `start` can join several rows of `end`; `from_many`: the reverse.
    """

    start: int
    end: int
    start_name: str
    end_name: str
    start_columns: tuple[str, ...]
    end_columns: tuple[str, ...]
    from_many: bool = True
    to_many: bool = False

    @property
    def reversed(self) -> "Edge":
        return Edge(
            start=self.end,
            end=self.start,
            start_name=self.end_name,
            end_name=self.start_name,
            start_columns=self.end_columns,
            end_columns=self.start_columns,
            from_many=self.to_many,
            to_many=self.from_many,
        )


class JoinPath(LabelledResult):
    """A FROM clause that joins two tables over `hops` foreign keys. `through`: the tables between them.

    `alternatives`: other paths of this length; they join different rows. `warning`: ambiguity, multiplied rows.
    """

    database: str | None = None
    hops: int
    warning: str | None = None
    sql: str
    through: list[str] | None = None
    alternatives: list[str] | None = None


async def read_edges(connection: Connection, schemas: Sequence[str], asked: Sequence[Relation]) -> list[Edge]:
    """Read all foreign keys of the allowed schemas; those of a single partition only if `asked` contains it."""
    rows = await connection.fetch(_EDGES_SQL, list(schemas) or None, [str(relation.oid) for relation in asked])
    return [
        Edge(
            start=row["from_oid"],
            end=row["to_oid"],
            start_name=f"{readable(row['from_schema'])}.{readable(row['from_table'])}",
            end_name=f"{readable(row['to_schema'])}.{readable(row['to_table'])}",
            start_columns=tuple(row["from_columns"]),
            end_columns=tuple(row["to_columns"]),
            from_many=not row["is_unique"],
        )
        for row in rows
    ]


async def shared_columns(connection: Connection, start: Relation, end: Relation) -> list[str]:
    """Names of columns that both tables have with the same type and whose name suggests a key."""
    rows = await connection.fetch(_SHARED_SQL, str(start.oid), str(end.oid))
    return [readable(row["name"]) for row in rows]


def join_path(
    edges: Iterable[Edge], start: Relation, end: Relation, shared: Sequence[str] = (), most: int = 5
) -> JoinPath:
    """Find the shortest joins from `start` to `end`: one as `sql`, the others of that length as `alternatives`.

    Raises:
        NotFound: no path of foreign keys connects the tables; the remedy names the columns that both have.
    """
    paths = _shortest(edges, start.oid, end.oid, most)
    if not paths:
        raise NotFound(
            f"No path of foreign keys connects {start.readable} and {end.readable}.",
            remedy=f"Both have {', '.join(shared)}; no foreign key proves that the values match: compare some first."
            if shared
            else "Search with search_schema for columns with the same meaning, and join by them.",
        )
    notes = [_equal_paths(len(paths), most)] if len(paths) > 1 else []
    notes += dict.fromkeys(filter(None, (_multiplied(path) for path in paths[:most])))
    first, *others = [from_clause(start, path) for path in paths[:most]]
    return JoinPath(
        hops=len(paths[0]),
        sql=first,
        through=[edge.end_name for edge in paths[0][:-1]] or None,
        alternatives=others or None,
        warning=" ".join(notes) or None,
    )


def from_clause(start: Relation, path: Sequence[Edge]) -> str:
    """SQL of a join path; a table that occurs more than once gets an alias for each occurrence."""
    names = [start.readable, *(edge.end_name for edge in path)]
    repeated = {name for name in names if names.count(name) > 1}
    aliases = _aliases(names, repeated)
    parts = [f"FROM {_with_alias(names[0], aliases[0])}"]
    for place, edge in enumerate(path):
        left, right = aliases[place], aliases[place + 1]
        pairs = zip(edge.end_columns, edge.start_columns, strict=True)
        equal = (f"{right}.{readable(e)} = {left}.{readable(s)}" for e, s in pairs)
        parts.append(f"JOIN {_with_alias(names[place + 1], right)} ON {' AND '.join(equal)}")
    return " ".join(parts)


def _aliases(names: Sequence[str], repeated: Collection[str]) -> list[str]:
    return [f"t{place}" if name in repeated else name for place, name in enumerate(names, start=1)]


def _with_alias(name: str, alias: str) -> str:
    return name if alias == name else f"{name} AS {alias}"


def _multiplied(path: Sequence[Edge]) -> str | None:
    """Warning about a fan trap: a path from many rows to one and on to many others multiplies rows."""
    to_one = next((place for place, edge in enumerate(path) if edge.from_many and not edge.to_many), len(path))
    to_many = next((place for place in range(to_one + 1, len(path)) if path[place].to_many), None)
    if to_many is None:
        return None
    one, many = path[to_many].start_name, path[to_many].end_name
    before = path[to_many - 1].start_name
    return (
        f"The join multiplies rows: for the same {one}, each row of {before} joins each row of {many}. "
        "Aggregate one side in a subquery before the join, or count DISTINCT keys."
    )


def _equal_paths(found: int, most: int) -> str:
    shown = f"{found} paths are" if found <= most else f"More than {most} paths are"
    return f"{shown} equally short and join different rows: choose one by the meaning of its columns."


def _shortest(edges: Iterable[Edge], start: int, end: int, most: int) -> list[tuple[Edge, ...]]:
    ways: dict[int, list[Edge]] = {}
    for edge in edges:
        for way in (edge, edge.reversed):
            ways.setdefault(way.start, []).append(way)
    found: list[tuple[Edge, ...]] = []
    depth: dict[int, int] = {start: 0}
    queue: deque[tuple[int, tuple[Edge, ...]]] = deque([(start, ())])
    while queue and len(found) <= most:
        table, path = queue.popleft()
        if found and len(path) >= len(found[0]):
            break
        for way in dict.fromkeys(ways.get(table, ())):
            if way.end == end:
                found.append((*path, way))
            elif depth.get(way.end, len(path) + 1) >= len(path) + 1 and len(queue) < 10_000:
                depth[way.end] = len(path) + 1
                queue.append((way.end, (*path, way)))
    return found
