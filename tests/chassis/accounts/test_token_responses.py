"""Responses of a token endpoint: which tokens are taken from them, and the error for a response without any."""

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from mcp_chassis.accounts.account import Account, Tokens
from mcp_chassis.accounts.oauth_tokens import ADVICE, Granted, SignInFailed, granted, posted
from mcp_chassis.accounts.signed_in_secret import SignedInSecret, expiry, renewed_tokens, signed_in_secrets
from mcp_chassis.accounts.store import KEYCHAIN_VARIABLE, AccountStore
from mcp_chassis.cli.sign_in.device import sign_in_by_device
from mcp_chassis.cli.sign_in.loopback import Client
from mcp_chassis.failures import AuthenticationFailed
from mcp_chassis.sign_in import SignIn
from mcp_chassis.telemetry.redaction import REMOVED, scrub_log

SERVER = "sample-mcp"


class Endpoint(HTTPServer):
    """A token endpoint that sends one response to every request and records the forms."""

    def __init__(self, status: int, body: str) -> None:
        self.status, self.body = status, body.encode()
        self.forms: list[dict[str, str]] = []
        self.headers: list[tuple[str | None, str | None]] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/token"


class _Handler(BaseHTTPRequestHandler):
    server: Endpoint  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_POST(self) -> None:
        form = self.rfile.read(int(self.headers["content-length"])).decode()
        self.server.forms.append(dict(parse_qsl(form)))
        self.server.headers.append((self.headers["accept"], self.headers["user-agent"]))
        self.send_response(self.server.status)
        self.send_header("content-length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, format: str, *args: object) -> None: ...


@contextmanager
def endpoint(body: Any, status: int = 200) -> Iterator[Endpoint]:
    with Endpoint(status, body if isinstance(body, str) else json.dumps(body)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"access_token": "a"}, Granted(Tokens("a"), "", None)),
        (
            {"access_token": "a", "refresh_token": "r", "expires_in": 60},
            Granted(Tokens("a", "r"), "", 60.0),
        ),
        ({"access_token": "a", "refresh_token": 7, "expires_in": "60"}, Granted(Tokens("a"), "", None)),
        ({"access_token": "a", "expires_in": 0}, Granted(Tokens("a"), "", None)),
        ({"access_token": "a", "expires_in": 0.5}, Granted(Tokens("a"), "", 0.5)),
        ({"access_token": "a", "expires_in": -1}, Granted(Tokens("a"), "", None)),
        (
            {"ok": True, "team": {"id": "T"}, "authed_user": {"access_token": "u", "expires_in": 9}},
            Granted(Tokens("u"), "authed_user", 9.0),
        ),
        ({"access_token": "bot", "authed_user": {"access_token": "u"}}, Granted(Tokens("bot"), "", None)),
    ],
)
def test_tokens_are_taken_from_the_response_or_the_member_that_contains_them(body: Any, expected: Granted):
    with endpoint(body) as server:
        assert granted(server.url, {"code": "c", "client_id": "app"}) == expected
    assert server.forms == [{"code": "c", "client_id": "app"}]
    assert server.headers == [("application/json", "toolroll")]


def test_both_tokens_of_a_response_are_masked_in_log_lines():
    with endpoint({"access_token": "opaque-access-881", "refresh_token": "opaque-refresh-881"}) as server:
        granted(server.url, {})
    assert scrub_log("opaque-access-881 opaque-refresh-881") == f"{REMOVED} {REMOVED}"


@pytest.mark.parametrize(
    ("status", "body", "message", "code"),
    [
        (200, {"token": "a"}, "The response of 127.0.0.1 contains no access token. Check the token URL.", ""),
        (200, {"access_token": 7}, "The response of 127.0.0.1 contains no access token. Check the token URL.", ""),
        (
            200,
            {"error": "incorrect_client_credentials"},
            f"127.0.0.1 refused: incorrect_client_credentials. {ADVICE['incorrect_client_credentials']}",
            "incorrect_client_credentials",
        ),
        (200, {"error": "slow_down"}, "127.0.0.1 refused: slow_down.", "slow_down"),
        (
            400,
            {"error": "invalid_grant", "error_description": "The code has expired."},
            "127.0.0.1 refused: The code has expired.",
            "invalid_grant",
        ),
        (200, {}, "127.0.0.1 responded with status 200.", ""),
        (200, ["access_token"], "127.0.0.1 responded with status 200.", ""),
        (399, {"token": "a"}, "The response of 127.0.0.1 contains no access token. Check the token URL.", ""),
        (400, {"access_token": "a"}, "127.0.0.1 responded with status 400.", ""),
        (500, {"access_token": "a"}, "127.0.0.1 responded with status 500.", ""),
        (200, "<html>", "127.0.0.1 did not respond with JSON. Check the URL.", ""),
        (200, "", "127.0.0.1 did not respond with JSON. Check the URL.", ""),
    ],
)
def test_a_response_without_tokens_fails_with_its_reason(status: int, body: Any, message: str, code: str):
    with endpoint(body, status) as server, pytest.raises(SignInFailed) as failed:
        granted(server.url, {})
    assert (str(failed.value), failed.value.code) == (message, code)


def test_an_endpoint_that_cannot_be_reached_is_named_with_the_kind_of_error():
    with endpoint({}) as server:
        url = server.url
    with pytest.raises(
        SignInFailed, match=r"127\.0\.0\.1 could not be reached: ConnectError\. Check network and URL\."
    ):
        posted(url, {})


DEVICE = {"verification_uri": "https://a.example", "user_code": "AB-12", "device_code": "d"}


@pytest.mark.parametrize(
    "changed",
    [
        {"verification_uri": None},
        {"user_code": None},
        {"device_code": None},
        {"interval": "soon"},
        {"expires_in": "late"},
    ],
)
def test_a_response_that_is_no_device_code_fails_the_sign_in(changed: dict[str, Any]):
    body = {name: value for name, value in {**DEVICE, **changed}.items() if value is not None}
    with endpoint(body | {"ok": True}) as server:
        sign_in = SignIn("Acme", server.url, server.url, ("read",), device_url=server.url)
        with pytest.raises(SignInFailed, match=r"Acme did not return a device code\."):
            sign_in_by_device(sign_in, Client("app"), lambda _: None)


@pytest.mark.parametrize(
    ("given", "waits"),
    [
        ({}, [5.0] * 360),
        ({"interval": 0, "expires_in": 0}, [5.0] * 360),
        ({"interval": 7, "expires_in": 14}, [7.0] * 2),
        ({"interval": 600, "expires_in": 10**6}, [600.0] * 3),
    ],
)
def test_a_device_code_is_polled_every_5_seconds_for_at_most_half_an_hour_unless_the_response_says_otherwise(
    given: dict[str, Any], waits: list[float]
):
    waited: list[float] = []
    with endpoint({**DEVICE, **given}) as device, endpoint({"error": "authorization_pending"}) as tokens:
        sign_in = SignIn("Acme", device.url, tokens.url, ("read", "write"), device_url=device.url)
        with pytest.raises(SignInFailed, match=r"The code expired before it was entered\. Run the command again\."):
            sign_in_by_device(
                sign_in, Client("app", "s"), lambda _: None, wait=waited.append, clock=lambda: sum(waited)
            )
    assert waited == waits
    assert device.forms == [{"client_id": "app", "scope": "read write"}]
    assert tokens.forms[0] == {
        "client_id": "app",
        "client_secret": "s",
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
        "device_code": "d",
    }


@pytest.mark.parametrize(("refresh", "expected"), [(None, "before"), ("after", "after")])
def test_a_refresh_response_without_a_refresh_token_keeps_the_old_one(refresh: str | None, expected: str):
    answer = Granted(Tokens("new", refresh), "", 10.0)
    assert renewed_tokens(answer, Tokens("old", "before")) == Tokens("new", expected)
    assert expiry(answer, 100.0) == 110.0
    assert expiry(Granted(Tokens("new"), "", None), 100.0) is None


def account(name: str, url: str = "http://127.0.0.1:9/token", *, expires_at: float | None = None) -> Account:
    return Account(name, "app", url, ("acme",), "", expires_at)


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    return {"TOOLROLL_ACCOUNTS_FILE": str(tmp_path / "accounts.json"), KEYCHAIN_VARIABLE: "off"}


def secret_of(variables: dict[str, str]) -> SignedInSecret:
    [(field, secret)] = signed_in_secrets(SERVER, "token", "SAMPLE_", variables)
    assert field == "token"
    return secret


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ("work", "There is no account called work, as MCP_ACCOUNT says: "),
        ("", "There is no account for this owner: "),
    ],
)
def test_without_a_fitting_account_the_error_says_how_to_sign_in(
    variables: dict[str, str], chosen: str, message: str
) -> None:
    AccountStore.here(variables).keep(SERVER, account("default"), Tokens("a"))
    secret = secret_of(variables | {"MCP_ACCOUNT": chosen})
    assert not secret.is_read
    with pytest.raises(AuthenticationFailed) as failed:
        secret.get_secret_value()
    expected = f"{message}run `sample-mcp login` to sign in, or `sample-mcp accounts` to list them."
    assert failed.value.message.startswith(expected)


def test_a_server_without_accounts_or_with_a_damaged_file_has_no_signed_in_credential(variables: dict[str, str]):
    assert list(signed_in_secrets(SERVER, "token", "SAMPLE_", variables)) == []
    AccountStore.here(variables).keep("another-mcp", account("default"), Tokens("a"))
    assert list(signed_in_secrets(SERVER, "token", "SAMPLE_", variables)) == []
    Path(variables["TOOLROLL_ACCOUNTS_FILE"]).write_text("{")
    assert list(signed_in_secrets(SERVER, "token", "SAMPLE_", variables)) == []


def test_a_store_that_was_damaged_after_the_start_fails_with_the_remedy(variables: dict[str, str]):
    AccountStore.here(variables).keep(SERVER, account("default"), Tokens("a"))
    secret = secret_of(variables | {"MCP_ACCOUNT": "default"})
    whole = secret.source
    Path(variables["TOOLROLL_ACCOUNTS_FILE"]).write_text("{")
    assert secret.source == secret.command != whole
    with pytest.raises(AuthenticationFailed, match="is damaged: remove it and sign in again"):
        secret.get_secret_value()


@pytest.mark.parametrize("way", ["variable", "file", "command", "none"])
def test_a_renewal_sends_the_secret_of_the_app_from_its_variable_file_or_command(
    variables: dict[str, str], tmp_path: Path, way: str
):
    (tmp_path / "secret").write_text("of-the-app\n")
    own = {
        "variable": {"SAMPLE_CLIENT_SECRET": "of-the-app"},
        "file": {"SAMPLE_CLIENT_SECRET_FILE": str(tmp_path / "secret"), "SAMPLE_CLIENT_SECRET": "unused"},
        "command": {"SAMPLE_CLIENT_SECRET_COMMAND": f"{sys.executable} -c \"print('of-the-app')\""},
        "none": {},
    }[way]
    with endpoint({"access_token": "fresh", "expires_in": 3600}) as server:
        store = AccountStore.here(variables)
        store.keep(SERVER, account("default", server.url, expires_at=1.0), Tokens("old", "refresh"))
        assert secret_of(variables | own | {"MCP_ACCOUNT": "default"}).get_secret_value() == "fresh"
    form = {"grant_type": "refresh_token", "refresh_token": "refresh", "client_id": "app"}
    assert server.forms == [form | ({} if way == "none" else {"client_secret": "of-the-app"})]
    [kept] = store.accounts(SERVER)
    assert store.tokens(SERVER, kept) == Tokens("fresh", "refresh")


def test_tokens_that_were_removed_from_the_keychain_need_a_new_sign_in(variables: dict[str, str]):
    class Emptied(AccountStore):
        def tokens(self, server: str, account: Account) -> Tokens | None:
            return None

    store = Emptied(Path(variables["TOOLROLL_ACCOUNTS_FILE"]))
    store.keep(SERVER, account("default"), Tokens("a"))
    with pytest.raises(AuthenticationFailed, match="The sign-in of default is invalid now: run `sample-mcp login` ag"):
        SignedInSecret(SERVER, store, "default").get_secret_value()
