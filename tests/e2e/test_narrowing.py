"""Profiles and narrowing of the real servers over stdio and HTTP, in both eras."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from database_mcp.server import SERVER as DATABASE
from forked import ForkedClient
from github_mcp.server import SERVER as GITHUB
from mcp.client import Client
from mcp_chassis.testing import failure
from offers import tools_of
from remote_http import MODERN, session
from slack_mcp.server import SERVER as SLACK

SERVERS = {"github": GITHUB, "slack": SLACK, "database": DATABASE}
VERSIONS = {"modern": MODERN, "legacy": "2025-11-25"}
UPSTREAMS = {
    "GITHUB_API_URL": "http://127.0.0.1:9",
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_API_URL": "http://127.0.0.1:9/api",
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none",
}
CHOSEN = {"GITHUB_TOOLS": "@review", "SLACK_READ_ONLY": "true", "DATABASE_TOOLS": "@read"}

READING = {name: {t.name for t in tools_of(s) if t.annotations.read_only_hint} for name, s in SERVERS.items()}
REVIEW, TRIAGE, CI, CODE, RELEASE, INBOX = (
    {tool.__name__ for tool in GITHUB.profiles[name]} for name in ("review", "triage", "ci", "code", "release", "inbox")
)
READ, WRITE, PERSONAL, FILES = (
    {tool.__name__ for tool in SLACK.profiles[name]} for name in ("read", "write", "personal", "files")
)
ON_A_SETTING = {"execute_write", "list_named_queries", "run_named_query", "export_query"}
DB_READ, DBA, DB_WRITE = (
    {tool.__name__ for tool in DATABASE.profiles[name]} - ON_A_SETTING for name in ("read", "dba", "write")
)
G = {tool.__name__ for tool in GITHUB.tools}
S = {tool.__name__ for tool in SLACK.tools}
D = {tool.__name__ for tool in DATABASE.tools} - ON_A_SETTING

Row = tuple[str, Mapping[str, str], str, set[str]]
STDIO: list[tuple[str, Mapping[str, str], set[str]]] = [
    ("github", {}, G),
    ("github", {"GITHUB_TOOLS": "@review"}, REVIEW),
    ("github", {"GITHUB_TOOLS": "@code,get_releases"}, CODE | {"get_releases"}),
    ("github", {"GITHUB_TOOLS": "get_issue,merge_pull_request"}, {"get_issue", "merge_pull_request"}),
    ("github", {"GITHUB_TOOLS": "@inbox", "GITHUB_READ_ONLY": "true"}, INBOX & READING["github"]),
    ("slack", {}, S),
    ("slack", {"SLACK_TOOLS": "@read"}, READ),
    ("slack", {"SLACK_TOOLS": "@write"}, WRITE),
    ("slack", {"SLACK_READ_ONLY": "true"}, S & READING["slack"]),
    ("database", {}, D),
    ("database", {"DATABASE_TOOLS": "@dba"}, DBA),
    ("database", {"DATABASE_TOOLS": "@write"}, DB_WRITE),
]
WHOLE: list[Row] = [
    ("github", {}, "", G),
    ("github", {"x-mcp-tools": "@review"}, "", REVIEW & G),
    ("github", {"x-mcp-tools": "get_issue, create_issue"}, "", {"get_issue", "create_issue"}),
    ("github", {"x-mcp-tools": "get_issue,@triage"}, "", TRIAGE & G),
    ("github", {"x-mcp-tools": "merge_pull_request"}, "", set()),
    ("github", {"x-mcp-readonly": "true"}, "", G & READING["github"]),
    ("github", {}, "/x/triage", TRIAGE & G),
    ("github", {}, "/x/ci,release", (CI | RELEASE) & G),
    ("github", {}, "/readonly", G & READING["github"]),
    ("github", {}, "/x/triage/readonly", TRIAGE & G & READING["github"]),
    ("github", {"x-mcp-tools": "@code"}, "/x/review", REVIEW & CODE & G),
    ("slack", {}, "", S),
    ("slack", {"x-mcp-tools": "@files"}, "", FILES & S),
    ("slack", {"x-mcp-readonly": "1"}, "", S & READING["slack"]),
    ("slack", {}, "/x/write", WRITE & S),
    ("slack", {}, "/x/write,send_message/readonly", WRITE & S & READING["slack"]),
    ("slack", {"x-mcp-tools": "set_status"}, "/x/personal", set()),
    ("database", {}, "", D),
    ("database", {"x-mcp-tools": "@dba"}, "", DBA & D),
    ("database", {}, "/x/write", DB_WRITE & D),
    ("database", {"x-mcp-readonly": "true"}, "/x/execute_query", {"execute_query"}),
]
RESTRICTED: list[Row] = [
    ("github", {}, "", REVIEW),
    ("github", {"x-mcp-tools": "@triage"}, "", REVIEW & TRIAGE),
    ("github", {"x-mcp-readonly": "false"}, "/x/code", REVIEW & CODE),
    ("github", {"x-mcp-tools": "create_issue"}, "", set()),
    ("slack", {}, "", S & READING["slack"]),
    ("slack", {"x-mcp-readonly": "false"}, "", S & READING["slack"]),
    ("slack", {"x-mcp-tools": "@write"}, "", S & READING["slack"] & WRITE),
    ("database", {}, "", DB_READ),
    ("database", {"x-mcp-tools": "@dba,execute_write"}, "/x/write", DB_READ & DB_WRITE & DBA),
]


class Http:
    """The three servers in one process."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        env = {"HOME": str(folder), "PATH": "/nowhere", "MCP_IDEMPOTENCY_STORE": "memory", **UPSTREAMS, **environment}
        serve = [sys.executable, "-m", "mcp_chassis", "serve", *SERVERS, "--port", "0"]
        self.process = subprocess.Popen(serve, env=env, stderr=subprocess.PIPE)
        assert self.process.stderr is not None
        started = next(line for line in iter(self.process.stderr.readline, b"") if b'listening"' in line)
        self.url = f"http://{json.loads(started)['listening']}"

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the servers as they are."""
    server = Http(tmp_path_factory.mktemp("whole"), {})
    yield server.url
    server.end()


@pytest.fixture(scope="module")
def restricted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of servers whose settings choose fewer tools."""
    server = Http(tmp_path_factory.mktemp("restricted"), CHOSEN)
    yield server.url
    server.end()


async def check(client: Client, name: str, expected: set[str]) -> None:
    """The client lists exactly the tools expected, and every other one that the server knows refuses to be called."""
    assert {tool.name for tool in (await client.list_tools()).tools} == expected
    for tool in refused(name, expected):
        assert failure(await client.call_tool(tool, {})).code == "PERMISSION_DENIED"


def refused(name: str, expected: set[str]) -> list[str]:
    """Some tools of the server that are not among those expected."""
    return sorted({tool.__name__ for tool in SERVERS[name].every_tool} - expected)[:3]


@pytest.mark.parametrize("era", VERSIONS)
@pytest.mark.parametrize(("name", "environment", "expected"), STDIO)
def test_settings_choose_tools_over_stdio(
    name: str, environment: Mapping[str, str], expected: set[str], era: str, tmp_path: Path
) -> None:
    env = {"HOME": str(tmp_path), "PATH": "/nowhere", **UPSTREAMS, **environment}
    with ForkedClient([f"{name}_mcp"], env=env, version=VERSIONS[era]) as client:
        client.initialize()
        assert {tool["name"] for tool in client.list()} == expected
        refusals = [client.call(tool)["content"][0]["text"] for tool in refused(name, expected)]
    assert [json.loads(text)["error"]["code"] for text in refusals] == ["PERMISSION_DENIED"] * len(refusals)


@pytest.mark.parametrize("era", VERSIONS)
@pytest.mark.parametrize(("name", "headers", "path", "expected"), WHOLE)
async def test_headers_and_paths_narrow_over_http(
    name: str, headers: Mapping[str, str], path: str, expected: set[str], era: str, whole: str
) -> None:
    async with session(f"{whole}/{name}/mcp{path}", era, extra=headers) as client:
        await check(client, name, expected)


@pytest.mark.parametrize("era", VERSIONS)
@pytest.mark.parametrize(("name", "headers", "path", "expected"), RESTRICTED)
async def test_headers_and_paths_never_add_to_what_settings_choose(
    name: str, headers: Mapping[str, str], path: str, expected: set[str], era: str, restricted: str
) -> None:
    async with session(f"{restricted}/{name}/mcp{path}", era, extra=headers) as client:
        await check(client, name, expected)
