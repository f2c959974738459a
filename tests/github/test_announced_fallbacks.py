"""Log messages to hosts when REST replaces a refused GraphQL request: one for each call, none without GraphQL."""

from typing import Any

import pytest
from github_calls import Connect, rows
from github_world import World
from scripted_github import ScriptedGitHub

pytestmark = pytest.mark.usefixtures("graphql")
NAMES = [f"acme/part-{number}" for number in range(3)]


@pytest.fixture(autouse=True)
def _refused(github: ScriptedGitHub, world: World) -> None:
    for name in NAMES:
        world.repository(name)
    github.fault("POST", "/graphql", status=403, body={"message": "Resource not accessible"}, times=9)


async def log_messages(connect: Connect, names: list[str], **settings: Any) -> list[str]:
    messages: list[str] = []

    async def on_message(params: Any) -> None:
        messages.append(params.data)

    callbacks = {"logging_callback": on_message, "log_level": "info", "GITHUB_TOOLS": "get_repositories"}
    async with connect(**callbacks, **settings) as client:
        found = await client.call_tool("get_repositories", {"names": names})
    assert [row["full_name"] for row in rows(found)] == names
    return messages


async def test_a_host_gets_one_log_message_when_rest_replaces_graphql(connect: Connect) -> None:
    assert await log_messages(connect, NAMES) == [
        "GitHub: GraphQL returns no data for 3 of 3 items; they are read by REST."
    ]


async def test_one_repository_or_no_token_produces_no_log_message(connect: Connect) -> None:
    assert await log_messages(connect, NAMES[:1]) == []
    assert await log_messages(connect, NAMES, GITHUB_TOKEN=None) == []
