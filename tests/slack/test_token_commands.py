"""A token printed by a command, which runs when the token is first needed."""

import shlex
import sys
from pathlib import Path

import anyio
import anyio.lowlevel
from mcp_types import CallToolResult
from scripted_slack import BOT_TOKEN
from slack_desk import Desk


async def test_a_token_command_does_not_block_other_calls(desk: Desk, tmp_path: Path):
    """The command ends only after the event loop, which must not be blocked, has noticed its start."""
    started, go = tmp_path / "started", tmp_path / "go"
    program = (
        f"import pathlib, time\npathlib.Path({str(started)!r}).touch()\n"
        f"while not pathlib.Path({str(go)!r}).exists(): time.sleep(0.01)\nprint({BOT_TOKEN!r})"
    )
    command = f"{shlex.quote(sys.executable)} -c {shlex.quote(program)}"
    results: list[CallToolResult] = []
    async with desk.client(SLACK_BOT_TOKEN="", SLACK_BOT_TOKEN_COMMAND=command) as client:

        async def call() -> None:
            results.append(await client.call_tool("list_channels", {}))

        async with anyio.create_task_group() as group:
            group.start_soon(call)
            while not await anyio.Path(started).exists():
                await anyio.lowlevel.checkpoint()
            assert len((await client.list_tools()).tools) > 0
            await anyio.Path(go).touch()
    assert not results[0].is_error
