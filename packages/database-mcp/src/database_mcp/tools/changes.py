"""The tool that changes rows, where DATABASE_WRITABLE names a database."""

import json
from collections.abc import Sequence
from typing import Annotated, Any

from mcp.server.elicitation import AcceptedElicitation, ElicitationResult
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.resolve import Elicit, Resolve
from mcp_chassis.failures import PermissionDenied
from mcp_chassis.output.sanitize import sanitize
from mcp_chassis.pipeline.caller import current_principal
from mcp_chassis.tools import writes
from pydantic import BaseModel, Field

from database_mcp.database import Database
from database_mcp.databases import Databases, Registry
from database_mcp.queries.execution import read_one
from database_mcp.queries.query import Query
from database_mcp.settings import DatabaseSettings
from database_mcp.tools.parameters import Name, Params, Sql
from database_mcp.writes.changes import ChangeResult, commit, is_ddl, preview
from database_mcp.writes.confirmations import binding

MAX_SHOWN_PARAM_CHARS = 500


class Agreement(BaseModel):
    """A person's answer to the question about a change."""

    commit: bool = Field(description="Commit this change.")


async def agreement(
    statement: str,
    database: str,
    databases: Registry,
    ctx: Context,
    params: list[Any] | None = None,
    confirm: str | None = None,
) -> Agreement | Elicit[Agreement]:
    """Ask the person where the host can; else a code from the preview takes the place of the answer."""
    capabilities = ctx.client_capabilities
    if confirm is not None or capabilities is None or capabilities.elicitation is None:
        return Agreement(commit=False)
    chosen = _writable(databases, database)
    query = Query(read_one(statement), params or [])
    tried = await preview(chosen, query)
    rows = "" if is_ddl(query.statement) else f" It changes {tried.rows} rows."
    return Elicit(question(f"Commit this to {chosen.name}?{rows}", statement, params or []), Agreement)


def question(sentence: str, statement: str, params: Sequence[Any]) -> str:
    """The question to a person: the statement and each parameter as they are, without invisible characters."""
    values = [f"${number} = {json.dumps(value, ensure_ascii=False)}" for number, value in enumerate(params, start=1)]
    shown = [value if len(value) <= MAX_SHOWN_PARAM_CHARS else value[:MAX_SHOWN_PARAM_CHARS] + "…" for value in values]
    return sanitize("\n".join([sentence, "", statement, *shown]))[0]


def _offered(settings: DatabaseSettings) -> bool:
    return bool(settings.writable)


@writes("Change rows", destructive=True, idempotent=True, deadline=90, offered=_offered, scope="admin")
async def execute_write(
    statement: Sql,
    database: Name,
    databases: Registry,
    answer: Annotated[ElicitationResult[Agreement], Resolve(agreement)],
    params: Params = None,
    confirm: Annotated[str | None, Field(max_length=64, description="Code of the preview; commits.")] = None,
) -> ChangeResult:
    """Run one INSERT, UPDATE, DELETE or MERGE. Without confirm it is only a preview, rolled back."""
    chosen = _writable(databases, database)
    query = Query(read_one(statement), params or [])
    if is_ddl(query.statement) and not _agreed(answer):
        raise PermissionDenied(
            "DDL runs only when a person agrees to it: nothing was changed.", remedy="Show the SQL to who may run it."
        )
    bound_to = binding(current_principal(), chosen.name, statement, params or [])
    if confirm is not None:
        return await databases.confirmations.redeem(confirm, bound_to, lambda rows: commit(chosen, query, rows))
    if _agreed(answer):
        return await commit(chosen, query)
    tried = await preview(chosen, query)
    return tried.model_copy(update={"confirm": databases.confirmations.issue(bound_to, tried.rows)})


def _agreed(answer: ElicitationResult[Agreement]) -> bool:
    return isinstance(answer, AcceptedElicitation) and answer.data.commit


def _writable(databases: Databases, name: str) -> Database:
    chosen = databases.get(name)
    if not chosen.target.writable:
        raise PermissionDenied(
            f"The database {chosen.name!r} is read-only here: nothing was changed.",
            remedy="Who runs this server can name it in DATABASE_WRITABLE.",
        )
    return chosen
