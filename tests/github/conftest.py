"""Fixtures: a scripted GitHub whose traffic is checked against GitHub's descriptions, and clients of the server."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
import services
from github_calls import NOW, TOKEN, Connect, Use
from github_graphql import SCHEMA, GraphQLDescription
from github_mcp.server import SERVER
from github_openapi import DESCRIPTION, Description
from github_world import World
from mcp.client import Client
from mcp_chassis.testing import connected
from mcp_types import CallToolResult
from scripted_github import ScriptedGitHub


@pytest.fixture(scope="session")
def judge() -> Description | None:
    """GitHub's OpenAPI description, or None if its npm package is not installed."""
    return Description(services.npm_package(str(DESCRIPTION))) if services.available("npm packages") else None


@pytest.fixture(scope="session")
def description(judge: Description | None) -> Description:
    """GitHub's OpenAPI description; without its npm package the test is skipped, or fails if packages are required."""
    services.require("npm packages")
    assert judge is not None
    return judge


@pytest.fixture(scope="session")
def published() -> Callable[[str], Description]:
    """Loader of the OpenAPI description of `api.github.com` or of an Enterprise Server such as `ghes-3.19`."""
    known: dict[str, Description] = {}

    def by_version(version: str) -> Description:
        if version not in known:
            known[version] = Description(services.npm_package(str(DESCRIPTION.with_name(f"{version}.json"))))
        return known[version]

    return by_version


@pytest.fixture(scope="session")
def graphql_judge() -> GraphQLDescription | None:
    """GitHub's GraphQL schema, or None if its npm package is not installed."""
    return GraphQLDescription(services.NODE_PACKAGES / SCHEMA) if (services.NODE_PACKAGES / SCHEMA).exists() else None


@pytest.fixture(scope="session")
def graphql() -> GraphQLDescription:
    """GitHub's published GraphQL schema; without its npm package the test is skipped or fails."""
    return GraphQLDescription(services.npm_package(str(SCHEMA)))


@pytest.fixture
def world() -> World:
    """A GitHub with the signed-in account octocat and one small repository."""
    world = World(lambda: NOW)
    world.tokens[TOKEN] = "octocat"
    repository = world.repository("octocat/hello", description="My first repository", language="Python")
    world.commit(repository, {"README.md": b"# Hello\n\nWorld\n", "src/app.py": b"print('hello')\n"}, "First")
    return world


@pytest.fixture
async def github(
    world: World, judge: Description | None, graphql_judge: GraphQLDescription | None
) -> AsyncGenerator[ScriptedGitHub]:
    """The scripted GitHub; after the test, no request or response may contradict GitHub's descriptions."""
    async with ScriptedGitHub(world, description=judge, graphql=graphql_judge).serving() as scripted:
        yield scripted
    assert scripted.problems == []


@pytest.fixture
def connect(github: ScriptedGitHub) -> Connect:
    """Opener of a client of a server that uses `github`; arguments are settings of the server."""

    def client(**settings: Any) -> AbstractAsyncContextManager[Client]:
        era = settings.pop("era", "modern")
        callback_names = ("message_handler", "logging_callback", "log_level")
        callbacks = {name: settings.pop(name) for name in callback_names if name in settings}
        quick = {"MCP_OUTBOUND_RATE": "1000", "GITHUB_SEARCHES_PER_MINUTE": "100000"}
        quick |= {"GITHUB_CODE_SEARCHES_PER_MINUTE": "100000", "GITHUB_WRITES_PER_SECOND": "1000"}
        env = {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": github.url, **quick, **settings}
        chosen = {name: value for name, value in env.items() if value is not None}
        return connected(SERVER, era=era, env=chosen, **callbacks)

    return client


@pytest.fixture
async def client(connect: Connect) -> AsyncGenerator[Client]:
    async with connect() as connected_client:
        yield connected_client


@pytest.fixture
def call(client: Client) -> Callable[..., Any]:
    """Caller of a tool of the default server, by name and arguments."""

    async def by_name(tool: str, **arguments: Any) -> Any:
        return await client.call_tool(tool, arguments)

    return by_name


@pytest.fixture
def use(connect: Connect, github: ScriptedGitHub) -> Use:
    """Caller of any one tool, on a server that offers only this tool; `allowed` is its allow-list."""

    async def by_name(tool: str, *, allowed: str | None = None, **arguments: Any) -> CallToolResult:
        async with connect(GITHUB_TOOLS=tool, GITHUB_ALLOWED_REPOS=allowed) as client:
            return await client.call_tool(tool, arguments)

    return by_name
