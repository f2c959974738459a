"""The store of accounts: its file and the keychain, the choice by owner, and tokens that are renewed."""

import errno
import json
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import keyring.backend
import keyring.errors
import pytest
from mcp_chassis.accounts.account import Account, Tokens, chosen
from mcp_chassis.accounts.signed_in_secret import SignedInSecret, on_behalf_of
from mcp_chassis.accounts.store import AccountStore, UnreadableStore
from mcp_chassis.failures import AuthenticationFailed
from mcp_chassis.telemetry.redaction import REMOVED, scrub_log
from mcp_chassis.testing.raw import without_path
from msgspec.structs import replace
from sign_in_upstream import CLIENT_ID, CLIENT_SECRET, TOKEN, SignInUpstream, sign_in_upstream

SERVER = "github-mcp"


class Keychain(keyring.backend.KeyringBackend):
    """keyring's own interface over a dictionary."""

    priority = 1  # pyright: ignore[reportAssignmentType, reportIncompatibleMethodOverride]

    def __init__(self, *, locked: bool = False) -> None:
        self.passwords: dict[tuple[str, str], str] = {}
        self.locked = locked

    def get_password(self, service: str, username: str) -> str | None:
        return self.passwords.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.locked:
            raise keyring.errors.KeyringLocked
        self.passwords[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.passwords:
            raise keyring.errors.PasswordDeleteError
        del self.passwords[service, username]


def account(name: str = "default", *owners: str, url: str = "http://127.0.0.1:9", ends: float | None = None) -> Account:
    return Account(name, CLIENT_ID, url + TOKEN, owners, "", ends)


def store(tmp_path: Path, keychain: Keychain | None = None) -> AccountStore:
    return AccountStore(tmp_path / "folder" / "accounts.json", lambda: keychain)


def test_without_a_keychain_tokens_are_in_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    accounts = store(tmp_path)
    accounts.keep(SERVER, account(), Tokens("canary-access", "canary-refresh"))
    assert accounts.tokens(SERVER, accounts.accounts(SERVER)[0]) == Tokens("canary-access", "canary-refresh")
    if sys.platform != "win32":
        assert stat.S_IMODE(accounts.path.stat().st_mode) == 0o600
        assert stat.S_IMODE(accounts.path.parent.stat().st_mode) == 0o700


def test_with_a_keychain_no_file_contains_a_token(tmp_path: Path) -> None:
    keychain = Keychain()
    accounts = store(tmp_path, keychain)
    accounts.keep(SERVER, account(), Tokens("canary-access"))
    assert accounts.tokens(SERVER, accounts.accounts(SERVER)[0]) == Tokens("canary-access")
    texts = [path.read_text() for path in tmp_path.rglob("*") if path.is_file()]
    assert not any("canary" in text for text in texts)
    assert accounts.remove(SERVER, "default")
    assert not accounts.remove(SERVER, "default")
    assert keychain.passwords == {}


class Msvcrt(ModuleType):
    """Windows' module of file locks, where another process holds a lock for some seconds."""

    LK_LOCK = 1

    def __init__(self, *errors: int) -> None:
        super().__init__("msvcrt")
        self.errors = list(errors)
        self.locked: list[tuple[int, int]] = []

    def locking(self, descriptor: int, mode: int, count: int) -> None:
        if self.errors:
            raise OSError(self.errors.pop(0), "locked")
        self.locked.append((mode, count))


def test_on_windows_a_lock_is_waited_for_longer_than_the_ten_seconds_of_one_attempt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = Msvcrt(errno.EDEADLK, errno.EDEADLK)
    monkeypatch.setitem(sys.modules, "msvcrt", system)
    monkeypatch.setattr(sys, "platform", "win32")
    with store(tmp_path).alone():
        assert system.locked == [(Msvcrt.LK_LOCK, 1)]
    monkeypatch.setitem(sys.modules, "msvcrt", Msvcrt(errno.EACCES))
    with pytest.raises(PermissionError), store(tmp_path).alone():
        pass


def test_a_locked_keychain_leaves_the_tokens_in_the_file(tmp_path: Path) -> None:
    accounts = store(tmp_path, Keychain(locked=True))
    accounts.keep(SERVER, account(), Tokens("canary-access"))
    assert accounts.accounts(SERVER)[0].tokens == Tokens("canary-access")


@pytest.mark.parametrize("text", ["{", "[]", '{"github-mcp": [{"name": 1}]}', "\udcff"])
def test_the_error_for_a_damaged_file_says_what_to_do(text: str, tmp_path: Path) -> None:
    accounts = store(tmp_path)
    accounts.path.parent.mkdir()
    accounts.path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(UnreadableStore, match="remove it and sign in again"):
        accounts.accounts(SERVER)


@pytest.mark.parametrize(
    ("owner", "name", "expected"),
    [
        ("acme", "", "work"),
        ("ACME", "", "work"),
        ("acme-labs", "", "work"),
        ("octo", "", "default"),
        ("", "", "default"),
        ("acme", "default", "default"),
        ("octo", "nobody", None),
    ],
)
def test_an_account_is_chosen_by_its_name_then_by_owner(owner: str, name: str, expected: str | None) -> None:
    accounts = [account("work", "acme", "acme-*"), account("default")]
    found = chosen(accounts, name, owner)
    assert (found.name if found else None) == expected


def secret(accounts: AccountStore, now: float = 1_000.0, client_secret: str = CLIENT_SECRET) -> SignedInSecret:
    return SignedInSecret(SERVER, accounts, client_secret=lambda: client_secret, clock=lambda: now)


def renewable(tmp_path: Path, upstream: SignInUpstream, ends: float) -> AccountStore:
    accounts = store(tmp_path)
    upstream.refresh_tokens.add("first-refresh")
    accounts.keep(SERVER, account(url=upstream.url, ends=ends), Tokens("first-access", "first-refresh"))
    return accounts


def test_a_token_that_expires_soon_is_renewed_once_and_stored(tmp_path: Path) -> None:
    with sign_in_upstream(expires_in=3600) as upstream:
        accounts = renewable(tmp_path, upstream, ends=1_030.0)
        first = secret(accounts)
        assert not first.is_read
        value = first.get_secret_value()
        assert value in upstream.access_tokens
        assert first.is_read
        assert secret(accounts).get_secret_value() == value
        assert accounts.accounts(SERVER)[0].expires_at == 4_600.0


def test_a_token_that_was_read_is_masked_in_log_lines(tmp_path: Path) -> None:
    accounts = store(tmp_path)
    accounts.keep(SERVER, account(), Tokens("opaque-read-from-the-store-1"))
    token = secret(accounts).get_secret_value()
    assert scrub_log(f"sent {token}") == f"sent {REMOVED}"


def test_a_refused_token_is_renewed_and_another_process_takes_the_new_one(tmp_path: Path) -> None:
    with sign_in_upstream(expires_in=3600) as upstream:
        accounts = renewable(tmp_path, upstream, ends=9_000.0)
        one, other = secret(accounts), secret(accounts)
        assert one.get_secret_value() == other.get_secret_value() == "first-access"
        one.forget()
        renewed = one.get_secret_value()
        assert renewed != "first-access"
        other.forget()
        assert other.get_secret_value() == renewed


def test_an_expired_sign_in_without_a_refresh_token_says_to_sign_in_again(tmp_path: Path) -> None:
    accounts = store(tmp_path)
    accounts.keep(SERVER, account(ends=999.0), Tokens("old"))
    with pytest.raises(AuthenticationFailed, match="run `github-mcp login` again"):
        secret(accounts).get_secret_value()


def test_the_error_for_a_refused_renewal_quotes_the_upstream(tmp_path: Path) -> None:
    with sign_in_upstream(expires_in=3600) as upstream:
        accounts = renewable(tmp_path, upstream, ends=1_000.0)
        upstream.refresh_tokens.clear()
        with pytest.raises(AuthenticationFailed, match="The refresh token is not valid"):
            secret(accounts).get_secret_value()


def test_each_owner_gets_the_token_of_its_account(tmp_path: Path) -> None:
    accounts = store(tmp_path)
    accounts.keep(SERVER, account("work", "acme*"), Tokens("token-of-work"))
    accounts.keep(SERVER, account(), Tokens("token-of-default"))
    both = secret(accounts)
    values: Mapping[str, str] = {}
    for owner in ("acme", "octo", "acme-labs", ""):
        with on_behalf_of(owner):
            values = {**values, owner: both.get_secret_value()}
    assert values == {
        "acme": "token-of-work",
        "octo": "token-of-default",
        "acme-labs": "token-of-work",
        "": "token-of-default",
    }


@pytest.mark.parametrize("keychain", [None, Keychain()])
def test_a_sign_in_under_the_same_name_replaces_the_token_in_use(tmp_path: Path, keychain: Keychain | None) -> None:
    accounts = store(tmp_path, keychain)
    accounts.keep(SERVER, replace(account(), signed_in_at=1.0), Tokens("of-one-person"))
    used = secret(accounts)
    before = used.get_secret_value(), used.source
    accounts.keep(SERVER, replace(account(), signed_in_at=2.0), Tokens("of-another"))
    assert not used.is_read
    assert used.get_secret_value() == "of-another"
    assert used.source != before[1]


def test_the_file_is_plain_json_without_unset_fields(tmp_path: Path) -> None:
    accounts = store(tmp_path, Keychain())
    accounts.keep(SERVER, account("work", "acme"), Tokens("canary"))
    [kept] = json.loads(accounts.path.read_text())[SERVER]
    assert (kept["name"], kept["owners"], kept["tokens"]) == ("work", ["acme"], None)


def test_a_start_without_accounts_does_not_import_the_accounts_package(tmp_path: Path) -> None:
    program = (
        "import sys; from github_mcp.settings import GitHubSettings; GitHubSettings.load(); "
        "print([name for name in sys.modules if name.startswith(('mcp_chassis.accounts', 'keyring'))])"
    )
    environment = without_path(TOOLROLL_ACCOUNTS_FILE=str(tmp_path / "none.json"), HOME=str(tmp_path))
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("expires_at", "now", "expected"),
    [(None, 1e12, False), (1_000.0, 939.9, False), (1_000.0, 940.0, True), (1_000.0, 1_001.0, True)],
)
def test_a_token_counts_as_expired_a_minute_before_its_end(
    expires_at: float | None, now: float, expected: bool
) -> None:
    assert account(ends=expires_at).is_ending(now) is expected


def test_a_renewal_does_not_change_which_account_is_used_by_default(tmp_path: Path) -> None:
    accounts = store(tmp_path)
    for name in ("default", "other"):
        accounts.keep("server", account(name), Tokens("before"))
    accounts.keep("server", account("default"), Tokens("renewed"))
    kept = accounts.accounts("server")
    used = chosen(kept)
    assert [each.name for each in kept] == ["default", "other"]
    assert used
    assert (used.name, used.tokens) == ("default", Tokens("renewed"))
