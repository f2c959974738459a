"""The OAuth app in which a person signs in: its addresses, its secret, and servers without any."""

import dataclasses
import sys
from pathlib import Path

import pytest
from mcp_chassis.accounts.account import Account, Tokens
from mcp_chassis.accounts.store import KEYCHAIN_VARIABLE, AccountStore
from mcp_chassis.cli import main
from mcp_chassis.cli.sign_in.command import OAuthSettings
from mcp_chassis.sign_in import SignIn
from sample_server import SAMPLE

UPSTREAM = SignIn("Acme", "https://acme.example/authorize", "https://acme.example/token", ("read",))
SERVER = dataclasses.replace(SAMPLE, sign_in=UPSTREAM)


@pytest.fixture(autouse=True)
def _environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty `.env`."""
    (tmp_path / "env").touch()
    monkeypatch.setenv("TOOLROLL_ENV_FILE", str(tmp_path / "env"))


@pytest.mark.parametrize("name", ["authorize_url", "token_url", "device_url"])
def test_an_endpoint_in_the_settings_replaces_the_upstreams_own(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"SAMPLE_{name.upper()}", "https://own.example/oauth")
    expected = dataclasses.replace(UPSTREAM, **{name: "https://own.example/oauth"})
    assert OAuthSettings.of(SERVER).placed(UPSTREAM) == expected


def test_the_secret_of_the_app_may_come_from_a_variable_a_file_or_a_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").write_text("from-a-file")
    (tmp_path / "print.py").write_text("print('from-a-command')")
    sources = {
        "": "from-a-variable",
        "_FILE": str(tmp_path / "secret"),
        "_COMMAND": f"{sys.executable} {tmp_path}/print.py",
    }
    monkeypatch.setenv("SAMPLE_CLIENT_ID", "app")
    found: list[str] = []
    for ending, value in sources.items():
        with monkeypatch.context() as one:
            one.setenv(f"SAMPLE_CLIENT_SECRET{ending}", value)
            client = OAuthSettings.of(SERVER).client()
            found.append(client.secret)
            assert client.client_id == "app"
    assert found == ["from-a-variable", "from-a-file", "from-a-command"]


def test_without_an_app_there_is_no_secret() -> None:
    assert OAuthSettings.of(SERVER).client().secret == ""


@pytest.mark.parametrize("command", ["login", "logout", "accounts"])
def test_a_server_whose_upstream_has_no_sign_in_has_no_login_command(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main([command, "--loud"], SAMPLE)
    assert f"there is no '{command}'" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        main([command, "--loud"], SERVER)
    assert "there is no" not in capsys.readouterr().err


def test_accounts_are_listed_with_their_owners_and_the_end_of_their_tokens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TOOLROLL_ACCOUNTS_FILE", str(tmp_path / "accounts.json"))
    monkeypatch.setenv(KEYCHAIN_VARIABLE, "off")
    assert main(["accounts"], SERVER) == 0
    assert "Nobody is signed in" in capsys.readouterr().err
    for account in [
        Account("work", "app", "https://acme.example/token", ("acme", "acme-*"), "", 1_800_000_000.0),
        Account("default", "app", "https://acme.example/token", (), "", None),
    ]:
        AccountStore.here().keep(SERVER.name, account, Tokens("access", "refresh"))
    assert main(["accounts"], SERVER) == 0
    work, default = sorted(capsys.readouterr().out.splitlines(), reverse=True)
    assert work.startswith("work  for acme, acme-*  is renewed after 2027-01-1")
    assert default == "default  for all other owners  does not expire"
