"""The entries for hosts: their files, what they hold of the settings, and the command in them."""

import json
import os
import sys
from pathlib import Path

import pytest
from mcp_chassis.cli import main
from mcp_chassis.cli.every_server import installed
from mcp_chassis.cli.examples import examples
from mcp_chassis.cli.hosts.catalog import HOSTS
from mcp_chassis.cli.hosts.entries import settings_in_entry
from mcp_chassis.cli.hosts.launch import NoCommand, command_for, is_cached_environment, is_shim, uv
from mcp_chassis.cli.hosts.place import Place
from mcp_chassis.environment import checkout_root
from sample_server import SAMPLE
from servers import servers

EXAMPLES = Path(__file__).parents[3] / "examples" / "host-configs"
ROAMING = "AppData/Roaming"
IN_VSCODE = "Code/User/globalStorage"
EVERYWHERE = {
    "claude-code": ".claude.json",
    "cursor": ".cursor/mcp.json",
    "codex": ".codex/config.toml",
    "gemini-cli": ".gemini/settings.json",
    "qwen-code": ".qwen/settings.json",
    "opencode": ".config/opencode/opencode.json",
    "copilot-cli": ".copilot/mcp-config.json",
    "windsurf": ".codeium/windsurf/mcp_config.json",
    "lm-studio": ".lmstudio/mcp.json",
    "jetbrains": ".junie/mcp/mcp.json",
    "kiro": ".kiro/settings/mcp.json",
    "cline-cli": ".cline/data/settings/cline_mcp_settings.json",
    "continue": ".continue/mcpServers/toolroll.json",
    "warp": ".warp/.mcp.json",
    "amp": ".config/amp/settings.json",
}
BY_SYSTEM = {
    "darwin": ("Library/Application Support", ".config/zed", ".config/goose"),
    "linux": (".config", ".config/zed", ".config/goose"),
    "win32": (ROAMING, f"{ROAMING}/Zed", f"{ROAMING}/Block/goose/config"),
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's home, as the command line finds it; the environment is restored afterwards, whatever a test sets."""
    for name in ("APPDATA", "XDG_CONFIG_HOME", "CODEX_HOME", "CLAUDE_CONFIG_DIR", "SAMPLE_SIZE"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("UV", str(tmp_path / "uv"))
    return tmp_path


@pytest.mark.parametrize("system", BY_SYSTEM)
def test_each_host_has_its_file_in_each_system(system: str) -> None:
    data, zed, goose = BY_SYSTEM[system]
    files = {
        **EVERYWHERE,
        "claude-desktop": f"{data}/Claude/claude_desktop_config.json",
        "vscode": f"{data}/Code/User/mcp.json",
        "cline": f"{data}/{IN_VSCODE}/saoudrizwan.claude-dev/settings/cline_mcp_settings.json",
        "roo": f"{data}/{IN_VSCODE}/rooveterinaryinc.roo-cline/settings/mcp_settings.json",
        "zed": f"{zed}/settings.json",
        "goose": f"{goose}/config.yaml",
    }
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
def test_a_configuration_folder_in_a_variable_is_used(system: str, variable: str, host: str, path: str) -> None:
    assert HOSTS[host].file(Place(system, Path("home"), {variable: "own"})) == Path("own") / path


def test_claude_desktop_from_the_microsoft_store_has_its_file_in_its_package(tmp_path: Path) -> None:
    package = tmp_path / "AppData" / "Local" / "Packages" / "Claude_abc123"
    package.mkdir(parents=True)
    file = HOSTS["claude-desktop"].file(Place("win32", tmp_path, {}))
    assert file == package / "LocalCache" / "Roaming" / "Claude" / "claude_desktop_config.json"


def test_opencodes_jsonc_file_is_used_if_it_exists(tmp_path: Path) -> None:
    file = tmp_path / ".config" / "opencode" / "opencode.jsonc"
    file.parent.mkdir(parents=True)
    file.touch()
    assert HOSTS["opencode"].file(Place("linux", tmp_path, {})) == file


def test_settings_of_this_shell_go_into_the_entry_and_secrets_do_not() -> None:
    found = settings_in_entry(SAMPLE.settings, {"SAMPLE_TOKEN": "hidden", "SAMPLE_SIZE": "5", "MCP_READ_ONLY": "x"})
    assert (found.values, found.secrets, found.unset) == ({"SAMPLE_SIZE": "5"}, ["SAMPLE_TOKEN"], [])


def test_proxies_and_certificates_of_this_shell_go_into_the_entry_and_their_passwords_do_not(tmp_path: Path) -> None:
    (tmp_path / "company.pem").write_text("")
    shell = {
        "https_proxy": "http://proxy.example:3128",
        "NO_PROXY": "localhost",
        "HTTP_PROXY": "http://me:hidden@proxy.example:3128",
        "SSL_CERT_FILE": str(tmp_path / "company.pem"),
        "SSL_CERT_DIR": "/etc/ssl/certs/",
    }
    found = settings_in_entry(SAMPLE.settings, shell)
    assert found.values == {
        "HTTPS_PROXY": "http://proxy.example:3128",
        "NO_PROXY": "localhost",
        "SSL_CERT_FILE": str(tmp_path / "company.pem"),
    }
    assert found.with_password == ["HTTP_PROXY"]


def test_a_secret_goes_into_the_entry_by_its_file_or_command(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("hidden")
    by_file = settings_in_entry(SAMPLE.settings, {"SAMPLE_TOKEN_FILE": str(tmp_path / "token")})
    assert (by_file.values, by_file.secrets) == ({"SAMPLE_TOKEN_FILE": str(tmp_path / "token")}, [])
    by_command = settings_in_entry(SAMPLE.settings, {"SAMPLE_TOKEN_COMMAND": "pass token"})
    assert (by_command.values, by_command.secrets) == ({"SAMPLE_TOKEN_COMMAND": "pass token"}, [])


def test_the_command_line_prints_an_entry_and_writes_it(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.environ["SAMPLE_SIZE"] = "5"
    assert main(["config", "cursor"], SAMPLE) == 0
    output = capsys.readouterr()
    printed = json.loads(output.out)
    assert printed["mcpServers"]["mcp-chassis"] == {
        "command": str(home / "uv"),
        "args": ["--directory", str(checkout_root()), "run", "--no-sync", "--no-dev", "mcp-chassis"],
        "env": {"SAMPLE_SIZE": "5"},
    }
    assert "because it is a secret: SAMPLE_TOKEN" in output.err
    assert not (home / ".cursor").exists()
    assert main(["config", "cursor", "--write"], SAMPLE) == 0
    assert json.loads((home / ".cursor" / "mcp.json").read_text()) == printed
    assert "Restart Cursor" in capsys.readouterr().out


def test_the_command_line_restores_the_file(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = home / ".cursor" / "mcp.json"
    path.parent.mkdir()
    path.write_text('{"mine": 1}')
    assert main(["config", "cursor", "--write"], SAMPLE) == 0
    assert main(["config", "cursor", "--undo"], SAMPLE) == 0
    assert path.read_text() == '{"mine": 1}'
    assert "is restored from mcp.json.backup-1" in capsys.readouterr().out
    assert main(["config", "cursor", "--undo"], SAMPLE) == 1
    assert "There is no backup" in capsys.readouterr().err


def test_the_command_line_removes_a_file_that_it_created(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "cursor", "--write"], SAMPLE) == 0
    assert main(["config", "cursor", "--undo"], SAMPLE) == 0
    assert not (home / ".cursor" / "mcp.json").exists()
    assert "is removed, because --write had created it" in capsys.readouterr().out


def test_the_command_line_says_why_a_file_was_left_alone(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / ".cursor").mkdir()
    (home / ".cursor" / "mcp.json").write_text("{")
    assert main(["config", "cursor", "--write"], SAMPLE) == 1
    assert "by hand" in capsys.readouterr().err


def test_an_entry_starts_the_environments_own_command_when_no_uv_lies_beside_it() -> None:
    server = servers()["timezone-mcp"]
    assert command_for(server) == [str(Path(sys.executable).with_name("timezone-mcp"))]


def test_the_program_of_an_entry_is_an_absolute_path(home: Path) -> None:
    assert Path(command_for(SAMPLE)[0]).is_absolute()
    assert home.is_absolute()


@pytest.mark.skipif(sys.platform == "win32", reason="a script of this kind starts on POSIX only")
def test_the_uv_that_a_version_managers_shim_starts_is_found(home: Path, tmp_path: Path) -> None:
    real, shim = tmp_path / "real" / "uv", tmp_path / "shims" / "uv"
    for program in (real, shim):
        program.parent.mkdir()
    real.write_bytes(b"\x7fELF")
    shim.write_text(f"#!/bin/sh\necho {real}\n")
    shim.chmod(0o755)
    os.environ["UV"] = str(shim)
    assert home == tmp_path
    assert is_shim(shim)
    assert not is_shim(real)
    assert uv(None) == str(real)


@pytest.mark.parametrize(
    ("variable", "place"),
    [
        ("PYENV_ROOT", "versions/3.12.1/bin/uv"),
        ("ASDF_DATA_DIR", "installs/uv/0.9.2/bin/uv"),
        ("MISE_DATA_DIR", "installs/uv/0.9.2/uv-x86_64-unknown-linux-musl/uv"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="a script of this kind starts on POSIX only")
def test_if_a_shim_cannot_run_the_uv_in_the_managers_folder_is_found(
    variable: str, place: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shim, real = home / "shims" / "uv", home / "manager" / place
    for program in (shim, real):
        program.parent.mkdir(parents=True)
    shim.write_text("#!/bin/sh\necho no version is set >&2; exit 127\n")
    shim.chmod(0o755)
    real.write_bytes(b"\x7fELF")
    monkeypatch.setenv("PATH", str(shim.parent))
    monkeypatch.setenv(variable, str(home / "manager"))
    monkeypatch.delenv("UV", raising=False)
    assert uv(None) == str(real)
    real.unlink()
    with pytest.raises(NoCommand, match="shim"):
        uv(None)


def test_a_link_to_a_program_of_another_name_is_a_shim(tmp_path: Path) -> None:
    (tmp_path / "mise").write_bytes(b"\x7fELF")
    (tmp_path / "uv").symlink_to(tmp_path / "mise")
    assert is_shim(tmp_path / "uv")


@pytest.mark.parametrize("folder", ["bin/uv", "bin/uv.exe", "Scripts/uv.exe"])
def test_the_checkouts_own_uv_is_found_on_every_system(folder: str, home: Path, tmp_path: Path) -> None:
    own = tmp_path / ".tools" / "uv" / folder
    own.parent.mkdir(parents=True)
    own.write_bytes(b"MZ")
    del os.environ["UV"]
    path, os.environ["PATH"] = os.environ["PATH"], str(home)
    try:
        assert uv(tmp_path) == str(own)
    finally:
        os.environ["PATH"] = path


def test_an_environment_of_uvx_is_recognised_by_its_path() -> None:
    assert is_cached_environment(Path("/home/me/.cache/uv/archive-v0/abc"))
    assert not is_cached_environment(Path("/home/me/.local/share/uv/tools/toolroll-github-mcp"))


def test_the_examples_are_what_the_command_line_prints_today() -> None:
    kept = {str(path.relative_to(EXAMPLES)): path.read_text() for path in EXAMPLES.rglob("*.*") if path.suffix != ".md"}
    assert kept == examples(installed()), "run: toolroll examples examples/host-configs"
