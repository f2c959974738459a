"""What must never take the server down with it: libraries that end tasks or processes they do not own."""

import asyncio
import dataclasses
import sys

import pytest
from mcp_chassis.results import Result
from mcp_chassis.testing import connected, data, failure
from mcp_chassis.tools import reads
from sample_server import SAMPLE, echo


class Nothing(Result):
    pass


@reads("Await a cancelled future")
async def await_cancelled() -> Nothing:
    """Wait for something that a library has cancelled on its own."""
    future = asyncio.get_running_loop().create_future()
    future.cancel()
    await future
    return Nothing()


@reads("Leave the process")
async def leave() -> Nothing:
    """Call a library that ends the process where it should raise."""
    sys.exit("usage: ...")


SERVER = dataclasses.replace(SAMPLE, tools=(await_cancelled, leave, echo), resources=(), prompts=())


@pytest.mark.parametrize("tool", ["await_cancelled", "leave"])
async def test_a_cancellation_by_a_library_fails_only_the_call_concerned(tool: str, era):
    async with connected(SERVER, era=era) as client:
        assert failure(await client.call_tool(tool, {})).code == "INTERNAL_ERROR"
        assert data(await client.call_tool("echo", {"text": "still here"})) == {"text": "still here"}
