"""Proxies and certificate authorities of the environment that cannot be used, and proxies that refuse."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from mcp_chassis.failures import Unavailable
from mcp_chassis.http.connection import ApiRequest, Connection
from mcp_chassis.http.errors import failure_for_setup
from mcp_chassis.upstream.policy import Policy

VARIABLES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


async def failed(url: str = "https://upstream.example/") -> Unavailable:
    connection = Connection("Upstream", Policy())
    try:
        with pytest.raises(Unavailable) as caught:
            await connection.ask(ApiRequest("GET", url), {})
        return caught.value
    finally:
        await connection.aclose()


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("SSL_CERT_FILE", "/nowhere/company.pem", "SSL_CERT_FILE names no certificate authorities that can be read"),
        ("HTTPS_PROXY", "htp://proxy.example", "begins with http:// or https://"),
        ("ALL_PROXY", "http://[::1", "begins with http:// or https://"),
        ("HTTPS_PROXY", "socks5://proxy.example:1080", "is a SOCKS proxy"),
    ],
)
async def test_the_error_for_an_unusable_proxy_variable_names_it_and_asks_to_correct_it(
    name: str, value: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    failure = await failed()
    assert says in failure.message
    assert name in failure.message
    assert failure.wire()["retryable"] is False


async def test_the_error_for_an_invalid_ca_file_names_its_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "company.pem").write_text("no certificate")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "company.pem"))
    assert "SSL_CERT_FILE names no certificate authorities" in (await failed()).message


async def test_a_ca_file_that_is_set_later_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The certificates are loaded once for each value of the variables."""
    assert "SSL_CERT_FILE" not in (await failed("https://127.0.0.1:9/")).message
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "company.pem"))
    assert "SSL_CERT_FILE" in (await failed("https://127.0.0.1:9/")).message


def test_without_variables_the_authorities_are_the_systems() -> None:
    assert "the system names no certificate authorities" in failure_for_setup("Upstream", OSError()).message


@asynccontextmanager
async def proxy(status: str) -> AsyncGenerator[str]:
    """A proxy that answers each CONNECT with a status."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize(
    ("status", "says"),
    [
        ("407 Proxy Authentication Required", "requires another name and password than HTTPS_PROXY has (407)"),
        ("403 Forbidden", "the proxy refuses this server (403)"),
    ],
)
async def test_the_error_of_a_refusing_proxy_contains_its_status(
    status: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with proxy(status) as url:
        monkeypatch.setenv("HTTPS_PROXY", url)
        assert says in (await failed()).message
