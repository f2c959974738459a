"""The whole OAuth dance with the SDK's own client and a real authorization server: discovery to the answered call."""

import httpx2
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_chassis.testing import data
from ports import reserved_port
from remote_http import MODERN, process
from remote_signing_in import known_client, oidc_provider, signing_in

pytestmark = pytest.mark.services


@pytest.mark.parametrize("mode", ["legacy", MODERN])
async def test_the_sdks_client_discovers_registers_signs_in_and_calls(mode: str) -> None:
    port = reserved_port()
    url = f"http://127.0.0.1:{port}"
    async with oidc_provider() as issuer:
        environment = {"MCP_PORT": str(port), "MCP_PUBLIC_URL": url, "MCP_OAUTH_ISSUER": issuer}
        async with process(environment=environment) as server:
            auth, storage, browser = signing_in(f"{url}/mcp", "alice")
            async with (
                httpx2.AsyncClient(auth=auth, timeout=30, trust_env=False) as http,
                Client(streamable_http_client(f"{url}/mcp", http_client=http), mode=mode) as client,
            ):
                result = await client.call_tool("echo", {"text": "hello"})
                tools = await client.list_tools()
            server.end()
            await server.ended()
    assert data(result) == {"text": "hello"}
    assert [tool.name for tool in tools.tools] == [
        "echo",
        "wait",
        "hold",
        "remember",
        "put",
        "erase",
        "agree",
        "announce",
    ]
    assert storage.client is not None
    assert [visit for visit in browser.visited if visit.startswith("GET /auth")]
    audited = [line for line in server.lines if line.get("message") == "tool call"]
    assert {line["principal"] for line in audited} == {f"oauth:user:{issuer}#alice"}
    assert storage.tokens is not None
    assert storage.tokens.access_token not in str(server.lines)


async def test_a_call_without_its_scope_leads_to_a_second_consent_and_succeeds() -> None:
    port = reserved_port()
    url = f"http://127.0.0.1:{port}"
    async with oidc_provider() as issuer:
        environment = {
            "MCP_PORT": str(port),
            "MCP_PUBLIC_URL": url,
            "MCP_OAUTH_ISSUER": issuer,
            "MCP_OAUTH_SCOPES": "read",
        }
        async with process(environment=environment):
            auth, storage, _ = signing_in(f"{url}/mcp", "alice")
            storage.client = known_client(issuer)  # one that registered itself may ask for what it registered only
            async with (
                httpx2.AsyncClient(auth=auth, timeout=30, trust_env=False) as http,
                Client(streamable_http_client(f"{url}/mcp", http_client=http), mode=MODERN) as client,
            ):
                before = await client.call_tool("echo", {"text": "hello"})
                scope_before = storage.tokens.scope if storage.tokens else None
                after = await client.call_tool("put", {"text": "hello"})
    assert (data(before), data(after)) == ({"text": "hello"}, {"text": "hello"})
    assert scope_before == "read"
    assert storage.tokens is not None
    assert set((storage.tokens.scope or "").split()) == {"read", "write"}


async def test_opaque_tokens_are_asked_about_at_the_authorization_server() -> None:
    port = reserved_port()
    url = f"http://127.0.0.1:{port}"
    audience = f"{url}/mcp"
    async with oidc_provider("opaque") as issuer:
        environment = {
            "MCP_PORT": str(port),
            "MCP_PUBLIC_URL": url,
            "MCP_OAUTH_ISSUER": issuer,
            "MCP_OAUTH_INTROSPECTION_URL": f"{issuer}/token/introspection",
            "MCP_OAUTH_CLIENT_ID": "resource-server",
            "MCP_OAUTH_CLIENT_SECRET": "resource-secret",
        }
        async with process(environment=environment) as server:
            auth, _, _ = signing_in(audience, "bob")
            async with (
                httpx2.AsyncClient(auth=auth, timeout=30, trust_env=False) as http,
                Client(streamable_http_client(audience, http_client=http), mode=MODERN) as client,
            ):
                result = await client.call_tool("echo", {"text": "hello"})
            server.end()
            await server.ended()
    assert data(result) == {"text": "hello"}
    assert {line["principal"] for line in server.lines if line.get("message") == "tool call"} == {
        f"oauth:user:{issuer}#bob"
    }
