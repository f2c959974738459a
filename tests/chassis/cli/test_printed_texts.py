"""Exact texts of the command line: help, reports of `check`, and tables and descriptions of tools."""

from typing import Any

import pytest
from mcp_chassis.cli import main
from mcp_chassis.cli.check import HINTS, NO_PROBE, Report, has_upstream
from mcp_chassis.cli.tools import description, kind, table, tokens
from mcp_chassis.server import Probe
from mcp_chassis.settings import HttpsUrl, Secret, ServerSettings
from mcp_types import Tool, ToolAnnotations
from sample_server import SAMPLE

Output = pytest.CaptureFixture[str]
OK, FAILED, LEFT_OUT = Probe("a", "ok", ""), Probe("b", "failed", "X_TOKEN is bad."), Probe("c", "not configured", "")


def report(**parts: Any) -> Report:
    return Report("shelf-mcp", "1.2", {"mcp": "2.0", "CPython": "3.13"}, **parts)


def test_a_report_has_one_line_for_each_finding_in_a_fixed_order() -> None:
    whole = report(
        missing=["X_TOKEN", "X_SIZE"],
        env_file="/home/ann/.env",
        network=["HTTPS_PROXY"],
        policy=["ask put_thing"],
        connectivity=[OK, FAILED, LEFT_OUT, Probe("d", "ok", "in time")],
    )
    assert whole.lines() == [
        "shelf-mcp 1.2 (mcp 2.0, CPython 3.13)",
        "  settings   ok",
        "  .env       /home/ann/.env",
        "  not set    X_TOKEN",
        "  not set    X_SIZE",
        "  in use     HTTPS_PROXY",
        "  policy     ask put_thing",
        "  reached    a",
        "  to mend    b: X_TOKEN is bad.",
        "  left out   c",
        "  reached    d: in time",
    ]
    assert whole.data() == {
        "name": "shelf-mcp",
        "version": "1.2",
        "versions": {"mcp": "2.0", "CPython": "3.13"},
        "problems": [],
        "missing": ["X_TOKEN", "X_SIZE"],
        "env_file": "/home/ann/.env",
        "network": ["HTTPS_PROXY"],
        "policy": ["ask put_thing"],
        "connectivity": [
            {"name": "a", "status": "ok", "message": ""},
            {"name": "b", "status": "failed", "message": "X_TOKEN is bad."},
            {"name": "c", "status": "not configured", "message": ""},
            {"name": "d", "status": "ok", "message": "in time"},
        ],
        "exit_code": 3,
    }


def test_a_report_of_invalid_settings_lists_only_them() -> None:
    assert report(problems=["X_SIZE: too large", "X_ROOT: missing"]).lines() == [
        "shelf-mcp 1.2 (mcp 2.0, CPython 3.13)",
        "  to mend    X_SIZE: too large",
        "  to mend    X_ROOT: missing",
    ]


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({}, 0),
        ({"connectivity": [OK]}, 0),
        ({"connectivity": [OK], "missing": ["X_TOKEN"]}, 0),
        ({"connectivity": [LEFT_OUT]}, 0),
        ({"connectivity": [LEFT_OUT, OK], "missing": ["X_TOKEN"]}, 3),
        ({"missing": ["X_TOKEN"]}, 3),
        ({"connectivity": [FAILED], "missing": ["Y_TOKEN", "X_TOKEN"]}, 3),
        ({"connectivity": [FAILED], "missing": ["Y_TOKEN"]}, 4),
        ({"connectivity": [OK, FAILED]}, 4),
        ({"connectivity": [FAILED], "missing": ["X_TOKEN"], "problems": ["X_SIZE: too large"]}, 2),
    ],
)
def test_the_exit_code_of_a_report_is_that_of_its_worst_finding(parts: dict[str, Any], code: int) -> None:
    assert report(**parts).exit_code == code


@pytest.mark.parametrize(
    ("reason", "hint"),
    [
        ("It could not be reached through the proxy: the connection was refused.", HINTS["through the proxy"]),
        ("In between, the proxy refuses the connection in time.", HINTS["the proxy refuses"]),
        ("Its name cannot be resolved (DNS).", HINTS["(DNS)"]),
        ("Its certificate is not trusted here (TLS).", HINTS["is not trusted"]),
        ("The secure connection (TLS) could not be made.", HINTS["secure connection (TLS)"]),
        ("The connection was refused.", HINTS["connection was refused"]),
        ("It did not respond in time.", HINTS["in time"]),
        ("It refused the credential.", ""),
    ],
)
def test_a_failed_probe_has_the_hint_of_its_reason_and_no_other(reason: str, hint: str) -> None:
    [line] = report(connectivity=[Probe("b", "failed", reason)]).lines()[2:]
    assert line == f"  to mend    b: {reason}{' ' if hint else ''}{hint}"


class WithSecret(ServerSettings):
    token: Secret | None = None


class WithUrl(ServerSettings):
    place: HttpsUrl = "https://sample.example"


class WithNeither(ServerSettings):
    size: int = 1


@pytest.mark.parametrize(("settings", "expected"), [(WithSecret, True), (WithUrl, True), (WithNeither, False)])
def test_a_server_with_a_secret_or_a_url_of_its_own_has_an_upstream(
    settings: type[ServerSettings], expected: bool
) -> None:
    assert has_upstream(settings) is expected
    assert NO_PROBE.startswith("Not checked: ")


def printed_help(arguments: list[str], capsys: Output) -> str:
    with pytest.raises(SystemExit, match="0"):
        main(arguments, SAMPLE)
    return " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--help"], "Without a command: serve stdio, as a host starts it."),
        (["check", "--help"], "Exit codes: 0 everything works, 2 a setting is invalid, 3 a credential or another"),
        (["check", "--help"], "--json print the report as JSON"),
        (["call", "--help"], "JSON an object; - reads standard input"),
        (["call", "--help"], "tool [JSON]"),
        (["tools", "--help"], "[name]"),
        (["config", "--help"], "--no-key with --url: no API key, the host signs in by OAuth"),
        (["serve", "--help"], "--transport {stdio,http}"),
        (["serve", "--help"], "--port PORT port to listen on (HTTP)"),
    ],
)
def test_the_help_of_each_command_describes_its_arguments(arguments: list[str], expected: str, capsys: Output) -> None:
    assert expected in printed_help(arguments, capsys)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--help"], "toolroll SERVER COMMAND ... runs a server's command."),
        (["--help"], "list list the installed servers"),
        (["serve", "--help"], "[SERVER ...]"),
        (["serve", "--help"], "SERVER which servers; over HTTP all when left out"),
        (["keys", "new", "--help"], "name SCOPE [SCOPE ...]"),
        (["keys", "new", "--help"], "--limit [KIND=]CALLS/SECONDS such as write=10/60"),
        (["keys", "new", "--help"], "--expires DATE last day (UTC) on which it is valid, such as 2027-01-31"),
        (["keys", "--help"], "ACTION"),
        (["grants", "revoke", "--help"], "[--anyway] server user"),
        (["grants", "forget", "--help"], "server user"),
        (["examples", "--help"], "folder"),
    ],
)
def test_the_help_of_toolroll_describes_its_commands(arguments: list[str], expected: str, capsys: Output) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(arguments)
    assert expected in " ".join(capsys.readouterr().out.split())


def test_toolroll_has_the_version_of_the_core(capsys: Output) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out == f"toolroll {SAMPLE.version}\n"


def tool(name: str, schema: dict[str, Any], **hints: bool) -> Tool:
    return Tool(name=name, title=f"The {name}", description="Does it.", input_schema=schema,
                annotations=ToolAnnotations(**hints) if hints else None)  # fmt: skip


READ = tool("look", {"type": "object"}, read_only_hint=True)
WRITE = tool("put", {"type": "object"}, destructive_hint=False)
DESTROY = tool("drop_all", {"type": "object"}, destructive_hint=True)
PLAIN = tool("x", {"type": "object"})


def test_the_tokens_of_a_tool_are_a_quarter_of_the_characters_of_its_definition_rounded_up() -> None:
    # {"name":"look","description":"Does it.","inputSchema":{"type":"object"}} has 72 characters
    assert [tokens(tool("look" + "k" * more, {"type": "object"})) for more in range(5)] == [18, 19, 19, 19, 19]


def test_the_table_of_tools_is_aligned_and_ends_with_the_sum() -> None:
    assert table([READ, WRITE, DESTROY, PLAIN]) == [
        "    ~18  reads    look      The look",
        "    ~18  writes   put       The put",
        "    ~19  destroys drop_all  The drop_all",
        "    ~18  writes   x         The x",
        "    ~73  tokens in 4 tools",
    ]
    assert table([]) == ["     ~0  tokens in 0 tools"]


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({}, "any"),
        ({"type": "integer", "maximum": 100, "minimum": 1}, "integer, minimum 1, maximum 100"),
        ({"type": "array", "items": {"type": "string"}, "maxItems": 5}, "array of string, maxItems 5"),
        ({"type": "array", "items": {"anyOf": []}}, "array of any"),
        ({"type": "string", "enum": ["a", "b"], "default": "a"}, 'string, enum ["a", "b"], default "a"'),
        (
            {"type": "string", "minLength": 1, "maxLength": 9, "pattern": "a+", "format": "date"},
            'string, minLength 1, maxLength 9, pattern "a+", format "date"',
        ),
        ({"type": "array", "minItems": 2}, "array, minItems 2"),
    ],
)
def test_the_type_of_a_parameter_is_printed_with_its_bounds(schema: dict[str, Any], expected: str) -> None:
    assert kind(schema) == expected


def test_a_tool_is_described_with_its_parameters_and_the_fields_inside_them() -> None:
    label = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    schema = {
        "type": "object",
        "properties": {
            "count": {"type": "integer", "description": "How many " + "of them " * 14},
            "label": label,
            "labels": {"type": "array", "items": label},
            "either": {"anyOf": [label, {"type": "string"}]},
            "one": {"oneOf": [{"type": "string"}, label]},
        },
        "required": ["count"],
    }
    described = list(description(tool("look", schema, read_only_hint=True)))
    assert described[0].startswith("look: The look (reads, about ")
    assert described[1:4] == ["", "Does it.", ""]
    name = "      name: string, required"
    assert described[4:] == [
        "  count: integer, required",
        "      How many of them of them of them of them of them of them of them of them of them of them",
        "      of them of them of them of them",
        "  label: object, optional",
        name,
        "  labels: array of object, optional",
        name,
        "  either: any, optional",
        name,
        "  one: any, optional",
        name,
    ]
