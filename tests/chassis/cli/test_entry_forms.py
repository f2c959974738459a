"""Forms of entries, and what is kept of an entry that a new one replaces."""

from typing import Any

import pytest
from mcp_chassis.cli.hosts.forms import AddressForm, BridgedForm, LocalForm, is_remote, merged

LOCAL_NAMES = [
    "command",
    "cmd",
    "args",
    "env",
    "envs",
    "environment",
    "env_keys",
    "env_vars",
    "envFile",
    "cwd",
    "working_directory",
    "dev",
    "sandbox",
    "sandboxEnabled",
]
REMOTE_NAMES = [
    "url",
    "serverUrl",
    "httpUrl",
    "uri",
    "headers",
    "http_headers",
    "env_http_headers",
    "requestOptions",
    "bearer_token_env_var",
    "auth",
    "oauth",
    "oauth_resource",
    "scopes",
    "authProviderType",
    "headersHelper",
]
LOCAL = {"command": "new", "args": ["a"]}
REMOTE = {"url": "https://new.example"}


@pytest.mark.parametrize(
    ("form", "env", "expected"),
    [
        (LocalForm(), {}, {"command": "uv", "args": ["run", "x"]}),
        (LocalForm({"type": "stdio"}), {"A": "1"}, {"type": "stdio", "command": "uv", "args": ["run", "x"],
                                                    "env": {"A": "1"}}),
        (LocalForm(args=None, env="environment"), {"A": "1"}, {"command": ["uv", "run", "x"],
                                                               "environment": {"A": "1"}}),
        (LocalForm(command="cmd"), {}, {"cmd": "uv", "args": ["run", "x"]}),
    ],
)  # fmt: skip
def test_an_entry_of_a_command_has_the_members_of_its_host(form: LocalForm, env: dict[str, str], expected: Any):
    assert form.entry(["uv", "run", "x"], env) == expected


@pytest.mark.parametrize(
    ("form", "headers", "expected"),
    [
        (AddressForm(), {}, {"url": "https://a.example"}),
        (AddressForm(), {"H": "v"}, {"url": "https://a.example", "headers": {"H": "v"}}),
        (
            AddressForm({"type": "http"}, url="uri", headers="http_headers"),
            {"H": "v"},
            {"type": "http", "uri": "https://a.example", "http_headers": {"H": "v"}},
        ),
        (BridgedForm(), {}, {"command": "npx", "args": ["-y", "mcp-remote", "https://a.example"]}),
        (
            BridgedForm(),
            {"Authorization": "Bearer k"},
            {
                "command": "npx",
                "args": [
                    "-y",
                    "mcp-remote",
                    "https://a.example",
                    "--header",
                    "Authorization:${MCP_AUTHORIZATION}",
                ],
                "env": {"MCP_AUTHORIZATION": "Bearer k"},
            },
        ),
    ],
)
def test_an_entry_of_an_address_has_the_members_of_its_host(form: Any, headers: dict[str, str], expected: Any):
    assert form.entry("https://a.example", headers) == expected


@pytest.mark.parametrize(
    ("url", "allows"),
    [("http://a.example", True), ("http://localhost:1", False), ("http://127.0.0.1:1", False), ("https://a", False)],
)
def test_the_bridge_is_told_of_plain_http_to_another_machine(url: str, allows: bool):
    assert ("--allow-http" in BridgedForm().entry(url, {})["args"]) is allows


@pytest.mark.parametrize("name", REMOTE_NAMES)
def test_an_entry_with_a_member_of_addresses_is_remote(name: str):
    assert is_remote({name: "x"})
    assert is_remote({"transport": {name: "x"}})
    assert not is_remote({"command": "x", "transport": "stdio"})


@pytest.mark.parametrize(
    ("args", "expected"), [(["-y", "mcp-remote", "https://a"], True), (["run"], False), ("mcp-remote", False)]
)
def test_an_entry_of_the_bridge_is_remote(args: Any, expected: bool):
    assert is_remote({"command": "npx", "args": args}) is expected


@pytest.mark.parametrize("present", [None, {}, [], "text"])
def test_an_entry_beside_nothing_is_the_new_one(present: object):
    assert merged(present, LOCAL) is LOCAL


@pytest.mark.parametrize("name", LOCAL_NAMES)
def test_members_of_a_command_are_dropped_when_an_entry_becomes_remote(name: str):
    assert merged({"command": "old", name: {"A": "1"}, "disabled": True}, REMOTE) == {**REMOTE, "disabled": True}


@pytest.mark.parametrize("name", REMOTE_NAMES)
def test_members_of_an_address_are_dropped_when_an_entry_becomes_local(name: str):
    assert merged({"url": "https://old", name: {"A": "1"}, "timeout": 9}, LOCAL) == {**LOCAL, "timeout": 9}


@pytest.mark.parametrize(
    ("present", "entry", "expected"),
    [
        ({"command": "old", "cwd": "/x", "type": "old"}, LOCAL, {**LOCAL, "cwd": "/x"}),
        ({"url": "https://old", "scopes": "a", "transport": "old"}, REMOTE, {**REMOTE, "scopes": "a"}),
        (
            {"command": "old", "env": {"A": "theirs", "B": "theirs", "C": ""}},
            {**LOCAL, "env": {"A": "ours", "D": "ours"}},
            {**LOCAL, "env": {"A": "theirs", "B": "theirs", "D": "ours"}},
        ),
        ({"command": "old", "env": {"C": ""}}, LOCAL, LOCAL),
        ({"command": "old", "envs": {"A": "1"}}, LOCAL, {**LOCAL, "envs": {"A": "1"}}),
        ({"command": "old", "environment": {"A": "1"}}, LOCAL, {**LOCAL, "environment": {"A": "1"}}),
        (
            {"url": "https://old", "headers": {"H": "theirs"}},
            {**REMOTE, "headers": {"H": "ours", "I": "ours"}},
            {**REMOTE, "headers": {"H": "theirs"}},
        ),
        (
            {"url": "https://old", "http_headers": {"H": ""}},
            {**REMOTE, "http_headers": {"H": "ours"}},
            REMOTE,
        ),
        ({"command": "old", "alwaysAllow": ["x"], "disabled": False}, LOCAL,
         {**LOCAL, "alwaysAllow": ["x"], "disabled": False}),
    ],
)  # fmt: skip
def test_what_the_user_added_to_an_entry_of_the_same_kind_is_kept(present: Any, entry: Any, expected: Any):
    assert merged(present, entry) == expected
