"""Bodies of requests: limits of their size, messages that are accepted, and headers that occur once."""

import asyncio
import json
from typing import Any

import pytest
from mcp_chassis.remote.http import request_body
from mcp_chassis.remote.http.rejections import Rejection


def scope(**headers: str) -> dict[str, Any]:
    return {"headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]}


def receiving(*parts: bytes, ends: bool = True) -> Any:
    """An ASGI `receive` of these parts, after which the client has disconnected unless the body ends."""
    messages = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    if ends:
        messages[-1].pop("more_body")
    messages.append({"type": "http.disconnect"})

    async def receive() -> Any:
        return messages.pop(0)

    return receive


@pytest.mark.parametrize("parts", [(b"0123456789",), (b"01234", b"56789"), (b"", b"0123456789")])
async def test_a_body_of_exactly_the_limit_is_read_and_one_byte_more_is_refused(parts: tuple[bytes, ...]) -> None:
    assert await request_body.read(scope(), receiving(*parts), 10) == b"0123456789"
    with pytest.raises(Rejection) as caught:
        await request_body.read(scope(), receiving(*parts), 9)
    assert caught.value.status == 413


@pytest.mark.parametrize(("length", "status"), [("10", None), ("11", 413)])
async def test_a_declared_length_above_the_limit_is_refused_before_anything_is_read(
    length: str, status: int | None
) -> None:
    found = None
    try:
        await request_body.read(scope(content_length=length), receiving(b"x"), 10)
    except Rejection as rejection:
        found = rejection.status
    assert found == status


async def test_a_client_that_disconnects_before_the_end_of_its_body_is_a_connection_error() -> None:
    with pytest.raises(ConnectionError):
        await request_body.read(scope(), receiving(b"begun", ends=False), 10)


async def test_a_body_that_does_not_arrive_in_time_is_refused() -> None:
    with pytest.raises(Rejection) as caught:
        await request_body.read(scope(), _never, 10, seconds=0)
    assert (caught.value.status, caught.value.headers["connection"]) == (408, "close")


async def _never() -> Any:
    await asyncio.Event().wait()


MESSAGE = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


@pytest.mark.parametrize(
    "message",
    [
        MESSAGE,
        {**MESSAGE, "id": "one"},
        {**MESSAGE, "params": {}},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
    ],
)
def test_a_request_or_notification_is_accepted(message: dict[str, Any]) -> None:
    assert request_body.message_of(json.dumps(message).encode()) == message


@pytest.mark.parametrize(
    "body",
    [
        [],
        [MESSAGE],
        5,
        None,
        {},
        {"jsonrpc": "2.0", "id": 1, "result": {}},
        {**MESSAGE, "jsonrpc": "1.0"},
        {**MESSAGE, "method": 5},
        {**MESSAGE, "params": []},
        {**MESSAGE, "params": None},
        {**MESSAGE, "id": True},
        {**MESSAGE, "id": 1.5},
        {**MESSAGE, "id": None},
        {**MESSAGE, "id": {}},
    ],
)
def test_json_that_is_not_one_message_is_refused(body: Any) -> None:
    with pytest.raises(Rejection, match="one JSON-RPC message") as caught:
        request_body.message_of(json.dumps(body).encode())
    assert caught.value.status == 400


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000])
def test_a_body_that_is_not_json_is_refused(body: bytes) -> None:
    with pytest.raises(Rejection) as caught:
        request_body.message_of(body)
    assert caught.value.status == 400


async def test_a_body_that_was_read_is_received_again_once() -> None:
    receive = request_body.replayed(b"body", receiving(b"more"))
    assert await receive() == {"type": "http.request", "body": b"body", "more_body": False}
    assert await receive() == {"type": "http.request", "body": b"more"}


def test_a_header_that_occurs_twice_has_a_first_value_and_no_only_value() -> None:
    twice: dict[str, Any] = {"headers": [(b"host", b"a"), (b"x", b"\xfc"), (b"host", b"b")]}
    assert request_body.headers(twice, b"host") == ["a", "b"]
    assert request_body.header(twice, b"host") == "a"
    assert request_body.only_header(twice, b"host") is None
    assert request_body.header(twice, b"x") == request_body.only_header(twice, b"x") == "ü"
    assert request_body.header(twice, b"y") is request_body.only_header(twice, b"y") is None
