"""What `toolroll keys` does to a file."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from mcp_chassis.remote import api_keys_command as key_file
from mcp_chassis.remote.auth.api_keys import ApiKey, ApiKeyStore, name_of, parse


def test_a_new_key_is_shown_once_and_only_its_digest_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "keys"
    assert key_file.new("ci", ["read"], path) == 0
    secret = capsys.readouterr().out.strip()
    assert key_file.new("cd", ["write"], path) == 0
    found = ApiKeyStore(path=path).find(secret)
    assert found is not None
    assert (found.name, found.scopes) == ("ci", {"read"})
    assert secret not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [key.name for key in parse(path.read_text()).keys] == ["ci", "cd"]


@pytest.mark.skipif(not hasattr(os, "chown"), reason="files have no owners here")
def test_an_existing_key_file_keeps_its_owner_and_mode(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text("a-key-in-the-clear=read\n")
    path.chmod(0o640)
    if os.getuid() == 0:
        os.chown(path, 1000, 1000)
    before = path.stat()
    assert key_file.new("ci", ["read"], path) == 0
    assert key_file.hashed(path) == 0
    after = path.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert list(tmp_path.iterdir()) == [path]


def test_creating_a_key_says_what_to_do_with_each_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "keys"
    assert key_file.new("ci", ["read", "github:write"]) == 0
    said = capsys.readouterr()
    secret, line = said.out.splitlines()
    assert parse(line).keys == (ApiKey.of("ci", secret, ["read", "github:write"]),)
    assert said.err == (
        "The first line is the key: give it to its user, it is shown once. The second is for the file.\n"
    )
    assert key_file.new("ci", ["read"], path) == 0
    assert capsys.readouterr().err == f"Added to {path}. The key is shown once.\n"


@pytest.mark.parametrize("before", ["", "# ours", "# ours\n", "# ünsere\n\n"])
def test_a_new_key_is_added_on_its_own_line_and_other_lines_are_not_changed(before: str, tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text(before, encoding="utf-8")
    key_file.new("ci", ["read"], path)
    kept = f"{before}\n" if before == "# ours" else before
    assert path.read_text(encoding="utf-8").startswith(f"{kept}ci sha256:")


NAME_RULE = "A key needs a name of letters, digits, `.`, `@`, `_` or `-`, and at least one scope.\n"


@pytest.mark.parametrize(
    ("name", "scopes", "told"),
    [
        ("ci", ["reed"], "There is no scope called reed.\n"),
        ("ci", [], NAME_RULE),
        ("a b", ["read"], NAME_RULE),
        ("", ["read"], NAME_RULE),
        ("#ci", ["read"], NAME_RULE),
        ("x=read\nci", ["read"], NAME_RULE),
        ("ci", ["github:tool:a,read"], NAME_RULE),
        ("taken", ["read"], "The file has a key called taken already.\n"),
    ],
)
def test_an_invalid_new_key_is_refused_with_the_reason(
    name: str, scopes: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "keys"
    key_file.new("taken", ["read"], path)
    before = path.read_text()
    capsys.readouterr()
    assert key_file.new(name, scopes, path) == 2
    assert path.read_text() == before
    assert capsys.readouterr() == ("", told)


def test_plain_text_keys_are_hashed_in_place_and_stay_valid(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "keys"
    path.write_text("# ours\nold-key=read\n\nolder-key=tools\n")
    path.chmod(0o644)
    assert key_file.hashed(path) == 0
    text = path.read_text()
    assert text.startswith(f"# ours\n{name_of('old-key')} sha256:")
    assert "old-key" not in text
    assert ApiKeyStore(path=path, hashed_only=True).find("older-key") is not None
    assert capsys.readouterr().err == f"2 keys of {path} are hashed now.\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_file_with_an_invalid_line_is_not_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "keys"
    path.write_text("old-key=read\nnonsense\n")
    assert key_file.hashed(path) == 2
    assert path.read_text() == "old-key=read\nnonsense\n"
    assert capsys.readouterr().err == f"{path}: line 2: must be `name sha256:HEX scope,scope`\n"


def test_the_list_shows_names_and_scopes_and_no_digest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "keys"
    key_file.new("ci", ["write", "read"], path)
    capsys.readouterr()
    assert key_file.listed(path) == 0
    assert capsys.readouterr() == ("ci  read,write\n", "")


def test_the_list_shows_the_keys_and_then_every_invalid_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "keys"
    path.write_text("nonsense\nold-key=read\nother-key=reed\n")
    assert key_file.listed(path) == 2
    said = capsys.readouterr()
    assert said.out == f"{name_of('old-key')}  read\n"
    assert said.err == (
        f"{path}: line 1: must be `name sha256:HEX scope,scope`\n{path}: line 3: there is no scope called reed\n"
    )


ACTS: dict[str, Callable[[Path], int]] = {
    "new": lambda path: key_file.new("ci", ["read"], path),
    "hash": key_file.hashed,
    "list": key_file.listed,
    "remove": lambda path: key_file.removed("ci", path),
}


@pytest.mark.parametrize("act", ACTS)
def test_a_key_file_that_is_not_text_is_an_error_and_not_changed(
    act: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "keys"
    path.write_bytes(b"\xff\xfe")
    assert ACTS[act](path) == 2
    assert capsys.readouterr() == ("", f"{path} cannot be read.\n")
    assert path.read_bytes() == b"\xff\xfe"


@pytest.mark.parametrize(
    ("act", "cannot"), [("new", "written"), ("hash", "read"), ("list", "read"), ("remove", "read")]
)
def test_a_missing_folder_is_an_error_and_no_key_is_shown(
    act: str, cannot: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "nowhere" / "keys"
    assert ACTS[act](path) == 2
    assert capsys.readouterr() == ("", f"{path} cannot be {cannot}.\n")


def test_a_file_that_cannot_be_replaced_keeps_its_plain_text_keys_with_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "keys"
    path.write_text("old-key=read\n")
    (tmp_path / ".keys.new").mkdir()
    assert key_file.hashed(path) == 2
    assert path.read_text() == "old-key=read\n"
    assert capsys.readouterr().err == f"{path} cannot be written.\n"


def test_a_file_that_cannot_be_replaced_keeps_the_key_to_remove_with_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, text = tmp_path / "keys", f"{ApiKey.of('ci', 'secret', ['read']).line()}\n"
    path.write_text(text)
    (tmp_path / ".keys.new").mkdir()
    assert key_file.removed("ci", path) == 2
    assert path.read_text() == text
    assert capsys.readouterr().err == f"{path} cannot be written.\n"
