"""`github-mcp login` and `slack-mcp login` in processes of their own, against scripted upstreams and oidc-provider."""

import re
import sys
import textwrap
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import anyio
import anyio.abc
import httpx2
import pytest
from person import Person
from remote_signing_in import Browser, oidc_provider
from sign_in_upstream import sign_in_upstream

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("server", "prefix", "member"), [("github_mcp", "GITHUB_", ""), ("slack_mcp", "SLACK_", "authed_user")]
)
def test_a_person_signs_in_by_the_browser_and_the_server_uses_renews_and_forgets_the_token(
    server: str, prefix: str, member: str, tmp_path: Path
) -> None:
    with sign_in_upstream(member=member, expires_in=3600) as upstream:
        person = Person(tmp_path, server, upstream.environment(prefix))
        done = person.runs("login")
        assert done.returncode == 0, done.stderr
        assert "Signed in" in done.stdout
        assert person.runs("check").returncode == 0
        assert upstream.used[-1] in upstream.access_tokens
        upstream.access_tokens.clear()  # revoked there: the next call is refused, renews, and goes on
        assert person.runs("check").returncode == 0
        assert upstream.used[-1] in upstream.access_tokens
        assert "default  used by default" in person.runs("accounts").stdout
        assert person.runs("logout").returncode == 0
        assert person.runs("check").returncode == 3
        assert person.runs("logout").returncode == 1
        assert not any(each in person.store.read_text() for each in upstream.every_secret)
        assert person.leaks(upstream) == []


def test_without_a_browser_a_code_is_entered_on_another_device(tmp_path: Path) -> None:
    with sign_in_upstream(pending=2) as upstream:
        person = Person(tmp_path, "github_mcp", upstream.environment("GITHUB_"))
        done = person.runs("login", SSH_CONNECTION="10.0.0.1 1 10.0.0.2 22")
        assert done.returncode == 0, done.stderr
        assert "enter the code WDJB-MJHT" in done.stderr
        assert person.runs("check").returncode == 0
        assert person.leaks(upstream) == []


def test_a_person_who_refuses_is_told_so_and_nothing_is_stored(tmp_path: Path) -> None:
    with sign_in_upstream(denies=True) as upstream:
        person = Person(tmp_path, "github_mcp", upstream.environment("GITHUB_"))
        done = person.runs("login")
        assert done.returncode == 1
        assert "did not sign you in: No." in done.stderr
        assert not person.store.exists()


def test_without_an_app_the_variable_is_named(tmp_path: Path) -> None:
    done = Person(tmp_path, "github_mcp", {}).runs("login")
    assert done.returncode == 2
    assert "GITHUB_CLIENT_ID is not set" in done.stderr


def test_a_set_token_wins_over_an_account(tmp_path: Path) -> None:
    with sign_in_upstream() as upstream:
        person = Person(tmp_path, "github_mcp", upstream.environment("GITHUB_"))
        person.runs("login")
        person.runs("check", GITHUB_TOKEN="ghp_mine")
        assert upstream.used[-1] == "ghp_mine"


def test_only_the_answer_with_the_right_state_is_taken(tmp_path: Path) -> None:
    intruder = textwrap.dedent("""
        import re, sys, urllib.parse, urllib.request, urllib.error
        asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(sys.argv[1]).query))
        try:
            urllib.request.urlopen(asked["redirect_uri"] + "?state=guess&code=stolen")
        except urllib.error.HTTPError as refused:
            assert refused.code == 400
        urllib.request.urlopen(sys.argv[1]).read()
    """)
    with sign_in_upstream() as upstream:
        person = Person(tmp_path, "github_mcp", upstream.environment("GITHUB_"))
        (tmp_path / "browser.py").write_text(intruder)
        assert person.runs("login").returncode == 0
        assert person.runs("check").returncode == 0


async def test_a_real_authorization_server_takes_code_and_verifier(tmp_path: Path) -> None:
    async with oidc_provider("opaque") as issuer:
        places = {"GITHUB_AUTHORIZE_URL": f"{issuer}/auth", "GITHUB_TOKEN_URL": f"{issuer}/token"}
        person = Person(tmp_path, "github_mcp", {"GITHUB_CLIENT_ID": "cli-client", **places})
        visited = tmp_path / "url"
        (tmp_path / "browser.py").write_text(f"import sys; open({str(visited)!r}, 'w').write(sys.argv[1])")
        command = [sys.executable, "-m", "github_mcp", "login"]
        async with await anyio.open_process(command, env=person.environment) as login:
            assert login.stderr
            url = await _printed_url(login.stderr)
            callback = dict(parse_qsl(urlsplit(url).query))["redirect_uri"]
            browser = Browser("ann", callback)
            await browser.open(url.replace("scope=repo+read%3Aorg", "scope=openid"))
            async with httpx2.AsyncClient(trust_env=False) as http:
                page = await http.get(callback, params=browser.came_back)
            assert "You are signed in" in page.text
            assert await login.wait() == 0
        assert '"name": "default"' in person.store.read_text()


async def _printed_url(stream: anyio.abc.ByteReceiveStream) -> str:
    text = ""
    while not (found := re.search(r"^(http\S+)\n", text, re.MULTILINE)):
        text += (await stream.receive()).decode()
    return found[1]
