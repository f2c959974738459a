"""The OAuth app in which a person signs in: its addresses, its secret, and servers without any."""

import dataclasses
import socket
import sys
from pathlib import Path
from typing import ClassVar

import pytest
from mcp_chassis.accounts.account import Account, Tokens
from mcp_chassis.accounts.store import KEYCHAIN_VARIABLE, AccountStore
from mcp_chassis.cli import main
from mcp_chassis.cli.sign_in.command import OAuthSettings
from mcp_chassis.sign_in import SignIn
from sample_server import SAMPLE
from sign_in_upstream import AUTHORIZE, CLIENT_ID, CLIENT_SECRET, DEVICE, TOKEN, sign_in_upstream

UPSTREAM = SignIn("Acme", "https://acme.example/authorize", "https://acme.example/token", ("read",), by_owner=True)
SERVER = dataclasses.replace(SAMPLE, sign_in=UPSTREAM)
WAITS = "This command waits up to 15 min for it.\n"
NO_APP = (
    "SAMPLE_CLIENT_ID is not set. Register an OAuth app of your own at Acme and set its client id; "
    "docs/sign-in.md has the steps."
)


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


@pytest.fixture
def accounts_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of accounts for this test, without the system's keychain."""
    monkeypatch.setenv("TOOLROLL_ACCOUNTS_FILE", str(tmp_path / "accounts.json"))
    monkeypatch.setenv(KEYCHAIN_VARIABLE, "off")
    monkeypatch.setenv("BROWSER", "true")
    return tmp_path / "accounts.json"


@pytest.mark.parametrize(
    ("arguments", "client_id", "code", "message"),
    [
        ([], "", 2, NO_APP),
        (["--name", "a b"], "app", 2, "--name must be at most 64 letters, digits, dots, dashes, @ or _."),
        (["--name", "n" * 65], "app", 2, "--name must be at most 64 letters, digits, dots, dashes, @ or _."),
        (["--device", "--name", "n" * 64], "app", 1, "Acme has no sign-in by code: leave out --device."),
        (["--device"], "app", 1, "Acme has no sign-in by code: leave out --device."),
    ],
)
@pytest.mark.usefixtures("accounts_path")
def test_a_login_that_cannot_begin_names_the_reason(
    arguments: list[str],
    client_id: str,
    code: int,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("SAMPLE_CLIENT_ID", client_id)
    assert main(["login", *arguments], SERVER) == code
    output = capsys.readouterr()
    assert (output.out, output.err) == ("", f"{message}\n")


def test_a_logout_deletes_the_named_account_and_fails_for_an_unknown_one(
    accounts_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("default", "work"):
        account = Account(name, "app", "https://acme.example/token", (), "", None)
        AccountStore.here().keep(SERVER.name, account, Tokens("access"))
    assert main(["logout", "--name", "work"], SERVER) == 0
    assert capsys.readouterr().out == ("The account work is deleted here. To end its access, revoke the app in Acme.\n")
    assert [account.name for account in AccountStore.here().accounts(SERVER.name)] == ["default"]
    assert main(["logout", "--name", "work"], SERVER) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err == f"There is no account called work; `{SERVER.name} accounts` lists them.\n"
    assert main(["logout"], SERVER) == 0
    assert AccountStore.here().accounts(SERVER.name) == []


@pytest.mark.parametrize("command", ["logout", "accounts"])
def test_a_damaged_file_of_accounts_is_named_with_exit_code_1(
    command: str, accounts_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts_path.write_text("{")
    assert main([command], SERVER) == 1
    output = capsys.readouterr()
    assert (output.out, output.err) == ("", f"{accounts_path} is damaged: remove it and sign in again.\n")


def test_a_login_whose_account_cannot_be_stored_names_the_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("TOOLROLL_ACCOUNTS_FILE", str(tmp_path / "file" / "accounts.json"))
    monkeypatch.setenv(KEYCHAIN_VARIABLE, "off")
    monkeypatch.setenv("SAMPLE_CLIENT_ID", CLIENT_ID)
    monkeypatch.setenv("SAMPLE_CLIENT_SECRET", CLIENT_SECRET)
    with sign_in_upstream() as upstream:
        sign_in = dataclasses.replace(
            UPSTREAM, token_url=f"{upstream.url}{TOKEN}", device_url=f"{upstream.url}{DEVICE}"
        )
        assert main(["login", "--device"], dataclasses.replace(SERVER, sign_in=sign_in)) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert str(tmp_path / "file") in output.err.splitlines()[-1]


@pytest.mark.parametrize(("value", "keychain"), [("off", False), ("", True), ("on", True), (None, True)])
def test_the_keychain_is_used_unless_it_is_switched_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str | None, keychain: bool
) -> None:
    class Backend:
        priority = 1
        passwords: ClassVar[dict[str, str]] = {}

        def set_password(self, service: str, name: str, password: str) -> None:
            self.passwords[f"{service} {name}"] = password

    monkeypatch.setattr("keyring.get_keyring", Backend)
    environment = {"TOOLROLL_ACCOUNTS_FILE": str(tmp_path / "accounts.json")}
    store = AccountStore.here(environment if value is None else environment | {KEYCHAIN_VARIABLE: value})
    store.keep(SERVER.name, Account("work", "app", "https://acme.example/token", (), "", None), Tokens("access"))
    [kept] = store.accounts(SERVER.name)
    assert (kept.tokens is None) is keychain
    assert (list(Backend.passwords) == [f"toolroll {SERVER.name}/work"]) is keychain


@pytest.mark.parametrize("shell", ["SSH_CONNECTION", "SSH_TTY", "--device"])
def test_a_login_over_ssh_or_by_choice_uses_a_code_and_stores_the_account(
    shell: str, accounts_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("SSH_CONNECTION", "SSH_TTY"):
        monkeypatch.delenv(name, raising=False)
    if shell != "--device":
        monkeypatch.setenv(shell, "10.0.0.1 22")
    with sign_in_upstream(expires_in=3600) as upstream:
        place = f"{upstream.url}{TOKEN}"
        sign_in = dataclasses.replace(
            UPSTREAM, authorize_url=f"{upstream.url}{AUTHORIZE}", token_url=place, device_url=f"{upstream.url}{DEVICE}"
        )
        monkeypatch.setenv("SAMPLE_CLIENT_ID", CLIENT_ID)
        monkeypatch.setenv("SAMPLE_CLIENT_SECRET", CLIENT_SECRET)
        options = ["--name", "work", "--owners", " acme , ,acme-* ", *(["--device"] if shell == "--device" else [])]
        assert main(["login", *options], dataclasses.replace(SERVER, sign_in=sign_in)) == 0
        output = capsys.readouterr()
        assert output.out == (
            "Signed in to Acme. The account is called work here. "
            f"The tokens are in {accounts_path}, which only you can read.\n"
        )
        assert output.err == f"Open {upstream.url}/login/device on any device and enter the code WDJB-MJHT. " + WAITS
        [account] = AccountStore.here().accounts(SERVER.name)
        assert (account.name, account.client_id, account.token_url) == ("work", CLIENT_ID, place)
        assert (account.owners, account.member) == (("acme", "acme-*"), "")
        assert account.expires_at == account.signed_in_at + 3600
        assert account.tokens
        assert account.tokens.access_token in upstream.access_tokens


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
        Account("x", "app", "https://acme.example/token", (), "", 1_000_000_000.0),
    ]:
        AccountStore.here().keep(SERVER.name, account, Tokens("access", "refresh"))
    assert main(["accounts"], SERVER) == 0
    other, work, default = sorted(capsys.readouterr().out.splitlines(), reverse=True)
    assert work.startswith("work  for owners acme, acme-*  is renewed after 2027-01-1")
    assert default == "default  used by default  does not expire"
    assert other == "x  used with MCP_ACCOUNT=x  is renewed at its next use"


@pytest.mark.parametrize("port", ["65536", "-1", "http", "80 "])
def test_a_port_that_is_none_is_refused_by_its_option(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["login", f"--port={port}"], SERVER)
    assert "--port: a port is a number up to 65535" in capsys.readouterr().err


@pytest.mark.usefixtures("accounts_path")
def test_a_port_in_use_is_named_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SAMPLE_CLIENT_ID", "app")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["login", "--port", str(port)], SERVER) == 1
    told = capsys.readouterr().err
    assert f"cannot listen on port {port} of this machine: Address already in use. End the program" in told


def test_a_login_with_a_damaged_file_of_accounts_ends_before_the_browser_opens(
    accounts_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SAMPLE_CLIENT_ID", "app")
    accounts_path.write_text("{")
    assert main(["login"], SERVER) == 1
    assert capsys.readouterr().err == f"{accounts_path} is damaged: remove it and sign in again.\n"


def test_a_second_login_under_a_name_says_so_and_keeps_the_account_that_is_used_by_default(
    accounts_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SAMPLE_CLIENT_ID", CLIENT_ID)
    monkeypatch.setenv("SAMPLE_CLIENT_SECRET", CLIENT_SECRET)
    with sign_in_upstream() as upstream:
        places = {"token_url": f"{upstream.url}{TOKEN}", "device_url": f"{upstream.url}{DEVICE}"}
        server = dataclasses.replace(SERVER, sign_in=dataclasses.replace(UPSTREAM, **places))
        for name in ("default", "other", "default"):
            assert main(["login", "--device", "--name", name], server) == 0
    first, _, again = capsys.readouterr().out.splitlines()
    assert "in place of" not in first
    assert "The account is called default here, in place of the account that had this name." in again
    assert [account.name for account in AccountStore.here().accounts(SERVER.name)] == ["default", "other"]
    assert main(["accounts"], SERVER) == 0
    assert capsys.readouterr().out.startswith("default  used by default")


def test_owners_are_an_option_only_where_accounts_are_chosen_by_them(capsys: pytest.CaptureFixture[str]) -> None:
    without = dataclasses.replace(SERVER, sign_in=dataclasses.replace(UPSTREAM, by_owner=False))
    with pytest.raises(SystemExit, match="2"):
        main(["login", "--owners", "acme"], without)
    assert "unrecognized arguments: --owners" in capsys.readouterr().err
