"""The program of docs/client.md signs in as it stands: discovery, registration or client-id document, PKCE, refresh."""

import hashlib
import re
import sys
from base64 import urlsafe_b64encode
from collections.abc import AsyncGenerator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest
from mcp_chassis.testing import data
from mcp_chassis.testing.replies import Reply
from mcp_chassis.testing.requests import Request
from ports import reserved_port
from remote_http import process
from remote_issuer import Issuer, issuing

PAGE = Path(__file__).parents[2] / "docs" / "client.md"
BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)
ECHO = {"text": "hello"}
DOCUMENT = "https://my.example/client.json"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The block of the page as a module."""
    path = tmp_path_factory.mktemp("page") / "client_of_the_page.py"
    path.write_text("\n".join(BLOCK.findall(PAGE.read_text(encoding="utf-8"))), encoding="utf-8")
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


class AuthorizationServer:
    """The endpoints that a client asks: it registers everybody, and its person always agrees."""

    def __init__(self, issuer: Issuer, audience: str) -> None:
        self.issuer, self.audience = issuer, audience
        self.asked: dict[str, str] = {}
        self.granted: list[dict[str, str]] = []
        url = issuer.url
        self.metadata = {
            "issuer": url,
            "jwks_uri": f"{url}/jwks",
            "authorization_endpoint": f"{url}/authorize",
            "token_endpoint": f"{url}/token",
            "registration_endpoint": f"{url}/register",
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
        }
        self.publish()
        issuer.upstream.answers("POST /register", self._register)
        issuer.upstream.answers("POST /token", self._token)

    def publish(self, **more: Any) -> None:
        reply = Reply(json={**self.metadata, **more})
        self.issuer.upstream.answers("GET /.well-known/oauth-authorization-server", reply)

    async def show(self, url: str) -> None:
        """The browser: it agrees and goes back to the program."""
        self.asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        back = urlencode({"code": "the-code", "state": self.asked["state"], "iss": self.issuer.url})
        async with httpx2.AsyncClient(trust_env=False) as http:
            await http.get(f"{self.asked['redirect_uri']}?{back}")

    def _register(self, request: Request) -> Reply:
        return Reply(201, json={**request.json, "client_id": "registered"})

    def _token(self, request: Request) -> Reply:
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        if form["grant_type"] == "authorization_code":
            challenge = urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).decode().rstrip("=")
            assert challenge == self.asked["code_challenge"]
        self.granted.append(form)
        token = self.issuer.token(aud=self.audience, jti=str(len(self.granted)))
        expires = -1 if len(self.granted) == 1 else 300  # the first one is renewed at the next request
        return Reply(
            json={"access_token": token, "token_type": "Bearer", "expires_in": expires, "refresh_token": "renewal"}
        )


@pytest.fixture
async def protected() -> AsyncGenerator[tuple[str, AuthorizationServer]]:
    """A server behind OAuth, and its authorization server."""
    port = reserved_port()
    url = f"http://127.0.0.1:{port}"
    async with issuing() as issuer:
        environment = {"MCP_PORT": str(port), "MCP_PUBLIC_URL": url, "MCP_OAUTH_ISSUER": issuer.url}
        async with process(environment=environment):
            yield f"{url}/mcp", AuthorizationServer(issuer, f"{url}/mcp")


@pytest.mark.slow
async def test_it_discovers_registers_signs_in_with_pkce_and_renews(
    program: Any, protected: tuple[str, AuthorizationServer], tmp_path: Path
) -> None:
    url, authorization = protected
    tokens = program.TokenFile(tmp_path / "tokens.json")
    async with program.signed_in(url, tokens, port=reserved_port(), show=authorization.show) as client:
        result = data(await client.call_tool("echo", ECHO))
    asked = authorization.asked
    assert result == ECHO
    assert (asked["client_id"], asked["code_challenge_method"], asked["resource"]) == ("registered", "S256", url)
    assert [form["grant_type"] for form in authorization.granted][:2] == ["authorization_code", "refresh_token"]
    assert authorization.granted[1]["refresh_token"] == "renewal"
    assert tokens.path.stat().st_mode & 0o077 == 0


@pytest.mark.slow
async def test_a_second_run_uses_the_stored_tokens_and_a_client_id_document_takes_the_place_of_registration(
    program: Any, protected: tuple[str, AuthorizationServer], tmp_path: Path
) -> None:
    url, authorization = protected
    authorization.publish(client_id_metadata_document_supported=True)
    for _ in range(2):
        async with program.signed_in(
            url,
            program.TokenFile(tmp_path / "tokens.json"),
            port=reserved_port(),
            show=authorization.show,
            client_document=DOCUMENT,
        ) as client:
            assert data(await client.call_tool("echo", ECHO)) == ECHO
    assert authorization.asked["client_id"] == DOCUMENT
    assert authorization.issuer.upstream.asked("POST /register") == []
    assert [form["grant_type"] for form in authorization.granted].count("authorization_code") == 1
