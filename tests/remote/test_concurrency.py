"""What one caller has open at the same time: streams, calls, connections and unread answers never stop another."""

import asyncio
import json
import socket
from pathlib import Path

import pytest
from mcp_chassis.remote.auth.api_keys import ApiKey
from mcp_chassis.remote.http.connection_limits import ConnectionCaps
from remote_http import META
from remote_listening import Listening, Streams, listening, request, response_of

ALICE, MALLORY = "alice-" + "a" * 30, "mallory-" + "m" * 30
LISTEN = {"notifications": {"resourceSubscriptions": ["sample://thing"]}, "_meta": META}
ECHO = {"name": "echo", "arguments": {"text": "hello"}}
QUICK = ConnectionCaps(first_request_seconds=0.0, idle_seconds=0.0, unread_seconds=0.0)


@pytest.fixture
def keys(tmp_path: Path) -> dict[str, str]:
    file = tmp_path / "keys"
    named = [ApiKey.of("alice", ALICE, ["tools", "resources"]), ApiKey.of("mallory", MALLORY, ["tools", "resources"])]
    file.write_text("".join(f"{key.line()}\n" for key in named))
    return {"MCP_API_KEYS_FILE": str(file)}


async def opened(server: Listening, sent: bytes) -> Streams:
    reader, writer = await server.connect()
    writer.write(sent)
    return reader, writer


async def status_of(server: Listening, key: str) -> int:
    reader, writer = await opened(server, request("modern", "tools/call", ECHO, key=key))
    status, _, _ = await response_of(reader)
    writer.close()
    return status


async def test_open_streams_of_one_caller_do_not_block_the_calls_of_another(keys: dict[str, str]) -> None:
    caps = {"MCP_MAX_IN_FLIGHT": "4", "MCP_MAX_STREAMS_PER_CALLER": "20"}
    async with listening({**keys, **caps}) as server:
        streams = [
            await opened(server, request("modern", "subscriptions/listen", LISTEN, key=MALLORY)) for _ in range(20)
        ]
        heads = [await reader.readuntil(b"\r\n\r\n") for reader, _ in streams]
        assert {head.split()[1] for head in heads} == {b"200"}
        assert server.flight.count == 0
        assert await status_of(server, ALICE) == 200
        assert await status_of(server, MALLORY) == 200


async def test_one_stream_too_many_is_refused_and_says_so(keys: dict[str, str]) -> None:
    async with listening({**keys, "MCP_MAX_STREAMS_PER_CALLER": "1"}) as server:
        first, _ = await opened(server, request("modern", "subscriptions/listen", LISTEN, key=MALLORY))
        await first.readuntil(b"\r\n\r\n")
        second, _ = await opened(server, request("modern", "subscriptions/listen", LISTEN, key=MALLORY))
        status, found, body = await response_of(second)
        third, _ = await opened(server, request("modern", "subscriptions/listen", LISTEN, key=ALICE))
        other = await third.readuntil(b"\r\n\r\n")
    assert (status, found["retry-after"]) == (429, "1")
    assert "1 open subscription streams, as many as one caller may have" in json.loads(body)["error"]["message"]
    assert other.split()[1] == b"200"


async def test_streams_of_all_callers_have_a_limit_and_the_503_has_retry_after(keys: dict[str, str]) -> None:
    async with listening({**keys, "MCP_MAX_STREAMS": "1"}) as server:
        first, _ = await opened(server, request("modern", "subscriptions/listen", LISTEN, key=MALLORY))
        await first.readuntil(b"\r\n\r\n")
        second, _ = await opened(server, request("modern", "subscriptions/listen", LISTEN, key=ALICE))
        status, found, body = await response_of(second)
    error = json.loads(body)["error"]
    assert (status, found["retry-after"], error["data"]["code"]) == (503, "10", "SERVICE_UNAVAILABLE")
    assert "as many open subscription streams as it can hold" in error["message"]


async def test_ended_streams_get_their_final_result(keys: dict[str, str]) -> None:
    async with listening(keys) as server:
        reader, writer = await opened(server, request("modern", "subscriptions/listen", LISTEN, key=ALICE))
        await reader.readuntil(b"notifications/subscriptions/acknowledged")
        server.end_streams()
        await reader.readuntil(b'"result"')
        writer.close()


async def test_calls_in_progress_of_one_caller_leave_room_for_another(keys: dict[str, str]) -> None:
    caps = {"MCP_MAX_IN_FLIGHT": "4", "MCP_MAX_IN_FLIGHT_PER_CALLER": "3"}
    waiting = {"name": "wait", "arguments": {"seconds": 600}}
    async with listening({**keys, **caps}) as server:
        calls = [await opened(server, request("modern", "tools/call", waiting, key=MALLORY)) for _ in range(3)]
        await server.requests.reaches(3)
        refused, _ = await opened(server, request("modern", "tools/call", ECHO, key=MALLORY))
        status, _, body = await response_of(refused)
        assert await status_of(server, ALICE) == 200
        for _, writer in calls:
            writer.close()
        await server.requests.reaches(0)
        assert await status_of(server, MALLORY) == 200
    error = json.loads(body)
    assert (status, error["id"], error["error"]["data"]["code"]) == (429, 1, "RATE_LIMITED")


async def test_calls_of_all_callers_have_a_limit_and_the_503_has_retry_after(
    keys: dict[str, str],
) -> None:
    waiting = {"name": "wait", "arguments": {"seconds": 600}}
    async with listening({**keys, "MCP_MAX_IN_FLIGHT": "1"}) as server:
        busy = await opened(server, request("modern", "tools/call", waiting, key=MALLORY))
        await server.requests.reaches(1)
        reader, writer = await opened(server, request("modern", "tools/call", ECHO, key=ALICE))
        status, found, body = await response_of(reader)
        assert len(busy) == 2
        writer.close()
    error = json.loads(body)["error"]
    assert (status, found["retry-after"], error["data"]["code"]) == (503, "1", "SERVICE_UNAVAILABLE")
    assert error["data"]["retry_after_seconds"] == 1


async def test_a_call_above_the_rate_closes_the_connection_so_that_nothing_pipelined_is_read(
    keys: dict[str, str],
) -> None:
    async with listening({**keys, "MCP_RATE_LIMIT": "1/3600"}) as server:
        reader, _writer = await opened(server, request("modern", "tools/call", ECHO, key=MALLORY) * 20)
        answered = [await response_of(reader) for _ in range(2)]
        rest = await reader.read()
    assert [(status, found.get("connection")) for status, found, _ in answered] == [(200, None), (429, "close")]
    assert rest == b""


async def test_a_caller_above_its_connections_is_refused_and_another_is_not(keys: dict[str, str]) -> None:
    async with listening(keys, ConnectionCaps(per_principal=3)) as server:
        held = [await opened(server, request("modern", "tools/call", ECHO, key=MALLORY)) for _ in range(3)]
        assert [(await response_of(reader))[0] for reader, _ in held] == [200] * 3
        fourth, _ = await opened(server, request("modern", "tools/call", ECHO, key=MALLORY))
        status, found, _ = await response_of(fourth)
        assert await fourth.read() == b""
        assert await status_of(server, ALICE) == 200
        held[0][1].write(request("modern", "tools/call", ECHO, key=MALLORY))
        assert (await response_of(held[0][0]))[0] == 200
    assert (status, found["connection"]) == (429, "close")


async def test_at_the_limit_a_new_connection_replaces_one_without_a_request(keys: dict[str, str]) -> None:
    async with listening(keys, ConnectionCaps(total=8)) as server:
        silent = [await server.connect() for _ in range(20)]
        assert await status_of(server, ALICE) == 200
        assert len(server.limits) <= 8
        assert await silent[0][0].read() == b""


async def test_if_every_connection_is_busy_a_new_one_gets_a_503(keys: dict[str, str]) -> None:
    waiting = {"name": "wait", "arguments": {"seconds": 600}}
    async with listening(keys, ConnectionCaps(total=2)) as server:
        busy = [await opened(server, request("modern", "tools/call", waiting, key=MALLORY)) for _ in range(2)]
        await server.requests.reaches(2)
        reader, _ = await server.connect()
        status, found, body = await response_of(reader)
    assert (status, found["retry-after"]) == (503, "1")
    assert b"as many connections as it can hold" in body
    assert len(busy) == 2


async def test_a_connection_without_a_first_request_is_closed() -> None:
    async with listening(caps=QUICK) as server:
        reader, writer = await server.connect()
        writer.write(b"POST /mcp HTTP/1.1\r\nHost: local")
        assert await reader.read() == b""


async def test_the_connection_of_a_client_that_does_not_read_is_aborted_and_its_calls_are_cancelled(
    keys: dict[str, str],
) -> None:
    async with listening({**keys, "MCP_MAX_IN_FLIGHT_PER_CALLER": "1"}, QUICK) as server:
        with socket.socket() as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            deaf.setblocking(False)
            await asyncio.get_running_loop().sock_connect(deaf, ("127.0.0.1", server.port))
            await asyncio.get_running_loop().sock_sendall(deaf, request("legacy", "tools/list", key=MALLORY) * 500)
            await server.limits.gone.wait()
        await server.requests.reaches(0)
        assert await status_of(server, MALLORY) == 200


async def test_a_client_that_disconnects_in_the_middle_of_its_body_is_counted_with_499(keys: dict[str, str]) -> None:
    async with listening(keys) as server:
        whole = request("modern", "tools/call", ECHO, key=ALICE)
        _, writer = await opened(server, whole[:-1])
        await server.requests.reaches(1)
        writer.close()
        await server.requests.reaches(0)
        assert server.flight.answers == {("/mcp", 499): 1}


async def test_a_response_does_not_name_the_program_that_serves(keys: dict[str, str]) -> None:
    async with listening(keys) as server:
        reader, _writer = await opened(server, request("legacy", "ping", key=ALICE))
        status, found, _ = await response_of(reader)
    assert status == 200
    assert "server" not in found


async def test_a_caller_that_sends_too_much_reads_the_413(keys: dict[str, str]) -> None:
    size = 32 * 1024 * 1024
    async with listening(keys) as server:
        reader, writer = await server.connect()
        head = request("modern", "tools/call", ECHO, key=ALICE, extra={"content-length": str(size)})
        writer.write(head.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")
        sending = asyncio.create_task(_send(writer, size))
        status, found, body = await response_of(reader)
        await asyncio.gather(sending, return_exceptions=True)
    assert (status, found["connection"]) == (413, "close")
    assert "at most 4194304 bytes" in json.loads(body)["error"]["message"]


async def _send(writer: asyncio.StreamWriter, size: int) -> None:
    for _ in range(size // 65536):
        writer.write(b" " * 65536)
        await writer.drain()


SUBSCRIPTIONS: list[tuple[str, dict[str, object], str | None]] = [
    ("prompts", {"resourcesListChanged": True}, "resources"),
    ("prompts", {"resourceSubscriptions": ["sample://thing"]}, "resources"),
    ("resources", {"promptsListChanged": True}, "prompts"),
    ("resources", {"toolsListChanged": True}, "read"),
    ("resources", {"resourcesListChanged": True}, None),
    ("prompts", {"promptsListChanged": True}, None),
    ("read", {"toolsListChanged": True}, None),
    ("mcp-chassis:tool:erase", {"toolsListChanged": True}, None),
]


@pytest.mark.parametrize(("scope", "watched", "missing"), SUBSCRIPTIONS)
async def test_a_subscription_needs_the_scope_of_what_it_watches(
    tmp_path: Path, scope: str, watched: dict[str, object], missing: str | None
) -> None:
    (tmp_path / "keys").write_text(f"{ApiKey.of('one', MALLORY, [scope]).line()}\n")
    params = {"notifications": watched, "_meta": META}
    async with listening({"MCP_API_KEYS_FILE": str(tmp_path / "keys")}) as server:
        reader, _ = await opened(server, request("modern", "subscriptions/listen", params, key=MALLORY))
        if missing is None:
            await reader.readuntil(b"notifications/subscriptions/acknowledged")
        else:
            _, _, body = await response_of(reader)
            error = json.loads(body)["error"]["data"]
            assert (error["code"], error["details"]) == ("PERMISSION_DENIED", {"required_scopes": [missing]})


async def test_at_the_limit_an_idle_connection_of_the_principal_with_the_most_is_replaced(keys: dict[str, str]) -> None:
    waiting = {"name": "wait", "arguments": {"seconds": 600}}
    async with listening(keys, ConnectionCaps(total=6)) as server:
        mine = await opened(server, request("modern", "tools/call", ECHO, key=ALICE))
        busy = await opened(server, request("modern", "tools/call", waiting, key=MALLORY))
        idle = [await opened(server, request("modern", "tools/call", ECHO, key=MALLORY)) for _ in range(3)]
        unnamed = await opened(server, request("modern", "tools/call", ECHO))
        statuses = [(await response_of(reader))[0] for reader, _ in (mine, *idle, unnamed)]
        assert statuses == [200] * 4 + [401]
        await server.requests.reaches(1)
        first = await opened(server, request("modern", "tools/call", ECHO, key=ALICE))
        assert await unnamed[0].read() == b""  # one without a principal goes before one of a caller
        await response_of(first[0])
        second = await opened(server, request("modern", "tools/call", ECHO, key=ALICE))
        await response_of(second[0])
        assert await idle[0][0].read() == b""
        assert not any(reader.at_eof() for reader, _ in (mine, busy, *idle[1:], first, second))


async def test_a_connection_with_a_new_request_is_not_replaced(keys: dict[str, str]) -> None:
    waiting = {"name": "wait", "arguments": {"seconds": 600}}
    async with listening(keys, ConnectionCaps(total=1)) as server:
        reader, writer = await opened(server, request("modern", "tools/call", ECHO, key=ALICE))
        await response_of(reader)
        assert not server.limits.is_full
        writer.write(request("modern", "tools/call", waiting, key=ALICE))
        await server.requests.reaches(1)
        assert server.limits.is_full
        refused, _ = await server.connect()
        assert (await response_of(refused))[0] == 503
        assert not reader.at_eof()
