"""Tools that list and run the named queries of DATABASE_QUERIES."""

from collections.abc import Mapping
from typing import Annotated, Any, cast

from mcp_chassis.tools import Cursor, reads
from pydantic import BeforeValidator, Field
from pydantic_core import to_json

from database_mcp.databases import Registry
from database_mcp.named.running import NamedQueryList, list_queries, run_named
from database_mcp.queries.results import QueryResult
from database_mcp.settings import DatabaseSettings
from database_mcp.tools.parameters import Name

MAX_DEADLINE_SECONDS = 315
MAX_ARGUMENT_CHARS = 65_536


def _pairs(given: Any) -> Any:
    """Return the pairs of parameters; an object, which some hosts send instead, gives its pairs."""
    if not isinstance(given, Mapping):
        return given
    items = cast("Mapping[str, Any]", given).items()
    return [f"{name}={_text(each)}" for name, value in items if value is not None for each in _several(value)]


def _several(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else [value]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else to_json(value).decode()


Argument = Annotated[str, Field(max_length=MAX_ARGUMENT_CHARS, pattern=r"^[^=]{1,63}=")]
Arguments = Annotated[
    list[Argument] | None,
    BeforeValidator(_pairs),
    Field(max_length=200, description="name=value for each parameter; several for an array."),
]


def _offered(settings: DatabaseSettings) -> bool:
    return settings.queries is not None


@reads("List named queries", offered=_offered, deadline=60)
async def list_named_queries(databases: Registry) -> NamedQueryList:
    """The queries that run_named_query takes, with their parameters."""
    return await list_queries(databases)


@reads("Run a named query", offered=_offered, deadline=MAX_DEADLINE_SECONDS, may_take_minutes=True)
async def run_named_query(
    name: Name,
    databases: Registry,
    arguments: Arguments = None,
    cursor: Cursor = None,
) -> QueryResult:
    """Run one query of list_named_queries."""
    pairs = [(key, value) for key, _, value in (argument.partition("=") for argument in arguments or ())]
    return await run_named(databases, name, pairs, int(cursor or 0))
