"""Bodies that are too large, too slow or no message: refused, and the process goes on."""

import asyncio
import json

import pytest
from mcp_chassis.remote.http import request_body as body
from mcp_chassis.remote.http.rejections import Rejection
from remote_http import ERAS, answer, headers, message, post, process, served
from remote_sample import FIRST

ONE = {"": FIRST}
DEEP = 100_000
BAD_BODIES = {
    "nothing": (b"", -32700),
    "no json": (b"{", -32700),
    "half a string": (b'{"jsonrpc":"2.0","id":1,"method":"tools/li', -32700),
    "bad utf-8": (b'{"jsonrpc":"\xff\xfe"}', -32700),
    "a deep list": (b"[" * DEEP + b"]" * DEEP, -32700),
    "a deep object": (b'{"a":' * DEEP + b"1" + b"}" * DEEP, -32700),
    "a batch": (json.dumps([message("legacy", "tools/list")] * 2).encode(), -32600),
    "an empty batch": (b"[]", -32600),
    "a number": (b"1", -32600),
    "a text": (b'"tools/list"', -32600),
    "null": (b"null", -32600),
    "an empty object": (b"{}", -32600),
    "no version": (b'{"id":1,"method":"tools/list"}', -32600),
    "another version": (b'{"jsonrpc":"1.0","id":1,"method":"tools/list"}', -32600),
    "a method that is a number": (b'{"jsonrpc":"2.0","id":1,"method":7}', -32600),
    "an id that is a list": (b'{"jsonrpc":"2.0","id":[1],"method":"tools/list"}', -32600),
    "params that are a text": (b'{"jsonrpc":"2.0","id":1,"method":"tools/list","params":"x"}', -32600),
    "an answer nobody awaits": (b'{"jsonrpc":"2.0","id":1,"result":{},"method":5}', -32600),
}


@pytest.mark.parametrize("era", ERAS)
async def test_a_body_that_is_not_a_message_returns_400_with_the_code_of_json_rpc(era: str) -> None:
    wrong: list[str] = []
    async with served(ONE, {}) as http:
        for kind, (sent, code) in BAD_BODIES.items():
            response = await http.post(
                "/mcp", content=sent, headers={**headers(era, "tools/list"), "content-type": "application/json"}
            )
            told = response.json()["error"]["code"] if response.status_code == 400 else None
            if (response.status_code, told) != (400, code):
                wrong.append(f"{kind}: {response.status_code} {response.text[:200]}")
        after = await post(http, era, "tools/list")
    assert wrong == []
    assert answer(after)["result"]["tools"]


@pytest.mark.parametrize("era", ERAS)
async def test_an_unknown_method_is_not_found(era: str) -> None:
    async with served(ONE, {}) as http:
        response = await post(http, era, "tools/explode")
    assert answer(response)["error"]["code"] == -32601


async def test_a_body_above_the_limit_returns_413_with_and_without_a_content_length() -> None:
    async def unannounced() -> object:
        for _ in range(10):
            yield b" " * 1024

    async with served(ONE, {"MCP_MAX_BODY_BYTES": "4096"}) as http:
        kind = {"content-type": "application/json"}
        announced = await http.post("/mcp", content=b" " * 5000, headers=kind)
        chunked = await http.post("/mcp", content=unannounced(), headers=kind)
    assert (announced.status_code, chunked.status_code) == (413, 413)


@pytest.mark.parametrize("kind", ["text/plain", "application/jsonx", "multipart/form-data", ""])
async def test_another_content_type_returns_415(kind: str) -> None:
    async with served(ONE, {}) as http:
        response = await http.post("/mcp", content=b"{}", headers={"content-type": kind})
    assert response.status_code == 415


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "OPTIONS"])
async def test_methods_other_than_post_return_405(method: str) -> None:
    async with served(ONE, {}) as http:
        response = await http.request(method, "/mcp")
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert "access-control-allow-origin" not in response.headers


async def test_an_incomplete_body_returns_408_after_its_timeout() -> None:
    async def never() -> dict[str, object]:
        await asyncio.Event().wait()
        raise AssertionError

    with pytest.raises(Rejection) as refused:
        await body.read({"type": "http", "headers": []}, never, 1000, seconds=0.05)
    assert refused.value.status == 408


async def test_over_a_socket_a_bad_length_or_a_second_host_is_refused_and_the_process_lives() -> None:
    requests = [
        b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9999999\r\n\r\n",
        b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nContent-Type: application/json\r\n\r\n",
        b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 1_000_000 + b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ]
    async with process() as server:
        host, port = server.url.removeprefix("http://").split(":")
        statuses = [await _first_line(host, int(port), request) for request in requests]
        alive = await _first_line(host, int(port), b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert [status.split()[1] for status in statuses] == [b"400", b"413", b"400", b"400", b"400"]
    assert alive.split()[1] == b"200"


async def _first_line(host: str, port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(request)
    line = await reader.readline()
    writer.close()
    return line
