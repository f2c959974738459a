"""The commands `login`, `logout` and `accounts` of a server whose upstream signs people in."""

import argparse
import dataclasses
import os
import re
import sys
import threading
import time
import webbrowser
from collections.abc import Sequence
from typing import Any

from mcp_chassis.accounts.account import USUAL_NAME, Account
from mcp_chassis.accounts.oauth_tokens import Granted, SignInFailed
from mcp_chassis.accounts.signed_in_secret import expiry
from mcp_chassis.accounts.store import AccountStore, UnreadableStore
from mcp_chassis.cli.commands import EXIT_FAILED, add
from mcp_chassis.cli.sign_in.device import sign_in_by_device
from mcp_chassis.cli.sign_in.loopback import Client, sign_in_by_browser
from mcp_chassis.environment import full_environment
from mcp_chassis.server import EXIT_BAD_SETTINGS, Server
from mcp_chassis.settings import HttpsUrl, Secret, ServerSettings
from mcp_chassis.sign_in import SignIn

NAME = re.compile(r"[\w.@-]{1,64}")
REMOTE_SHELLS = ("SSH_CONNECTION", "SSH_TTY")


class OAuthSettings(ServerSettings):
    """Settings of the OAuth app that users sign in with; their variables have the server's prefix."""

    commands_at_start = True

    client_id: str = ""
    client_secret: Secret | None = None
    authorize_url: HttpsUrl | None = None
    token_url: HttpsUrl | None = None
    device_url: HttpsUrl | None = None

    @classmethod
    def of(cls, server: Server[Any]) -> "OAuthSettings":
        """Load a server's settings from the environment and the `.env` file."""
        prefix = str(server.settings.model_config.get("env_prefix", ""))
        merged = full_environment()
        fields = [name.upper() for name in cls.model_fields if name not in ServerSettings.model_fields]
        names = [*fields, "CLIENT_SECRET_FILE", "CLIENT_SECRET_COMMAND"]
        return cls.load({name: merged[f"{prefix}{name}"] for name in names if f"{prefix}{name}" in merged})

    def placed(self, sign_in: SignIn) -> SignIn:
        """A copy of `sign_in` with the URLs that are set here, for a self-hosted upstream."""
        places = {name: getattr(self, name) for name in ("authorize_url", "token_url", "device_url")}
        return dataclasses.replace(sign_in, **{name: url for name, url in places.items() if url})

    def client(self) -> Client:
        return Client(self.client_id, self.client_secret.get_secret_value() if self.client_secret else "")


def add_to(commands: Any, server: Server[Any]) -> None:
    """Add the commands `login`, `logout` and `accounts`, if the server's upstream has a sign-in."""
    if server.sign_in is None:
        return
    title = server.sign_in.title
    login = add(commands, "login", f"sign in to {title}; no token has to be copied", lambda c: _login(server, c))
    login.add_argument("--name", default=USUAL_NAME, help="local name of the account, if there are several")
    if server.sign_in.by_owner:
        login.add_argument(
            "--owners", default="", metavar="PATTERNS", help="owners it is used for, such as acme,acme-*"
        )
    login.add_argument("--device", action="store_true", help="enter a code on another device instead of a browser here")
    login.add_argument("--port", type=_port, default=0, help="port of the callback, if the OAuth app names one")
    logout = add(
        commands, "logout", f"delete a signed-in account of {title} from this machine", lambda c: _logout(server, c)
    )
    logout.add_argument("--name", default=USUAL_NAME, help="local name of the account")
    add(commands, "accounts", "list the signed-in accounts", lambda _: _accounts(server))


def _login(server: Server[Any], chosen: argparse.Namespace) -> int:
    settings = OAuthSettings.of(server)
    prefix = str(server.settings.model_config.get("env_prefix", ""))
    if server.sign_in is None:
        return _refused("This server's upstream has no sign-in.")
    if not settings.client_id:
        return _refused(
            f"{prefix}CLIENT_ID is not set. Register an OAuth app of your own at {server.sign_in.title} and set its "
            "client id; docs/sign-in.md has the steps."
        )
    if not NAME.fullmatch(chosen.name):
        return _refused("--name must be at most 64 letters, digits, dots, dashes, @ or _.")
    sign_in = settings.placed(server.sign_in)
    store = AccountStore.here()
    try:
        replaced = any(each.name == chosen.name for each in store.accounts(server.name))
        answer, now = _granted(sign_in, settings.client(), chosen), time.time()
        account = Account(
            chosen.name,
            settings.client_id,
            sign_in.token_url,
            tuple(part.strip() for part in getattr(chosen, "owners", "").split(",") if part.strip()),
            answer.member,
            expiry(answer, now),
            signed_in_at=now,
        )
        with store.alone():
            store.keep(server.name, account, answer.tokens)
            in_file = any(each.tokens for each in store.accounts(server.name) if each.name == chosen.name)
    except (SignInFailed, UnreadableStore, OSError) as exc:
        sys.stderr.write(f"{exc}\n")
        return EXIT_FAILED
    where = f"{store.path}, which only you can read" if in_file else "the system's keychain"
    before = ", in place of the account that had this name" if replaced else ""
    sys.stdout.write(f"Signed in to {sign_in.title}. The account is called {chosen.name} here{before}. ")
    sys.stdout.write(f"The tokens are in {where}.\n")
    return 0


def _granted(sign_in: SignIn, client: Client, chosen: argparse.Namespace) -> Granted:
    """Sign in by a code on another device if chosen, over SSH or without a browser; else by the browser."""
    remote_shell = any(os.environ.get(name) for name in REMOTE_SHELLS)
    if sign_in.device_url and (chosen.device or remote_shell or not _has_browser()):
        return sign_in_by_device(sign_in, client, _tell)
    if chosen.device:
        raise SignInFailed(f"{sign_in.title} has no sign-in by code: leave out --device.")
    return sign_in_by_browser(sign_in, client, _open, port=chosen.port)


def _has_browser() -> bool:
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def _open(url: str) -> None:
    """Open a page from a thread, because a browser in the terminal exits only after the user has signed in."""
    _tell(f"Your browser opens this page; if it does not, open it yourself:\n{url}")
    threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()


def _tell(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def _logout(server: Server[Any], chosen: argparse.Namespace) -> int:
    store = AccountStore.here()
    try:
        with store.alone():
            removed = store.remove(server.name, chosen.name)
    except UnreadableStore as exc:
        sys.stderr.write(f"{exc}\n")
        return EXIT_FAILED
    if not removed:
        sys.stderr.write(f"There is no account called {chosen.name}; `{server.name} accounts` lists them.\n")
        return EXIT_FAILED
    title = server.sign_in.title if server.sign_in else server.name
    sys.stdout.write(f"The account {chosen.name} is deleted here. To end its access, revoke the app in {title}.\n")
    return 0


def _accounts(server: Server[Any]) -> int:
    try:
        accounts = AccountStore.here().accounts(server.name)
    except UnreadableStore as exc:
        sys.stderr.write(f"{exc}\n")
        return EXIT_FAILED
    for account in accounts:
        sys.stdout.write(f"{account.name}  {_use(account, accounts)}  {_end(account)}\n")
    if not accounts:
        sys.stderr.write(f"Nobody is signed in; run `{server.name} login`.\n")
    return 0


def _use(account: Account, accounts: Sequence[Account]) -> str:
    """When an account is used: the first one without patterns is the usual one."""
    if account.owners:
        return f"for owners {', '.join(account.owners)}"
    if account == next(each for each in accounts if not each.owners):
        return "used by default"
    return f"used with MCP_ACCOUNT={account.name}"


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 65_536):
        raise argparse.ArgumentTypeError("a port is a number up to 65535")
    return int(text)


def _end(account: Account) -> str:
    if account.expires_at is None:
        return "does not expire"
    if account.is_ending(time.time()):
        return "is renewed at its next use"
    return f"is renewed after {time.strftime('%Y-%m-%d %H:%M', time.localtime(account.expires_at))}"


def _refused(text: str) -> int:
    sys.stderr.write(f"{text}\n")
    return EXIT_BAD_SETTINGS
