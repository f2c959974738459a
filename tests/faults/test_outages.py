"""One outage has one code, whatever its body; an upstream out of reach says why."""

import asyncio
import dataclasses
import socket
import ssl

import pytest
from certificates import company_certificate
from mcp_chassis.failures import OutcomeUnknown, Unavailable
from mcp_chassis.testing.replies import Reply, gzip_bomb
from mcp_chassis.testing.upstream import ScriptedUpstream

HTML = {"content-type": "text/html; charset=utf-8"}
JSON = {"content-type": "application/json"}
BODIES = {
    "nothing": {},
    "HTML": {"text": "<html>Bad gateway at 10.0.0.7</html>", "headers": HTML},
    "JSON": {"json": {"message": "secret internals"}},
    "a list": {"json": []},
    "bad JSON": {"text": "{", "headers": JSON},
    "text": {"text": "upstream connect error"},
    "half a body": {"json": {"message": "secret internals"}, "ending": "truncated"},
    "a broken encoding": {"body": b"not gzip", "headers": {"content-encoding": "gzip"}},
}


@pytest.mark.parametrize("status", [500, 502, 503, 504, 520, 599])
@pytest.mark.parametrize("body", BODIES)
async def test_an_outage_is_unavailable_and_retryable_whatever_its_body(upstream, client, status, body):
    upstream.answers("GET /thing", Reply(status, **BODIES[body]))
    with pytest.raises(Unavailable) as caught:
        await client(retry_attempts=2).get("/thing")
    assert (caught.value.code, caught.value.retryable) == ("SERVICE_UNAVAILABLE", True)
    assert caught.value.message == "Acme failed with an internal error. Try again later."
    assert len(upstream.requests) == 2


async def test_an_error_page_beyond_every_bound_is_the_same_outage(upstream, client):
    upstream.answers("GET /thing", dataclasses.replace(gzip_bomb(50_000_000), status=502))
    with pytest.raises(Unavailable, match="an internal error"):
        await client(retry_attempts=1).get("/thing")


@pytest.mark.parametrize("body", BODIES)
async def test_an_outage_at_a_write_leaves_its_outcome_unknown(upstream, client, body):
    upstream.answers("POST /things", Reply(502, **BODIES[body]))
    with pytest.raises(OutcomeUnknown):
        await client().post("/things", json={})
    assert len(upstream.requests) == 1


async def test_what_the_api_says_of_its_own_failures_does_not_hide_an_outage(upstream, client):
    upstream.answers("GET /thing", Reply(503, json={"ok": False}))
    api = client(retry_attempts=1, failure_for=lambda answer: pytest.fail("an outage was read"))
    with pytest.raises(Unavailable):
        await api.get("/thing")


async def _out_of_reach(client, address: str) -> str:
    with pytest.raises(Unavailable) as caught:
        await client(address, unsent_attempts=1).get("/thing")
    assert caught.value.retryable
    return caught.value.message


async def test_a_name_that_nobody_knows_is_a_matter_of_dns(client, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "*")
    assert "could not be reached: its name cannot be resolved (DNS)." in await _out_of_reach(
        client, "http://no-such-host.invalid"
    )


async def test_a_port_where_nobody_listens_refuses(client, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "*")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
        assert "could not be reached: the connection was refused." in await _out_of_reach(client, address)


async def _answer_in_plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    writer.close()


async def test_a_server_without_tls_and_an_unknown_certificate_are_told_apart(client, tmp_path, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "*")
    async with await asyncio.start_server(_answer_in_plain, "127.0.0.1", 0) as plain:
        told = await _out_of_reach(client, f"https://127.0.0.1:{plain.sockets[0].getsockname()[1]}")
    assert "could not be reached: the secure connection (TLS) could not be made." in told
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(company_certificate(tmp_path) / "server.pem")
    async with ScriptedUpstream(tls=context) as secure:
        unknown = await _out_of_reach(client, secure.url)
    assert "could not be reached: its certificate is not trusted here (TLS)." in unknown


async def test_a_proxy_that_is_gone_or_refuses_is_named(client, upstream, monkeypatch):
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.setenv("HTTP_PROXY", upstream.url)
    upstream.answers("GET *", Reply(407))
    assert "could not be reached: the proxy refuses this server." in await _out_of_reach(client, "http://acme.test")
    await upstream.refuse()
    assert "could not be reached through the proxy: the connection was refused." in await _out_of_reach(
        client, "http://acme.test"
    )
