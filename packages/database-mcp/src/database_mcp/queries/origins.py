"""Columns of a query's result that may contain texts of marked columns, found in PostgreSQL's plan of the query."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from database_mcp.catalog.column_marks import ColumnMarks, MarkedTable
from database_mcp.client.driver import translated_errors
from database_mcp.client.protocols import Connection
from database_mcp.guard.statement import Statement
from database_mcp.queries.query import Described
from database_mcp.queries.wrapper import source

Node = Mapping[str, Any]

_NAME = r'(?:"(?:[^"]|"")+"|[a-z_\u0080-\U0010ffff][a-z0-9_$\u0080-\U0010ffff]*)'
_LITERAL = re.compile(r"'(?:[^']|'')*+'")
_REFERENCE = re.compile(rf"(?<![:.])({_NAME})\.({_NAME}|\*)(?!\s*\()")
_CALL = re.compile(rf"({_NAME})\s*\(")
_OPAQUE = re.compile(r"SubPlan|InitPlan|\$[0-9]")  # Values that other parts of the plan compute.
_READING = re.compile(r"pg_stat_get|pg_read|lo_get|dblink")
_READ_BY_STATISTICS = frozenset({"pg_statistic", "pg_statistic_ext_data", "pg_largeobject"})
_WITHOUT_SOURCE = frozenset({"Append", "Merge Append", "SetOp", "Recursive Union", "WorkTable Scan"})
"""Plan nodes whose output columns PostgreSQL names after the first of several inputs."""


async def untrusted_columns(
    connection: Connection, statement: Statement, shape: Described, marks: ColumnMarks
) -> list[str]:
    """The names of the result's columns that may contain texts of marked columns.

    Args:
        shape: the description of a statement that was found to be a query.
    """
    names = [column.name for column in shape.columns]
    if not marks.tables or not names:
        return []
    if _names_marked_view(statement, marks):
        return names
    # With a second FROM item around the query, PostgreSQL writes every column with the name of its table.
    planned = " ".join(["SELECT * FROM", source(shape.text, len(names))])
    with translated_errors():
        prepared = await connection.prepare(f"EXPLAIN (FORMAT JSON, VERBOSE) {planned}", name="")
        plan: Node = json.loads((await prepared.fetch(*shape.values))[0][0])[0]["Plan"]
    return [names[place] for place in untrusted_places(plan, len(names), marks)]


def untrusted_places(plan: Node, count: int, marks: ColumnMarks) -> list[int]:
    """Indexes of those of the first `count` output columns of a plan that may contain marked texts.

    A column is trusted only if the plan shows where its values come from.
    """
    nodes = list(_nodes(plan))
    if _reads_unseen(nodes, marks):
        return list(range(count))
    sources = {node["Alias"]: _marked_table(node, marks) for node in nodes if "Relation Name" in node}
    outputs: list[str] = plan.get("Output") or []
    unclear = len(outputs) < count or any(node["Node Type"] in _WITHOUT_SOURCE for node in nodes)
    anywhere = any(_is_marked(text, sources) for node in nodes for text in node.get("Output", ()))
    if unclear:
        return list(range(count)) if anywhere else []
    return [
        place
        for place, text in enumerate(outputs[:count])
        if _is_marked(text, sources) or (anywhere and _is_opaque(text, sources))
    ]


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)


def _marked_table(node: Node, marks: ColumnMarks) -> MarkedTable | None:
    return marks.tables.get((node.get("Schema", ""), node["Relation Name"]))


def _names_marked_view(statement: Statement, marks: ColumnMarks) -> bool:
    views = {name for (_, name), table in marks.tables.items() if table.is_marked_view}
    return any(name.text in views for name in statement.names)


def _reads_unseen(nodes: Sequence[Node], marks: ColumnMarks) -> bool:
    """Whether the plan may read unnamed data: statistics, large objects, tables that a function reads."""
    if any(node.get("Relation Name") in _READ_BY_STATISTICS for node in nodes):
        return True
    called = {node["Function Name"] for node in nodes if "Function Name" in node}
    texts = (text for node in nodes for text in [*node.get("Output", ()), node.get("Function Call", "")])
    called |= {_unquoted(name) for text in texts for name in _CALL.findall(_LITERAL.sub("''", text))}
    return any(name in marks.functions or _READING.match(name) for name in called)


def _references(text: str) -> Iterator[tuple[str, str]]:
    for alias, column in _REFERENCE.findall(_LITERAL.sub("''", text)):
        yield _unquoted(alias), _unquoted(column)


def _is_marked(text: str, sources: Mapping[str, MarkedTable | None]) -> bool:
    """Whether an output expression refers to a marked column, or to a column that its table does not have."""
    for alias, column in _references(text):
        table = sources.get(alias)
        if table is not None and (column in table.marked or column not in table.columns):
            return True
    return False


def _is_opaque(text: str, sources: Mapping[str, MarkedTable | None]) -> bool:
    """Whether an output expression contains values of a subquery, a CTE or another part of the plan."""
    return bool(_OPAQUE.search(text)) or any(alias not in sources for alias, _ in _references(text))


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name
