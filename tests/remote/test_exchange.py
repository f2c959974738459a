"""One request and its response: ids, the line of the access log, and the response to a request that is cut off."""

import json
import logging
from typing import Any

import pytest
from mcp_chassis.failures import Unavailable
from mcp_chassis.remote.exchange import Exchange
from mcp_chassis.remote.http.rejections import not_json

STOPPED = Unavailable("Stopped.", retry_after_seconds=1)


class Sent:
    """The messages that an exchange sends to the client."""

    def __init__(self, *headers: tuple[str, str], path: str = "/mcp") -> None:
        self.messages: list[Any] = []
        pairs = [(name.encode(), value.encode()) for name, value in headers]
        scope = {"method": "POST", "path": path, "scheme": "http", "client": ("10.0.0.7", 1), "headers": pairs}
        self.exchange = Exchange(scope, self._send)

    async def _send(self, message: Any) -> None:
        self.messages.append(message)

    async def begin(self, kind: str) -> None:
        headers = [(b"Content-Type", kind.encode())]
        await self.exchange.send({"type": "http.response.start", "status": 200, "headers": headers})

    async def body(self, *, more: bool) -> None:
        await self.exchange.send({"type": "http.response.body", "body": b"x", "more_body": more})

    @property
    def start(self) -> tuple[int, dict[str, str]]:
        """The status and headers of the response."""
        [message] = [each for each in self.messages if each["type"] == "http.response.start"]
        return message["status"], {name.decode().lower(): value.decode() for name, value in message["headers"]}


@pytest.mark.parametrize("sent", ["a", "0af7.x:y=/+-_", "x" * 128])
async def test_a_response_has_the_id_that_the_client_sent(sent: str) -> None:
    found = Sent(("x-request-id", sent))
    await found.begin("application/json")
    assert found.start[1]["x-request-id"] == found.exchange.client_id == sent


@pytest.mark.parametrize("headers", [[], [""], ["x" * 129], ["a b"], ["a\x00"], ["ü"], ["a", "a"]])
async def test_without_a_well_formed_id_of_the_client_a_response_has_that_of_the_server(headers: list[str]) -> None:
    found = Sent(*(("x-request-id", value) for value in headers))
    await found.begin("application/json")
    assert found.exchange.client_id is None
    assert found.start[1]["x-request-id"] == found.exchange.id
    assert len(found.exchange.id) == 16


async def test_a_rejection_has_the_id_of_the_message_once_it_is_known() -> None:
    for identifier, known in ((7, 7), ("seven", "seven"), (1.5, None), (None, None)):
        found = Sent()
        found.exchange.understood({"id": identifier, "method": "ping"})
        await found.exchange.reject(not_json())
        assert json.loads(found.messages[-1]["body"])["id"] == known
        assert (found.start[0], found.exchange.status) == (400, 400)


async def test_a_request_that_is_cut_off_before_its_response_gets_a_503() -> None:
    found = Sent()
    found.exchange.understood({"id": 7, "method": "tools/call"})
    await found.exchange.cut_off(STOPPED)
    status, headers = found.start
    assert (status, headers["retry-after"], headers["connection"]) == (503, "1", "close")
    error = json.loads(found.messages[-1]["body"])
    assert (error["id"], error["error"]["data"]["code"]) == (7, "SERVICE_UNAVAILABLE")


async def test_an_event_stream_that_is_cut_off_ends_with_an_event() -> None:
    found = Sent()
    found.exchange.understood({"id": 7, "method": "tools/call"})
    await found.begin("text/event-stream; charset=utf-8")
    await found.body(more=True)
    await found.exchange.cut_off(STOPPED)
    last = found.messages[-1]
    kind, data, *rest = last["body"].decode().split("\r\n")
    assert (kind, rest, last["more_body"]) == ("event: message", ["", ""], False)
    assert json.loads(data.removeprefix("data: "))["id"] == 7


async def test_another_response_that_is_cut_off_ends_without_more_bytes() -> None:
    found = Sent()
    await found.begin("application/json")
    await found.body(more=True)
    await found.exchange.cut_off(STOPPED)
    assert found.messages[-1] == {"type": "http.response.body", "body": b"", "more_body": False}


async def test_nothing_is_added_to_a_complete_response() -> None:
    found = Sent()
    await found.begin("application/json")
    await found.body(more=False)
    await found.exchange.cut_off(STOPPED)
    assert len(found.messages) == 2


async def test_the_access_log_has_the_request_and_cuts_its_path_and_method(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="mcp_chassis.access")
    found = Sent(("x-request-id", "mine"), path="/" + "p" * 300)
    found.exchange.understood({"id": 7, "method": "m" * 100})
    await found.begin("application/json")
    found.exchange.log()
    [record] = caplog.records
    fields = record.__dict__["fields"]
    assert fields.pop("duration_ms") >= 0
    assert fields == {
        "path": "/" + "p" * 199,
        "status": 200,
        "rpc_method": "m" * 64,
        "principal": None,
        "address": "10.0.0.7",
        "request_id": found.exchange.id,
        "client_request_id": "mine",
        "rpc_id": 7,
    }


async def test_a_request_without_a_message_is_logged_without_a_method(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="mcp_chassis.access")
    found = Sent()
    found.exchange.log()
    found.exchange.understood({"method": 5})
    found.exchange.log()
    assert [record.__dict__["fields"]["rpc_method"] for record in caplog.records] == [None, None]
    assert found.exchange.principal == "local"
