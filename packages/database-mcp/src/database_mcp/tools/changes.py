"""Tool that changes rows, offered if DATABASE_WRITABLE names a database."""

from typing import Any

from mcp.server.mcpserver import Context
from mcp_chassis.asking import can_elicit
from mcp_chassis.failures import PermissionDenied
from mcp_chassis.tools import Confirm, Question, writes

from database_mcp.database import Database
from database_mcp.databases import Databases, Registry
from database_mcp.queries.execution import read_one
from database_mcp.queries.query import Query
from database_mcp.settings import DatabaseSettings
from database_mcp.tools.parameters import Name, Params, Sql
from database_mcp.writes.changes import ChangeResult, commit, is_ddl, preview


async def commit_question(
    statement: str, database: str, databases: Registry, ctx: Context, params: list[Any] | None = None
) -> Question:
    """Question to the person whether to commit, after a preview; its note is the number of changed rows."""
    chosen = _writable(databases, database)
    query = Query(read_one(statement), params or [])
    ddl = is_ddl(query.statement)
    if ddl and not can_elicit(ctx):
        raise PermissionDenied(
            "DDL needs a person's confirmation, which this host cannot ask for; nothing was changed.",
            remedy="Show the SQL to who may run it.",
        )
    tried = await preview(chosen, query)
    rows = "" if ddl else f" It changes {tried.rows} rows."
    return Question(
        f"Commit this to {chosen.name}?{rows}",
        person_only=ddl,
        preview=lambda code: tried.model_copy(update={"confirm": code}),
        field="commit",
        note=str(tried.rows),
    )


def _offered(settings: DatabaseSettings) -> bool:
    return bool(settings.writable)


@writes(
    "Change rows",
    destructive=True,
    idempotent=True,
    deadline=90,
    offered=_offered,
    scope="admin",
    confirm=commit_question,
)
async def execute_write(
    statement: Sql, database: Name, databases: Registry, params: Params = None, confirm: Confirm = None
) -> ChangeResult:
    """Run one INSERT, UPDATE, DELETE or MERGE. Without confirm it is only a preview, rolled back."""
    query = Query(read_one(statement), params or [])
    return await commit(_writable(databases, database), query, None if confirm is None else int(confirm))


def _writable(databases: Databases, name: str) -> Database:
    chosen = databases.get(name)
    if not chosen.target.writable:
        raise PermissionDenied(
            f"This server may not change the database {chosen.name!r}; nothing was changed.",
            remedy="Ask the person who runs this server to add the database to DATABASE_WRITABLE.",
        )
    return chosen
