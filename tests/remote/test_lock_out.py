"""Bad credentials of one address: they are limited, and a good credential from the same address never is."""

import logging
from collections.abc import AsyncGenerator

import httpx2
import pytest
from mcp_chassis.remote.auth.authenticate import address_of, network_of
from remote_http import post, served
from remote_issuer import issuing
from remote_listening import listening, request, response_of
from remote_sample import FIRST

KEY = "k" * 40


@pytest.fixture
async def http() -> AsyncGenerator[httpx2.AsyncClient]:
    async with served({"": FIRST}, {"MCP_API_KEY": KEY}) as client:
        yield client


async def status(http: httpx2.AsyncClient, key: str) -> int:
    return (await post(http, "legacy", "tools/list", extra={"authorization": f"Bearer {key}"})).status_code


async def test_a_valid_key_is_accepted_while_its_address_is_locked_out(http: httpx2.AsyncClient) -> None:
    bad = [await status(http, f"bad-{number}") for number in range(30)]
    assert (bad[0], bad[-1]) == (401, 429)
    assert await status(http, KEY) == 200
    assert await status(http, "bad") == 429


async def test_a_lock_out_writes_one_audit_line(http: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "mcp_chassis.audit")
    for number in range(40):
        await status(http, f"bad-{number}")
    lines = [record.__dict__["fields"] for record in caplog.records if record.getMessage() == "locked out"]
    assert [line["address"] for line in lines] == ["127.0.0.1"]


async def test_a_valid_token_is_accepted_while_its_address_is_locked_out() -> None:
    async with issuing() as issuer, served({"": FIRST}, issuer.environment()) as http:
        bad = [await status(http, issuer.token(exp=1)) for _ in range(30)]
        good = await status(http, issuer.token())
    assert (bad[0], bad[-1], good) == (401, 429, 200)


async def test_one_client_behind_a_trusted_proxy_does_not_lock_out_another() -> None:
    async with listening({"MCP_API_KEY": KEY, "MCP_TRUSTED_PROXIES": "127.0.0.1"}) as server:
        statuses: dict[str, list[int]] = {}
        for forwarded in ["203.0.113.7", "::ffff:203.0.113.7", *["203.0.113.7"] * 25, "203.0.113.8", "not an address"]:
            extra = {"x-forwarded-for": forwarded}
            reader, writer = await server.connect()  # a 429 closes the one it came on
            writer.write(request("legacy", "tools/list", key="bad", extra=extra))
            statuses.setdefault(forwarded, []).append((await response_of(reader))[0])
            writer.close()
    assert statuses["203.0.113.7"][-1] == 429
    assert (statuses["203.0.113.8"], statuses["not an address"]) == ([401], [401])


@pytest.mark.parametrize(
    ("client", "network"),
    [
        (("203.0.113.7", 1), "203.0.113.7"),
        (("::ffff:203.0.113.7", 1), "203.0.113.7"),
        (("2001:db8::1", 1), "2001:db8::/64"),
        (("fe80::1%eth0", 1), "fe80::/64"),
        (("anything else", 0), "unknown"),
        (None, "unknown"),
    ],
)
def test_bad_credentials_are_counted_by_network(client: tuple[str, int] | None, network: str) -> None:
    assert network_of(address_of({"client": client})) == network
