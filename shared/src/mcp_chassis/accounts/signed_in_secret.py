"""Access token of a signed-in account as a secret setting: loaded on first use, renewed before it expires."""

import hashlib
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import msgspec
from pydantic import SecretStr

from mcp_chassis.accounts.account import USUAL_NAME, Account, Tokens, chosen
from mcp_chassis.accounts.oauth_tokens import Granted, SignInFailed, granted
from mcp_chassis.accounts.store import AccountStore, UnreadableStore
from mcp_chassis.environment import Environment, read_secret_file
from mcp_chassis.failures import AuthenticationFailed
from mcp_chassis.secret_command import CommandSecret, output_of
from mcp_chassis.telemetry.redaction import register_secret

_OWNER: ContextVar[str] = ContextVar("owner_of_request", default="")


@contextmanager
def on_behalf_of(owner: str) -> Generator[None]:
    """Use the account whose patterns match this owner for the requests inside the block."""
    token = _OWNER.set(owner)
    try:
        yield
    finally:
        _OWNER.reset(token)


def owner_of_request() -> str:
    """The owner set by `on_behalf_of` for the current requests; empty if none is set."""
    return _OWNER.get()


class SignedInSecret(CommandSecret):
    """The access token of the account that a request is for.

    Args:
        server: the server's name, under which accounts are stored.
        store: the store of the accounts.
        name: the account named by the settings; empty to choose by the owner of each request.
        client_secret: returns the secret of the OAuth app; empty for an app without one.
        clock: returns the Unix time in seconds.
    """

    def __init__(
        self,
        server: str,
        store: AccountStore,
        name: str = "",
        client_secret: Callable[[], str] = str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__("login", f"accounts of {server} in {store.path} {name}", SecretStr)
        self._server, self._store, self._name = server, store, name
        self._client_secret, self._clock = client_secret, clock
        self._read: dict[str, tuple[Account, str]] = {}
        self._refused: dict[str, str] = {}

    @property
    def is_read(self) -> bool:
        """Whether the token is loaded and does not expire soon."""
        return self._at_hand() is not None

    @property
    def source(self) -> str:
        """Fingerprint of the accounts, which changes when one is added, removed, renewed or signed in to again."""
        try:
            accounts = self._store.accounts(self._server)
        except UnreadableStore:
            return self.command
        return f"{self.command} {hashlib.sha256(msgspec.json.encode(accounts)).hexdigest()}"

    def forget(self) -> None:
        """Drop a token that the upstream refused; the next use reads it again or renews it."""
        account = self._account()
        if read := self._read.pop(account.name, None):
            self._refused[account.name] = read[1]

    def get_secret_value(self) -> str:
        """The access token of the account that the current request is for; renewing it blocks.

        Raises:
            AuthenticationFailed: when no account fits, or its tokens are gone or cannot be renewed.
        """
        return self._at_hand() or self._fetched()

    def _at_hand(self) -> str | None:
        try:
            account = self._account()
        except AuthenticationFailed:
            return None
        read = self._read.get(account.name)
        is_current = read and read[0].signed_in_at == account.signed_in_at and not read[0].is_ending(self._clock())
        return read[1] if read and is_current else None

    def _account(self) -> Account:
        try:
            account = chosen(self._store.accounts(self._server), self._name, owner_of_request())
        except UnreadableStore as exc:
            raise AuthenticationFailed(str(exc)) from exc
        if account is None:
            who = f"no account called {self._name}, as MCP_ACCOUNT says" if self._name else "no account for this owner"
            raise AuthenticationFailed(
                f"There is {who}: run `{self._server} login` to sign in, or `{self._server} accounts` to list them."
            )
        return account

    def _fetched(self) -> str:
        with self._store.alone():
            account = self._account()
            tokens = self._store.tokens(self._server, account)
            if tokens is None:
                raise self._ended(account)
            refused = self._refused.pop(account.name, None) == tokens.access_token
            if account.is_ending(self._clock()) or (refused and tokens.refresh_token):
                account, tokens = self._renewed(account, tokens)
        register_secret(tokens.access_token)
        self._read[account.name] = account, tokens.access_token
        return tokens.access_token

    def _renewed(self, account: Account, tokens: Tokens) -> tuple[Account, Tokens]:
        if tokens.refresh_token is None:
            raise self._ended(account)
        form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token, "client_id": account.client_id}
        try:
            answer = granted(account.token_url, form | _secret(self._client_secret()))
        except SignInFailed as exc:
            raise AuthenticationFailed(
                f"The sign-in of {account.name} could not be renewed: {exc}",
                remedy="Try once more; if it fails again, ask the person who runs this server to run "
                f"`{self._server} {login_of(account.name)}`.",
            ) from exc
        fresh = renewed_tokens(answer, tokens)
        account = msgspec.structs.replace(account, expires_at=expiry(answer, self._clock()), tokens=None)
        self._store.keep(self._server, account, fresh)
        return account, fresh

    def _ended(self, account: Account) -> AuthenticationFailed:
        return AuthenticationFailed(
            f"The sign-in of {account.name} is invalid now: run `{self._server} {login_of(account.name)}` again."
        )


def signed_in_secrets(
    server: str, field: str, prefix: str, environment: Environment
) -> Iterator[tuple[str, SignedInSecret]]:
    """Yield the credential field with a `SignedInSecret` for it; nothing if nobody has signed in to this server."""
    store = AccountStore.here(environment)
    try:
        if not store.accounts(server):
            return
    except UnreadableStore:
        return
    variable = f"{prefix}CLIENT_SECRET"

    def client_secret() -> str:
        if mounted := environment.get(f"{variable}_FILE"):
            return read_secret_file(variable, mounted)
        if value := environment.get(variable):
            return value
        command = environment.get(f"{variable}_COMMAND")
        return output_of(f"{variable}_COMMAND", command) if command else ""

    yield field, SignedInSecret(server, store, environment.get("MCP_ACCOUNT", ""), client_secret)


def login_of(name: str) -> str:
    """The command that signs in to an account again."""
    return "login" if name == USUAL_NAME else f"login --name {name}"


def renewed_tokens(answer: Granted, before: Tokens) -> Tokens:
    """The tokens of a refresh response; without a new refresh token the old one stays valid (RFC 6749, section 6)."""
    return Tokens(answer.tokens.access_token, answer.tokens.refresh_token or before.refresh_token)


def expiry(answer: Granted, now: float) -> float | None:
    """Unix time in seconds at which the access token expires; None if it does not expire."""
    return None if answer.expires_in is None else now + answer.expires_in


def _secret(value: str) -> dict[str, str]:
    return {"client_secret": value} if value else {}
