"""Every installed server over real stdio, spoken to by a client of no SDK, in every protocol revision."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from forked import ForkedClient
from mcp_chassis.testing.raw import MODERN, RawClient, without_path
from servers import module, servers
from snapshots import FOLDER

INVALID_PARAMS = -32602
DIAGNOSTICS = "server://diagnostics"
WAYS = {
    "2024-11-05": {"version": "2024-11-05"},
    "2024-11-05 without initialized": {"version": "2024-11-05", "announce": False},
    "2025-11-25": {"version": "2025-11-25"},
    MODERN: {"version": MODERN},
}
Host = Callable[[str], RawClient]


@pytest.fixture(params=WAYS)
def host(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Host]:
    """Starts a server by name, with nothing set, and shakes hands as this revision does."""
    (tmp_path / "env").touch()
    environment = without_path(MCP_IDEMPOTENCY_STORE="memory", TOOLROLL_ENV_FILE=str(tmp_path / "env"))
    started: list[RawClient] = []

    def start(name: str) -> RawClient:
        client = ForkedClient([module(name)], env=environment, **WAYS[request.param]).start()
        started.append(client)
        answer = client.initialize()
        assert request.param.split()[0] in (answer.get("protocolVersion"), *answer.get("supportedVersions", []))
        return client

    yield start
    assert [client.stop() for client in started] == [0] * len(started)


@pytest.fixture(params=servers())
def name(request: pytest.FixtureRequest) -> str:
    return request.param


def test_the_handshake_says_for_people_what_the_server_is(host: Host, name: str) -> None:
    answer = host(name).initialize()
    about = answer.get("serverInfo") or answer["_meta"]["io.modelcontextprotocol/serverInfo"]
    assert (about["name"], about["title"]) == (name, servers()[name].title)
    assert about["description"] == servers()[name].description
    assert about["websiteUrl"].startswith("https://")
    [icon] = about["icons"]
    assert icon["src"].startswith("data:image/svg+xml;base64,")


def test_a_plain_host_lists_reads_and_is_told_what_is_wrong(host: Host, name: str) -> None:
    client = host(name)
    tools = client.list()
    assert {tool["name"] for tool in tools} <= {path.stem for path in (FOLDER / name).glob("*.json")}
    assert tools

    unknown = client.request("tools/call", {"name": "no_such_tool", "arguments": {}})
    assert unknown["error"]["code"] == INVALID_PARAMS

    for tool in tools:
        error = _error(client.call(tool["name"], {"no_such_argument": 1}))
        assert error["code"] == "INVALID_INPUT", tool["name"]
        assert "no_such_argument" in error["message"], tool["name"]

    diagnostics = client.request("resources/read", {"uri": DIAGNOSTICS})["result"]["contents"][0]
    assert json.loads(diagnostics["text"])["name"] == name
    assert DIAGNOSTICS in {resource["uri"] for resource in client.list("resources")}

    for prompt in client.list("prompts"):
        answer = client.request("prompts/get", {"name": prompt["name"], "arguments": {"no_such_argument": "x"}})
        assert answer["error"]["code"] == INVALID_PARAMS, prompt["name"]


def _error(result: dict[str, Any]) -> dict[str, Any]:
    assert result["isError"] is True
    assert "structuredContent" not in result
    assert len(result["content"]) == 1
    return json.loads(result["content"][0]["text"])["error"]
