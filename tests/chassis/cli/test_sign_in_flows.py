"""Signing in by a browser on this machine and by a code on another device."""

import socket
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qsl, urlsplit

import pytest
from mcp_chassis.accounts.oauth_tokens import SignInFailed
from mcp_chassis.cli.sign_in import device
from mcp_chassis.cli.sign_in.device import sign_in_by_device
from mcp_chassis.cli.sign_in.loopback import PATH, CallbackServer, Client, sign_in_by_browser
from mcp_chassis.sign_in import SignIn
from sign_in_upstream import AUTHORIZE, CLIENT_ID, CLIENT_SECRET, DEVICE, TOKEN, SignInUpstream, sign_in_upstream

APP = Client(CLIENT_ID, CLIENT_SECRET)

WAITS = "This command waits up to 15 min for it."


def at(upstream: SignInUpstream) -> SignIn:
    url = upstream.url
    return SignIn("Acme", url + AUTHORIZE, url + TOKEN, ("read", "write"), device_url=url + DEVICE)


def opened(url: str) -> tuple[int, str]:
    """Status and text of a page."""
    try:
        with urllib.request.urlopen(url) as page:
            return page.status, page.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


class Browser:
    """Opens pages in a thread of its own, as a real one does."""

    def __init__(self) -> None:
        self.pages: list[tuple[int, str]] = []
        self._threads: list[threading.Thread] = []

    def __call__(self, url: str) -> None:
        self._threads.append(threading.Thread(target=lambda: self.pages.append(opened(url))))
        self._threads[-1].start()

    def close(self) -> None:
        for thread in self._threads:
            thread.join()


@contextmanager
def waiting(state: str = "s3cret") -> Iterator[tuple[CallbackServer, Browser]]:
    browser = Browser()
    with CallbackServer(0, state) as server:
        yield server, browser
        browser.close()


def test_a_browser_brings_the_code_and_the_person_reads_that_it_worked() -> None:
    browser = Browser()
    with sign_in_upstream(expires_in=3600) as upstream:
        found = sign_in_by_browser(at(upstream), APP, browser, seconds=60)
        browser.close()
        assert found.tokens.access_token in upstream.access_tokens
        assert found.tokens.refresh_token in upstream.refresh_tokens
    [(status, page)] = browser.pages
    assert (status, "You are signed in." in page) == (200, True)


def test_on_windows_no_other_program_may_bind_the_port_of_the_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_KEEPALIVE, raising=False)
    monkeypatch.setattr(sys, "platform", "win32")
    with CallbackServer(0, "s3cret") as server:
        names = (socket.SO_KEEPALIVE, socket.SO_REUSEADDR)
        options = [server.socket.getsockopt(socket.SOL_SOCKET, name) for name in names]
    assert options == [1, 0]


def test_a_refused_sign_in_is_shown_in_the_browser_and_reported_by_the_command() -> None:
    browser = Browser()
    with (
        sign_in_upstream(denies=True) as upstream,
        pytest.raises(SignInFailed, match=r"did not sign you in: No\.") as told,
    ):
        sign_in_by_browser(at(upstream), APP, browser, seconds=60)
    browser.close()
    assert told.value.code == "access_denied"
    assert "The sign-in was refused." in browser.pages[0][1]


@pytest.mark.parametrize(
    "query", ["?code=c&state=other", "?code=c", "other?code=c&state=s3cret", "?state=s3crét&code=c"]
)
def test_a_redirect_with_another_state_is_refused_and_the_right_one_awaited(query: str) -> None:
    with waiting() as (server, browser):
        server_url = server.redirect_uri
        answers: list[dict[str, str]] = []
        waiter = threading.Thread(target=lambda: answers.append(server.wait(60)))
        waiter.start()
        wrong = server_url.removesuffix(PATH) + "/" + query if query.startswith("other") else server_url + query
        assert opened(urllib.request.quote(wrong, safe=":/?=&"))[0] == 400
        browser(f"{server_url}?code=c&state=s3cret")
        waiter.join()
    assert answers == [{"code": "c", "state": "s3cret"}]


def test_the_page_after_a_redirect_is_not_stored_and_sends_no_address_on() -> None:
    pages: list[tuple[int, dict[str, str], str]] = []

    def open_page(url: str) -> None:
        with urllib.request.urlopen(url) as page:
            pages.append(
                (page.status, {name.lower(): value for name, value in page.headers.items()}, page.read().decode())
            )

    with waiting() as (server, _):
        opener = threading.Thread(target=open_page, args=(f"{server.redirect_uri}?code=c&state=s3cret",))
        opener.start()
        server.wait(60)
        opener.join()
        assert server.redirect_uri == f"http://127.0.0.1:{server.server_port}/callback"
    [(status, headers, text)] = pages
    expected = {
        "content-type": "text/html; charset=utf-8",
        "content-length": str(len(text)),
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
    }
    assert status == 200
    assert {name: headers.get(name) for name in expected} == expected
    assert text.endswith("<p>You are signed in. You can close this page.")


@pytest.mark.parametrize(
    ("query", "words", "code"),
    [
        ("error=access_denied&error_description=No.", "No.", "access_denied"),
        ("error=server_error", "server_error", "server_error"),
        ("", "it sent no code", ""),
    ],
)
def test_a_redirect_without_a_code_fails_with_the_words_of_the_upstream(query: str, words: str, code: str) -> None:
    browser, asked = Browser(), list[dict[str, str]]()

    def redirect(url: str) -> None:
        found = dict(parse_qsl(urlsplit(url).query))
        asked.append(found)
        browser(f"{found['redirect_uri']}?state={found['state']}&{query}")

    sign_in = SignIn("Acme", "https://acme.example/authorize", "https://acme.example/token", ("a", "b"))
    with pytest.raises(SignInFailed) as failed:
        sign_in_by_browser(sign_in, APP, redirect, seconds=60)
    browser.close()
    assert (str(failed.value), failed.value.code) == (f"Acme did not sign you in: {words.rstrip('.')}.", code)
    [sent] = asked
    assert (sent["response_type"], sent["client_id"], sent["scope"]) == ("code", CLIENT_ID, "a b")
    assert (sent["code_challenge_method"], len(sent["code_challenge"])) == ("S256", 43)


def test_a_sign_in_without_a_redirect_fails_after_its_timeout() -> None:
    with waiting() as (server, _), pytest.raises(SignInFailed, match=r"did not finish the sign-in within 0\.01 s"):
        server.wait(0.01)


class Clock:
    """Seconds that pass only while somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


def test_a_device_code_is_polled_at_the_interval_of_the_upstream() -> None:
    clock, told = Clock(), []
    with sign_in_upstream(pending=2) as upstream:
        found = sign_in_by_device(at(upstream), APP, told.append, wait=clock.wait, clock=clock)
        assert found.tokens.access_token in upstream.access_tokens
        assert told == [f"Open {upstream.url}/login/device on any device and enter the code WDJB-MJHT. {WAITS}"]
    assert clock.waits == [0.01, 0.01, 0.01]


def test_a_device_code_that_is_not_entered_expires() -> None:
    clock = Clock()
    with (
        sign_in_upstream(pending=10**9) as upstream,
        pytest.raises(SignInFailed, match="expired before it was entered"),
    ):
        sign_in_by_device(at(upstream), APP, lambda _: None, wait=lambda _: clock.wait(300), clock=clock)
    assert clock.waits == [300, 300, 300]


def test_slow_down_increases_the_polling_interval() -> None:
    clock = Clock()
    with sign_in_upstream(refusals=("slow_down",)) as upstream:
        sign_in_by_device(at(upstream), APP, lambda _: None, wait=clock.wait, clock=clock)
    assert clock.waits == [0.01, 0.01 + device.SLOWER_SECONDS]


def test_any_other_oauth_error_ends_the_polling() -> None:
    clock = Clock()
    with (
        sign_in_upstream(refusals=("access_denied",)) as upstream,
        pytest.raises(SignInFailed, match=r"refused: access_denied\. The sign-in was refused on the page\."),
    ):
        sign_in_by_device(at(upstream), APP, lambda _: None, wait=clock.wait, clock=clock)
    assert clock.waits == [0.01]
