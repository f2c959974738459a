"""Host and Origin: checked before anything else, each by itself."""

import pytest
from mcp_chassis.remote.http.origins import Origins
from mcp_chassis.settings import BadSettings
from remote_http import headers, message, served
from remote_sample import FIRST

ENVIRONMENT = {
    "MCP_PUBLIC_URL": "https://tools.example.com",
    "MCP_ALLOWED_HOSTS": "inner.example:8443, 10.0.0.7",
    "MCP_ALLOWED_ORIGINS": "https://app.example.com,http://dev.example:3000",
}
GOOD_HOSTS = [
    "localhost", "localhost:8080", "LOCALHOST:1", "127.0.0.1", "127.0.0.1:65535", "[::1]", "[::1]:8080",
    "tools.example.com", "tools.example.com:443", "Tools.Example.COM", "inner.example:8443", "10.0.0.7", "10.0.0.7:80",
]  # fmt: skip
BAD_HOSTS = [
    "", " ", "evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example", "localhost.",
    "127.0.0.1:80@evil.example", "127.0.0.1:8080:8080", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:99999", "127.0.0.2",
    "127.1", "0x7f000001", "2130706433", "[::1", "::1", "[::2]", "[::1]evil.example", "[::ffff:127.0.0.1]",
    "localhost/evil", "localhost#", "localhost?x", "user@localhost", "localhost evil.example", "localhost,evil.example",
    "inner.example", "inner.example:80", "xinner.example:8443", "tools.example.com.evil.example", "null", "*",
    "0.0.0.0", "localhost\tx", "l\u043ecalhost", "-localhost",
]  # fmt: skip
GOOD_ORIGINS = [
    "http://localhost", "http://localhost:3000", "https://localhost", "http://127.0.0.1:8080", "http://[::1]:8080",
    "https://tools.example.com", "https://tools.example.com:443", "https://app.example.com", "http://dev.example:3000",
]  # fmt: skip
BAD_ORIGINS = [
    "null", "", " ", "evil.example", "https://evil.example", "http://evil.example:8080", "http://tools.example.com",
    "https://tools.example.com:444", "https://tools.example.com.evil.example", "https://evil-app.example.com",
    "http://localhost.evil.example", "http://127.0.0.1.evil.example", "http://127.0.0.1:80@evil.example",
    "http://localhost@evil.example", "http://localhost:3000/path", "http://localhost:x", "file://", "file://localhost",
    "ftp://localhost", "chrome-extension://abcdef", "javascript://localhost", "http:localhost", "//localhost",
    "http://", "http://[::1", "http://dev.example", "http://dev.example:3001", "https://dev.example:3000",
    "http://0.0.0.0", "http://127.0.0.2", "http://localhost, http://evil.example", "HTTP://localhost", "*",
    "http://10.0.0.7",
]  # fmt: skip
RULES = Origins.of(
    ["inner.example:8443", "10.0.0.7"],
    ["https://app.example.com", "http://dev.example:3000"],
    "https://tools.example.com",
)


@pytest.mark.parametrize("host", GOOD_HOSTS)
def test_an_allowed_host_is_accepted(host: str) -> None:
    assert RULES.answers_host(host)


@pytest.mark.parametrize("host", BAD_HOSTS)
def test_another_host_is_refused(host: str) -> None:
    assert not RULES.answers_host(host)


@pytest.mark.parametrize("origin", GOOD_ORIGINS)
def test_an_allowed_origin_is_accepted(origin: str) -> None:
    assert RULES.answers_origin(origin)


@pytest.mark.parametrize("origin", BAD_ORIGINS)
def test_another_origin_is_refused(origin: str) -> None:
    assert not RULES.answers_origin(origin)


def test_a_request_without_an_origin_is_accepted_and_one_without_a_host_is_not() -> None:
    assert RULES.answers_origins([])
    assert not RULES.answers_host(None)


@pytest.mark.parametrize("entry", ["https://a.example", "a b", "*", ""])
def test_an_invalid_entry_of_allowed_hosts_names_the_setting(entry: str) -> None:
    with pytest.raises(BadSettings, match="MCP_ALLOWED_HOSTS"):
        Origins.of([entry], [], None)


async def test_over_http_a_wrong_host_is_421_and_a_wrong_origin_403_and_no_tool_runs() -> None:
    seen: dict[tuple[str, str], int] = {}
    async with served({"": FIRST}, ENVIRONMENT) as http:
        body = message("legacy", "tools/call", {"name": "echo", "arguments": {"text": "x"}})
        for name, values in (("host", BAD_HOSTS), ("origin", BAD_ORIGINS)):
            for value in values:
                sent = {**headers("legacy", "tools/call"), name: value.encode()}
                seen[name, value] = (await http.post("/mcp", json=body, headers=sent)).status_code
        good = await http.post(
            "/mcp", json=body, headers={"host": "tools.example.com", "origin": "https://app.example.com"}
        )
    assert {name: {status for (kind, _), status in seen.items() if kind == name} for name in ("host", "origin")} == {
        "host": {421},
        "origin": {403},
    }
    assert good.status_code == 200
