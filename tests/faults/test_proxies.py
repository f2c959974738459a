"""Proxies and a company's certificates come from the environment."""

import ssl

import pytest
from certificates import company_certificate
from mcp_chassis.failures import Unavailable
from mcp_chassis.testing.replies import Reply
from mcp_chassis.testing.upstream import ScriptedUpstream

GOOD = Reply(json={"id": 1})


@pytest.fixture
async def proxy():
    async with ScriptedUpstream() as scripted:
        scripted.answers("GET *", GOOD)
        yield scripted


async def test_a_proxy_of_the_environment_carries_the_request(proxy, client, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert (await client("http://acme.test").get("/thing")).json == {"id": 1}
    assert proxy.requests[0].target == "http://acme.test/thing"


async def test_what_no_proxy_names_goes_there_directly(proxy, upstream, client, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    upstream.answers("GET /thing", GOOD)
    await client().get("/thing")
    assert (len(proxy.requests), len(upstream.requests)) == (0, 1)


async def test_a_tunnel_carries_https_and_shows_the_proxy_neither_path_nor_credential(proxy, client, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    proxy.answers("CONNECT *", Reply(403))
    api = client("https://acme.test", headers=lambda: {"authorization": "canary"}, unsent_attempts=1)
    with pytest.raises(Unavailable, match="proxy"):
        await api.post("/secret-path", json={"body": "canary"})
    (request,) = proxy.requests
    assert (request.method, request.target) == ("CONNECT", "acme.test:443")
    assert "canary" not in f"{request.headers} {request.body}"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return company_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
async def secure(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "server.pem")
    async with ScriptedUpstream(tls=context) as scripted:
        scripted.answers("GET /thing", GOOD)
        yield scripted


async def test_a_company_certificate_of_the_environment_is_trusted(secure, certificate, client, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "ca.pem"))
    assert (await client(secure.url).get("/thing")).json == {"id": 1}


async def test_an_unknown_certificate_is_never_trusted_and_nothing_is_sent(secure, client, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with pytest.raises(Unavailable):
        await client(secure.url, unsent_attempts=1).post("/thing", json={})
    assert secure.requests == []
