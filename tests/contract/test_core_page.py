"""The blocks of docs/core.md are one server: it runs as they stand, over the real protocol and a real socket."""

import re
import sys
from collections.abc import AsyncGenerator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from mcp.client import Client
from mcp_chassis.server import Server
from mcp_chassis.testing import Reply, ScriptedUpstream, connected, data, failure

PAGE = Path(__file__).parents[2] / "docs" / "core.md"
BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Server[Any]:
    """The `SERVER` of the page's blocks, put together as one module."""
    path = tmp_path_factory.mktemp("page") / "server_of_the_core_page.py"
    path.write_text("\n".join(BLOCK.findall(PAGE.read_text(encoding="utf-8"))), encoding="utf-8")
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module.SERVER


@pytest.fixture
async def upstream() -> AsyncGenerator[ScriptedUpstream]:
    async with ScriptedUpstream() as scripted:
        yield scripted


@pytest.fixture
async def client(server: Server[Any], upstream: ScriptedUpstream) -> AsyncGenerator[Client]:
    environment = {"NOTES_API_URL": upstream.url, "NOTES_API_KEY": "a-key"}
    async with connected(server, env=environment) as session:
        yield session


async def test_a_note_is_read_with_the_key_in_its_header(upstream: ScriptedUpstream, client: Client) -> None:
    upstream.answers("GET /notes/1", Reply(json={"id": 1, "title": "Milk", "author": None}))
    assert data(await client.call_tool("get_note", {"number": 1})) == {"id": 1, "title": "Milk"}
    assert upstream.requests[0].headers["x-api-key"] == "a-key"


async def test_notes_are_listed_page_by_page_and_an_odd_one_costs_itself(
    upstream: ScriptedUpstream, client: Client
) -> None:
    upstream.answers("GET /notes", Reply(json=[{"id": 1, "title": "Milk"}, {"id": "two"}]), Reply(json=[]))
    first = data(await client.call_tool("list_notes", {}))
    assert (first["items"], len(first["warnings"])) == ([{"id": 1, "title": "Milk"}], 1)
    second = data(await client.call_tool("list_notes", {"cursor": first["next_cursor"]}))
    assert second["items"] == []
    assert upstream.requests[1].query["page"] == "2"


async def test_a_note_is_added_once_for_one_key(upstream: ScriptedUpstream, client: Client) -> None:
    upstream.answers("POST /notes", Reply(201, json={"id": 7, "title": "Eggs"}))
    for _ in range(2):
        added = await client.call_tool("add_note", {"title": "Eggs", "idempotency_key": "k"})
        assert data(added)["id"] == 7
    assert len(upstream.requests) == 1


async def test_an_answer_that_does_not_prove_a_write_leaves_its_outcome_unknown(
    upstream: ScriptedUpstream, client: Client
) -> None:
    upstream.answers("POST /notes", Reply(201, json={}))
    assert failure(await client.call_tool("add_note", {"title": "Eggs"})).code == "OUTCOME_UNKNOWN"


async def test_a_note_that_is_not_there_is_not_found(upstream: ScriptedUpstream, client: Client) -> None:
    upstream.answers("GET /notes/2", Reply(404, json={"message": "no"}))
    assert failure(await client.call_tool("get_note", {"number": 2})).code == "RESOURCE_NOT_FOUND"


async def test_resource_and_prompt_are_answered(client: Client) -> None:
    help_page = await client.read_resource("notes://help/titles")
    assert "one line" in str(help_page.contents[0])
    assert "draft" in str((await client.get_prompt("tidy_up")).messages[0])
