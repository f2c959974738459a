"""Tool that writes rows to a file, offered if DATABASE_EXPORT_FOLDER is set, and the resource that reads it."""

from typing import Annotated

import anyio.to_thread
from mcp_chassis.failures import NotFound
from mcp_chassis.pipeline.caller import current_principal
from mcp_chassis.results import Content
from mcp_chassis.tools import resource, writes
from pydantic import Field

from database_mcp.databases import Databases, Registry
from database_mcp.exports.folder import ExportFolder
from database_mcp.exports.lines import CsvLines, JsonLines
from database_mcp.exports.running import ExportRequest, ExportResult, export
from database_mcp.settings import DatabaseSettings, reads_freely
from database_mcp.tools.parameters import DatabaseName, Params, Sql, TimeoutSeconds
from database_mcp.tools.queries import query_deadline, statement_seconds

USE_QUERY = "Read the rows with execute_query instead."


def _offered(settings: DatabaseSettings) -> bool:
    return settings.export_folder is not None and reads_freely(settings)


@writes(
    "Export a query",
    destructive=False,
    idempotent=True,
    deadline=query_deadline,
    offered=_offered,
    may_take_minutes=True,
)
async def export_query(
    query: Sql,
    file: Annotated[str, Field(max_length=120, description="New name, .csv or .jsonl.")],
    databases: Registry,
    params: Params = None,
    database: DatabaseName = None,
    timeout_seconds: TimeoutSeconds = 120,
) -> ExportResult:
    """Write all rows of one query to a file instead of reading them, when they are many."""
    chosen, settings = databases.get(database), databases.settings
    limits = settings.export_max_rows, settings.export_max_mb * 1_000_000
    seconds = statement_seconds(timeout_seconds)
    request = ExportRequest(query, params or [], file, seconds, *limits, settings.export_quote_formulas)
    return databases.labelled(chosen, await export(chosen, _folder(databases), request))


@resource("export://{file}/{piece}", "Exported file", mime_type="application/octet-stream")
async def exported_piece(file: str, piece: str, databases: Registry) -> Content:
    """One piece (1, 2, ...) of a file that you exported; all of them, one after the other, are the file."""
    folder = _folder(databases)
    number = int(piece) if piece.isdecimal() and len(piece) < 7 else 0
    found = await anyio.to_thread.run_sync(folder.piece, file, number)
    return Content(found, JsonLines.mime_type if file.endswith(".jsonl") else CsvLines.mime_type)


def _folder(databases: Databases) -> ExportFolder:
    root = databases.settings.export_folder
    if root is None:
        raise NotFound("This server does not export files: DATABASE_EXPORT_FOLDER is not set.", remedy=USE_QUERY)
    return ExportFolder(root, current_principal())
