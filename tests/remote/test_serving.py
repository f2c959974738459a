"""One server over HTTP, as a program would see it, in both eras."""

import asyncio
import signal
import socket
import sys

import httpx2
import pytest
from mcp_chassis.remote.http_process import bound
from mcp_chassis.remote.in_flight import InFlightRequests
from mcp_chassis.testing import data, failure
from remote_http import ERAS, answer, post, process, served, session
from remote_sample import FIRST, SECOND

pytestmark = pytest.mark.slow

ONE = {"": FIRST}


@pytest.mark.parametrize("era", ERAS)
async def test_the_sdks_client_lists_and_calls_over_a_real_port(era: str) -> None:
    async with process() as server, session(f"{server.url}/mcp", era) as client:
        tools = await client.list_tools()
        result = await client.call_tool("echo", {"text": "hello"})
        refused = await client.call_tool("echo", {"texts": "hello"})
    assert "echo" in [tool.name for tool in tools.tools]
    assert data(result) == {"text": "hello"}
    assert failure(refused).code == "INVALID_INPUT"


@pytest.mark.parametrize("era", ERAS)
async def test_any_process_serves_any_request_without_a_session(era: str) -> None:
    async with served(ONE, {}) as http:
        response = await post(http, era, "tools/call", {"name": "echo", "arguments": {"text": "hello"}})
    assert answer(response)["result"]["structuredContent"] == {"text": "hello"}
    assert "mcp-session-id" not in response.headers


async def test_several_servers_of_one_process_are_each_at_their_own_path() -> None:
    async with served({"/first": FIRST, "/second": SECOND}, {}) as http:
        first = await post(http, "legacy", "initialize", INITIALIZE, path="/first/mcp")
        second = await post(http, "legacy", "initialize", INITIALIZE, path="/second/mcp")
        nowhere = await post(http, "legacy", "initialize", INITIALIZE, path="/mcp")
    assert answer(first)["result"]["serverInfo"]["name"] == "mcp-chassis"
    assert answer(second)["result"]["serverInfo"]["name"] == "first-server"
    assert nowhere.status_code == 404


INITIALIZE = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}


async def test_health_contains_only_the_servers_name() -> None:
    async with served(ONE, {}) as http:
        response = await http.get("/health", headers={"host": "10.1.2.3:8080"})
    assert (response.status_code, response.json()) == (200, {"status": "ok", "server": "mcp-chassis"})


async def test_readiness_does_not_depend_on_upstreams() -> None:
    async with served(ONE, {"SAMPLE_UNWELL": "true"}) as http:
        ready = await http.get("/ready")
    assert (ready.status_code, ready.json()) == (200, {"status": "ready"})


async def test_an_overloaded_process_is_not_ready() -> None:
    flight = InFlightRequests()
    async with served(ONE, {"MCP_MAX_IN_FLIGHT": "1"}, flight=flight) as http:
        with flight.requests.holding("somebody"):
            full = await http.get("/ready")
        again = await http.get("/ready")
        flight.draining = True
        draining = await http.get("/ready")
    assert (full.status_code, full.json()) == (503, {"status": "overloaded"})
    assert (again.status_code, draining.status_code, draining.json()) == (200, 503, {"status": "draining"})


async def test_every_server_closes_what_it_opened() -> None:
    async with process() as server:
        server.end(signal.SIGTERM)
        code = await server.ended()
    assert code == 0
    assert server.journal == ["closed"]


BAD_STARTS = {
    "an address beyond loopback without authentication": ({"MCP_HOST": "0.0.0.0"}, 2, "MCP_HOST: an address beyond"),
    "a short key beyond loopback": ({"MCP_HOST": "0.0.0.0", "MCP_API_KEY": "short"}, 2, "toolroll keys new"),
    "a port that is none": ({"MCP_PORT": "99999"}, 2, "MCP_PORT: "),
    "a rate that is none": ({"MCP_RATE_LIMIT": "often"}, 2, "MCP_RATE_LIMIT: must be a number of calls"),
    "an issuer without an audience": ({"MCP_OAUTH_ISSUER": "https://as.example"}, 2, "MCP_PUBLIC_URL"),
    "a host that is none": ({"MCP_ALLOWED_HOSTS": "https://a.example"}, 2, "MCP_ALLOWED_HOSTS: "),
    "an origin that is none": ({"MCP_ALLOWED_ORIGINS": "app.example"}, 2, "MCP_ALLOWED_ORIGINS: "),
    "a key file that is not there": ({"MCP_API_KEYS_FILE": "/nowhere/keys"}, 2, "MCP_API_KEYS_FILE: "),
}


@pytest.mark.parametrize("start", BAD_STARTS)
async def test_a_bad_configuration_ends_before_the_socket_opens_and_names_the_setting(start: str) -> None:
    environment, code, told = BAD_STARTS[start]
    async with process(environment=environment) as server:
        assert await server.ended() == code
    assert not server.url
    assert any(told in line["message"] for line in server.lines), server.lines


async def test_a_port_in_use_has_its_own_exit_code() -> None:
    async with process() as first:
        port = first.url.rpartition(":")[2]
        async with process(environment={"MCP_PORT": port}) as second:
            assert await second.ended() == 3
    assert any("cannot listen" in line["message"] for line in second.lines)


async def test_responses_are_sent_without_delay() -> None:
    accepted: list[socket.socket] = []

    class Protocol(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            accepted.append(transport.get_extra_info("socket"))
            over.set()

    over = asyncio.Event()
    listener = bound("127.0.0.1", 0)
    async with await asyncio.get_running_loop().create_server(Protocol, sock=listener) as server:
        _, writer = await asyncio.open_connection(*listener.getsockname())
        await over.wait()
        no_delay = accepted[0].getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        writer.close()
        server.close()
    assert no_delay


def test_on_windows_no_other_program_may_bind_the_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_KEEPALIVE, raising=False)
    monkeypatch.setattr(sys, "platform", "win32")
    with bound("127.0.0.1", 0) as listener:
        options = [listener.getsockopt(socket.SOL_SOCKET, each) for each in (socket.SO_KEEPALIVE, socket.SO_REUSEADDR)]
    assert options == [1, 0]


@pytest.mark.parametrize(("asked_for", "told"), [("", None), ("false", None), ("true", '{"text": "my words"}')])
async def test_arguments_are_in_the_audit_line_only_if_the_setting_is_on(asked_for: str, told: str | None) -> None:
    call = {"name": "echo", "arguments": {"text": "my words"}}
    async with process(environment={"MCP_AUDIT_ARGUMENTS": asked_for}) as server:
        async with httpx2.AsyncClient(base_url=server.url, trust_env=False) as http:
            await post(http, "modern", "tools/call", call, {"accept": "application/json, text/event-stream"})
        server.end()
        await server.ended()
    (line,) = [line for line in server.lines if line["message"] == "tool call"]
    assert line.get("arguments") == told
    holding = {line["logger"] for line in server.lines if "my words" in str(line)} - {"journal"}
    assert holding == ({"mcp_chassis.audit"} if told else set())
