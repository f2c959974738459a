"""A caller narrows the tools of its own connection by headers and paths, and never gets one more than there are."""

import dataclasses
from collections.abc import Mapping

import httpx2
import pytest
from mcp_chassis.testing import connected
from remote_http import ERAS, answer, post, served
from remote_sample import FIRST, TOOLS, agree, announce, echo, erase, govern, put, remember

BUILT_IN = (echo, remember, put, erase, announce)
SERVER = dataclasses.replace(
    FIRST,
    tools=(*BUILT_IN, agree),
    more_tools=(govern,),
    profiles={"talk": (echo, put, agree), "keep": (put, remember, erase), "rule": (govern, erase)},
)
DEFAULT = {"echo", "remember", "put", "erase", "announce", "agree"}
READING = {"echo", "remember", "agree"}

STDIO: list[tuple[str, Mapping[str, str], set[str]]] = [
    ("nothing chosen", {}, DEFAULT),
    ("a profile", {"SAMPLE_TOOLS": "@talk"}, {"echo", "put", "agree"}),
    ("two profiles", {"SAMPLE_TOOLS": "@talk, @keep"}, {"echo", "put", "agree", "remember", "erase"}),
    ("a profile and a name", {"SAMPLE_TOOLS": "@talk,govern"}, {"echo", "put", "agree", "govern"}),
    ("a profile with a tool on request", {"SAMPLE_TOOLS": "@rule"}, {"govern", "erase"}),
    ("read-only", {"SAMPLE_READ_ONLY": "true"}, READING),
    ("a profile, read-only", {"SAMPLE_TOOLS": "@talk", "SAMPLE_READ_ONLY": "true"}, {"echo", "agree"}),
]
HTTP: list[tuple[str, Mapping[str, str], str, Mapping[str, str], set[str]]] = [
    ("nothing", {}, "/mcp", {}, DEFAULT),
    ("a profile in the header", {}, "/mcp", {"x-mcp-tools": "@talk"}, {"echo", "put", "agree"}),
    ("names in the header", {}, "/mcp", {"x-mcp-tools": "echo, erase"}, {"echo", "erase"}),
    ("both in the header", {}, "/mcp", {"x-mcp-tools": "erase,@talk"}, {"erase", "echo", "put", "agree"}),
    ("the read-only header", {}, "/mcp", {"x-mcp-readonly": "true"}, READING),
    ("the read-only header switched off", {}, "/mcp", {"x-mcp-readonly": "false"}, DEFAULT),
    ("the lockdown header", {}, "/mcp", {"x-mcp-lockdown": "true"}, DEFAULT),
    ("empty headers", {}, "/mcp", {"x-mcp-readonly": "", "x-mcp-tools": " , "}, DEFAULT),
    ("a profile in the path", {}, "/mcp/x/talk", {}, {"echo", "put", "agree"}),
    ("two in the path", {}, "/mcp/x/talk,remember", {}, {"echo", "put", "agree", "remember"}),
    ("read-only in the path", {}, "/mcp/readonly", {}, READING),
    ("a profile, read-only, in the path", {}, "/mcp/x/talk/readonly/", {}, {"echo", "agree"}),
    ("path and header", {}, "/mcp/x/talk", {"x-mcp-tools": "@keep"}, {"put"}),
    ("path and header with nothing in common", {}, "/mcp/x/talk", {"x-mcp-tools": "erase"}, set()),
    ("a tool that is not offered", {}, "/mcp/x/rule", {}, {"erase"}),
    ("more than offered", {"SAMPLE_TOOLS": "@talk"}, "/mcp", {"x-mcp-tools": "@keep,@talk"}, {"echo", "put", "agree"}),
    ("what the settings leave out", {"SAMPLE_TOOLS": "@talk"}, "/mcp/x/erase", {}, set()),
    ("writing where the server only reads", {"SAMPLE_READ_ONLY": "1"}, "/mcp", {"x-mcp-readonly": "false"}, READING),
    ("a profile where the server only reads", {"SAMPLE_READ_ONLY": "1"}, "/mcp/x/keep", {}, {"remember"}),
]  # fmt: skip


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(("environment", "expected"), [row[1:] for row in STDIO], ids=[row[0] for row in STDIO])
async def test_settings_choose_tools_and_profiles(era: str, environment: Mapping[str, str], expected: set[str]) -> None:
    async with connected(SERVER, era=era, env=dict(environment)) as client:
        assert {tool.name for tool in (await client.list_tools()).tools} == expected


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    ("environment", "path", "headers", "expected"), [row[1:] for row in HTTP], ids=[row[0] for row in HTTP]
)
async def test_a_connection_lists_and_calls_what_it_is_narrowed_to(
    era: str, environment: Mapping[str, str], path: str, headers: Mapping[str, str], expected: set[str]
) -> None:
    async with served({"": SERVER}, environment) as http:
        listed = answer(await post(http, era, "tools/list", extra=headers, path=path))["result"]
        assert {tool["name"] for tool in listed["tools"]} == expected
        for tool in DEFAULT - {"agree"}:
            result = await _call(http, era, tool, headers, path)
            assert ("PERMISSION_DENIED" in str(result)) == (tool not in expected)


async def _call(http: httpx2.AsyncClient, era: str, tool: str, headers: Mapping[str, str], path: str) -> object:
    call = {"name": tool, "arguments": TOOLS[tool][1]}
    return answer(await post(http, era, "tools/call", call, headers, path))["result"]


@pytest.mark.parametrize(
    ("path", "headers", "scope"),
    [
        ("/mcp", {}, "public"),
        ("/mcp", {"x-mcp-tools": "@talk"}, "private"),
        ("/mcp", {"x-mcp-readonly": "true"}, "private"),
        ("/mcp", {"x-mcp-lockdown": "true"}, "private"),
        ("/mcp/x/talk", {}, "private"),
        ("/mcp/readonly", {}, "private"),
    ],
)
async def test_a_narrowed_list_is_private_to_caches(path: str, headers: Mapping[str, str], scope: str) -> None:
    async with served({"": SERVER}, {}) as http:
        listed = answer(await post(http, "modern", "tools/list", extra=headers, path=path))["result"]
    assert (listed["cacheScope"], listed["ttlMs"]) == (scope, 60_000)


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    ("path", "headers", "status", "sentence"),
    [
        ("/mcp", {"x-mcp-tools": "ecco"}, 400, "there is no tool called ecco"),
        ("/mcp", {"x-mcp-tools": "@tolk"}, 400, "there is no profile called @tolk"),
        ("/mcp/x/ecco", {}, 400, "there is no tool called ecco"),
        ("/mcp", {"x-mcp-readonly": "perhaps"}, 400, "X-MCP-Readonly must be true or false"),
        ("/mcp", {"x-mcp-lockdown": "perhaps"}, 400, "X-MCP-Lockdown must be true or false"),
        ("/mcp/y/talk", {}, 404, "Nothing is served at this path"),
        ("/mcp/x", {}, 404, "Nothing is served at this path"),
        ("/other/mcp/x/talk", {}, 404, "Nothing is served at this path"),
    ],
)
async def test_an_invalid_narrowing_is_refused_and_not_ignored(
    era: str, path: str, headers: Mapping[str, str], status: int, sentence: str
) -> None:
    async with served({"": SERVER}, {}) as http:
        response = await post(http, era, "tools/list", extra=headers, path=path)
    assert response.status_code == status
    assert sentence in response.text


async def test_concurrent_connections_are_narrowed_separately() -> None:
    async with served({"": SERVER}, {}) as http:
        for _ in range(3):
            narrow = answer(await post(http, "modern", "tools/list", path="/mcp/x/talk"))["result"]["tools"]
            whole = answer(await post(http, "modern", "tools/list"))["result"]["tools"]
            assert (len(narrow), len(whole)) == (3, len(DEFAULT))
