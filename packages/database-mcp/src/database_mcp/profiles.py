"""Profiles: sets of tools for reading, administration and writing, named in DATABASE_TOOLS."""

from database_mcp.tools.changes import execute_write
from database_mcp.tools.exports import export_query
from database_mcp.tools.health import check_health, list_sessions, list_sizes, top_queries
from database_mcp.tools.queries import execute_query
from database_mcp.tools.schema import (
    describe_table,
    find_joins,
    list_databases,
    list_tables,
    profile_table,
    search_schema,
)

PROFILES = {
    "read": (
        list_databases,
        list_tables,
        describe_table,
        search_schema,
        find_joins,
        profile_table,
        execute_query,
        export_query,
    ),
    "dba": (
        list_databases,
        list_tables,
        describe_table,
        execute_query,
        export_query,
        check_health,
        top_queries,
        list_sessions,
        list_sizes,
    ),
    "write": (list_databases, list_tables, describe_table, search_schema, execute_query, execute_write),
}
