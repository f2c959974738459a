"""The entries for hosts, the files they belong into, and how they get there."""

import json
import os
import stat
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from mcp_chassis.cli import jsonc, main
from mcp_chassis.cli.every_server import installed
from mcp_chassis.cli.examples import examples
from mcp_chassis.cli.host_entries import HOSTS, Place, command_for, placeholders
from mcp_chassis.cli.host_files import Unwritable, write
from mcp_chassis.environment import checkout_root
from sample_server import SAMPLE

ENTRY = {"command": "/uv", "args": ["run", "ours"], "env": {"OURS_TOKEN": ""}}
EXAMPLES = Path(__file__).parents[3] / "examples" / "host-configs"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A person's home, as the command line finds it."""
    names = ("HOME", "USERPROFILE", "APPDATA", "XDG_CONFIG_HOME", "CODEX_HOME", "CLAUDE_CONFIG_DIR", "UV")
    before = {name: os.environ.pop(name) for name in names if name in os.environ}
    os.environ |= {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path), "UV": str(tmp_path / "uv")}
    yield tmp_path
    for name in names:
        os.environ.pop(name, None)
    os.environ |= before


@pytest.mark.parametrize(
    ("system", "files"),
    [
        (
            "darwin",
            {
                "claude-desktop": "Library/Application Support/Claude/claude_desktop_config.json",
                "claude-code": ".claude.json",
                "cursor": ".cursor/mcp.json",
                "vscode": "Library/Application Support/Code/User/mcp.json",
                "codex": ".codex/config.toml",
                "zed": ".config/zed/settings.json",
            },
        ),
        (
            "linux",
            {
                "claude-desktop": ".config/Claude/claude_desktop_config.json",
                "claude-code": ".claude.json",
                "cursor": ".cursor/mcp.json",
                "vscode": ".config/Code/User/mcp.json",
                "codex": ".codex/config.toml",
                "zed": ".config/zed/settings.json",
            },
        ),
        (
            "win32",
            {
                "claude-desktop": "AppData/Roaming/Claude/claude_desktop_config.json",
                "claude-code": ".claude.json",
                "cursor": ".cursor/mcp.json",
                "vscode": "AppData/Roaming/Code/User/mcp.json",
                "codex": ".codex/config.toml",
                "zed": "AppData/Roaming/Zed/settings.json",
            },
        ),
    ],
)
def test_each_host_has_its_file_in_each_system(system: str, files: dict[str, str]) -> None:
    home = Path("home")
    found = {name: host.file(Place(system, home, {})) for name, host in HOSTS.items()}
    assert found == {name: home / path for name, path in files.items()}


@pytest.mark.parametrize(
    ("system", "variable", "host", "path"),
    [
        ("win32", "APPDATA", "vscode", "Code/User/mcp.json"),
        ("linux", "XDG_CONFIG_HOME", "zed", "zed/settings.json"),
        ("linux", "XDG_CONFIG_HOME", "claude-desktop", "Claude/claude_desktop_config.json"),
        ("linux", "CODEX_HOME", "codex", "config.toml"),
        ("darwin", "CLAUDE_CONFIG_DIR", "claude-code", ".claude.json"),
    ],
)
def test_a_place_of_a_persons_own_is_honoured(system: str, variable: str, host: str, path: str) -> None:
    assert HOSTS[host].file(Place(system, Path("home"), {variable: "own"})) == Path("own") / path


@pytest.mark.parametrize("host", HOSTS)
def test_a_file_that_is_not_there_is_made_for_its_owner_alone(host: str, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "file"
    assert write(HOSTS[host], path, "ours", HOSTS[host].entry(["/uv", "run"], {})) is None
    parsed = tomllib.loads(path.read_text()) if host == "codex" else json.loads(path.read_text())
    assert parsed[HOSTS[host].parent]["ours"]["command"] == "/uv"
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_other_entries_comments_and_what_a_person_filled_in_survive_and_a_backup_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    before = (
        '// mine\n{\n  "mcpServers": {\n    "other": {"command": "x"}, // keep\n'
        '    "ours": {"command": "old", "env": {"OURS_TOKEN": "filled", "MORE": "1"}, "disabled": true}\n  }\n}\n'
    )
    path.write_text(before)
    backup = write(HOSTS["cursor"], path, "ours", ENTRY)
    assert backup
    assert backup.read_text() == before
    text = path.read_text()
    assert text.startswith('// mine\n{\n  "mcpServers": {\n    "other": {"command": "x"}, // keep\n')
    assert jsonc.parse(text)["mcpServers"]["ours"] == {
        **ENTRY,
        "disabled": True,
        "env": {"OURS_TOKEN": "filled", "MORE": "1"},
    }


def test_writing_again_changes_nothing_and_makes_no_backup(tmp_path: Path) -> None:
    for name in ("cursor", "codex"):
        path = tmp_path / name
        write(HOSTS[name], path, "ours", ENTRY)
        before = path.read_bytes()
        assert write(HOSTS[name], path, "ours", ENTRY) is None
        assert path.read_bytes() == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["codex", "cursor"]


def test_each_change_has_its_own_backup(tmp_path: Path) -> None:
    path = tmp_path / "mcp.json"
    path.write_text("{}")
    backups = [write(HOSTS["cursor"], path, name, ENTRY) for name in ("a", "b")]
    assert [backup.name for backup in backups if backup] == ["mcp.json.backup-1", "mcp.json.backup-2"]
    assert (tmp_path / "mcp.json.backup-1").read_text() == "{}"


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
        ("codex", b'mcp_servers = {ours = {command = "x"}}'),
        ("codex", b"a = " + b"[" * 100_000),
    ],
)
def test_a_file_that_cannot_be_understood_is_left_as_it_was(host: str, broken: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(broken)
    with pytest.raises(Unwritable, match="by hand"):
        write(HOSTS[host], path, "ours", ENTRY)
    assert path.read_bytes() == broken
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_in_a_folder_nobody_may_write_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unwritable, match="cannot be written"):
        write(HOSTS["cursor"], tmp_path / "file" / "mcp.json", "ours", ENTRY)


def test_a_link_stays_a_link_and_a_byte_order_mark_and_the_mode_stay(tmp_path: Path) -> None:
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    real.write_bytes(b'\xef\xbb\xbf{"a": 1}')
    real.chmod(0o640)
    link.symlink_to(real)
    write(HOSTS["cursor"], link, "ours", ENTRY)
    assert link.is_symlink()
    assert real.read_bytes().startswith(b'\xef\xbb\xbf{"a": 1,\n')
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


def test_placeholders_are_the_servers_own_credentials_and_empty() -> None:
    assert placeholders(SAMPLE.settings) == {"SAMPLE_TOKEN": ""}


def test_the_command_line_prints_an_entry_and_writes_it(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "cursor"], SAMPLE) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["mcpServers"]["mcp-chassis"] == {
        "command": str(home / "uv"),
        "args": ["--directory", str(checkout_root()), "run", "mcp-chassis"],
        "env": {"SAMPLE_TOKEN": ""},
    }
    assert not (home / ".cursor").exists()
    assert main(["config", "cursor", "--write"], SAMPLE) == 0
    assert json.loads((home / ".cursor" / "mcp.json").read_text()) == printed
    assert "Restart Cursor" in capsys.readouterr().out


def test_the_command_line_says_why_a_file_was_left_alone(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / ".cursor").mkdir()
    (home / ".cursor" / "mcp.json").write_text("{")
    assert main(["config", "cursor", "--write"], SAMPLE) == 1
    assert "by hand" in capsys.readouterr().err


def test_the_program_of_an_entry_is_an_absolute_path(home: Path) -> None:
    assert Path(command_for("any")[0]).is_absolute()
    assert home.is_absolute()


def test_the_examples_are_what_the_command_line_prints_today() -> None:
    kept = {str(path.relative_to(EXAMPLES)): path.read_text() for path in EXAMPLES.rglob("*.*") if path.suffix != ".md"}
    assert kept == examples(installed()), "run: toolroll examples examples/host-configs"
