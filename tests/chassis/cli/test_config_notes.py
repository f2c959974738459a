"""What an entry for a host leaves out, and the notes that tell the user what to do about it."""

import dataclasses
from pathlib import Path

import pytest
from mcp_chassis.accounts.account import Account, Tokens
from mcp_chassis.accounts.store import KEYCHAIN_VARIABLE, AccountStore
from mcp_chassis.cli import main
from mcp_chassis.cli.hosts.entries import SettingsInEntry, settings_in_entry
from mcp_chassis.cli.hosts.launch import NoCommand, command_for, uv
from mcp_chassis.environment import NETWORK_VARIABLES
from mcp_chassis.settings import OPTIONAL_CREDENTIAL, Secret, ServerSettings, SettingsConfigDict
from mcp_chassis.sign_in import SignIn
from pydantic import Field
from sample_server import SAMPLE

Output = pytest.CaptureFixture[str]


class OwnSettings(ServerSettings):
    model_config = SettingsConfigDict(env_prefix="OWN_")

    token: Secret | None = None
    extra: Secret | None = Field(default=None, json_schema_extra=OPTIONAL_CREDENTIAL)
    folder: Path | None = Field(default=None, json_schema_extra={"host_entry": ""})
    file: str | None = Field(default=None, json_schema_extra={"host_entry": "tests"})
    size: int = 3


SIGN_IN = SignIn("Acme", "https://acme.example/authorize", "https://acme.example/token", ("read",))
OWN = dataclasses.replace(SAMPLE, settings=OwnSettings)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home without hosts, an empty `.env`, no proxies, and a uv."""
    for name in (*NETWORK_VARIABLES, *(name.lower() for name in NETWORK_VARIABLES), "XDG_CONFIG_HOME", "CODEX_HOME"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "env").write_text("")
    for name, value in (("HOME", ""), ("USERPROFILE", ""), ("UV", "uv"), ("TOOLROLL_ENV_FILE", "env")):
        monkeypatch.setenv(name, str(tmp_path / value))


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        (
            {},
            SettingsInEntry({"OWN_FILE": str(Path("tests").resolve())}, ["OWN_TOKEN"], ["OWN_EXTRA"], ["OWN_FOLDER"]),
        ),
        (
            {"OWN_TOKEN": "hidden", "OWN_EXTRA_COMMAND": "show it", "OWN_FOLDER": "tests", "OWN_FILE": "no-such"},
            SettingsInEntry(
                {
                    "OWN_EXTRA_COMMAND": "show it",
                    "OWN_FOLDER": str(Path("tests").resolve()),
                    "OWN_FILE": "no-such",
                },
                ["OWN_TOKEN"],
            ),
        ),
        (
            {"OWN_TOKEN_FILE": "tests", "OWN_TOKEN_COMMAND": "unused", "OWN_FOLDER": " ", "OWN_SIZE": "tests"},
            SettingsInEntry(
                {
                    "OWN_TOKEN_FILE": str(Path("tests").resolve()),
                    "OWN_FILE": str(Path("tests").resolve()),
                    "OWN_SIZE": "tests",
                },
                [],
                ["OWN_EXTRA"],
                ["OWN_FOLDER"],
            ),
        ),
        (
            {"HTTPS_PROXY": "http://me:hidden@a", "https_proxy": "http://unused", "no_proxy": " localhost "},
            SettingsInEntry(
                {"OWN_FILE": str(Path("tests").resolve()), "NO_PROXY": "localhost"},
                ["OWN_TOKEN"],
                ["OWN_EXTRA"],
                ["OWN_FOLDER"],
                ["HTTPS_PROXY"],
            ),
        ),
    ],
)
def test_settings_are_sorted_by_whether_an_entry_contains_them(
    environment: dict[str, str], expected: SettingsInEntry
) -> None:
    assert settings_in_entry(OwnSettings, environment) == expected


def notes(host: str, capsys: Output, *options: str, signs_in: bool = False) -> list[str]:
    """The lines on standard error after the one that names the file."""
    server = dataclasses.replace(OWN, sign_in=SIGN_IN) if signs_in else OWN
    assert main(["config", host, *options], server) == 0
    return capsys.readouterr().err.splitlines()[1:]


def test_a_host_that_stores_secrets_asks_for_them(capsys: Output, tmp_path: Path) -> None:
    where = f"Set it in {tmp_path / 'env'} or in the entry's environment."
    assert notes("vscode", capsys) == [
        "Not in the entry, because it is not set here: OWN_FOLDER. Set it and run this command again.",
        "VS Code asks for OWN_TOKEN and stores it.",
        f"Optional secrets that are not in it either: OWN_EXTRA. {where}",
    ]


@pytest.mark.parametrize("signs_in", [False, True])
def test_another_host_needs_secrets_from_the_user(capsys: Output, tmp_path: Path, signs_in: bool) -> None:
    where = f"Set it in {tmp_path / 'env'} or in the entry's environment."
    login = " Run `mcp-chassis login`, or set it otherwise." if signs_in else ""
    assert notes("cursor", capsys, signs_in=signs_in) == [
        "Not in the entry, because it is not set here: OWN_FOLDER. Set it and run this command again.",
        f"Not in the entry, because it is a secret: OWN_TOKEN.{login} {where}",
        f"Optional secrets that are not in it either: OWN_EXTRA. {where}",
    ]


def test_somebody_who_has_signed_in_is_not_asked_for_the_credential(
    capsys: Output, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOOLROLL_ACCOUNTS_FILE", str(tmp_path / "accounts.json"))
    monkeypatch.setenv(KEYCHAIN_VARIABLE, "off")
    AccountStore.here().keep(OWN.name, Account("default", "app", "https://acme.example/token"), Tokens("access"))
    for host in ("cursor", "vscode"):
        told = notes(host, capsys, signs_in=True)
        assert "OWN_TOKEN is not needed: you have signed in with `mcp-chassis login`." in told
        assert not any("because it is a secret" in line or "asks for" in line for line in told)


@pytest.mark.parametrize("form", ["", "_FILE", "_COMMAND"])
def test_a_secret_in_the_env_file_needs_no_note(capsys: Output, tmp_path: Path, form: str) -> None:
    (tmp_path / "env").write_text(f"OWN_TOKEN{form}=hidden\nOWN_EXTRA{form}=hidden\nOWN_FOLDER= \n")
    assert notes("cursor", capsys) == [
        "Not in the entry, because it is not set here: OWN_FOLDER. Set it and run this command again."
    ]


def test_a_proxy_with_a_password_is_left_out_with_a_note(
    capsys: Output, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://me:hidden@proxy.example")
    monkeypatch.setenv("OWN_FOLDER", "tests")
    where = f"Set it in {tmp_path / 'env'} or in the entry's environment."
    assert notes("cursor", capsys)[1:] == [
        f"Not in the entry, because a password may be in it: HTTPS_PROXY. {where}",
        f"Optional secrets that are not in it either: OWN_EXTRA. {where}",
    ]


@pytest.mark.parametrize(
    ("host", "options", "expected"),
    [
        ("vscode", [], ["VS Code asks for the API key and stores it."]),
        ("cursor", [], ["Put your API key in place of YOUR_KEY, or use --no-key where the server signs people in."]),
        ("cursor", ["--no-key"], []),
        ("vscode", ["--no-key"], []),
    ],
)
def test_an_entry_for_a_server_over_http_needs_only_a_key(
    capsys: Output, host: str, options: list[str], expected: list[str]
) -> None:
    assert notes(host, capsys, "--url", "https://tools.example/mcp", *options) == expected


def test_in_an_environment_of_uvx_an_entry_runs_the_same_version_by_uv(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.prefix", "/home/me/.cache/uv/archive-v0/abc")
    program, *arguments = command_for(SAMPLE)
    assert Path(program).name == "uv"
    assert arguments == ["tool", "run", "--from", f"toolroll-core=={SAMPLE.version}", "mcp-chassis"]


def test_without_uv_the_error_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UV")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoCommand, match="uv is not found: install it, or run `make setup` in the checkout"):
        uv(None)
