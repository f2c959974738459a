"""Paths and headers that can be read in two ways: refused, so that no proxy checks another request than is answered."""

import pytest
from remote_listening import listening, request, response_of

ECHO = {"name": "echo", "arguments": {"text": "hello"}}
AMBIGUOUS = [
    "/x/mcp/../../mcp", "/./mcp", "//mcp", "/mcp//", "/%2e%2e/mcp", "/x/%2E%2e/mcp", "/mcp%2f", "/%2Fmcp", "/mcp%00",
    "/mcp%5c", "/mcp\\", "/mcp/x/%2e%2e", "/mcp/x/a%2Fb", "/mcp%0a", "/MCP", "/mcp;a=1", "/%EF%BD%8Dcp",
]  # fmt: skip


async def status_at(path: str, sent: bytes) -> int:
    async with listening() as server:
        reader, writer = await server.connect()
        writer.write(sent.replace(b"POST /mcp ", f"POST {path} ".encode()))
        return (await response_of(reader))[0]


@pytest.mark.parametrize("path", AMBIGUOUS)
async def test_an_ambiguous_path_is_not_served(path: str) -> None:
    assert await status_at(path, request("modern", "tools/call", ECHO)) in (400, 404)


@pytest.mark.parametrize("path", ["/mcp", "/mcp/", "/mcp?a=..%2f", "/mcp/x/echo", "/mcp/x/echo%2Cput", "/mcp/readonly"])
async def test_a_plain_path_is_served(path: str) -> None:
    assert await status_at(path, request("modern", "tools/call", ECHO)) == 200


@pytest.mark.parametrize("origins", [["http://localhost", "https://evil.example"], ["http://localhost"] * 2])
async def test_two_origins_are_refused(origins: list[str]) -> None:
    sent = request("modern", "tools/call", ECHO)
    twice = "".join(f"origin: {origin}\r\n" for origin in origins).encode()
    assert await status_at("/mcp", sent.replace(b"host: localhost\r\n", b"host: localhost\r\n" + twice)) == 403
