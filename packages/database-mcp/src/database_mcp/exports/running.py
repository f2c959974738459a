"""Execution of a query whose rows are streamed to a file, with limits of rows and bytes."""

import dataclasses
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from typing import Any, BinaryIO, NoReturn

import anyio.to_thread
from mcp_chassis.failures import Failure, InvalidInput
from mcp_chassis.results import Result
from mcp_types import ContentBlock, ResourceLink

from database_mcp.client.driver import translated_errors
from database_mcp.client.protocols import Connection, Prepared, Row
from database_mcp.database import Database
from database_mcp.exports.folder import PIECE_BYTES, ExportFolder
from database_mcp.exports.lines import CsvLines, JsonLines, Lines
from database_mcp.queries.execution import read_one
from database_mcp.queries.query import Described, Query, describe, prepare_wrapped, with_expected_types
from database_mcp.queries.wrapper import Cells, batch_size

MAX_CELL_CHARS = (
    100_000  # Maximum length of a cell; a longer one is refused, since a file cannot show that it was truncated.
)
_MAX_BATCH_ROWS = 1_000
_TEXTS = frozenset({"text", "varchar", "bpchar", "name", "unknown", "json", "jsonb", "xml"})
_BUILT_IN = ("pg_catalog", "")


@dataclasses.dataclass(frozen=True)
class ExportRequest:
    """Arguments of one call of export_query."""

    sql: str
    values: Sequence[object]
    file: str
    seconds: float
    max_rows: int
    max_bytes: int
    quote_formulas: bool


class ExportResult(Result):
    """A finished file; `uri`: its first piece; the others end in /2, /3, ... up to `pieces`."""

    database: str | None = None
    uri: str
    path: str | None = None
    pieces: int
    bytes: int
    columns: list[str]
    types: list[str]
    row_count: int
    truncated: bool | None = None
    warnings: list[str] | None = None
    elapsed_ms: float

    def beside(self) -> list[ContentBlock]:
        name = self.uri.split("/")[-2]
        kind = JsonLines.mime_type if name.endswith(".jsonl") else CsvLines.mime_type
        return [ResourceLink(uri=self.uri, name=name, mime_type=kind, size=self.bytes)]


@dataclasses.dataclass
class _Written:
    """Number of rows and bytes written so far."""

    rows: int = 0
    bytes: int = 0
    more: bool = False


async def export(database: Database, folder: ExportFolder, request: ExportRequest) -> ExportResult:
    """Write the rows of one query to a new file.

    Raises:
        Failure: when the query or the file fails; no file was created.
    """
    statement = read_one(request.sql)
    if statement.explain != "no":
        raise InvalidInput("The result of EXPLAIN cannot be exported.", remedy="Ask execute_query.")
    await anyio.to_thread.run_sync(folder.refuse, request.file)
    query = Query(statement, request.values, limit=request.max_rows, cell_chars=MAX_CELL_CHARS)
    began = time.perf_counter()
    with folder.draft(request.file) as file:

        async def work(connection: Connection) -> tuple[Described, Lines, _Written]:
            file.seek(0)
            file.truncate()  # Discard the rows of an attempt whose connection broke.
            shape = await describe(connection, query)
            prepared = await prepare_wrapped(connection, query, shape)
            lines = _lines(shape, request)
            try:
                return shape, lines, await _write(prepared, shape, lines, file, request)
            except Failure as failure:
                raise with_expected_types(failure, shape) from failure

        shape, lines, written = await database.read_checked(statement, work, seconds=request.seconds)
    path = folder.path(request.file)
    return ExportResult(
        uri=f"export://{request.file.replace(' ', '%20')}/1",
        path=str(path) if path else None,
        pieces=max(1, -(-written.bytes // PIECE_BYTES)),
        bytes=written.bytes,
        columns=[column.name for column in shape.columns],
        types=[column.type.name for column in shape.columns],
        row_count=written.rows,
        truncated=written.more or None,
        warnings=[*_remainder(written), *lines.warnings()] or None,
        elapsed_ms=round((time.perf_counter() - began) * 1000, 1),
    )


def _lines(shape: Described, request: ExportRequest) -> Lines:
    columns = [column.name for column in shape.columns]
    if not columns:
        raise InvalidInput("The query returns no columns; nothing was written.", remedy="Select at least one column.")
    if request.file.endswith(".jsonl"):
        return JsonLines(columns)
    kinds = [column.type for column in shape.columns]
    texts = (place for place, kind in enumerate(kinds) if kind.name in _TEXTS or kind.schema not in _BUILT_IN)
    return CsvLines(columns, frozenset(texts), quote_formulas=request.quote_formulas)


async def _write(
    prepared: Prepared, shape: Described, lines: Lines, file: BinaryIO, request: ExportRequest
) -> _Written:
    cells, written = Cells(shape.columns, MAX_CELL_CHARS), _Written()
    written.bytes = await anyio.to_thread.run_sync(file.write, lines.head())
    async for batch in _batches(prepared, shape, request.max_rows + 1):
        rows = cells.rows(batch)
        if cells.cut(rows):
            _refuse_cut(shape, rows, written.rows)
        await anyio.to_thread.run_sync(_append, file, lines, rows, written, request)
        if written.more:
            break
    return written


def _append(
    file: BinaryIO, lines: Lines, rows: Sequence[Sequence[Any]], written: _Written, request: ExportRequest
) -> None:
    """Write rows until a limit of rows or bytes is reached."""
    file.writelines(_fitting(map(lines.row, rows), written, request))


def _fitting(lines: Iterator[bytes], written: _Written, request: ExportRequest) -> Iterator[bytes]:
    for line in lines:
        if written.rows == request.max_rows or written.bytes + len(line) > request.max_bytes:
            written.more = True
            return
        written.rows += 1
        written.bytes += len(line)
        yield line


async def _batches(prepared: Prepared, shape: Described, limit: int) -> AsyncGenerator[list[Row]]:
    size = min(batch_size(shape.columns, MAX_CELL_CHARS), _MAX_BATCH_ROWS)
    with translated_errors():
        portal = await prepared.cursor(*shape.values)
    while limit > 0:
        asked = min(size, limit)
        with translated_errors():
            batch = await portal.fetch(asked)
        yield batch
        limit = limit - asked if len(batch) == asked else 0


def _refuse_cut(shape: Described, rows: Sequence[Sequence[Any]], before: int) -> NoReturn:
    number, place = next(
        (number, place)
        for number, row in enumerate(rows, start=before + 1)
        for place, value in enumerate(row)
        if isinstance(value, str) and len(value) > MAX_CELL_CHARS
    )
    raise InvalidInput(
        f"Row {number} has more than {MAX_CELL_CHARS:,} characters in {shape.columns[place].name}; no file exists.",
        remedy="Export the column in parts with substr(), or leave it out.",
    )


def _remainder(written: _Written) -> list[str]:
    if not written.more:
        return []
    rest = f"with a condition or OFFSET {written.rows}, in the same ORDER BY."
    return [f"The file has only the first {written.rows} rows, a limit of this server; export the others {rest}"]
