"""The list of tools without those that the credential does not permit, and the notification of its changes."""

import dataclasses
from collections.abc import Mapping
from contextlib import nullcontext
from typing import Annotated, Any

import pytest
from mcp_chassis.failures import Unavailable
from mcp_chassis.testing import connected, data, failure
from mcp_chassis.tools import Connected, reads
from mcp_types import ToolListChangedNotification
from sample_server import SAMPLE, Echo, SampleSettings, count_things, echo


class Known:
    """The connection; `unusable` are the tools that its credential was found not to permit."""

    def __init__(self) -> None:
        self.unusable: dict[str, str] = {}


@reads("Learn")
async def learn(known: Annotated[Known, Connected], fails: bool = False) -> Echo:
    """Learn that the tool echo is unusable, also when the call fails."""
    known.unusable = {"echo": "needs another scope", "no_tool_of_this_server": "is not here"}
    if fails:
        raise Unavailable("The shelf is closed.")
    return Echo(text="learned")


@reads("Forget")
async def forget(known: Annotated[Known, Connected]) -> Echo:
    """Learn that every tool is usable."""
    known.unusable = {}
    return Echo(text="forgotten")


def unusable(known: Known) -> Mapping[str, str]:
    return known.unusable


def connect(settings: SampleSettings) -> Any:
    return nullcontext(Known())


SERVER = dataclasses.replace(
    SAMPLE, connect=connect, tools=(echo, learn, forget, count_things), probe=None, unusable_tools=unusable
)


class Host:
    """Counts the notifications of a changed list."""

    def __init__(self) -> None:
        self.changes = 0

    async def __call__(self, message: Any) -> None:
        self.changes += isinstance(message, ToolListChangedNotification)


async def names(client: Any) -> set[str]:
    return {tool.name for tool in (await client.session.list_tools()).tools}


async def test_a_tool_found_to_be_unusable_is_left_out_of_lists_and_can_still_be_called(era):
    async with connected(SERVER, era=era) as client:
        assert "echo" in await names(client)
        await client.call_tool("learn", {})
        assert await names(client) == {"learn", "forget", "count_things"}
        assert data(await client.call_tool("echo", {"text": "a"})) == {"text": "a"}
        await client.call_tool("forget", {})
        assert "echo" in await names(client)


@pytest.mark.parametrize("fails", [False, True])
async def test_a_host_of_an_earlier_revision_is_notified_once_of_each_change_also_by_a_failed_call(fails: bool):
    host = Host()
    async with connected(SERVER, era="legacy", message_handler=host) as client:
        await client.call_tool("echo", {})
        assert host.changes == 0
        for _ in range(2):
            answer = await client.call_tool("learn", {"fails": fails})
            assert answer.is_error is fails
            assert host.changes == 1
        if fails:
            assert failure(answer).code == "SERVICE_UNAVAILABLE"
        for _ in range(2):
            await client.call_tool("forget", {})
            assert host.changes == 2
