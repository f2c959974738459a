"""What is in flight on a connection, and when its end may come."""

import asyncio

import anyio
import pytest
from mcp.shared.message import SessionMessage
from mcp_chassis.stdio.streams import Drain, Inbox, Outbox
from mcp_types import JSONRPCMessage, JSONRPCNotification, JSONRPCRequest, JSONRPCResponse


def _request(identifier: int | str) -> JSONRPCRequest:
    return JSONRPCRequest(jsonrpc="2.0", id=identifier, method="tools/call")


def _answer(identifier: int | str) -> SessionMessage:
    return SessionMessage(JSONRPCResponse(jsonrpc="2.0", id=identifier, result={}))


async def _taken(message: JSONRPCMessage) -> None:
    return None


async def test_messages_are_received_in_order_and_free_room_is_reported() -> None:
    taken: list[int] = []
    inbox = Inbox(Drain(), lambda: taken.append(len(inbox)))
    for identifier in (1, 2, 3):
        inbox.put(_request(identifier))
    received = [await anext(inbox) for _ in range(3)]
    assert [item.message.id for item in received if isinstance(item, SessionMessage)] == [1, 2, 3]
    assert taken == [2, 1, 0]


async def test_a_waiting_receive_is_woken_by_a_message() -> None:
    inbox = Inbox(Drain(), lambda: None)
    reader = asyncio.ensure_future(inbox.receive())
    await asyncio.sleep(0)
    inbox.put(_request(1))
    assert await reader == SessionMessage(_request(1))


async def test_a_request_is_in_flight_until_its_response() -> None:
    drain = Drain()
    inbox, outbox = Inbox(drain, lambda: None), Outbox(drain, _taken)
    inbox.put(_request("a"))
    assert drain.in_flight() == 0
    await inbox.receive()
    assert drain.in_flight() == 1
    await outbox.send(SessionMessage(JSONRPCNotification(jsonrpc="2.0", method="notifications/progress")))
    assert drain.in_flight() == 1
    await outbox.send(_answer("a"))
    assert drain.in_flight() == 0


async def test_a_request_its_sender_has_cancelled_is_not_in_flight() -> None:
    drain = Drain()
    inbox = Inbox(drain, lambda: None)
    inbox.put(_request(1))
    inbox.put(_request(2))
    for params in ({"requestId": 1}, {"requestId": [2]}, {}, None):
        inbox.put(JSONRPCNotification(jsonrpc="2.0", method="notifications/cancelled", params=params))
    for _ in range(6):
        await inbox.receive()
    assert drain.in_flight() == 1


async def test_a_response_that_could_not_be_written_ends_the_request() -> None:
    drain = Drain()

    async def broken(message: JSONRPCMessage) -> None:
        raise anyio.BrokenResourceError

    drain.begun(1)
    with pytest.raises(anyio.BrokenResourceError):
        await Outbox(drain, broken).send(_answer(1))
    assert drain.in_flight() == 0


async def test_responses_are_flushed_with_the_last_one() -> None:
    drain, flushed = Drain(), list[int]()
    outbox = Outbox(drain, _taken, lambda: flushed.append(drain.in_flight()))
    drain.begun(1)
    drain.begun(2)
    await outbox.send(_answer(1))
    assert flushed == []
    await outbox.send(_answer(2))
    assert flushed == [0]


async def test_messages_read_before_the_shutdown_are_still_processed() -> None:
    drain = Drain()
    inbox = Inbox(drain, lambda: None)
    inbox.put(JSONRPCNotification(jsonrpc="2.0", method="notifications/initialized"))
    drain.stop(60)
    assert len([item async for item in inbox]) == 1


async def test_the_shutdown_waits_for_the_last_response() -> None:
    drain = Drain()
    drain.begun(1)
    drain.begun(2)
    drain.stop(60)
    ended = asyncio.ensure_future(drain.settled())
    drain.ended(1)
    await asyncio.sleep(0)
    assert not ended.done()
    drain.ended(2)
    await ended


async def test_the_shutdown_does_not_wait_longer_than_its_grace_period() -> None:
    drain = Drain()
    drain.begun(1)
    drain.stop(0.01)
    await drain.settled()
    assert drain.in_flight() == 1


@pytest.mark.parametrize("times", [2, 3])
async def test_a_second_shutdown_does_not_wait(times: int) -> None:
    drain = Drain()
    drain.begun(1)
    drain.stop(60)
    ended = asyncio.ensure_future(drain.settled())
    await asyncio.sleep(0)
    for _ in range(times - 1):
        drain.stop(60)
    await ended
    assert drain.in_flight() == 1


SEQUENCES = {
    "initialize alone": (["initialize"], False),
    "initialize after discover": (["server/discover", "initialize"], True),
    "initialize after two of discover": (["server/discover", "server/discover", "initialize"], True),
    "initialize after discover and another request": (["server/discover", "tools/list", "initialize"], False),
    "initialize after another request and discover": (["tools/list", "server/discover", "initialize"], False),
    "another request after discover": (["server/discover", "tools/list"], False),
}


@pytest.mark.parametrize("kind", SEQUENCES)
async def test_the_stream_ends_once_at_an_initialize_that_only_discover_preceded(kind: str) -> None:
    methods, falls_back = SEQUENCES[kind]
    drain = Drain()
    inbox, outbox = Inbox(drain, lambda: None), Outbox(drain, _taken)
    for number, method in enumerate(methods):
        inbox.put(JSONRPCRequest(jsonrpc="2.0", id=number, method=method))
    for number in range(len(methods) - 1):
        await inbox.receive()
        await outbox.send(_answer(number))
    if falls_back:
        with pytest.raises(anyio.EndOfStream):
            await inbox.receive()
    assert inbox.reopen() is falls_back
    last = await inbox.receive()
    assert isinstance(last, SessionMessage)
    assert isinstance(last.message, JSONRPCRequest)
    assert last.message.method == methods[-1]
    assert not inbox.reopen()


async def test_a_host_that_falls_back_is_served_again_once_discover_has_its_response() -> None:
    drain = Drain()
    inbox, outbox = Inbox(drain, lambda: None), Outbox(drain, _taken)
    for number, method in enumerate(("server/discover", "initialize")):
        inbox.put(JSONRPCRequest(jsonrpc="2.0", id=number, method=method))
    await inbox.receive()
    ending = asyncio.ensure_future(inbox.receive())
    for _ in range(3):
        await asyncio.sleep(0)
        drain.ended("another")
    assert not ending.done()
    await outbox.send(_answer(0))
    with pytest.raises(anyio.EndOfStream):
        await ending


async def test_the_last_response_of_several_requests_is_flushed_alone() -> None:
    flushes: list[int] = []
    drain = Drain()
    inbox, outbox = Inbox(drain, lambda: None), Outbox(drain, _taken, lambda: flushes.append(drain.in_flight()))
    for number in range(3):
        inbox.put(_request(number))
        await inbox.receive()
    assert not drain.answered.is_set()
    for number in range(3):
        await outbox.send(_answer(number))
    assert flushes == [0]
    assert drain.answered.is_set()
