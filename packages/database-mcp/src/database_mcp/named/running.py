"""Execution of named queries with the model's arguments, the caller's principal and its row policies."""

from collections.abc import Sequence
from typing import Any

from mcp_chassis.failures import Failure, InvalidInput, NotFound, PermissionDenied
from mcp_chassis.pipeline.caller import current_principal
from mcp_chassis.results import Result

from database_mcp.client.driver import translated_errors
from database_mcp.client.protocols import Connection
from database_mcp.databases import Databases
from database_mcp.named.definition import NamedQuery, ParameterType, QueryParameter
from database_mcp.queries.execution import QueryRequest, execute
from database_mcp.queries.query import Query, describe, prepare_wrapped
from database_mcp.queries.results import QueryResult


class OfferedParameter(Result):
    """A parameter; `optional` ones may be left out."""

    name: str
    type: ParameterType
    array: bool | None = None
    optional: bool | None = None
    description: str | None = None
    values: list[str] | None = None
    minimum: float | None = None
    maximum: float | None = None


class OfferedQuery(Result):
    """A named query; `problem`: why it cannot run."""

    name: str
    description: str
    parameters: list[OfferedParameter] | None = None
    problem: str | None = None


class NamedQueryList(Result):
    queries: list[OfferedQuery]


async def list_queries(databases: Databases) -> NamedQueryList:
    """List all named queries with their parameters; each is checked by PostgreSQL."""
    return NamedQueryList(queries=[await _offered(databases, query) for query in databases.named.values()])


async def run_named(databases: Databases, name: str, arguments: Sequence[tuple[str, str]], offset: int) -> QueryResult:
    """Run a named query and return one page of its rows.

    Raises:
        NotFound: no query has this name.
        InvalidInput: an argument is unknown, missing or breaks a rule; the message names it.
    """
    query = databases.named.get(name)
    if query is None:
        raise NotFound(f"No query is named {name!r}.", remedy=f"The named queries are: {', '.join(databases.named)}.")
    values = values_of(query, arguments, current_principal())
    chosen = databases.get(query.database)
    request = QueryRequest(
        query.sql, values, seconds=query.deadline_seconds, limit=query.page, offset=offset, budget=databases.budget
    )
    return databases.labelled(chosen, await execute(chosen, request))


def values_of(query: NamedQuery, arguments: Sequence[tuple[str, str]], principal: str) -> list[Any]:
    """The values of `$1`, `$2`, ...: the checked arguments, and the principal for bound parameters.

    Raises:
        InvalidInput: when an argument breaks a rule; the message names both.
    """
    given: dict[str, list[str]] = {}
    for name, value in arguments:
        if name not in query.visible:
            there = ", ".join(query.visible) or "none"
            raise InvalidInput(
                f"The query {query.name} has no parameter {name!r}.", remedy=f"Its parameters are: {there}."
            )
        given.setdefault(name, []).append(value)
    return [_value(name, parameter, given.get(name), principal) for name, parameter in query.parameters.items()]


def _value(name: str, parameter: QueryParameter, given: Sequence[str] | None, principal: str) -> Any:
    if parameter.bind is not None:
        return principal
    try:
        return parameter.checked(given)
    except ValueError as exc:
        raise InvalidInput(f"The argument {name} {exc}.") from exc


async def _offered(databases: Databases, query: NamedQuery) -> OfferedQuery:
    return OfferedQuery(
        name=query.name,
        description=query.description,
        parameters=[_parameter(name, each) for name, each in query.visible.items()] or None,
        problem=await problem_of(databases, query),
    )


async def problem_of(databases: Databases, query: NamedQuery) -> str | None:
    """Reason why PostgreSQL or the guard would refuse the named query; None if both accept it."""

    async def judged(connection: Connection) -> None:
        nothing = Query(query.statement, [None] * len(query.parameters))
        with translated_errors():
            await prepare_wrapped(connection, nothing, await describe(connection, nothing))

    try:
        await databases.get(query.database).read_checked(query.statement, judged, seconds=query.deadline_seconds)
    except Failure as failure:
        return failure.message
    return None


def _parameter(name: str, parameter: QueryParameter) -> OfferedParameter:
    return OfferedParameter(
        name=name,
        type=parameter.type,
        array=parameter.array or None,
        optional=parameter.optional or parameter.default is not None or None,
        description=parameter.description or None,
        values=parameter.values,
        minimum=parameter.minimum,
        maximum=parameter.maximum,
    )


def refuse_free_reading(databases: Databases) -> None:
    """Refuse reading of table rows if the server offers only named queries.

    Raises:
        PermissionDenied: when it does; the remedy names the tools to use.
    """
    if databases.settings.only_named_queries:
        raise PermissionDenied(
            "This server reads rows of tables only with named queries.", remedy="Use list_named_queries."
        )
