"""What the command line says and with which exit code it ends."""

import io
import json
import os
import sys
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import anyio
import pytest
from mcp_chassis.cli import main
from mcp_chassis.cli.check import Report, check
from mcp_chassis.failures import AuthenticationFailed, Unavailable
from mcp_chassis.server import Probe
from sample_server import SAMPLE, SampleSettings, Shelf

Output = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _environment(tmp_path: Path) -> Iterator[None]:
    """No setting of this machine, and an empty `.env`."""
    before = dict(os.environ)
    for name in before:
        if name.startswith(("SAMPLE_", "MCP_", "SSL_CERT")) or name.lower().endswith("_proxy"):
            del os.environ[name]
    (tmp_path / ".env").write_text("")
    os.environ["TOOLROLL_ENV_FILE"] = str(tmp_path / ".env")
    yield
    os.environ.clear()
    os.environ.update(before)


def test_version_names_the_server(capsys: Output) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--version"], SAMPLE)
    assert capsys.readouterr().out == f"mcp-chassis {SAMPLE.version}\n"


@pytest.mark.parametrize("arguments", [["dance"], ["check", "--loud"], ["config", "emacs"], ["call"]])
def test_an_unknown_command_lists_the_known_ones(arguments: list[str], capsys: Output) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(arguments, SAMPLE)
    assert "usage: mcp-chassis" in capsys.readouterr().err


def test_tools_are_listed_with_their_estimated_tokens_and_effect(capsys: Output) -> None:
    assert main(["tools"], SAMPLE) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(SAMPLE.tools) + 1
    tokens, does, name, title = lines[0].split(maxsplit=3)
    assert (does, name, title) == ("reads", "list_things", "List things")
    assert 30 < int(tokens.removeprefix("~")) < 200
    assert "writes put_thing" in " ".join(" ".join(lines).split())
    counts = [int(line.split()[0].removeprefix("~")) for line in lines]
    assert counts[-1] == sum(counts[:-1])


def test_proxies_of_the_env_file_are_used_if_the_environment_sets_none(tmp_path: Path, capsys: Output) -> None:
    (tmp_path / ".env").write_text("HTTPS_PROXY=http://filed.example:3128\nNO_PROXY=inside.example\nSAMPLE_SIZE=5\n")
    os.environ["no_proxy"] = "localhost"
    main(["check"], SAMPLE)
    assert "in use     HTTPS_PROXY" in capsys.readouterr().out
    assert (os.environ["HTTPS_PROXY"], "NO_PROXY" in os.environ) == ("http://filed.example:3128", False)
    assert "SAMPLE_SIZE" not in os.environ


def test_the_env_file_that_was_read_is_named(tmp_path: Path, capsys: Output) -> None:
    (tmp_path / ".env").write_text("SAMPLE_SIZE=5\n")
    main(["check"], SAMPLE)
    assert f"  .env       {tmp_path / '.env'}\n" in capsys.readouterr().out


def test_tools_are_those_the_settings_offer(capsys: Output) -> None:
    os.environ["SAMPLE_READ_ONLY"] = "true"
    main(["tools"], SAMPLE)
    assert "writes" not in capsys.readouterr().out


def test_a_call_prints_what_a_host_would_read(capsys: Output) -> None:
    assert main(["call", "echo", '{"text": "null"}'], SAMPLE) == 0
    assert capsys.readouterr().out == '{"text":"null"}\n'


def test_a_call_may_have_its_arguments_on_standard_input(capsys: Output) -> None:
    before, sys.stdin = sys.stdin, io.StringIO('{"text": "from afar"}')
    try:
        assert main(["call", "echo", "-"], SAMPLE) == 0
    finally:
        sys.stdin = before
    assert "from afar" in capsys.readouterr().out


def test_a_call_may_leave_out_the_arguments(capsys: Output) -> None:
    assert main(["call", "count_things"], SAMPLE) == 0
    assert capsys.readouterr().out == '{"number":0}\n'


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("fail", '{"kind": "limit"}', "RATE_LIMITED"),
        ("echo", '{"nonsense": 1}', "INVALID_INPUT"),
        ("no_such_tool", "{}", "There is no tool of this name"),
    ],
)
def test_a_failed_call_is_printed_to_standard_error_with_exit_code_1(
    tool: str, arguments: str, said: str, capsys: Output
) -> None:
    assert main(["call", tool, arguments], SAMPLE) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert said in output.err
    assert "Traceback" not in output.err


@pytest.mark.parametrize("arguments", ["{", "[]", "1", "null", "[" * 100_000])
def test_arguments_that_are_not_an_object_are_refused_with_exit_code_2(arguments: str, capsys: Output) -> None:
    assert main(["call", "echo", arguments], SAMPLE) == 2
    assert "must be a JSON object" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["tools"], ["call", "echo"], ["serve"]])
def test_an_invalid_setting_is_named_with_exit_code_2(command: list[str], capsys: Output) -> None:
    os.environ["SAMPLE_SIZE"] = "a-value-nobody-should-see"
    assert main(command, SAMPLE) == 2
    output = capsys.readouterr()
    assert "SAMPLE_SIZE: " in output.err
    assert "a-value-nobody-should-see" not in output.err + output.out
    assert output.out == ""


def test_check_of_a_working_server_exits_with_code_0(capsys: Output) -> None:
    os.environ["SAMPLE_TOKEN"] = "canary-token-5512"
    os.environ["HTTPS_PROXY"] = "http://user:canary-proxy@proxy.example"
    assert main(["check"], SAMPLE) == 0
    lines = [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()[1:]]
    assert ["settings", "ok"] in lines
    assert ["in", "use     HTTPS_PROXY"] in lines
    assert ["reached", "shelf"] in lines
    assert "canary" not in str(lines)


def test_check_names_an_invalid_setting_with_exit_code_2(capsys: Output) -> None:
    os.environ["SAMPLE_SIZE"] = "a-value-nobody-should-see"
    assert main(["check"], SAMPLE) == 2
    assert main(["check", "--json"], SAMPLE) == 2
    text = capsys.readouterr().out
    assert "to mend    SAMPLE_SIZE: " in text
    assert "a-value-nobody-should-see" not in text


def test_check_as_json_is_one_object(capsys: Output) -> None:
    assert main(["check", "--json"], SAMPLE) == 3
    report = json.loads(capsys.readouterr().out)
    assert report["name"] == "mcp-chassis"
    assert report["missing"] == ["SAMPLE_TOKEN"]
    assert report["connectivity"] == [{"name": "shelf", "status": "not configured", "message": ""}]
    assert report["exit_code"] == 3
    assert set(report["versions"]) == {"toolroll-core", "mcp", sys.implementation.name.replace("cpython", "CPython")}


async def _no_credential(shelf: Shelf) -> Sequence[Probe]:
    try:
        return [Probe("shelf", "ok", shelf.token.reveal())]
    except AuthenticationFailed as failure:
        return [Probe("shelf", "failed", failure.message)]


async def _unreachable(shelf: Shelf) -> Sequence[Probe]:
    raise Unavailable("The shelf does not answer.")


async def _silent(shelf: Shelf) -> Sequence[Probe]:
    await anyio.sleep_forever()
    return []


@asynccontextmanager
async def _never_connects(settings: SampleSettings) -> AsyncGenerator[Shelf]:
    raise Unavailable("There is no shelf.")
    yield


@pytest.mark.parametrize(
    ("server", "code", "message"),
    [
        (replace(SAMPLE, probe=_no_credential), 3, "SAMPLE_TOKEN is not set"),
        (replace(SAMPLE, probe=_unreachable), 4, "The shelf does not answer."),
        (replace(SAMPLE, probe=_silent), 4, "No response within 0.2 s."),
        (replace(SAMPLE, connect=_never_connects), 4, "There is no shelf."),
        (replace(SAMPLE, probe=None), 4, "declares no probe"),
        (SAMPLE, 3, ""),
    ],
)
async def test_check_has_an_exit_code_for_each_kind_of_fault(server: object, code: int, message: str) -> None:
    report = await check(server, seconds=0.2)  # pyright: ignore[reportArgumentType]
    assert report.exit_code == code
    assert [message in probe.message for probe in report.connectivity] == [True]


@pytest.mark.parametrize(
    ("reason", "hint"),
    [
        ("could not be reached: its name cannot be resolved (DNS).", "and at the network"),
        ("could not be reached: its certificate is not trusted here (TLS).", "SSL_CERT_FILE"),
        ("could not be reached: the secure connection (TLS) could not be made.", "may not speak TLS"),
        ("could not be reached: the connection was refused.", "Nothing listens there"),
        ("could not be reached through the proxy: the connection was refused.", "HTTPS_PROXY and NO_PROXY"),
        ("did not respond in time.", "firewall"),
    ],
)
def test_check_says_what_to_do_about_each_reason(reason: str, hint: str) -> None:
    report = Report("shelf", "1", {}, connectivity=[Probe("Shelf", "failed", f"The shelf {reason}")])
    assert hint.lower() in report.lines()[-1].lower()
    assert reason in report.lines()[-1]


@pytest.mark.parametrize(
    ("arguments", "suggestion"),
    [
        (["chek"], "Did you mean check?"),
        (["config", "curser"], "Did you mean cursor?"),
        (["serve", "--transport", "htpp"], "Did you mean http?"),
    ],
)
def test_a_misspelt_command_gets_a_suggestion(arguments: list[str], suggestion: str, capsys: Output) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(arguments, SAMPLE)
    assert suggestion in capsys.readouterr().err


@pytest.mark.parametrize("command", [["tools", "list_thing"], ["call", "list_thing"]])
def test_a_misspelt_tool_gets_a_suggestion(command: list[str], capsys: Output) -> None:
    assert main(command, SAMPLE) == 1
    assert "There is no tool of this name: list_thing. Did you mean list_things?" in capsys.readouterr().err


def test_a_misspelt_profile_gets_a_suggestion(capsys: Output) -> None:
    os.environ["SAMPLE_TOOLS"] = "list_thing"
    assert main(["tools"], SAMPLE) == 2
    assert "Did you mean list_things?" in capsys.readouterr().err


def test_a_misspelt_server_gets_a_suggestion(capsys: Output) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["timezon-mcp", "tools"])
    assert "Did you mean timezone-mcp?" in capsys.readouterr().err


def test_tools_with_a_name_describes_the_tool_and_its_parameters(capsys: Output) -> None:
    assert main(["tools", "list_things"], SAMPLE) == 0
    text = capsys.readouterr().out
    assert text.startswith("list_things: List things (reads, about ")
    assert "optional" in text


def test_tools_with_a_name_describes_nested_fields(capsys: Output) -> None:
    assert main(["tools", "echo"], SAMPLE) == 0
    text = capsys.readouterr().out
    assert "  label: object, optional\n      name: string, required" in text
    assert "array of string" in text


def test_help_says_what_the_server_is(capsys: Output) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--help"], replace(SAMPLE, description="Things on a shelf"))
    text = capsys.readouterr().out
    assert "mcp-chassis: Things on a shelf" in text
    assert " ".join(SAMPLE.instructions.split())[:40] in text


def test_output_can_contain_any_character_under_any_code_page() -> None:
    before = sys.stdout
    raw = io.BytesIO()
    console = sys.stdout = io.TextIOWrapper(raw, encoding="cp1252")
    try:
        assert main(["call", "echo", '{"text": "\u2192 \u65e5"}'], SAMPLE) == 0
        console.flush()
    finally:
        sys.stdout = before
    assert "\u2192 \u65e5" in raw.getvalue().decode("utf-8")


class Console(io.BytesIO):
    """A console, which has a code page that cannot be changed."""

    def isatty(self) -> bool:
        return True


def test_a_console_shows_what_its_code_page_lacks_as_escapes() -> None:
    before = sys.stdout
    raw = Console()
    console = sys.stdout = io.TextIOWrapper(raw, encoding="cp1252")
    try:
        assert main(["call", "echo", '{"text": "\u00fc \u2192 \u65e5"}'], SAMPLE) == 0
        console.flush()
    finally:
        sys.stdout = before
    assert r"\u2192 \u65e5".encode("cp1252") in raw.getvalue()
    assert "ü".encode("cp1252") in raw.getvalue()


def test_toolroll_lists_the_installed_servers(capsys: Output) -> None:
    assert main([]) == 0
    assert main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    names = [line.split()[0] for line in lines]
    assert names == sorted(set(names)) * 2
    assert "timezone-mcp" in names


@pytest.mark.parametrize("name", ["timezone", "timezone-mcp"])
def test_toolroll_runs_a_servers_command(name: str, capsys: Output) -> None:
    assert main([name, "tools"]) == 0
    assert "convert_timezone" in capsys.readouterr().out


@pytest.mark.parametrize("names", [[], ["nobody"], ["timezone", "github"]])
def test_toolroll_serves_exactly_one_server_over_stdio(names: list[str], capsys: Output) -> None:
    assert main(["serve", "--transport", "stdio", *names]) == 2
    assert "exactly one server" in capsys.readouterr().err


def test_toolroll_says_that_a_server_to_serve_over_http_is_not_installed(capsys: Output) -> None:
    assert main(["serve", "nobody", "--transport", "http"]) == 2
    assert "no server called nobody" in capsys.readouterr().err


def test_toolroll_creates_hashes_and_lists_keys(tmp_path: Path, capsys: Output) -> None:
    path = tmp_path / "keys"
    assert main(["keys", "new", "ci", "read", "--file", str(path)]) == 0
    assert main(["keys", "hash", str(path)]) == 0
    capsys.readouterr()
    assert main(["keys", "list", str(path)]) == 0
    assert capsys.readouterr().out == "ci  read\n"


def test_toolroll_writes_the_example_entries(tmp_path: Path) -> None:
    assert main(["examples", str(tmp_path)]) == 0
    entry = json.loads((tmp_path / "claude-desktop" / "timezone-mcp.json").read_text())
    assert list(entry["mcpServers"]) == ["timezone-mcp"]
