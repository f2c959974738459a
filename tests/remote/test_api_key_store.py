"""The keys a server knows: which file it takes them from, when it looks again, and what its operator is told."""

import logging
import os
from pathlib import Path

import pytest
from mcp_chassis.cli import main
from mcp_chassis.remote.auth.api_keys import ApiKey, ApiKeyStore, name_of
from mcp_chassis.settings import BadSettings
from remote_clock import Clock

LOGGER = "mcp_chassis.remote.auth.api_keys"
CI, CD = ApiKey.of("ci", "tr_ci", ["read"]), ApiKey.of("cd", "tr_cd", ["write"])


class File:
    """A key file, and a ring that read it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "keys"
        self.path.write_text(CI.line())
        self.clock = Clock()
        self.ring = ApiKeyStore(path=self.path, clock=self.clock)

    def becomes(self, text: str) -> None:
        fresh = self.path.with_name("fresh")
        fresh.write_text(text)
        fresh.replace(self.path)

    def opens(self, *secrets: str, after: float = 2.0) -> list[str]:
        """Which of the secrets are keys, so many seconds later."""
        self.clock.now += after
        return [secret for secret in secrets if self.ring.find(secret)]


@pytest.fixture
def file(tmp_path: Path) -> File:
    return File(tmp_path)


def test_the_single_key_and_those_of_the_file_are_both_accepted(file: File) -> None:
    ring = ApiKeyStore("tr_single", file.path)
    assert [ring.find(secret) for secret in ("tr_ci", "tr_none")] == [CI, None]
    single = ring.find("tr_single")
    assert single is not None
    assert single.name == f"#{name_of('tr_single')}"


def test_a_changed_key_file_is_used_within_a_second_without_a_restart(file: File) -> None:
    file.becomes(CD.line())
    assert file.opens("tr_ci", "tr_cd", after=0.9) == ["tr_ci"]
    assert file.opens("tr_ci", "tr_cd", after=0.1) == ["tr_cd"]
    file.becomes(CI.line())
    assert file.opens("tr_ci", "tr_cd", after=0.9) == ["tr_cd"]
    assert file.opens("tr_ci", "tr_cd", after=0.1) == ["tr_ci"]


def test_the_first_key_of_a_file_with_a_byte_order_mark_is_accepted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "keys"
    path.write_text(f"{CI.line()}\r\n", encoding="utf-8-sig", newline="")
    assert ApiKeyStore(path=path).find("tr_ci") == CI
    assert main(["keys", "list", str(path)]) == 0
    assert capsys.readouterr() == ("ci  read\n", "")


def test_a_replaced_file_of_the_same_time_and_length_is_read_again(file: File) -> None:
    before = file.path.stat()
    file.path.write_text(ApiKey.of("ci", "tr_cd", ["read"]).line())
    os.utime(file.path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert file.opens("tr_ci", "tr_cd") == ["tr_cd"]


def test_a_changed_file_is_logged_once_with_the_number_of_its_keys(
    file: File, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, LOGGER)
    file.becomes(f"{CI.line()}\n{CD.line()}\n")
    for _ in range(3):
        assert file.opens("tr_ci", "tr_cd") == ["tr_ci", "tr_cd"]
    assert caplog.record_tuples == [(LOGGER, logging.INFO, "The key file was read again: 2 keys.")]


def test_keys_of_a_deleted_file_are_refused_until_it_exists_again_and_that_is_logged_once(
    file: File, caplog: pytest.LogCaptureFixture
) -> None:
    file.path.unlink()
    for _ in range(3):
        assert file.opens("tr_ci") == []
    assert caplog.record_tuples == [
        (LOGGER, logging.CRITICAL, "The key file cannot be read: every key in it is refused.")
    ]
    file.becomes(CI.line())
    assert file.opens("tr_ci") == ["tr_ci"]


def test_keys_of_a_file_that_is_no_longer_text_are_refused(file: File) -> None:
    file.path.write_bytes(b"\xff" + CI.line().encode())
    assert file.opens("tr_ci") == []


def test_an_invalid_line_in_a_changed_file_is_skipped_and_logged(file: File, caplog: pytest.LogCaptureFixture) -> None:
    file.becomes(f"nonsense\n{CD.line()}\n")
    assert file.opens("tr_ci", "tr_cd") == ["tr_cd"]
    told = "The key file was read again: line 1: must be `name sha256:HEX scope,scope`"
    assert caplog.record_tuples == [(LOGGER, logging.ERROR, told)]


def test_plain_text_keys_are_accepted_with_one_warning_that_names_the_command(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "keys"
    path.write_text("old-key=read\nolder-key=write\n")
    found = ApiKeyStore(path=path).find("older-key")
    assert found is not None
    assert found.scopes == {"write"}
    told = "2 keys are in plain text: `toolroll keys hash FILE` converts the file."
    assert caplog.record_tuples == [(LOGGER, logging.WARNING, told)]


def test_a_plain_text_key_stops_the_start_if_only_hashed_ones_are_allowed(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text("old-key=read\n")
    with pytest.raises(BadSettings) as refused:
        ApiKeyStore(path=path, hashed_only=True)
    assert refused.value.problems == [
        "MCP_API_KEYS_FILE: line 1: a key in plain text is refused here; `toolroll keys hash` converts it"
    ]


def test_an_invalid_key_file_stops_the_start_and_every_invalid_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text(f"nonsense\n{CI.line()}\nold-key=reed\n")
    with pytest.raises(BadSettings) as refused:
        ApiKeyStore(path=path)
    assert refused.value.problems == [
        "MCP_API_KEYS_FILE: line 1: must be `name sha256:HEX scope,scope`",
        "MCP_API_KEYS_FILE: line 3: there is no scope called reed",
    ]


@pytest.mark.parametrize("content", [None, b"\xff"])
def test_a_file_that_cannot_be_read_stops_the_start(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "keys"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadSettings) as refused:
        ApiKeyStore(path=path)
    assert refused.value.problems == ["MCP_API_KEYS_FILE: the file cannot be read"]
