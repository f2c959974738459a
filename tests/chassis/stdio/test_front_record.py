"""When a record is written, when it holds, and what is in it."""

import importlib
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mcp_chassis.server import Server
from mcp_chassis.settings import ServerSettings, is_secret, variables
from mcp_chassis.stdio.front import record
from mcp_chassis.stdio.front.handover import Handover
from mcp_chassis.stdio.recording import NotRecordable, secret_pattern, write_record
from sample_server import SAMPLE, SampleSettings
from servers import servers
from volume import in_volume, volume

REFERENCE = "sample_server:SAMPLE"
TOKEN = "token-5c1e9a"
Write = Callable[..., Awaitable[list[Path]]]


class FileSettings(SampleSettings):
    """Settings one of which names a file; another file is always looked at."""

    always: ClassVar[Path]
    definitions: str = ""

    def definition_files(self) -> tuple[Path, ...]:
        return (self.always,)


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("SAMPLE_", "MCP_", "TOOLROLL_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("TOOLROLL_ENV_FILE", str(tmp_path / "env"))
    (tmp_path / "env").write_text("SAMPLE_SIZE=4\n")
    FileSettings.always = tmp_path / "always.toml"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Starts a server as far as its record; the files of records that there are then."""

    async def start(server: Server = SAMPLE, *, began_ns: int | None = None) -> list[Path]:
        handover = Handover(REFERENCE)
        handover.began_ns = time.time_ns() + 10**9 if began_ns is None else began_ns
        await write_record(server, server.settings.load(), handover)
        return sorted((tmp_path / "cache" / "toolroll" / "front").glob("*"))

    return start


def is_found() -> bool:
    return record.find(REFERENCE, os.environ) is not None


async def test_a_record_is_valid_while_nothing_has_changed(write: Write) -> None:
    assert not is_found()
    assert len(await write()) == 1
    found = record.find(REFERENCE, os.environ)
    assert found is not None
    assert b'"list_things"' in found.answers["2025-11-25"]["tools/list"]
    assert found.warm_up is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SAMPLE_SIZE", "5"),
        ("SAMPLE_READ_ONLY", "true"),
        ("SAMPLE_TOOLS", "echo"),
        ("SAMPLE_TOKEN", TOKEN),
        ("SAMPLE_TOKEN_FILE", "/run/secrets/token"),
        ("SAMPLE_TOKEN_COMMAND", "pass show token"),
        ("SAMPLE_ANYTHING", "1"),
        ("MCP_WARM_UP", "3"),
        ("MCP_LOG_LEVEL", "loud"),
        ("MCP_DEBUG", "1"),
        ("TOOLROLL_ENV_FILE", "/no/such/file"),
        ("XDG_CONFIG_HOME", "/elsewhere"),
        ("HOME", "/elsewhere"),
    ],
)
async def test_a_new_or_changed_setting_invalidates_a_record(
    write: Write, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    await write()
    with monkeypatch.context() as changed:
        changed.setenv(name, value)
        assert not is_found()
    assert is_found()


async def test_unrelated_and_blank_variables_do_not_invalidate_a_record(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write()
    monkeypatch.setenv("OTHER_SIZE", "5")
    assert is_found()


async def test_a_changed_token_keeps_a_record_but_a_malformed_or_missing_one_does_not(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAMPLE_TOKEN", TOKEN)
    await write()
    for value, holds in [(TOKEN, True), ("another", True), (" padded ", True), ("mal formed", False), ("tökn", False)]:
        monkeypatch.setenv("SAMPLE_TOKEN", value)
        assert is_found() is holds, value
    monkeypatch.delenv("SAMPLE_TOKEN")
    assert not is_found()


async def test_the_file_of_a_secret_is_checked(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    monkeypatch.setenv("SAMPLE_TOKEN_FILE", str(tmp_path / "token"))
    [path] = await write()
    assert is_found()
    assert TOKEN not in path.read_text()
    (tmp_path / "token").write_text("mal formed")
    assert not is_found()
    (tmp_path / "token").unlink()
    assert not is_found()


async def test_no_value_of_a_setting_is_in_a_record(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMPLE_TOKEN", TOKEN)
    monkeypatch.setenv("SAMPLE_TOKEN_COMMAND", "print-the-token 7f3a91")
    monkeypatch.setenv("SAMPLE_TOOLS", "echo,list_things")
    [path] = await write()
    text = path.read_text()
    assert [value for value in (TOKEN, "print-the-token", "7f3a91", "echo,list_things") if value in text] == []


async def test_writing_the_env_file_invalidates_a_record(write: Write, tmp_path: Path) -> None:
    await write()
    (tmp_path / "env").write_text("SAMPLE_SIZE=6\n")
    assert not is_found()


@pytest.mark.parametrize("named", [True, False], ids=["named by a setting", "declared"])
async def test_a_changed_definition_file_invalidates_a_record(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: bool
) -> None:
    file = tmp_path / "named.toml" if named else FileSettings.always
    file.write_text("a = 1\n")
    before = file.stat()
    if named:
        monkeypatch.setenv("SAMPLE_DEFINITIONS", str(file))
    await write(replace(SAMPLE, settings=FileSettings))
    assert is_found()
    file.write_text("a = 2\n")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert not is_found()
    file.unlink()
    assert not is_found()


async def test_a_new_definition_file_invalidates_a_record(write: Write) -> None:
    await write(replace(SAMPLE, settings=FileSettings))
    assert is_found()
    FileSettings.always.write_text("a = 1\n")
    assert not is_found()


async def test_an_edited_module_invalidates_a_record(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "edited_module.py").write_text("A = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    module = importlib.import_module("edited_module")
    await write()
    assert is_found()
    (tmp_path / "edited_module.py").write_text("A = 22\n")
    assert not is_found()
    del sys.modules[module.__name__]


async def test_another_interpreter_or_path_of_modules_has_records_of_its_own(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write()
    with monkeypatch.context() as changed:
        changed.setattr(sys, "version", "3.99")
        assert not is_found()
    monkeypatch.syspath_prepend("/elsewhere")
    assert not is_found()


async def test_no_record_is_written_if_something_changed_during_the_start(write: Write, tmp_path: Path) -> None:
    began = time.time_ns()
    (tmp_path / "env").write_text("SAMPLE_SIZE=7\n")
    assert await write(began_ns=began) == []


@pytest.mark.parametrize("variable", ["MCP_DEBUG", "MCP_FRONT"])
async def test_nothing_is_recorded_while_debugging_or_turned_off(
    write: Write, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "1" if variable == "MCP_DEBUG" else "off")
    assert await write() == []


async def test_a_secret_whose_command_runs_at_each_start_leaves_no_record(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MCP_STATE_KEYS_COMMAND", f"echo {'k' * 40}")
    assert await write() == []


async def test_a_misspelt_variable_leaves_no_record_as_each_start_warns_of_it(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAMPLE_SIZES", "4")
    assert await write() == []


async def test_a_new_policy_file_of_the_user_invalidates_a_record(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platformdirs.user_config_path", lambda name: tmp_path / name)
    await write()
    assert is_found()
    (tmp_path / "toolroll").mkdir()
    (tmp_path / "toolroll" / "policy.toml").write_text("")
    assert not is_found()


async def test_each_configuration_has_a_record_and_the_oldest_ones_are_removed(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MCP_MAX_RESULT_CHARS", "2000")
    [oldest] = await write()
    for number in range(record.MAX_RECORDS - 1):
        copied = oldest.with_name(f"other-{number}")
        copied.write_bytes(oldest.read_bytes())
    assert is_found()
    monkeypatch.setenv("MCP_MAX_RESULT_CHARS", "2001")
    paths = await write()
    assert len(paths) == record.MAX_RECORDS
    assert oldest not in paths
    assert is_found()
    monkeypatch.setenv("MCP_MAX_RESULT_CHARS", "2000")
    assert not is_found()


async def test_the_record_of_another_format_is_not_used(write: Write) -> None:
    [path] = await write()
    head, *rest = path.read_bytes().split(b"\n", 1)[1].split(b"\n")
    other = b"\n".join([json.dumps({**json.loads(head), "format": "toolroll front 0"}).encode(), *rest])
    path.write_bytes(record.digest(other).encode() + b"\n" + other)
    assert not is_found()


async def test_a_cache_folder_that_cannot_be_written_only_leaves_no_record(write: Write, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    assert await write() == []


UNRECORDABLE = [("github-mcp", "app_private_key")]
"""Secrets whose rules no pattern can tell: a start with one goes through the settings."""
PATTERNS = [
    (name, field)
    for name, server in servers().items()
    for field, info in server.settings.model_fields.items()
    if is_secret(info) and (name, field) not in UNRECORDABLE
]


@in_volume
@pytest.mark.parametrize(("name", "field"), PATTERNS)
def test_a_value_that_matches_a_secrets_pattern_is_accepted_by_its_setting(name: str, field: str) -> None:
    known = servers()[name].settings
    pattern = secret_pattern(known, field, "")

    @settings(max_examples=volume(200, share=0.025 if field in ServerSettings.model_fields else 0.15))
    @given(value=st.from_regex(f"(?a:{pattern})", fullmatch=True))
    def keeps(value: str) -> None:
        known.load({variables(known, field)[0]: value})

    keeps()


@pytest.mark.parametrize(("name", "field"), UNRECORDABLE)
def test_a_start_with_a_private_key_is_not_recorded(name: str, field: str) -> None:
    with pytest.raises(NotRecordable):
        secret_pattern(servers()[name].settings, field, "")


def test_a_secret_with_rules_of_its_own_and_no_pattern_cannot_be_recorded() -> None:
    class StrictSettings(SampleSettings):
        secret_patterns: ClassVar[dict[str, str]] = {}

    with pytest.raises(NotRecordable, match="MCP_STATE_KEYS"):
        secret_pattern(StrictSettings, "state_keys", "MCP_STATE_KEYS")
