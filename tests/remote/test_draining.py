"""The end: calls in flight are answered or cancelled in time, listen streams end with their last result."""

import asyncio
import signal

import httpx2
import pytest
from remote_http import ERAS, Process, answer, headers, message, post, process

pytestmark = pytest.mark.slow

PATIENCE = 240.0
LONG_DRAIN = {"MCP_DRAIN_SECONDS": "600"}
SHORT_DRAIN = {"MCP_DRAIN_SECONDS": "1"}


def _client(server: Process) -> httpx2.AsyncClient:
    limits = httpx2.Limits(max_connections=None)
    accept = {"accept": "application/json, text/event-stream"}
    return httpx2.AsyncClient(base_url=server.url, headers=accept, timeout=PATIENCE, limits=limits, trust_env=False)


@pytest.mark.parametrize("era", ERAS)
async def test_on_sigterm_twenty_calls_of_two_seconds_all_finish(era: str) -> None:
    async with process(environment=LONG_DRAIN) as server, _client(server) as http:
        wait = {"name": "wait", "arguments": {"seconds": 2}}
        calls = [asyncio.create_task(post(http, era, "tools/call", wait)) for _ in range(20)]
        await server.said("journal: wait began", 20)
        server.end()
        responses = await asyncio.gather(*calls)
        code = await server.ended()
    answers = [answer(response) for response in responses]
    told = "keep-alive" if era == "legacy" else "close"  # its streams had begun before the end did
    assert {response.headers["connection"] for response in responses} == {told}
    assert [found["result"]["structuredContent"]["text"] for found in answers] == ["waited 2 s"] * 20
    assert code == 0


@pytest.mark.parametrize("era", ERAS)
async def test_a_call_of_ten_minutes_is_cancelled_and_its_work_with_it(era: str) -> None:
    async with process(environment=SHORT_DRAIN) as server, _client(server) as http:
        call = asyncio.create_task(post(http, era, "tools/call", {"name": "wait", "arguments": {"seconds": 600}}))
        await server.said("journal: wait began", 1)
        server.end()
        code = await server.ended()
        response = await call
    assert code == 0
    assert server.journal == ["wait began", "wait cancelled", "closed"]
    assert response.status_code == (503 if era == "modern" else 200)  # the stream of the older era had begun
    assert (answer(response)["id"], answer(response)["error"]["data"]["code"]) == (1, "SERVICE_UNAVAILABLE")


@pytest.mark.parametrize("era", ERAS)
async def test_a_write_cancelled_by_the_shutdown_has_an_unknown_outcome(era: str) -> None:
    async with process(environment=SHORT_DRAIN) as server, _client(server) as http:
        call = asyncio.create_task(post(http, era, "tools/call", {"name": "hold", "arguments": {"seconds": 600}}))
        await server.said("journal: hold began", 1)
        server.end()
        response = await call
    assert answer(response)["error"]["data"]["code"] == "OUTCOME_UNKNOWN"


async def test_fifty_listen_streams_end_with_their_final_result_and_do_not_delay_the_shutdown() -> None:
    async with process() as server, _client(server) as http:
        heard = [asyncio.create_task(_listen(http, number)) for number in range(50)]
        streams = [await task for task in heard]
        ends = [asyncio.create_task(_last_event(stream)) for stream in streams]
        server.end()
        last = await asyncio.gather(*ends)
        code = await server.ended()
    assert ['"result"' in line for line in last] == [True] * 50
    assert code == 0


async def _listen(http: httpx2.AsyncClient, number: int) -> httpx2.Response:
    """A stream, once its subscription is acknowledged."""
    body = message(
        "modern", "subscriptions/listen", {"notifications": {"resourceSubscriptions": ["sample://thing"]}}, number
    )
    request = http.build_request("POST", "/mcp", json=body, headers=headers("modern", "subscriptions/listen"))
    return await http.send(request, stream=True)


async def _last_event(stream: httpx2.Response) -> str:
    lines = [line async for line in stream.aiter_lines() if line.startswith("data:")]
    return lines[-1]


async def test_a_second_signal_ends_it_before_its_calls_had_their_time() -> None:
    async with process(environment=LONG_DRAIN) as server, _client(server) as http:
        call = asyncio.create_task(post(http, "modern", "tools/call", {"name": "wait", "arguments": {"seconds": 600}}))
        await server.said("journal: wait began", 1)
        server.end(signal.SIGINT)
        await server.said("Shutdown begins")
        server.end(signal.SIGTERM)
        code = await server.ended()
        await asyncio.gather(call, return_exceptions=True)
    assert code == 0
    assert "wait ended" not in server.journal


async def test_no_connection_is_accepted_while_the_server_drains() -> None:
    async with process() as server, _client(server) as http:
        call = asyncio.create_task(post(http, "modern", "tools/call", {"name": "wait", "arguments": {"seconds": 2}}))
        await server.said("journal: wait began", 1)
        server.end()
        await server.said("Shutdown begins")
        with pytest.raises(httpx2.ConnectError):
            await post(http, "modern", "tools/list")
        assert (await call).status_code == 200


async def test_a_request_sent_as_the_shutdown_begins_gets_its_response_with_connection_close() -> None:
    async with process() as server, _client(server) as http, _client(server) as kept_open:
        call = asyncio.create_task(post(http, "modern", "tools/call", {"name": "wait", "arguments": {"seconds": 1}}))
        before = await kept_open.get("/health")
        await server.said("journal: wait began", 1)
        server.end()
        await server.said("Shutdown begins", 1)
        late = await post(kept_open, "modern", "tools/call", {"name": "echo", "arguments": {"text": "late"}})
        answered = answer(await call)
        code = await server.ended()
    assert "connection" not in before.headers
    assert late.headers["connection"] == "close"
    assert answer(late)["result"]["structuredContent"] == {"text": "late"}
    assert answered["result"]["structuredContent"] == {"text": "waited 1 s"}
    assert code == 0
