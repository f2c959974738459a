"""Several workers behind one port: calls, shutdown, replacement, and what they share."""

import asyncio
import json
import os
import resource
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest
from remote_http import META, Process, answer, headers, post, process
from remote_redis import own_redis
from remote_workers import WORKERS, connected_to_each, log_lines, worker_of, workers

pytestmark = pytest.mark.slow
LONG_DRAIN = {"MCP_DRAIN_SECONDS": "600"}
MANY = httpx2.Limits(max_connections=None)


def _wait(seconds: float) -> dict[str, object]:
    return {"name": "wait", "arguments": {"seconds": seconds}}


def _text(response: httpx2.Response) -> str:
    return answer(response)["result"]["structuredContent"]["text"]


def _started(server: Process) -> list[int]:
    """The process ids of the workers, in the order of their start."""
    said = [message for message in server.messages if message.startswith("Worker") and message.endswith("was started.")]
    return [int(message.partition("process ")[2].partition(")")[0]) for message in said]


async def test_both_workers_answer_and_every_line_of_the_log_names_its_worker(tmp_path: Path) -> None:
    async with workers(tmp_path) as server, connected_to_each(server, 2) as clients:
        for number, http in enumerate(clients, 1):
            call = {"name": "echo", "arguments": {"text": f"{number}"}}
            assert _text(await post(http, "modern", "tools/call", call)) == f"{number}"
            await server.line(message=f"journal: echo {number}", worker=number)
        health = [(await http.get("/health")).status_code for http in clients]
        server.end()
        assert await server.ended() == 0
    assert health == [200, 200]
    assert {line["worker"] for line in log_lines(server, "mcp_chassis.access")} == {1, 2}


async def test_on_sigterm_the_calls_in_flight_at_every_worker_finish(tmp_path: Path) -> None:
    async with workers(tmp_path, LONG_DRAIN) as server, connected_to_each(server, 2, limits=MANY) as clients:
        waiting = [post(http, "modern", "tools/call", _wait(2)) for http in clients for _ in range(8)]
        calls = [asyncio.create_task(call) for call in waiting]
        await server.said("journal: wait began", 16)
        server.end()
        responses = await asyncio.gather(*calls)
        code = await server.ended()
    assert [_text(response) for response in responses] == ["waited 2 s"] * 16
    assert {response.headers["connection"] for response in responses} == {"close"}
    assert code == 0
    assert server.journal[-2:] == ["closed", "closed"]


async def test_a_shutdown_under_load_loses_no_call_that_was_accepted(tmp_path: Path) -> None:
    """A caller's connection is refused once the shutdown has begun; until then each of its calls has its answer."""
    wrong: list[str] = []

    async def calling(url: str, name: str) -> int:
        accept = {"accept": "application/json, text/event-stream"}
        count = 0
        while True:
            async with httpx2.AsyncClient(base_url=url, headers=accept, timeout=60, trust_env=False) as http:
                call = {"name": "echo", "arguments": {"text": f"{name}-{count}"}}
                try:
                    found = await post(http, "modern", "tools/call", call)
                except httpx2.ConnectError:
                    return count
                if found.status_code != 200 or _text(found) != f"{name}-{count}":
                    wrong.append(found.text[:200])
                count += 1

    async with workers(tmp_path) as server:
        callers = [asyncio.create_task(calling(server.url, f"caller-{number}")) for number in range(8)]
        await server.said("journal: echo", 100)
        server.end()
        counts = await asyncio.gather(*callers)
        code = await server.ended()
    assert (wrong, code) == ([], 0)
    assert sum(counts) >= 100


async def test_a_second_signal_ends_the_workers_before_their_calls_had_their_time(tmp_path: Path) -> None:
    async with workers(tmp_path, LONG_DRAIN) as server, connected_to_each(server, 2) as clients:
        calls = [asyncio.create_task(post(http, "modern", "tools/call", _wait(600))) for http in clients]
        await server.said("journal: wait began", 2)
        server.end()
        await server.said("Shutdown begins", 2)
        server.end(signal.SIGINT)
        code = await server.ended()
        await asyncio.gather(*calls, return_exceptions=True)
    assert code == 0
    assert "wait ended" not in server.journal
    assert [message for message in server.messages if "killed" in message] == []


async def test_a_signal_of_the_terminal_to_every_process_lets_calls_finish(tmp_path: Path) -> None:
    async with workers(tmp_path, LONG_DRAIN) as server, connected_to_each(server, 2) as clients:
        call = asyncio.create_task(post(clients[0], "modern", "tools/call", _wait(1)))
        await server.said("journal: wait began", 1)
        for child in _started(server):
            os.kill(child, signal.SIGINT)
            os.kill(child, signal.SIGTERM)
        server.end(signal.SIGINT)
        assert _text(await call) == "waited 1 s"
        assert await server.ended() == 0


async def test_a_worker_that_is_killed_is_replaced_under_its_number(tmp_path: Path) -> None:
    async with workers(tmp_path) as server:
        async with connected_to_each(server, 2) as clients:
            killed = _started(server)[1]
            os.kill(killed, signal.SIGKILL)
            await server.said("Worker 2", 3)  # its start, its end, the start of another
            assert await worker_of(server, clients[0]) == 1
        async with connected_to_each(server, 2):
            server.end()
            assert await server.ended() == 0
    ended = f"Worker 2 (process {killed}) ended unexpectedly (exit code -9); another one replaces it."
    assert (await server.line(message=ended))["level"] == "ERROR"
    assert len(_started(server)) == 3


@pytest.mark.skipif(sys.platform != "linux", reason="limits of another process are Linux's")
async def test_a_worker_that_the_system_does_not_let_start_is_tried_again(tmp_path: Path) -> None:
    async with workers(tmp_path) as server:
        async with connected_to_each(server, 2):
            pid, limit = server.process.pid, resource.RLIMIT_NOFILE
            before = resource.prlimit(pid, limit)
            resource.prlimit(pid, limit, (3, before[1]))
            os.kill(_started(server)[1], signal.SIGKILL)
            await server.said("Worker 2 could not be started: Too many open files. It is tried again.", 2)
            resource.prlimit(pid, limit, before)
        async with connected_to_each(server, 2):
            server.end()
            assert await server.ended() == 0


async def test_a_signal_while_workers_start_ends_the_server(tmp_path: Path) -> None:
    async with workers(tmp_path) as server:
        server.end()
        assert await server.ended() == 0


async def test_workers_end_when_their_supervisor_is_killed(tmp_path: Path) -> None:
    async with workers(tmp_path) as server, connected_to_each(server, 2) as clients:
        call = asyncio.create_task(post(clients[0], "modern", "tools/call", _wait(1)))
        await server.said("journal: wait began", 1)
        processes = [psutil.Process(number) for number in _started(server)]
        server.process.kill()
        assert _text(await call) == "waited 1 s"
        await asyncio.to_thread(psutil.wait_procs, processes)
        assert [each.is_running() for each in processes] == [False, False]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"MCP_WORKERS": "65"}, "MCP_WORKERS: Input should be less than or equal to 64"),
        ({"MCP_RATE_LIMIT": "many"}, "MCP_RATE_LIMIT: must be a number of calls and of seconds, such as 60/60"),
        ({"SAMPLE_UNWELL": "perhaps"}, "SAMPLE_UNWELL: Input should be a valid boolean, unable to interpret input"),
        ({"MCP_IDEMPOTENCY_STORE": "memory"}, "MCP_IDEMPOTENCY_STORE: memory is not shared by the processes"),
    ],
)
async def test_a_bad_setting_is_told_once_before_a_worker_starts(
    wrong: Mapping[str, str], sentence: str, tmp_path: Path
) -> None:
    async with workers(tmp_path, wrong) as server:
        assert await server.ended() == 2
    assert [message[: len(sentence)] for message in server.messages if not message.startswith("{")] == [
        "The server cannot start:"[: len(sentence)],
        sentence,
    ]


async def test_an_address_that_is_taken_ends_the_supervisor(tmp_path: Path) -> None:
    async with workers(tmp_path) as server:
        async with workers(tmp_path, {"MCP_PORT": server.url.rpartition(":")[2]}) as second:
            assert await second.ended() == 3
        server.end()
        await server.ended()
    assert _started(second) == []


async def test_a_hung_worker_is_killed_and_replaced() -> None:
    async with process("remote_sample:FIRST", "4", environment=WORKERS, command=("-m", "remote_workers")) as server:
        async with connected_to_each(server, 2):
            hung = _started(server)[0]
            os.kill(hung, signal.SIGSTOP)
            await server.said(f"Worker 1 (process {hung}) is killed because its event loop stands still.")
            await server.said("Worker 1", 4)
        server.end()
        assert await server.ended() == 0


async def test_a_server_whose_workers_cannot_start_ends() -> None:
    async with process("nowhere:SERVER", "4", environment=WORKERS, command=("-m", "remote_workers")) as server:
        assert await server.ended() == 1
    assert [m for m in server.messages if "could not start (exit code 1), so the server ends." in m] != []


async def test_state_of_a_question_of_one_worker_is_accepted_by_the_other(tmp_path: Path) -> None:
    asking = {**META, "io.modelcontextprotocol/clientCapabilities": {"elicitation": {"form": {}}}}
    call = {"name": "agree", "arguments": {}, "_meta": asking}
    async with workers(tmp_path) as server, connected_to_each(server, 2) as clients:
        asked = (await _sent(clients[0], call))["result"]
        given = {name: {"action": "accept", "content": {"agreed": True}} for name in asked["inputRequests"]}
        agreed = await _sent(clients[1], {**call, "inputResponses": given, "requestState": asked["requestState"]})
    assert agreed["result"]["structuredContent"] == {"text": "yes"}


async def _sent(http: httpx2.AsyncClient, params: Mapping[str, object]) -> dict[str, Any]:
    """The answer to a call whose `_meta` is the test's own."""
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    return answer(await http.post("/mcp", json=body, headers=headers("modern", "tools/call", str(params["name"]))))


@pytest.mark.services
async def test_workers_share_a_limit_in_redis(tmp_path: Path) -> None:
    call = {"name": "echo", "arguments": {"text": "x"}}
    async with (
        own_redis() as redis,
        workers(tmp_path, {"MCP_REDIS_URL": redis.url, "MCP_RATE_LIMIT": "20/3600"}) as server,
        connected_to_each(server, 2) as clients,
    ):
        answers = [await post(clients[number % 2], "modern", "tools/call", call) for number in range(30)]
    assert [found.status_code for found in answers] == [200] * 20 + [429] * 10
    assert [message for message in server.messages if message.startswith("Without MCP_REDIS_URL")] == []


async def test_a_write_with_a_key_is_done_once_whichever_worker_is_asked(tmp_path: Path) -> None:
    call = {"name": "put", "arguments": {"text": "x", "idempotency_key": "a-key-of-this-test"}}
    async with workers(tmp_path) as server, connected_to_each(server, 2) as clients:
        answers = [await post(http, "modern", "tools/call", call) for http in clients]
        server.end()
        await server.ended()
    assert [_text(found) for found in answers] == ["x", "x"]
    assert server.journal.count("put x") == 1


async def test_a_result_of_one_worker_is_not_reused_after_a_write_at_the_other(tmp_path: Path) -> None:
    read = {"name": "remember", "arguments": {"text": "x"}}
    async with workers(tmp_path) as server, connected_to_each(server, 2) as clients:
        await post(clients[0], "modern", "tools/call", read)
        await post(clients[1], "modern", "tools/call", {"name": "put", "arguments": {"text": "y"}})
        await post(clients[0], "modern", "tools/call", read)
        server.end()
        await server.ended()
    assert server.journal.count("remember x") == 2  # their order says nothing: each worker writes its lines in batches


async def test_toolroll_serves_installed_servers_by_workers(tmp_path: Path) -> None:
    env = {**WORKERS, "HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path)}
    program = ("-m", "mcp_chassis", "serve", "timezone", "--workers", "3", "--port", "0")
    async with process(environment=env, command=program) as server:
        call = {"name": "get_current_time", "arguments": {"timezone": "Europe/Paris"}}
        async with httpx2.AsyncClient(base_url=server.url, timeout=60, trust_env=False) as http:
            http.headers["accept"] = "application/json, text/event-stream"
            found = await post(http, "modern", "tools/list", path="/timezone/mcp")
        server.end()
        assert await server.ended() == 0
    assert call["name"] in json.dumps(answer(found))
    assert len(_started(server)) == 3
