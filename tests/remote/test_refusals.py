"""Who is not let in: every kind of bad credential, every era, method and server; and nothing reaches a tool."""

import base64
import logging
from pathlib import Path

import httpx2
import pytest
from mcp_chassis.remote.auth.api_keys import ApiKey
from remote_http import ERAS, answer, post, process, served
from remote_sample import FIRST, SECOND

GOOD = "tr_the-good-key-of-these-tests-0123456789"
REVOKED = "tr_a-key-that-was-taken-out-of-the-file-0"
SERVERS = {"/first": FIRST, "/second": SECOND}
METHODS = {
    "tools/call": {"name": "echo", "arguments": {"text": "hello"}},
    "tools/list": {},
    "resources/read": {"uri": "sample://thing"},
    "prompts/get": {"name": "greeting", "arguments": {"name": "you"}},
    "server/discover": {},
}


def _unsigned_jwt() -> str:
    parts = [b'{"alg":"none"}', b'{"sub":"admin","scope":"*"}', b""]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


DIGEST = ApiKey.of("x", GOOD, ["*"]).digest.hex()
BAD: dict[str, list[tuple[str, bytes]]] = {
    "none": [],
    "empty authorization": [("authorization", b"")],
    "empty key": [("x-api-key", b"")],
    "bearer without a token": [("authorization", b"Bearer")],
    "bearer and a blank": [("authorization", b"Bearer ")],
    "bearer and many blanks": [("authorization", b"Bearer      ")],
    "unknown bearer": [("authorization", b"Bearer tr_unknown")],
    "unknown key": [("x-api-key", b"tr_unknown")],
    "no scheme": [("authorization", GOOD.encode())],
    "basic": [("authorization", b"Basic " + base64.b64encode(b"user:" + GOOD.encode()))],
    "basic with the key in the clear": [("authorization", b"Basic " + GOOD.encode())],
    "digest scheme": [("authorization", b"Digest " + GOOD.encode())],
    "token scheme": [("authorization", b"Token " + GOOD.encode())],
    "bearer twice": [("authorization", b"Bearer Bearer " + GOOD.encode())],
    "two tokens in one": [("authorization", f"Bearer {GOOD} {GOOD}".encode())],
    "two tokens by a comma": [("authorization", f"Bearer {GOOD},{GOOD}".encode())],
    "two headers that differ": [("authorization", f"Bearer {GOOD}".encode()), ("authorization", b"Bearer other")],
    "two keys that differ": [("x-api-key", GOOD.encode()), ("x-api-key", b"other")],
    "a good key and a bad bearer": [("x-api-key", GOOD.encode()), ("authorization", b"Bearer other")],
    "a bad key and a good bearer": [("x-api-key", b"other"), ("authorization", f"Bearer {GOOD}".encode())],
    "a good key and basic": [("x-api-key", GOOD.encode()), ("authorization", b"Basic dXNlcjpwYXNz")],
    "one character short": [("authorization", f"Bearer {GOOD[:-1]}".encode())],
    "one character long": [("authorization", f"Bearer {GOOD}x".encode())],
    "another case": [("authorization", f"Bearer {GOOD.upper()}".encode())],
    "the digest": [("authorization", f"Bearer {DIGEST}".encode())],
    "the digest as the file has it": [("authorization", f"Bearer sha256:{DIGEST}".encode())],
    "the name of the key": [("authorization", b"Bearer good")],
    "the key's line": [("authorization", f"Bearer good sha256:{DIGEST} *".encode())],
    "in quotes": [("authorization", f'Bearer "{GOOD}"'.encode())],
    "percent-encoded": [("authorization", f"Bearer {GOOD.replace('_', '%5F')}".encode())],
    "base64 of it": [("authorization", b"Bearer " + base64.b64encode(GOOD.encode()))],
    "a zero byte after it": [("authorization", f"Bearer {GOOD}\0".encode())],
    "not ascii": [("authorization", "Bearer schlüssel".encode())],
    "not even utf-8": [("authorization", b"Bearer \xff\xfe\xfd")],
    "very long": [("authorization", b"Bearer " + b"a" * 100_000)],
    "a wildcard": [("authorization", b"Bearer *")],
    "sql": [("authorization", b"Bearer ' OR '1'='1")],
    "null": [("authorization", b"Bearer null")],
    "undefined": [("x-api-key", b"undefined")],
    "an unsigned jwt": [("authorization", f"Bearer {_unsigned_jwt()}".encode())],
    "a revoked key": [("authorization", f"Bearer {REVOKED}".encode())],
    "in a cookie": [("cookie", f"authorization=Bearer {GOOD}; key={GOOD}".encode())],
    "in a header of another name": [("x-auth-token", GOOD.encode()), ("api-key", GOOD.encode())],
    "proxy authorization": [("proxy-authorization", f"Bearer {GOOD}".encode())],
}


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    path = tmp_path / "keys"
    path.write_text(ApiKey.of("good", GOOD, ["*"]).line())
    return path


@pytest.mark.slow
async def test_every_invalid_credential_is_refused_on_every_path_before_any_tool(
    keys: Path, caplog: pytest.LogCaptureFixture
) -> None:
    let_in: list[str] = []
    attempts = 0
    caplog.set_level(logging.WARNING)
    for path in SERVERS:
        for kind, sent in BAD.items():  # each from a process of its own, as it were: the address would be blocked
            async with served(SERVERS, {"MCP_API_KEYS_FILE": str(keys)}) as http:
                for era in ERAS:
                    for method, params in METHODS.items():
                        response = await _sent(http, era, method, params, sent, path)
                        attempts += 1
                        if response.status_code != 401 or "www-authenticate" not in response.headers:
                            let_in.append(f"{kind} {era} {method} {path}: {response.status_code}")
    assert let_in == []
    assert attempts >= 400
    assert not [record for record in caplog.records if record.name == "journal" and "closed" not in record.message]


async def _sent(
    http: httpx2.AsyncClient, era: str, method: str, params: dict, sent: list, path: str
) -> httpx2.Response:
    response = await post(http, era, method, params, path=path + "/mcp", more=sent)
    assert GOOD not in response.text
    return response


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    "sent",
    [
        [("authorization", f"Bearer {GOOD}".encode())],
        [("authorization", f"bearer {GOOD}".encode())],
        [("x-api-key", GOOD.encode())],
        [("x-api-key", GOOD.encode()), ("authorization", f"Bearer {GOOD}".encode())],
    ],
)
async def test_a_valid_key_is_accepted_in_either_header(era: str, sent: list, keys: Path) -> None:
    async with served(SERVERS, {"MCP_API_KEYS_FILE": str(keys)}) as http:
        response = await _sent(http, era, "tools/call", METHODS["tools/call"], sent, "/first")
    assert answer(response)["result"]["structuredContent"] == {"text": "hello"}


async def test_a_server_can_have_keys_of_its_own() -> None:
    environment = {"MCP_CHASSIS_MCP_API_KEY": "the-key-of-one-server-1", "MCP_API_KEY": "the-key-of-the-others-1"}
    async with served(SERVERS, environment) as http:
        found = {
            (path, key): (
                await post(http, "modern", "tools/list", extra={"x-api-key": key}, path=f"{path}/mcp")
            ).status_code
            for path in SERVERS
            for key in environment.values()
        }
    assert sorted(pair for pair, status in found.items() if status == 200) == [
        ("/first", "the-key-of-one-server-1"),
        ("/second", "the-key-of-the-others-1"),
    ]


async def test_more_than_twenty_bad_keys_in_ten_seconds_return_429_and_a_valid_one_is_accepted(keys: Path) -> None:
    async with served(SERVERS, {"MCP_API_KEYS_FILE": str(keys)}) as http:
        statuses = [
            (await post(http, "modern", "tools/list", extra={"x-api-key": f"bad-{n}"}, path="/first/mcp")).status_code
            for n in range(25)
        ]
        good = await post(http, "modern", "tools/list", extra={"x-api-key": GOOD}, path="/first/mcp")
        last = await post(http, "modern", "tools/list", extra={"x-api-key": "bad"}, path="/first/mcp")
    assert statuses == [401] * 20 + [429] * 5
    assert good.status_code == 200
    assert 0 < int(last.headers["retry-after"]) <= 20


async def test_a_missing_key_does_not_count_as_a_bad_one(keys: Path) -> None:
    async with served(SERVERS, {"MCP_API_KEYS_FILE": str(keys)}) as http:
        statuses = {(await post(http, "modern", "tools/list", path="/first/mcp")).status_code for _ in range(30)}
    assert statuses == {401}


async def test_no_key_is_ever_logged(keys: Path) -> None:
    environment = {
        "MCP_API_KEYS_FILE": str(keys),
        "MCP_API_KEY": "tr_the-single-key-of-this-very-test",
        "MCP_DEBUG": "1",
    }
    async with process(environment=environment) as server, httpx2.AsyncClient(base_url=server.url) as http:
        for key in (GOOD, environment["MCP_API_KEY"], "tr_wrong-but-somebodys-key-all-the-same"):
            await post(http, "modern", "tools/list", extra={"x-api-key": key})
        server.end()
        await server.ended()
    assert server.messages.count("request") == 3
    everything = str(server.lines)
    assert [key for key in (GOOD, "tr_the-single", "tr_wrong-but") if key in everything] == []
