"""The database server: its tools, resources, prompts and settings."""

from mcp_chassis.server import Server

from database_mcp.connection import connect, probe
from database_mcp.notifications import watch
from database_mcp.profiles import PROFILES
from database_mcp.prompts import PROMPTS
from database_mcp.resources import RESOURCES
from database_mcp.settings import DatabaseSettings
from database_mcp.tools.changes import execute_write
from database_mcp.tools.exports import export_query, exported_piece
from database_mcp.tools.health import check_health, list_sessions, list_sizes, top_queries
from database_mcp.tools.named_queries import list_named_queries, run_named_query
from database_mcp.tools.queries import execute_query
from database_mcp.tools.schema import (
    describe_table,
    find_joins,
    list_databases,
    list_tables,
    profile_table,
    search_schema,
)

SERVER = Server(
    name="database-mcp",
    distribution="toolroll-database-mcp",
    title="PostgreSQL",
    description="Schemas, queries and monitoring of PostgreSQL databases, read-only by default",
    website="https://www.postgresql.org/docs/",
    settings=DatabaseSettings,
    connect=connect,
    instructions=(
        "Reads PostgreSQL. Find tables with list_tables or search_schema, look at them with describe_table, then run "
        "execute_query with values in params. Leave database out for the default one."
    ),
    tools=(
        list_databases,
        list_tables,
        describe_table,
        search_schema,
        find_joins,
        profile_table,
        execute_query,
        check_health,
        top_queries,
        list_named_queries,
        run_named_query,
        export_query,
        execute_write,
    ),
    more_tools=(list_sessions, list_sizes),
    profiles=PROFILES,
    resources=(*RESOURCES, exported_piece),
    prompts=PROMPTS,
    watch=watch,
    probe=probe,
)
