"""Writing an entry into a host's file, over whatever stands there, and restoring the file."""

import json
import stat
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from mcp_chassis.cli.hosts.catalog import HOSTS, Host
from mcp_chassis.cli.hosts.documents import FORMATS
from mcp_chassis.cli.hosts.entries import HostEntry, SettingsInEntry, local_entry, remote_entry
from mcp_chassis.cli.hosts.files import Unwritable, undo, write
from mcp_chassis.cli.hosts.forms import is_remote
from sample_server import SAMPLE

NAME = SAMPLE.name
URL = "https://tools.example.com/mcp"
COMMAND = ["/uv", "run", NAME]
ENTRY = HostEntry("ours", {"command": "/uv", "args": ["run", "ours"]})
CURSOR = HOSTS["cursor"]
MEMBERS_OF_KINDS = {"command", "cmd", "url", "serverUrl", "httpUrl", "uri"}


def local(host: Host, **values: str) -> HostEntry:
    return local_entry(host, SAMPLE, COMMAND, SettingsInEntry(values, ["SAMPLE_TOKEN"]))


def remote(host: Host, url: str = URL) -> HostEntry:
    return remote_entry(host, SAMPLE, url)


def read(host: Host, path: Path) -> dict[str, Any]:
    return FORMATS[host.format].parse(path.read_text(encoding="utf-8"))


def entry_in(host: Host, path: Path, name: str = NAME) -> dict[str, Any]:
    return read(host, path)[host.parent][name]


def empty_values(value: object) -> bool:
    if isinstance(value, dict):
        return not value or any(map(empty_values, cast("dict[str, Any]", value).values()))
    return value in ("", None)


@pytest.mark.parametrize("first", ["local", "remote"])
@pytest.mark.parametrize("second", ["local", "remote"])
@pytest.mark.parametrize("host", HOSTS.values(), ids=HOSTS)
def test_an_entry_of_either_kind_replaces_one_of_either_kind(
    host: Host, first: str, second: str, tmp_path: Path
) -> None:
    kinds = {"local": local, "remote": remote}
    path = tmp_path / "file"
    write(host, path, kinds[first](host))
    write(host, path, kinds[second](host))
    fresh = tmp_path / "fresh"
    write(host, fresh, kinds[second](host))
    assert entry_in(host, path) == entry_in(host, fresh)
    assert len(MEMBERS_OF_KINDS & entry_in(host, path).keys()) == 1
    assert is_remote(entry_in(host, path)) == (second == "remote")
    assert not empty_values(entry_in(host, path))


@pytest.mark.parametrize("host", HOSTS.values(), ids=HOSTS)
def test_what_a_person_added_stays_within_a_kind_and_their_switches_in_any_case(host: Host, tmp_path: Path) -> None:
    path = tmp_path / "file"
    write(host, path, local(host))
    form = FORMATS[host.format]
    theirs = {**entry_in(host, path), "disabled": True, "autoApprove": ["echo"]}
    theirs[host.local.env] = {"SAMPLE_TOKEN": "filled", "MORE": "1", "OLD_PLACE": ""}
    path.write_text(form.with_member(path.read_text(), [host.parent, NAME], theirs))
    write(host, path, local(host, SAMPLE_SIZE="5"))
    kept = entry_in(host, path)
    assert kept[host.local.env] == {"SAMPLE_TOKEN": "filled", "MORE": "1", "SAMPLE_SIZE": "5"}
    assert (kept["disabled"], kept["autoApprove"]) == (True, ["echo"])
    write(host, path, remote(host))
    switched = entry_in(host, path)
    assert "filled" not in json.dumps(switched)
    assert (switched["disabled"], switched["autoApprove"]) == (True, ["echo"])


def test_a_key_that_a_person_filled_in_survives_a_new_address(tmp_path: Path) -> None:
    path = tmp_path / "mcp.json"
    write(CURSOR, path, remote(CURSOR))
    path.write_text(path.read_text().replace("YOUR_KEY", "mine"))
    write(CURSOR, path, remote(CURSOR, "https://other.example/mcp"))
    assert entry_in(CURSOR, path) == {
        "url": "https://other.example/mcp",
        "headers": {"Authorization": "Bearer mine"},
    }


def test_a_transport_in_an_object_of_its_own_is_replaced(tmp_path: Path) -> None:
    host, path = HOSTS["cline-cli"], tmp_path / "file"
    nested = {"transport": {"type": "streamableHttp", "url": URL}, "disabled": False}
    path.write_text(json.dumps({"mcpServers": {NAME: nested}}))
    write(host, path, local(host))
    assert entry_in(host, path) == {"command": "/uv", "args": COMMAND[1:], "disabled": False}


def test_claude_desktop_reaches_a_remote_server_through_mcp_remote() -> None:
    entry = remote(HOSTS["claude-desktop"]).value
    assert entry == {
        "command": "npx",
        "args": ["-y", "mcp-remote", URL, "--header", "Authorization:${MCP_AUTHORIZATION}"],
        "env": {"MCP_AUTHORIZATION": "Bearer YOUR_KEY"},
    }
    plain = remote_entry(HOSTS["claude-desktop"], SAMPLE, "http://tools.local/mcp", with_key=False).value
    assert plain == {"command": "npx", "args": ["-y", "mcp-remote", "http://tools.local/mcp", "--allow-http"]}


def test_vs_code_asks_for_secrets_once_and_keeps_its_other_prompts(tmp_path: Path) -> None:
    host, path = HOSTS["vscode"], tmp_path / "mcp.json"
    path.write_text('{"inputs": [{"type": "promptString", "id": "theirs"}]}')
    for _ in range(2):
        write(host, path, local(host))
    write(host, path, remote(host))
    write(host, path, local(host))
    document = read(host, path)
    assert document["servers"][NAME]["env"] == {"SAMPLE_TOKEN": "${input:sample-token}"}
    assert [prompt["id"] for prompt in document["inputs"]] == ["theirs", "sample-token", f"{NAME}-key"]
    assert all(prompt.get("password") for prompt in document["inputs"][1:])


def test_vs_code_does_not_ask_for_what_a_person_filled_in(tmp_path: Path) -> None:
    host, path = HOSTS["vscode"], tmp_path / "mcp.json"
    path.write_text(json.dumps({"servers": {NAME: {"command": "old", "env": {"SAMPLE_TOKEN": "mine"}}}}))
    write(host, path, local(host))
    assert "inputs" not in read(host, path)
    assert read(host, path)["servers"][NAME]["env"] == {"SAMPLE_TOKEN": "mine"}


@pytest.mark.parametrize("name", ["cursor", "codex", "goose"])
def test_an_entry_under_a_former_name_is_replaced(name: str, tmp_path: Path) -> None:
    host, path = HOSTS[name], tmp_path / "file"
    old, other = {"command": "old", host.local.env: {"MINE": "1"}}, {"command": "x"}
    form = FORMATS[host.format]
    path.write_text(
        form.with_member(form.with_member(form.empty, [host.parent, "was"], old), [host.parent, "other"], other)
    )
    server = replace(SAMPLE, former_names=("before-that", "was"))
    write(host, path, local_entry(host, server, COMMAND, SettingsInEntry()))
    servers = read(host, path)[host.parent]
    assert servers.keys() == {"other", NAME}
    assert servers[NAME][host.local.env] == {"MINE": "1"}


@pytest.mark.parametrize("host", HOSTS.values(), ids=HOSTS)
def test_a_missing_file_is_created_readable_by_its_owner_only(host: Host, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "file"
    assert write(host, path, local(host)) is None
    assert entry_in(host, path)
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_other_entries_and_comments_survive_and_a_backup_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    before = (
        '// mine\n{\n  "mcpServers": {\n    "other": {"command": "x"}, // keep\n'
        '    "ours": {"command": "old", "env": {"MORE": "1"}, "disabled": true}\n  }\n}\n'
    )
    path.write_text(before)
    backup = write(CURSOR, path, ENTRY)
    assert backup
    assert backup.read_text() == before
    text = path.read_text()
    assert text.startswith('// mine\n{\n  "mcpServers": {\n    "other": {"command": "x"}, // keep\n')
    assert entry_in(CURSOR, path, "ours") == {**ENTRY.value, "disabled": True, "env": {"MORE": "1"}}


@pytest.mark.parametrize("name", ["cursor", "codex", "goose", "vscode"])
def test_writing_again_changes_nothing_and_makes_no_backup(name: str, tmp_path: Path) -> None:
    host, path = HOSTS[name], tmp_path / "file"
    write(host, path, local(host))
    before, files = path.read_bytes(), set(tmp_path.iterdir())
    assert write(host, path, local(host)) is None
    assert path.read_bytes() == before
    assert set(tmp_path.iterdir()) == files


def test_each_change_has_its_own_backup_and_undo_restores_the_latest_first(tmp_path: Path) -> None:
    path = tmp_path / "mcp.json"
    path.write_text("{}")
    backups = [write(CURSOR, path, replace(ENTRY, name=str(name))) for name in range(11)]
    assert [backup.name for backup in backups if backup][::10] == ["mcp.json.backup-1", "mcp.json.backup-11"]
    latest = path.read_text()
    restored = undo(CURSOR, path, ("10",))
    assert restored.backup
    assert restored.backup.name == "mcp.json.backup-11"
    assert restored.replaced
    assert restored.replaced.read_text() == latest
    assert list(read(CURSOR, path)["mcpServers"]) == [str(name) for name in range(10)]
    for name in reversed(range(10)):
        undo(CURSOR, path, (str(name),))
    assert path.read_text() == "{}"
    with pytest.raises(Unwritable, match="no backup"):
        undo(CURSOR, path, (NAME, "ours"))


def test_undo_removes_a_file_that_the_command_created(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "mcp.json"
    write(CURSOR, path, ENTRY)
    write(CURSOR, path, replace(ENTRY, name="second"))
    assert list(read(CURSOR, path)["mcpServers"]) == [ENTRY.name, "second"]
    assert undo(CURSOR, path, ("second",)).backup
    assert list(read(CURSOR, path)["mcpServers"]) == [ENTRY.name]
    assert undo(CURSOR, path, (NAME, "ours")).backup is None
    assert not path.exists()
    with pytest.raises(Unwritable, match="no backup"):
        undo(CURSOR, path, (NAME, "ours"))
    write(CURSOR, path, ENTRY)
    undo(CURSOR, path, (NAME, "ours"))
    assert [file.name for file in path.parent.iterdir()] == ["mcp.json.undone"]


@pytest.mark.parametrize(
    ("host", "broken"),
    [
        ("cursor", b"{"),
        ("cursor", b"[1]"),
        ("cursor", b"\xff\xfe"),
        ("cursor", b'{"mcpServers": []}'),
        ("cursor", b'{"a":' * 100_000),
        ("codex", b"{"),
        ("codex", b"\xff\xfe"),
        ("codex", b"mcp_servers = 1"),
        ("codex", b'[mcp_servers]\nours.command = "x"\n'),
        ("codex", b"a = " + b"[" * 100_000),
        ("goose", b"a: ["),
        ("goose", b"extensions: []"),
        ("goose", b"- a"),
    ],
)
def test_a_file_that_cannot_be_parsed_is_not_changed(host: str, broken: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(broken)
    with pytest.raises(Unwritable, match="by hand"):
        write(HOSTS[host], path, replace(ENTRY, value={**ENTRY.value, "env": {"C": "d"}}))
    assert path.read_bytes() == broken
    assert list(tmp_path.iterdir()) == [path]


def test_the_error_for_a_file_in_a_read_only_folder_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unwritable, match="cannot be written"):
        write(CURSOR, tmp_path / "file" / "mcp.json", ENTRY)


def test_a_symbolic_link_a_byte_order_mark_and_the_mode_are_kept(tmp_path: Path) -> None:
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    real.write_bytes(b'\xef\xbb\xbf{"a": 1}')
    real.chmod(0o640)
    link.symlink_to(real)
    write(CURSOR, link, ENTRY)
    assert link.is_symlink()
    assert real.read_bytes().startswith(b'\xef\xbb\xbf{"a": 1,\n')
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


@pytest.mark.parametrize("host", HOSTS.values(), ids=HOSTS)
def test_undo_restores_only_its_own_entry_if_another_was_written_since(host: Host, tmp_path: Path) -> None:
    path = tmp_path / "file"
    write(host, path, local(host))
    before = read(host, path)
    write(host, path, HostEntry("ours", local(host).value))
    restored = undo(host, path, (NAME,))
    assert (restored.entry_only, restored.backup) == (True, None)
    assert list(read(host, path)[host.parent]) == ["ours"]
    assert restored.replaced
    assert read(host, restored.replaced)[host.parent][NAME] == before[host.parent][NAME]
    with pytest.raises(Unwritable, match="delete it by hand"):
        undo(host, path, ("somebody's",))


def test_undo_keeps_what_a_person_has_changed_since(tmp_path: Path) -> None:
    path = tmp_path / "mcp.json"
    path.write_text('{"mcpServers": {"ours": {"command": "old"}}}')
    write(CURSOR, path, ENTRY)
    path.write_text(path.read_text().replace('"mcpServers"', '"theme": "dark",\n  "mcpServers"'))
    undo(CURSOR, path, ("ours",))
    assert read(CURSOR, path) == {"theme": "dark", "mcpServers": {"ours": {"command": "old"}}}
