"""asyncpg connection class that looks up types by name only, so that columns of any type can be read as text."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any, Literal, cast

InputKind = Literal["array", "composite", "hstore", "json", "vector"]

# asyncpg's own look-up descends into composites and domains, and fails on those with a pseudo-type or an extension's
# type. Here each type unknown to asyncpg gets a codec that reads and writes its text form.
_TYPES_SQL = """
WITH RECURSIVE bases AS (
    SELECT oid AS type, oid AS base FROM pg_catalog.pg_type WHERE oid = ANY($1::oid[])
    UNION
    SELECT b.type, t.typbasetype FROM bases b JOIN pg_catalog.pg_type t ON t.oid = b.base WHERE t.typtype = 'd'
)
SELECT t.oid, n.nspname AS ns,
       CASE WHEN t.typtype IN ('b', 'p') AND e.oid IS NOT NULL AND t.oid NOT IN (22, 30)  -- int2vector, oidvector
            THEN e.typname || '[]' ELSE t.typname::text END AS name,
       CASE WHEN t.typcategory = 'A' AND t.typtype <> 'p' AND t.oid NOT IN (22, 30) THEN 'array'
            WHEN base.typtype = 'c' THEN 'composite'
            WHEN base.typname IN ('json', 'jsonb') THEN 'json'
            WHEN base.typname = 'hstore' THEN 'hstore'
            WHEN base.typname IN ('vector', 'halfvec') THEN 'vector' END AS input_kind
FROM bases b JOIN pg_catalog.pg_type t ON t.oid = b.type
JOIN pg_catalog.pg_type base ON base.oid = b.base AND base.typtype <> 'd'
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
"""
_BUILT_IN_JSON: Mapping[int, InputKind] = {114: "json", 3802: "json"}


@cache
def connection_class() -> type[Any]:
    """A subclass of `asyncpg.Connection` with `input_kinds`: by type OID, how a list or an object is written."""
    base: type[Any] = import_module("asyncpg").Connection

    class NamedTypesConnection(base):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)  # pyright: ignore
            self._intro_query = _TYPES_SQL
            self.input_kinds: dict[int, InputKind] = dict(_BUILT_IN_JSON)

        async def _introspect_types(self, typeoids: Any, timeout: Any) -> Any:
            looked_up = super()._introspect_types(typeoids, timeout)  # pyright: ignore
            types, statement = cast("tuple[list[Any], Any]", await looked_up)
            settings = self._protocol.get_settings()
            for row in types:
                settings.add_python_codec(row["oid"], row["name"], row["ns"], [], "scalar", str, str, "text")
            self.input_kinds |= {row["oid"]: row["input_kind"] for row in types if row["input_kind"]}
            return [], statement

    return NamedTypesConnection
