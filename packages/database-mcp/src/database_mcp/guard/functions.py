"""Facts of PostgreSQL's catalogue for the guard: functions, types, keywords, schemas."""

import dataclasses

from database_mcp.client.protocols import Connection

FUNCTIONS_SQL = """
WITH support AS (
    SELECT a.aggfnoid, bool_or(p.provolatile = 'v') AS acts
    FROM pg_catalog.pg_aggregate a
    JOIN pg_catalog.pg_proc p ON p.oid IN (a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn,
        a.aggdeserialfn, a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn)
    GROUP BY a.aggfnoid
), functions AS (
    SELECT p.proname, p.provolatile = 'v' OR coalesce(s.acts, false) AS acts,
           p.pronargs >= 1 AND p.pronargs - p.pronargdefaults <= 1 AS on_row
    FROM pg_catalog.pg_proc p LEFT JOIN support s ON s.aggfnoid = p.oid
)
SELECT array_agg(DISTINCT proname::text) || (SELECT array_agg(typname::text) FROM pg_catalog.pg_type) AS known,
       coalesce(array_agg(DISTINCT proname::text) FILTER (WHERE acts), '{}') AS acting,
       coalesce(array_agg(DISTINCT proname::text) FILTER (WHERE acts AND on_row), '{}') AS acting_on_rows,
       (SELECT array_agg(word) FROM pg_catalog.pg_get_keywords() WHERE catcode IN ('C', 'R')) AS reserved,
       (SELECT array_agg(word) FROM pg_catalog.pg_get_keywords()) AS keywords,
       (SELECT array_agg(nspname::text) FROM pg_catalog.pg_namespace) AS schemas
FROM functions
"""


@dataclasses.dataclass(frozen=True)
class Functions:
    """Names of functions and keywords in one database.

    `known`: functions and types; a type's name can be called as a cast: `inet('10.0.0.1')`.
    `acting`: functions with a VOLATILE overload, and aggregates that use one. `acting_on_rows`: those of them that
    accept one argument, so that `row.name` calls them too. `reserved`: keywords that cannot be a function's name.
    """

    known: frozenset[str]
    acting: frozenset[str]
    acting_on_rows: frozenset[str]
    reserved: frozenset[str]
    keywords: frozenset[str]
    schemas: frozenset[str]

    @classmethod
    async def read(cls, connection: Connection) -> "Functions":
        row = (await connection.fetch(FUNCTIONS_SQL))[0]
        return cls(**{field.name: frozenset[str](row[field.name]) for field in dataclasses.fields(cls)})
