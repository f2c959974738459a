"""The second example: one tool over a search API with a key of its own."""

import asyncio
import importlib.util
import socket
from collections.abc import AsyncGenerator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import uvicorn
from mcp.client import Client
from mcp_chassis.testing import Reply, ScriptedUpstream, connected, data, failure
from mcp_chassis.testing.replies import hang
from rest_mcp.assembly import server_of

FOLDER = Path(__file__).parents[2] / "examples" / "web-search"
KEY = "the-key-of-these-tests"


@pytest.fixture(scope="module")
def backend() -> ModuleType:
    spec = importlib.util.spec_from_file_location("web_search_backend", FOLDER / "backend.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
async def url(backend: ModuleType) -> AsyncGenerator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(backend.application(KEY), log_level="critical", lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await serving


@pytest.fixture
async def client(url: str) -> AsyncGenerator[Client]:
    env = {"SEARCH_API_URL": url, "SEARCH_API_KEY": KEY}
    async with connected(server_of(FOLDER / "bridge.toml"), env=env) as client:
        yield client


async def test_results_have_a_title_an_address_and_a_snippet_and_nothing_else(client: Client) -> None:
    found = data(await client.call_tool("web_search", {"query": "bread"}))["items"]
    assert len(found) == 2
    assert {tuple(item) for item in found} == {("title", "url", "snippet")}


async def test_five_results_come_unless_more_are_wanted_and_a_region_narrows_them(client: Client) -> None:
    many = {"query": " ".join(["tides", "bees", "maps", "known"])}
    assert len(data(await client.call_tool("web_search", many))["items"]) == 5
    assert len(data(await client.call_tool("web_search", {**many, "num_results": 12}))["items"]) == 12
    french = data(await client.call_tool("web_search", {**many, "num_results": 20, "region": "fr"}))["items"]
    assert {item["url"].split(".")[0] for item in french} == {"https://fr"}


WRONG: list[dict[str, Any]] = [
    {},
    {"query": ""},
    {"query": "x" * 501},
    {"query": "a", "num_results": 0},
    {"query": "a", "num_results": 21},
    {"query": "a", "region": "france"},
    {"query": "a", "region": "f1"},
    {"query": "a", "safe": True},
]


@pytest.mark.parametrize("wrong", WRONG)
async def test_what_is_out_of_bounds_is_refused(client: Client, wrong: dict[str, Any]) -> None:
    assert failure(await client.call_tool("web_search", wrong)).code == "INVALID_INPUT"


async def test_a_wrong_key_is_reported_with_the_name_of_its_variable(url: str) -> None:
    env = {"SEARCH_API_URL": url, "SEARCH_API_KEY": "wrong"}
    async with connected(server_of(FOLDER / "bridge.toml"), env=env) as client:
        failed = failure(await client.call_tool("web_search", {"query": "bees"}))
    assert failed.code == "AUTHENTICATION_FAILED"
    assert "SEARCH_API_KEY" in failed.message


async def test_an_api_that_hangs_ends_the_call_as_too_late(backend: ModuleType) -> None:
    server = server_of(FOLDER / "bridge.toml")
    assert {tool.__name__: vars(tool)["__chassis__"].deadline for tool in server.tools} == {"web_search": 10}
    async with ScriptedUpstream() as upstream:
        upstream.answers("GET /search", Reply(503), hang())
        env = {"SEARCH_API_URL": upstream.url, "SEARCH_API_KEY": KEY}
        async with connected(server, env=env) as client:
            failed = failure(await client.call_tool("web_search", {"query": "bees"}))
    assert failed.code == "TIMEOUT"
    assert failed.retryable is True
