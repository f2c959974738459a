"""Hosts hear that REST is asked where GraphQL refuses: once a call, and only where GraphQL was asked."""

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


async def heard_of(connect: Connect, names: list[str], **settings: Any) -> list[str]:
    heard: list[str] = []

    async def hear(params: Any) -> None:
        heard.append(params.data)

    hearing = {"logging_callback": hear, "log_level": "info", "GITHUB_TOOLS": "get_repositories"}
    async with connect(**hearing, **settings) as client:
        found = await client.call_tool("get_repositories", {"names": names})
    assert [row["full_name"] for row in rows(found)] == names
    return heard


async def test_a_host_hears_once_that_rest_is_asked_in_place_of_graphql(connect: Connect) -> None:
    assert await heard_of(connect, NAMES) == ["GitHub: GraphQL does not give 3 of 3; REST is asked for them."]


async def test_for_one_alone_and_without_a_token_nothing_is_announced(connect: Connect) -> None:
    assert await heard_of(connect, NAMES[:1]) == []
    assert await heard_of(connect, NAMES, GITHUB_TOKEN=None) == []
