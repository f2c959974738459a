"""What `toolroll keys` does to a file."""

import stat
from pathlib import Path

import pytest
from mcp_chassis.remote import key_file
from mcp_chassis.remote.keys import KeyRing, parse


def test_a_new_key_is_shown_once_and_only_its_digest_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "keys"
    assert key_file.new("ci", ["read"], path) == 0
    secret = capsys.readouterr().out.strip()
    assert key_file.new("cd", ["write"], path) == 0
    found = KeyRing(path=path).find(secret)
    assert found is not None
    assert (found.name, found.scopes) == ("ci", {"read"})
    assert secret not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [key.name for key in parse(path.read_text()).keys] == ["ci", "cd"]


def test_without_a_file_the_line_is_printed_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert key_file.new("ci", ["read", "github:write"]) == 0
    secret, line = capsys.readouterr().out.splitlines()
    assert parse(line).keys[0].scopes == {"read", "github:write"}
    assert secret.startswith("tr_")


@pytest.mark.parametrize(
    ("name", "scopes"), [("ci", ["reed"]), ("ci", []), ("a b", ["read"]), ("", ["read"]), ("taken", ["read"])]
)
def test_what_would_be_no_key_is_refused(
    name: str, scopes: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "keys"
    key_file.new("taken", ["read"], path)
    before = path.read_text()
    capsys.readouterr()
    assert key_file.new(name, scopes, path) == 2
    assert path.read_text() == before
    assert capsys.readouterr().out == ""


def test_keys_in_the_clear_are_hashed_in_place_and_go_on_working(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text("# ours\nold-key=read\n\nolder-key=tools\n")
    assert key_file.hashed(path) == 0
    text = path.read_text()
    assert text.startswith("# ours\nline-2 sha256:")
    assert "old-key" not in text
    assert KeyRing(path=path, hashed_only=True).find("older-key") is not None


def test_a_file_with_a_line_that_is_no_key_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text("old-key=read\nnonsense\n")
    assert key_file.hashed(path) == 2
    assert path.read_text() == "old-key=read\nnonsense\n"


def test_the_list_shows_names_and_scopes_and_no_digest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "keys"
    key_file.new("ci", ["write", "read"], path)
    capsys.readouterr()
    assert key_file.listed(path) == 0
    assert capsys.readouterr().out == "ci  read,write\n"
