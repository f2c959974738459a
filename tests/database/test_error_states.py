"""SQLSTATE codes of PostgreSQL: failure code and remedy of each."""

from collections.abc import AsyncGenerator

import pytest
from database_mcp.server import SERVER
from mcp_chassis.testing import connected, failure
from postgres_places import Place
from postgres_proxy import PostgresProxy, in_front_of

CODES = {
    "INVALID_INPUT": "0A000 21000 22007 22012 22P02 38000 39000 42601 42702 42703 42725 42803 42804 42883 42P18 54001 "
    "54011 P0001",
    "PERMISSION_DENIED": "0LP01 25006 42501",
    "RESOURCE_NOT_FOUND": "3D000 3F000 42704 42P01",
    "CONFLICT": "23505 23503 2BP01 55000",
    "UPSTREAM_ERROR": "34000 58030 XX000 XX001",
    "AUTHENTICATION_FAILED": "28000 28P01",
    "TIMEOUT": "57014 55P03 25P03",
    "SERVICE_UNAVAILABLE": "08006 26000 40001 40P01 53100 53300 57P01 57P03",
}
ADVICE = {
    "22007": "Write dates as",
    "22012": "nullif(x, 0)",
    "22P02": "Check the values",
    "23505": "describe_table",
    "25006": "Use a statement that only reads",
    "28P01": "Ask the person who runs this server",
    "3D000": "Ask the person who runs this server",
    "40001": "try again",
    "42501": "GRANT the privilege",
    "42601": "Check the syntax",
    "42702": "its alias before the column",
    "42703": "describe_table",
    "42725": "Cast the arguments",
    "42803": "GROUP BY",
    "42804": "Cast one side",
    "42883": "cast the arguments",
    "42P01": "list_tables",
    "42P18": "$1::text",
    "54001": "smaller statement",
    "55P03": "try again later",
    "57014": "Narrow the query with WHERE",
}
QUERY = "SELECT 7 AS probed"
RETRIED = ("08", "26", "40", "53", "57P", "25P03", "55P03", "57014")


@pytest.fixture
async def proxy(postgres18: Place) -> AsyncGenerator[PostgresProxy]:
    async with in_front_of(postgres18.address) as proxy:
        yield proxy


def _environment(proxy: PostgresProxy) -> dict[str, str]:
    url = f"postgresql://mcp_ro@127.0.0.1:{proxy.port}/shop?sslmode=disable"
    return {"DATABASE_URL": url, "MCP_RETRY_BASE": "0.01", "MCP_BREAKER_FAILURES": "1000"}


async def test_each_sqlstate_maps_to_its_failure_code(proxy: PostgresProxy):
    expected = {state: code for code, states in CODES.items() for state in states.split()}
    found: dict[str, str] = {}
    async with connected(SERVER, env=_environment(proxy)) as client:
        for state in sorted(expected, key=lambda state: state.startswith(RETRIED)):
            proxy.refuse_with = (QUERY.encode(), state)
            found[state] = failure(await client.call_tool("execute_query", {"query": QUERY})).code
    assert found == expected


async def test_a_sqlstate_with_a_known_remedy_includes_the_remedy(proxy: PostgresProxy):
    without: dict[str, str] = {}
    async with connected(SERVER, env=_environment(proxy)) as client:
        for state in sorted(ADVICE, key=lambda state: state.startswith(RETRIED)):
            proxy.refuse_with = (QUERY.encode(), state)
            message = failure(await client.call_tool("execute_query", {"query": QUERY})).message
            if ADVICE[state] not in message:
                without[state] = message
    assert without == {}
