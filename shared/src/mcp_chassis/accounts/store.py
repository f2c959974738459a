"""The store of accounts: a file that only its owner may read, and the system's keychain for their tokens."""

import errno
import os
import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from mcp_chassis.accounts.account import Account, Tokens
from mcp_chassis.environment import accounts_file
from mcp_chassis.storage.shared_files import when_free

KEYCHAIN_SERVICE = "toolroll"
KEYCHAIN_VARIABLE = "TOOLROLL_KEYCHAIN"


class UnreadableStore(Exception):
    """The accounts file cannot be parsed; the message says what to do."""


class AccountStore:
    """Signed-in accounts of each server, with their tokens.

    Args:
        path: the accounts file.
        keychain: called on first use; returns a `keyring` backend for the tokens, or None to store them in the file.
    """

    def __init__(self, path: Path, keychain: Callable[[], Any] = lambda: None) -> None:
        self.path = path
        self._find_keychain = keychain

    @cached_property
    def _keychain(self) -> Any:
        return self._find_keychain()

    @classmethod
    def here(cls, environment: Mapping[str, str] = os.environ) -> "AccountStore":
        """The user's own store: the file in `TOOLROLL_ACCOUNTS_FILE`, else one in the user's configuration folder."""
        off = environment.get(KEYCHAIN_VARIABLE) == "off"
        return cls(accounts_file(environment), (lambda: None) if off else system_keychain)

    def accounts(self, server: str) -> list[Account]:
        """The accounts of a server.

        Raises:
            UnreadableStore: when the file is damaged.
        """
        return self._read().get(server, [])

    def tokens(self, server: str, account: Account) -> Tokens | None:
        """The tokens of an account; None if they have been removed from the keychain."""
        if account.tokens is not None or self._keychain is None:
            return account.tokens
        text = self._keychain.get_password(KEYCHAIN_SERVICE, f"{server}/{account.name}")
        return msgspec.json.decode(text, type=Tokens) if text else None

    def keep(self, server: str, account: Account, tokens: Tokens) -> None:
        """Store an account and its tokens, in the place of one of the same name: the order says which one is used."""
        in_file = self._in_file(server, account.name, tokens)
        kept = msgspec.structs.replace(account, tokens=tokens if in_file else None)
        accounts = self.accounts(server)
        names = [each.name for each in accounts]
        place = names.index(account.name) if account.name in names else len(names)
        self._write({**self._read(), server: [*accounts[:place], kept, *accounts[place + 1 :]]})

    def remove(self, server: str, name: str) -> bool:
        """Delete an account and its tokens; return whether it existed."""
        accounts = self.accounts(server)
        if self._keychain is not None:
            with suppress(self._keychain_errors()):
                self._keychain.delete_password(KEYCHAIN_SERVICE, f"{server}/{name}")
        self._write({**self._read(), server: [each for each in accounts if each.name != name]})
        return any(each.name == name for each in accounts)

    @contextmanager
    def alone(self) -> Generator[None]:
        """Lock the store against other processes, because a refresh token can often be used only once."""
        self._make_folder()
        with self.path.with_suffix(".lock").open("a+b") as lock:
            _lock(lock.fileno())
            yield

    def _in_file(self, server: str, name: str, tokens: Tokens) -> bool:
        """Store the tokens in the keychain; return True if they have to be stored in the file instead."""
        if self._keychain is None:
            return True
        try:
            text = msgspec.json.encode(tokens).decode()
            self._keychain.set_password(KEYCHAIN_SERVICE, f"{server}/{name}", text)
        except self._keychain_errors():
            return True
        return False

    def _keychain_errors(self) -> type[Exception]:
        from keyring.errors import KeyringError

        return KeyringError

    def _read(self) -> dict[str, list[Account]]:
        try:
            return msgspec.json.decode(when_free(self.path.read_bytes), type=dict[str, list[Account]])
        except FileNotFoundError:
            return {}
        except (msgspec.MsgspecError, UnicodeDecodeError) as exc:
            raise UnreadableStore(f"{self.path} is damaged: remove it and sign in again.") from exc

    def _write(self, accounts: Mapping[str, list[Account]]) -> None:
        self._make_folder()
        fresh = self.path.with_name(f".{self.path.name}.new")
        fresh.unlink(missing_ok=True)
        fresh.touch(mode=0o600)
        fresh.write_bytes(msgspec.json.format(msgspec.json.encode(accounts)))
        when_free(lambda: fresh.replace(self.path))

    def _make_folder(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)


def system_keychain() -> Any:
    """The keychain that the package `keyring` finds; None without the package or a keychain that works."""
    try:
        import keyring
    except ImportError:
        return None
    backend: Any = keyring.get_keyring()
    return backend if backend.priority > 0 else None


def _lock(descriptor: int) -> None:
    """Lock a file exclusively, waiting for other processes; closing the file releases the lock."""
    if sys.platform == "win32":
        _lock_on_windows(descriptor)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX)


def _lock_on_windows(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        while True:
            try:
                msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
            except OSError as exc:
                if exc.errno != errno.EDEADLK:  # after ten seconds, though the other process may need longer
                    raise
            else:
                return
