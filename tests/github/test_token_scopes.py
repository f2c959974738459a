"""Scopes of classic tokens: tools that they never allow are removed from the list, and hosts are notified."""

import json
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import anyio
import pytest
from github_calls import TOKEN, Connect
from github_mcp.server import SERVER
from github_mcp.unusable_tools import SCOPES_FOR
from github_world import World
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.subscriptions import Subscription
from mcp_chassis.stdio.recording import answers_of
from mcp_chassis.testing import failure
from mcp_chassis.testing.connecting import Era
from mcp_types import ToolListChangedNotification
from remote_http import session
from remote_listening import listening
from scripted_github import ScriptedGitHub
from snapshots import definitions

ERAS: tuple[Era, ...] = ("modern", "legacy")
WRITES = {"create_issue", "add_issue_comment", "update_issue"}
OFFERED = {tool.__name__ for tool in SERVER.tools}
FILE = {"owner": "octocat", "repo": "hello", "path": "README.md"}
Opened = tuple[Client, Callable[[], int]]


class ListChanges:
    """Counter of the notifications of a changed tool list that a host receives, in either protocol era."""

    def __init__(self, era: str = "legacy") -> None:
        self.count = 0
        self._era = era
        self._more = anyio.Event()

    async def __call__(self, message: object) -> None:
        if self._era == "legacy" and isinstance(message, ToolListChangedNotification):
            self.note()

    def note(self) -> None:
        self.count += 1
        self._more.set()

    async def once(self, times: int = 1) -> None:
        while self.count < times:
            self._more = anyio.Event()
            await self._more.wait()


@asynccontextmanager
async def subscribed(client: Client, era: str, notifications: ListChanges) -> AsyncGenerator[None]:
    """Subscribe to notifications during the block, as only hosts of the modern era must."""

    async def note(stream: Subscription) -> None:
        async for _ in stream:
            notifications.note()

    if era == "legacy":
        yield
        return
    async with client.listen(tools_list_changed=True) as stream, anyio.create_task_group() as tasks:
        tasks.start_soon(note, stream)
        yield
        tasks.cancel_scope.cancel()


async def names(client: Client) -> set[str]:
    return {tool.name for tool in (await client.list_tools()).tools}


@asynccontextmanager
async def over_stdio(era: str, env: dict[str, str], notifications: ListChanges) -> AsyncGenerator[Client]:
    command = StdioServerParameters(command=sys.executable, args=["-m", "github_mcp"], env={**env, "PATH": "/nowhere"})
    mode = "legacy" if era == "legacy" else "2026-07-28"
    async with Client(stdio_client(command), mode=mode, message_handler=notifications) as client:
        yield client


@asynccontextmanager
async def over_http(era: str, env: dict[str, str], notifications: ListChanges) -> AsyncGenerator[Client]:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(listening(env, servers={"": SERVER}))
        url = f"http://127.0.0.1:{server.port}/mcp"
        yield await stack.enter_async_context(session(url, era, message_handler=notifications))


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("transport", [over_stdio, over_http])
async def test_a_host_is_notified_when_the_first_response_removes_tools_from_the_list(
    era: str, transport: Any, github: ScriptedGitHub, world: World, tmp_path: Any
) -> None:
    world.scopes[TOKEN] = "read:org, gist"
    env = {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": github.url, "HOME": str(tmp_path)}
    notifications = ListChanges(era)
    async with transport(era, env, notifications) as client, subscribed(client, era, notifications):
        before = await names(client)
        assert (before, len(github.requests)) == (OFFERED, 0)
        await client.call_tool("get_file", FILE)
        await notifications.once()
        assert await names(client) == OFFERED - WRITES
        await client.call_tool("get_file", FILE)
    assert notifications.count == 1


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    ("scopes", "missing"),
    [
        ("", WRITES),
        ("repo:status, security_events", WRITES),
        ("public_repo", set()),
        ("repo, workflow", set()),
        (None, set()),
    ],
)
async def test_only_tools_that_the_scopes_never_allow_are_removed_from_the_list(
    era: Era, scopes: str | None, missing: set[str], connect: Connect, world: World
) -> None:
    if scopes is not None:
        world.scopes[TOKEN] = scopes
    async with connect(era=era) as client:
        await client.call_tool("get_file", FILE)
        assert await names(client) == OFFERED - missing


@pytest.mark.parametrize("token", ["github_pat_1", "ghs_1", "ghu_1", "gho_1"])
async def test_a_token_that_is_not_classic_leaves_every_tool_listed(token: str, connect: Connect, world: World) -> None:
    world.tokens[token], world.scopes[token] = "octocat", ""
    async with connect(GITHUB_TOKEN=token) as client:
        await client.call_tool("get_file", FILE)
        assert await names(client) == OFFERED


async def test_the_scopes_are_also_read_from_an_error_response(connect: Connect, world: World) -> None:
    world.scopes[TOKEN] = "gist"
    async with connect() as client:
        assert failure(await client.call_tool("get_file", {**FILE, "path": "nowhere"})).code == "RESOURCE_NOT_FOUND"
        assert await names(client) == OFFERED - WRITES


async def test_the_scopes_are_also_read_from_the_response_for_a_resource(connect: Connect, world: World) -> None:
    world.scopes[TOKEN] = "gist"
    notifications = ListChanges()
    async with connect(era="legacy", message_handler=notifications) as client:
        await client.read_resource("github://rate_limit")
        await notifications.once()
        assert await names(client) == OFFERED - WRITES


async def test_a_tool_removed_from_the_list_still_sends_its_request_when_called(
    connect: Connect, github: ScriptedGitHub, world: World
) -> None:
    world.scopes[TOKEN] = "gist"
    body = {"message": "Resource not accessible by personal access token"}
    async with connect() as client:
        await client.call_tool("get_file", FILE)
        github.fault("POST", ".*/issues", status=403, body=body)
        error = failure(
            await client.call_tool("create_issue", {"owner": "octocat", "repo": "hello", "title": "t", "body": "b"})
        )
    assert error.code == "PERMISSION_DENIED"
    assert body["message"] in error.message


async def test_a_list_without_unusable_tools_is_not_recorded_for_the_next_start(connect: Connect, world: World) -> None:
    world.scopes[TOKEN] = "gist"
    async with connect() as client:
        await client.call_tool("get_file", FILE)
        answers = await answers_of(SERVER, SERVER.settings.load({"GITHUB_TOKEN": TOKEN}))
        assert await names(client) == OFFERED - WRITES
    recorded = [json.loads(each["tools/list"])["tools"] for each in answers.values()]
    assert [{tool["name"] for tool in tools} for tools in recorded] == [OFFERED] * len(answers)


@pytest.mark.parametrize("era", ERAS)
async def test_tools_return_to_the_list_when_the_token_gets_the_scope(era: Era, connect: Connect, world: World) -> None:
    notifications = ListChanges(era)
    async with connect(era=era, message_handler=notifications) as client, subscribed(client, era, notifications):
        for times, scopes in enumerate(["gist", "repo"], start=1):
            world.scopes[TOKEN] = scopes
            await client.call_tool("get_file", {**FILE, "path": f"{scopes}.md"})
            await notifications.once(times)
        assert await names(client) == OFFERED


PUBLISHED_SCOPES = frozenset(
    [
        "repo",
        "repo:status",
        "repo_deployment",
        "public_repo",
        "repo:invite",
        "security_events",
        "admin:repo_hook",
        "write:repo_hook",
        "read:repo_hook",
        "admin:org",
        "write:org",
        "read:org",
        "admin:public_key",
        "write:public_key",
        "read:public_key",
        "admin:org_hook",
        "gist",
        "notifications",
        "user",
        "read:user",
        "user:email",
        "user:follow",
        "project",
        "read:project",
        "delete_repo",
        "write:packages",
        "read:packages",
        "delete:packages",
        "admin:gpg_key",
        "write:gpg_key",
        "read:gpg_key",
        "codespace",
        "workflow",
        "read:audit_log",
    ]
)
"""Scopes of OAuth apps, as GitHub's documentation lists them."""


async def test_every_tool_that_writes_names_the_scopes_that_allow_it() -> None:
    tools = await definitions(SERVER)
    assert {tool["name"] for tool in tools if not tool["annotations"]["readOnlyHint"]} - SCOPES_FOR.keys() == set()


def test_every_scope_that_is_asked_for_or_named_is_one_that_github_publishes() -> None:
    assert SERVER.sign_in is not None
    named = {scope for scopes in SCOPES_FOR.values() for scope in scopes} | set(SERVER.sign_in.scopes)
    assert named - PUBLISHED_SCOPES == set()
    assert "repo" in SERVER.sign_in.scopes  # without it no private repository can be read
