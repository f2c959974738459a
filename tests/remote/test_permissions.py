"""What a key may do: checked at the call in both eras, and shown in the lists."""

import logging
from pathlib import Path

import pytest
from mcp_chassis.remote.auth.api_keys import ApiKey
from remote_http import ERAS, answer, post, served
from remote_sample import FIRST, SECOND, TOOLS

SERVERS = {"/mcp-chassis": FIRST, "/first-server": SECOND}
SINGLE = "tr_the-one-key-of-these-tests-0123456789"
KINDS = {"read": {"read"}, "write": {"write"}, "destructive": {"destructive"}, "admin": {"admin"}}
KEYS: dict[str, tuple[list[str], dict[str, set[str]]]] = {
    "reader": (["read"], {"*": {"read"}}),
    "writer": (["write"], {"*": {"write"}}),
    "destroyer": (["destructive"], {"*": {"destructive"}}),
    "tools": (["tools"], {"*": {"read", "write", "destructive"}}),
    "admin": (["admin"], {"*": {"admin"}}),
    "all": (["*"], {"*": {"read", "write", "destructive", "admin"}}),
    "first-reader": (["mcp-chassis:read"], {"/mcp-chassis": {"read"}}),
    "second-all": (["first-server:*"], {"/first-server": {"read", "write", "destructive", "admin"}}),
    "one-tool": (["mcp-chassis:tool:govern"], {"/mcp-chassis": {"tool govern"}}),
    "alias": (["mcp:read", "mcp:write"], {"*": {"read", "write"}}),
    "resources": (["resources"], {}),
    "prompts": (["prompts"], {}),
}
"""Scopes of each key, and the kinds of tools they give on which server."""


def _may(key: str, path: str, tool: str) -> bool:
    given = KEYS[key][1]
    kinds = given.get("*", set()) | given.get(path, set())
    return TOOLS[tool][0] in kinds or f"tool {tool}" in kinds


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    path = tmp_path / "keys"
    path.write_text("\n".join(ApiKey.of(name, f"tr_{name}", scopes).line() for name, (scopes, _) in KEYS.items()))
    return {"MCP_API_KEYS_FILE": str(path), "MCP_API_KEY": SINGLE}


def test_every_tool_has_a_rule() -> None:
    without = [tool.__name__ for tool in FIRST.every_tool if tool.__name__ not in TOOLS]
    assert without == []


@pytest.mark.parametrize("era", ERAS)
async def test_each_key_calls_only_the_tools_of_its_scopes(
    era: str, environment: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, logger="mcp_chassis.calls")
    wrong: list[str] = []
    async with served(SERVERS, environment) as http:
        for path in SERVERS:
            for key in KEYS:
                for tool, (_, arguments) in TOOLS.items():
                    call = {"name": tool, "arguments": arguments}
                    response = await post(http, era, "tools/call", call, {"x-api-key": f"tr_{key}"}, f"{path}/mcp")
                    refused = "PERMISSION_DENIED" in response.text
                    if refused == _may(key, path, tool):
                        wrong.append(f"{key} {tool} {path}: {response.text[:200]}")
    assert wrong == []


@pytest.mark.parametrize("era", ERAS)
async def test_the_list_shows_exactly_what_the_key_may_call(era: str, environment: dict[str, str]) -> None:
    wrong: list[str] = []
    async with served(SERVERS, environment) as http:
        for path in SERVERS:
            for key in KEYS:
                response = await post(http, era, "tools/list", {}, {"x-api-key": f"tr_{key}"}, f"{path}/mcp")
                shown = [tool["name"] for tool in answer(response)["result"]["tools"]]
                if shown != [tool for tool in TOOLS if _may(key, path, tool)]:
                    wrong.append(f"{key} {path}: {shown}")
    assert wrong == []


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    ("method", "params", "listed", "scope"),
    [
        ("resources/read", {"uri": "sample://thing"}, "resources/list", "resources"),
        ("prompts/get", {"name": "greeting", "arguments": {"name": "you"}}, "prompts/list", "prompts"),
        (
            "completion/complete",
            {"ref": {"type": "ref/prompt", "name": "greeting"}, "argument": {"name": "name", "value": "y"}},
            "prompts/list",
            "prompts",
        ),
    ],
)
async def test_resources_prompts_and_completion_need_their_scope_and_are_listed_by_it(
    era: str, method: str, params: dict, listed: str, scope: str, environment: dict[str, str]
) -> None:
    async with served({"": FIRST}, environment) as http:
        allowed = [key for key in KEYS if "result" in answer(await post(http, era, method, params, _key(key)))]
        shown = [key for key in KEYS if _listed(answer(await post(http, era, listed, {}, _key(key))))]
    assert allowed == ["all", scope]
    assert shown == ["all", scope]


def _key(name: str) -> dict[str, str]:
    return {"x-api-key": f"tr_{name}"}


def _listed(found: dict) -> bool:
    result = found["result"]
    return bool(result.get("resources") or result.get("prompts"))


@pytest.mark.parametrize("era", ERAS)
async def test_the_single_key_calls_tools_but_none_for_administrators(era: str, environment: dict[str, str]) -> None:
    async with served({"": FIRST}, environment) as http:
        response = await post(http, era, "tools/list", {}, {"authorization": f"Bearer {SINGLE}"})
        call = {"name": "govern", "arguments": {}}
        govern = await post(http, era, "tools/call", call, {"authorization": f"Bearer {SINGLE}"})
    assert [tool["name"] for tool in answer(response)["result"]["tools"]] == [
        tool for tool in TOOLS if tool != "govern"
    ]
    assert "it needs the scope admin" in govern.text


async def test_a_list_that_depends_on_the_key_is_private_and_another_public(environment: dict[str, str]) -> None:
    async with served({"": FIRST}, environment) as http:
        filtered = answer(await post(http, "modern", "tools/list", {}, _key("reader")))
    async with served({"": FIRST}, {}) as http:
        open_to_all = answer(await post(http, "modern", "tools/list", {}))
    assert filtered["result"]["cacheScope"] == "private"
    assert open_to_all["result"]["cacheScope"] == "public"


async def test_a_refused_call_names_the_scope_and_who_was_refused_is_audited(
    environment: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="mcp_chassis.audit")
    async with served({"": FIRST}, environment) as http:
        call = {"name": "erase", "arguments": {}}
        response = await post(http, "modern", "tools/call", call, _key("reader"))
    assert answer(response)["result"]["isError"] is True
    assert "it needs the scope destructive" in response.text
    audited = [vars(record)["fields"] for record in caplog.records if record.name == "mcp_chassis.audit"]
    assert [(line["principal"], line["outcome"]) for line in audited] == [("key:reader", "permission_denied")]


@pytest.mark.parametrize("era", ERAS)
async def test_calls_above_the_limit_return_429_with_retry_after_and_do_not_affect_others(
    era: str, environment: dict[str, str]
) -> None:
    call = {"name": "echo", "arguments": {"text": "x"}}
    async with served({"": FIRST}, {**environment, "MCP_RATE_LIMIT": "5/3600"}) as http:
        statuses = [(await post(http, era, "tools/call", call, _key("reader"))).status_code for _ in range(7)]
        limited = await post(http, era, "tools/call", call, _key("reader"))
        listed = await post(http, era, "tools/list", {}, _key("reader"))
        other = await post(http, era, "tools/call", call, _key("all"))
    assert statuses == [200] * 5 + [429] * 2
    error = limited.json()["error"]["data"]
    assert (error["code"], error["retryable"]) == ("RATE_LIMITED", True)
    assert int(limited.headers["retry-after"]) == error["retry_after_seconds"] > 0
    assert (listed.status_code, other.status_code) == (200, 200)


async def test_each_kind_of_tool_has_a_limit_of_its_own(environment: dict[str, str]) -> None:
    async with served({"": FIRST}, {**environment, "MCP_RATE_LIMIT": "1/3600"}) as http:
        statuses = [
            (
                await post(http, "modern", "tools/call", {"name": tool, "arguments": TOOLS[tool][1]}, _key("all"))
            ).status_code
            for tool in ("echo", "echo", "put", "put", "erase", "erase")
        ]
    assert statuses == [200, 429] * 3
