"""A secret may come from a command: run when it is first needed and after a refusal, and never shown."""

import json
import logging
import shlex
import sys
from pathlib import Path
from typing import ClassVar

import pytest
from mcp_chassis import secret_command
from mcp_chassis.environment import FOR_CHILDREN
from mcp_chassis.failures import AuthenticationFailed
from mcp_chassis.http.json_api import JsonApi
from mcp_chassis.pipeline.account import account_of
from mcp_chassis.pipeline.diagnostics import missing_settings
from mcp_chassis.secret_command import parsed
from mcp_chassis.settings import BadSettings, Secret, SecretKeys, ServerSettings, SettingsConfigDict
from mcp_chassis.testing.replies import Reply
from mcp_chassis.testing.upstream import ScriptedUpstream
from mcp_chassis.upstream.service import Upstream
from pydantic import SecretStr
from sample_server import SAMPLE

CANARY = "canary-0815-of-a-command"


class Example(ServerSettings):
    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(env_prefix="EXAMPLE_")

    token: Secret | None = None
    keys: SecretKeys = ()


class AtStart(Example):
    commands_at_start = True


def python(program: str) -> str:
    return f"{shlex.quote(sys.executable)} -c {shlex.quote(program)}"


@pytest.fixture
def printing(tmp_path: Path) -> str:
    """A command that counts its runs in a file and prints a token with the number of the run."""
    runs = tmp_path / "runs"
    return python(
        f"import pathlib; p = pathlib.Path({str(runs)!r}); "
        f"n = int(p.read_text()) + 1 if p.exists() else 1; p.write_text(str(n)); print({CANARY!r} + str(n))"
    )


def runs(tmp_path: Path) -> int:
    path = tmp_path / "runs"
    return int(path.read_text()) if path.exists() else 0


def test_the_command_runs_when_the_secret_is_first_revealed_and_once(printing: str, tmp_path: Path):
    settings = Example.load({"EXAMPLE_TOKEN_COMMAND": printing})
    credential = settings.credential("token")
    shown = f"{settings!r} {list(settings.secrets())} {missing_settings(settings)} {account_of(SAMPLE, settings)}"
    assert credential.present
    assert runs(tmp_path) == 0
    assert [credential.reveal() for _ in range(3)] == [f"{CANARY}1"] * 3
    assert runs(tmp_path) == 1
    assert CANARY not in f"{shown} {settings!r} {credential!r}"
    assert list(settings.secrets()) == [f"{CANARY}1"]


def test_the_command_runs_again_after_a_401(printing: str):
    credential = Example.load({"EXAMPLE_TOKEN_COMMAND": printing}).credential("token")
    assert credential.reveal() == f"{CANARY}1"
    assert credential.reload() is True
    assert credential.reveal() == f"{CANARY}2"
    same = Example.load({"EXAMPLE_TOKEN_COMMAND": python(f"print({CANARY!r})")}).credential("token")
    assert same.reload() is False


@pytest.mark.parametrize("other", ["EXAMPLE_TOKEN", "EXAMPLE_TOKEN_FILE"])
def test_a_value_and_a_file_have_precedence_over_the_command(printing: str, tmp_path: Path, other: str):
    (tmp_path / "token").write_text("from-elsewhere")
    value = "from-elsewhere" if other == "EXAMPLE_TOKEN" else str(tmp_path / "token")
    settings = Example.load({"EXAMPLE_TOKEN_COMMAND": printing, other: value})
    assert settings.credential("token").reveal() == "from-elsewhere"
    assert runs(tmp_path) == 0


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (python("raise SystemExit(3)"), "exited with code 3"),
        (python(f"import sys; print({CANARY!r}, file=sys.stderr); sys.exit(1)"), "exited with code 1"),
        (python("print()"), "printed nothing"),
        (python("print('x' * 70_000)"), "printed more than 65536 bytes"),
        (python(f"print({CANARY!r}, 'and', 'more')"), "printed a value that the setting does not accept"),
        ("no-such-program-at-all --flag", "cannot be started"),
        ("'an open quote", "cannot be started"),
    ],
)
def test_the_error_of_a_failing_command_names_its_variable_without_its_output(command: str, why: str, caplog):
    caplog.set_level(logging.DEBUG)
    credential = Example.load({"EXAMPLE_TOKEN_COMMAND": command}).credential("token")
    with pytest.raises(AuthenticationFailed) as caught:
        credential.reveal()
    assert f"The command in EXAMPLE_TOKEN_COMMAND {why}" in caught.value.message
    assert CANARY not in f"{caught.value} {caught.value.__cause__} {caplog.text}"


@pytest.mark.parametrize(
    ("command", "started"),
    [
        (r"C:\Tools\op.exe read op://x/y", r'"C:\Tools\op.exe" read op://x/y'),
        (r'"C:\Program Files\op.exe" read "op://a b/c"', r'"C:\Program Files\op.exe" read "op://a b/c"'),
        ("gcloud auth print-access-token", r'"C:\sdk\gcloud.cmd" auth print-access-token'),
        ("  gh  ", '"gh"'),
    ],
)
def test_on_windows_paths_keep_their_backslashes_and_a_program_gets_its_suffix(command: str, started: str):
    assert parsed(command, "win32", {"gcloud": r"C:\sdk\gcloud.cmd"}.get) == started


@pytest.mark.parametrize("command", ["", " ", '"no end', '""'])
def test_on_windows_a_command_without_a_program_is_refused(command: str):
    with pytest.raises(ValueError, match="names no program"):
        parsed(command, "win32", lambda _: None)


def test_a_hanging_command_is_killed(monkeypatch):
    monkeypatch.setattr(secret_command, "TIMEOUT_SECONDS", 0.2)
    credential = Example.load({"EXAMPLE_TOKEN_COMMAND": python("import time; time.sleep(60)")}).credential("token")
    with pytest.raises(AuthenticationFailed, match=r"took longer than 0.2 s"):
        credential.reveal()


def test_the_command_sees_no_shell_no_input_and_no_other_secret(monkeypatch):
    monkeypatch.setenv("OTHER_TOKEN", "another secret")
    program = (
        "import os, sys, json; print(json.dumps([sorted(os.environ), sys.argv[1:], sys.stdin.read()]).replace(' ', ''))"
    )
    credential = Example.load({"EXAMPLE_TOKEN_COMMAND": f"{python(program)} $HOME '*' ;true"}).credential("token")
    names, arguments, received = json.loads(credential.reveal())
    assert set(names) <= {*FOR_CHILDREN, "LC_CTYPE"}
    assert (arguments, received) == (["$HOME", "*", ";true"], "")


def test_commands_of_secrets_needed_at_the_start_run_at_the_start():
    settings = AtStart.load({"EXAMPLE_TOKEN_COMMAND": python(f"print({CANARY!r})")})
    assert settings.token is not None
    assert settings.token.get_secret_value() == CANARY
    keys = Example.load({"MCP_STATE_KEYS_COMMAND": python("print('k' * 32)")})
    assert [key.get_secret_value() for key in keys.state_keys] == ["k" * 32]
    with pytest.raises(BadSettings, match="The command in EXAMPLE_TOKEN_COMMAND exited with code 1"):
        AtStart.load({"EXAMPLE_TOKEN_COMMAND": python("raise SystemExit(1)")})


async def test_a_request_refused_with_401_is_repeated_with_the_reloaded_secret(printing: str, tmp_path: Path):
    credential = Example.load({"EXAMPLE_TOKEN_COMMAND": printing}).credential("token")
    async with ScriptedUpstream() as upstream:
        upstream.answers("GET /thing", Reply(401), Reply(json={"id": 1}))
        headers = {"authorization": ""}
        api = JsonApi(
            upstream.url,
            upstream=Upstream("Acme"),
            credential=credential,
            headers=lambda: {**headers, "authorization": credential.reveal()},
        )
        async with api:
            assert (await api.get("/thing")).json == {"id": 1}
        sent = [request.headers["authorization"] for request in upstream.requests]
    assert sent == [f"{CANARY}1", f"{CANARY}2"]
    assert runs(tmp_path) == 2


def test_a_secret_of_a_command_counts_as_set_before_the_command_has_run() -> None:
    secret = secret_command.CommandSecret("EXAMPLE_TOKEN_COMMAND", "show token", SecretStr)
    assert (len(secret), bool(secret), secret.is_read, secret.source) == (1, True, False, "show token")


@pytest.mark.parametrize(
    ("program", "fault"),
    [
        ("print(' ' * 10 + 'x' * 65_525, end='\\n')", None),
        ("print(' ' * 10 + 'x' * 65_526, end='\\n')", "printed more than 65536 bytes"),
        ("print(' ')", "printed nothing"),
        ("raise SystemExit(3)", "exited with code 3"),
    ],
)
def test_the_output_of_a_command_is_at_most_64_kib(program: str, fault: str | None) -> None:
    if fault is None:
        assert secret_command.output_of("X_COMMAND", python(program)) == "x" * 65_525
    else:
        with pytest.raises(AuthenticationFailed) as failed:
            secret_command.output_of("X_COMMAND", python(program))
        assert failed.value.reason == f"The command in X_COMMAND {fault}, so this server has no credential."


@pytest.mark.parametrize("command", ["", "no-such-program-of-any-machine", "'unclosed"])
def test_a_command_that_cannot_be_started_is_named(command: str) -> None:
    with pytest.raises(AuthenticationFailed, match="The command in X_COMMAND cannot be started, so this server has"):
        secret_command.output_of("X_COMMAND", command)
