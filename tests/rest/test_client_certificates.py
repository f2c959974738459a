"""Mutual TLS, against a server that refuses every connection without a certificate of its authority."""

import ssl
from pathlib import Path

import pytest
from certificates import company_certificate
from mcp_chassis.testing import Reply, ScriptedUpstream, connected, data, failure
from rest_mcp.assembly import server_of

BRIDGE = """instructions = "Things."
[apis.a]
auth = false
attempts = 1
client_certificate = {}
[[tools]]
name = "get_x"
description = "Get x."
request = "GET /x"
"""


def secured(folder: Path) -> ScriptedUpstream:
    """An API whose server demands a client certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    context.load_verify_locations(folder / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    return ScriptedUpstream(tls=context)


def bridge(folder: Path) -> Path:
    path = folder / "bridge.toml"
    path.write_text(BRIDGE)
    return path


def issued_by_another(folder: Path) -> Path:
    folder.mkdir()
    return company_certificate(folder) / "server.pem"


async def test_an_api_that_demands_a_client_certificate_is_shown_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = company_certificate(tmp_path) / "server.pem"
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    async with secured(tmp_path) as upstream:
        upstream.answers("GET /x", Reply(json={"seen": True}))
        environment = {"API_BASE_URL": upstream.url, "API_CERTIFICATE_FILE": str(own), "API_KEY_FILE": str(own)}
        async with connected(server_of(bridge(tmp_path)), env=environment) as client:
            assert data(await client.call_tool("get_x", {})) == {"seen": True}


async def test_a_certificate_of_another_authority_is_a_failed_connection_and_nothing_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    company_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    other = str(issued_by_another(tmp_path / "other"))
    async with secured(tmp_path) as upstream:
        upstream.answers("GET /x", Reply(json={}))
        environment = {"API_BASE_URL": upstream.url, "API_CERTIFICATE_FILE": other, "API_KEY_FILE": other}
        async with connected(server_of(bridge(tmp_path)), env=environment) as client:
            code = failure(await client.call_tool("get_x", {})).code
    assert code == "SERVICE_UNAVAILABLE"
    assert upstream.requests == []


async def test_a_server_that_the_client_does_not_trust_is_sent_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = company_certificate(tmp_path) / "server.pem"
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    async with secured(tmp_path) as upstream:
        upstream.answers("GET /x", Reply(json={}))
        environment = {"API_BASE_URL": upstream.url, "API_CERTIFICATE_FILE": str(own), "API_KEY_FILE": str(own)}
        async with connected(server_of(bridge(tmp_path)), env=environment) as client:
            said = failure(await client.call_tool("get_x", {})).message
    assert "its certificate is not trusted here" in said
    assert upstream.requests == []
