"""Check that a schema exists and that the server's role may use it."""

import difflib
from collections.abc import Sequence

from mcp_chassis.failures import NotFound, PermissionDenied

from database_mcp.client.protocols import Connection

_SCHEMAS_SQL = """
SELECT n.nspname::text AS name, pg_catalog.has_schema_privilege(n.oid, 'USAGE') AS usable
FROM pg_catalog.pg_namespace n
WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND ($1::text[] IS NULL OR n.nspname = ANY($1::text[]))
ORDER BY n.nspname LIMIT 2000
"""
MAX_NAMED = 20


async def check_schema(connection: Connection, allowed: Sequence[str], schema: str) -> None:
    """Check that a schema without visible tables exists.

    Raises:
        NotFound: when it does not; the remedy names similar or existing schemas.
        PermissionDenied: when the role has no USAGE on the schema.
    """
    rows = await connection.fetch(_SCHEMAS_SQL, list(allowed) or None)
    usable: dict[str, bool] = {row["name"]: row["usable"] for row in rows}
    if schema in usable:
        if usable[schema]:
            return
        raise PermissionDenied(f"The server's role has no USAGE on the schema {schema!r}, so its tables are hidden.")
    names = [name for name in usable if usable[name]]
    lowered = {name.lower(): name for name in names}
    near = [lowered[found] for found in difflib.get_close_matches(schema.lower(), lowered, n=3, cutoff=0.6)]
    there = f"Schemas: {', '.join(names[:MAX_NAMED])}{', ...' if len(names) > MAX_NAMED else ''}."
    remedy = f"Did you mean {' or '.join(near)}?" if near else there
    raise NotFound(f"No schema is named {schema!r}.", remedy=remedy, details={"nearest": near} if near else None)
