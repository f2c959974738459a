"""Clients of the authorization proxy: refused registrations, and documents at the URL that is the client id."""

import gzip
import json
import ssl
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from certificates import company_certificate
from mcp_chassis.remote.auth.proxy.client_documents import (
    MAX_BYTES,
    ClientDocuments,
    InvalidDocument,
    is_document_url,
    is_public,
)
from mcp_chassis.testing.replies import Reply
from mcp_chassis.testing.upstream import ScriptedUpstream
from proxy_dance import REDIRECT, dancing, pages_alone

REFUSED_REDIRECTS = [
    "javascript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "cursor://anysphere.cursor-retrieval/callback",
    "com.example.app:/callback",
    "http://app.example.com/callback",
    "http://127.0.0.1.evil.example/callback",
    "https://user@app.example.com/callback",
    "https://user:secret@app.example.com/callback",
    "https://app.example.com/callback#fragment",
    "ftp://app.example.com/callback",
]

NOT_PUBLIC = [
    *("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"),
    *("255.255.255.255", "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::"),
    *("2001:db8::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "not an address"),
]
NO_CLIENT_IDS = [
    *("http://client.example/client", "https://client.example", "https://client.example/", "https://127.0.0.1/client"),
    *("https://[::1]/client", "https://2130706433/client", "https://0x7f.1/client", "https://127.1/client"),
    *("https://localhost/client", "https://user@client.example/client", "https://client.example/client#fragment"),
    *("https://client.example/../client", "https://client.example/%2e%2e/client", "https://client.example:0/client"),
    *(f"https://client.example/{'x' * 1000}", "https://client.example\\@evil.example/client", "ftp://client.example/c"),
]


@pytest.mark.parametrize("uri", REFUSED_REDIRECTS)
async def test_a_registration_with_an_unsafe_redirect_uri_is_refused(uri: str, tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        response = await dance.register(redirect_uris=[REDIRECT, uri])
    assert response.status_code == 400
    assert response.json()["error"] in {"invalid_redirect_uri", "invalid_client_metadata"}


REFUSED_METADATA: dict[str, dict[str, Any]] = {
    "no redirect URI": {"redirect_uris": []},
    "too many redirect URIs": {"redirect_uris": [f"https://app{n}.example/callback" for n in range(21)]},
    "a long name": {"client_name": "x" * 201},
    "client credentials": {"grant_types": ["client_credentials"]},
    "signed assertions": {"token_endpoint_auth_method": "private_key_jwt"},
    "an implicit response": {"response_types": ["token"]},
}


@pytest.mark.parametrize("kind", REFUSED_METADATA)
async def test_a_registration_with_unsupported_metadata_is_refused(kind: str, tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        response = await dance.register(**REFUSED_METADATA[kind])
    assert response.status_code == 400


async def test_a_client_without_a_name_and_without_a_resource_gets_a_token_for_the_only_server(tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        await dance.register(client_name=None)
        page = await dance.consent_page(resource=None)
        tokens = await dance.tokens(resource=None)
        called = await dance.call(tokens["access_token"])
    assert "A program without a name asks for access" in page.text
    assert called.status_code == 200


async def test_a_registration_that_is_too_large_or_not_json_is_refused(tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        large = await dance.register(client_uri=f"https://a.example/{'x' * 40_000}")
        form = await dance.http.post("/register", data={"client_name": "x"})
        wrong = await dance.http.post("/register", content="{}", headers={"content-type": "text/plain"})
    assert [large.status_code, form.status_code, wrong.status_code] == [413, 400, 415]


async def test_a_scheme_of_the_settings_may_be_registered(tmp_path: Path) -> None:
    async with dancing(tmp_path, MCP_OAUTH_PROXY_SCHEMES="cursor") as dance:
        cursor = await dance.register(redirect_uris=["cursor://anysphere.cursor-retrieval/callback"])
        page = await dance.consent_page(redirect_uri="cursor://anysphere.cursor-retrieval/callback")
        other = await dance.register(redirect_uris=["vscode://callback"])
    assert [cursor.status_code, page.status_code, other.status_code] == [201, 200, 400]
    assert "<b>cursor: (a program on this computer)</b>" in page.text


async def test_registrations_of_one_network_are_limited(tmp_path: Path) -> None:
    async with dancing(tmp_path) as dance:
        found = [(await dance.register()).status_code for _ in range(20)]
        limited = await dance.register()
    assert found == [201] * 19 + [429]  # the first one was made before
    assert int(limited.headers["retry-after"]) > 0
    assert limited.json()["error"] == "temporarily_unavailable"


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_that_is_not_public_is_not_connected_to(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:4700::1111", "::ffff:93.184.215.14", "64:ff9b::5db8:d70e"])
def test_a_public_address_is_connected_to(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("client_id", NO_CLIENT_IDS)
def test_an_ambiguous_or_local_url_is_no_client_id(client_id: str) -> None:
    assert not is_document_url(client_id)


class Web:
    """A host of the public web on a loopback socket, with a certificate for `client.example`."""

    def __init__(self, upstream: ScriptedUpstream, authority: Path) -> None:
        self.upstream = upstream
        self.url = f"https://client.example:{upstream.url.rpartition(':')[2]}/oauth/client.json"
        self.document = {"client_id": self.url, "client_name": "Example", "redirect_uris": [REDIRECT]}
        self._authority = authority
        self.publishes(Reply(json=self.document))

    def publishes(self, reply: Reply) -> None:
        self.upstream.answers("GET /oauth/client.json", reply)

    def documents(self, *addresses: str, allowed: Callable[[str], bool] = lambda _: True) -> ClientDocuments:
        async def resolve(host: str, port: int) -> Sequence[str]:
            return addresses if host == "client.example" else ()

        tls = ssl.create_default_context(cafile=str(self._authority))
        client = httpx2.AsyncClient(verify=tls, follow_redirects=False, trust_env=False)
        return ClientDocuments(client, resolve, allowed)


@asynccontextmanager
async def web(folder: Path, host: str = "client.example") -> AsyncGenerator[Web]:
    certificates = company_certificate(folder, host)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificates / "server.pem")
    async with ScriptedUpstream(tls=tls) as upstream:
        yield Web(upstream, certificates / "ca.pem")


async def test_a_document_is_fetched_once_from_the_checked_address_under_its_own_name(tmp_path: Path) -> None:
    async with web(tmp_path) as host:
        documents = host.documents("127.0.0.1")
        found = [await documents.get(host.url) for _ in range(2)]
        requests = host.upstream.requests
    assert found == [host.document] * 2
    assert [request.headers["host"].partition(":")[0] for request in requests] == ["client.example"]


async def test_a_host_without_a_certificate_for_its_name_is_refused(tmp_path: Path) -> None:
    async with web(tmp_path, "evil.example") as host:
        with pytest.raises(InvalidDocument):
            await host.documents("127.0.0.1").get(host.url)
        assert host.upstream.requests == []


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["93.184.215.14", "10.0.0.1"], []])
async def test_a_host_with_an_address_that_is_not_public_is_not_connected_to(
    addresses: list[str], tmp_path: Path
) -> None:
    async with web(tmp_path) as host:
        with pytest.raises(InvalidDocument, match="not at a public address"):
            await host.documents(*addresses, allowed=is_public).get(host.url)
        assert host.upstream.requests == []


BAD_DOCUMENTS: dict[str, Callable[[str], Reply]] = {
    "a redirect": lambda _: Reply(302, headers={"location": "http://169.254.169.254/latest"}),
    "an error": lambda url: Reply(500, json={"client_id": url}),
    "no JSON": lambda _: Reply(text="<html>"),
    "a list": lambda _: Reply(json=[]),
    "deep nesting": lambda _: Reply(text="[" * 10_000),
    "another client": lambda url: Reply(json={"client_id": f"{url}x", "redirect_uris": [REDIRECT]}),
    "too large": lambda url: Reply(json={"client_id": url, "x": "x" * MAX_BYTES}),
    "compressed": lambda url: Reply(
        headers={"content-encoding": "gzip"}, body=gzip.compress(json.dumps({"client_id": url}).encode())
    ),
    "cut off": lambda url: Reply(json={"client_id": url}, ending="truncated"),
}


@pytest.mark.parametrize("kind", BAD_DOCUMENTS)
async def test_an_unusable_document_is_refused(kind: str, tmp_path: Path) -> None:
    async with web(tmp_path) as host:
        host.publishes(BAD_DOCUMENTS[kind](host.url))
        with pytest.raises(InvalidDocument):
            await host.documents("127.0.0.1").get(host.url)
        assert len(host.upstream.requests) == 1


async def test_a_client_with_a_document_signs_in_without_registering(tmp_path: Path) -> None:
    async with web(tmp_path) as host, pages_alone(tmp_path, host.documents("127.0.0.1")) as dance:
        dance.client = {"client_id": host.url}
        page = await dance.consent_page(redirect_uri="http://127.0.0.1:51234/callback")
        tokens = await dance.exchange(await dance.code())
        refreshed = await dance.refresh(tokens.json()["refresh_token"])
    assert "<h1>Example asks for access</h1>" in page.text
    assert "It is described by <b>client.example" in page.text
    assert [tokens.status_code, refreshed.status_code] == [200, 200]


UNUSABLE_CLIENTS: dict[str, dict[str, object]] = {
    "a secret in the document": {"client_secret": "x"},
    "a way to authenticate": {"token_endpoint_auth_method": "client_secret_post"},
    "no redirect URI": {"redirect_uris": []},
    "a script": {"redirect_uris": ["javascript:alert(1)"]},
    "another redirect URI": {"redirect_uris": ["https://client.example/callback"]},
    "redirect URIs that are no list": {"redirect_uris": "x"},
}


@pytest.mark.parametrize("kind", UNUSABLE_CLIENTS)
async def test_a_document_that_describes_no_usable_client_is_refused_without_a_redirect(
    kind: str, tmp_path: Path
) -> None:
    async with web(tmp_path) as host, pages_alone(tmp_path, host.documents("127.0.0.1")) as dance:
        dance.client = {"client_id": host.url}
        host.publishes(Reply(json={**host.document, **UNUSABLE_CLIENTS[kind]}))
        response = await dance.authorize()
    assert response.status_code == 400


async def test_a_document_url_into_the_network_is_never_fetched(tmp_path: Path) -> None:
    async with web(tmp_path) as host, pages_alone(tmp_path, host.documents("127.0.0.1", allowed=is_public)) as dance:
        dance.client = {"client_id": host.url}
        asked = await dance.authorize()
        token = await dance.exchange("a-code")
        assert host.upstream.requests == []
    assert [asked.status_code, token.status_code] == [400, 401]
