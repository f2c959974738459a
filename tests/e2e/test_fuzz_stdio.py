"""Whatever arrives, a server neither falls nor falls silent. `make soak` does the same at full length."""

import itertools
import json
import logging
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import first_server.server
import pytest
import timezone_mcp.server
from hostile_inputs import hostile
from mcp.client import Client
from mcp.shared.exceptions import MCPError
from mcp_chassis.server import Server
from mcp_chassis.testing import connected, failure, text
from mcp_chassis.testing.raw import RawClient
from mcp_types import CallToolResult
from raw_storm import storm
from volume import in_volume, volume

INPUTS = volume(2_000)
RAW = volume(2_500, share=0.2)
PROGRAM = shutil.which("timezone-mcp", path=str(Path(sys.executable).parent))
TOLD_OF_BUGS = ("Traceback", "pydantic", "input_value", "Error:", " at 0x", "\n")
SERVERS: Mapping[str, Server[Any]] = {
    "timezone-mcp": timezone_mcp.server.SERVER,
    "first-server": first_server.server.SERVER,
}
TOOLS = [(name, function.__name__) for name, server in SERVERS.items() for function in server.every_tool]


@in_volume
@pytest.mark.parametrize(("name", "tool"), TOOLS)
async def test_hostile_inputs_each_get_an_answer_or_one_clean_sentence(
    name: str, tool: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR, "mcp_chassis")
    server = SERVERS[name]
    async with connected(server) as client:
        (listed,) = [one for one in (await client.list_tools()).tools if one.name == tool]
        found = [
            f"{json.dumps(arguments)[:300]}: {fault}"
            for arguments in hostile(listed.input_schema, INPUTS, seed=2026)
            if (fault := await fault_of(client, tool, arguments))
        ]
    assert found == []


async def fault_of(client: Client, tool: str, arguments: dict[str, Any]) -> str:
    """What is wrong with the answer to a call; empty where nothing is."""
    try:
        result = await client.call_tool(tool, arguments)
    except (MCPError, ValueError, RuntimeError) as exc:
        return f"raised {exc!r}"
    return unclean(result) if result.is_error else ""


def unclean(result: CallToolResult) -> str:
    told = failure(result)
    if told.code == "INTERNAL_ERROR" or len(told.message) > 800 or any(sign in told.message for sign in TOLD_OF_BUGS):
        return text(result)[:400]
    return ""


@in_volume
@pytest.mark.parametrize("version", ["2025-11-25", "2026-07-28"])
def test_a_storm_of_raw_messages_meets_the_same_process_and_every_request_its_one_answer(version: str) -> None:
    assert PROGRAM is not None
    client = RawClient([PROGRAM], version=version).start()
    client.initialize()
    findings = storm(client, client.list(), version, RAW, seed=11)
    assert findings.wrong == []
    assert client.process.poll() is None
    assert not client.call("get_current_time", {"timezones": ["Europe/Paris"]})["isError"]
    assert client.stop() == 0
    assert findings.sent == RAW


def test_the_same_seed_makes_the_same_inputs() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string", "maxLength": 9}}, "required": ["a"]}
    first, second = (list(map(repr, itertools.islice(hostile(schema, 300, seed=1), 300))) for _ in range(2))
    assert first == second
    assert len(set(first)) > 100
