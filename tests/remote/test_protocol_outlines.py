"""Outlines of protocol messages over HTTP: those of stdio, in the log and in the diagnostics."""

import json
import logging
from collections.abc import Mapping
from typing import Any

import httpx2
import pytest
from mcp_chassis.remote.http.response_messages import MAX_MESSAGE_BYTES, ResponseMessages
from mcp_chassis.telemetry.logs import PROTOCOL
from mcp_chassis.telemetry.protocol_log import PROTOCOL_LOG
from remote_http import ERAS, answer, post, served
from remote_sample import FIRST

DIAGNOSTICS = {"uri": "server://diagnostics"}
DEBUGGING = {"MCP_DEBUG": "1"}
ERROR = {"direction": "out", "method": None, "id": 1, "has_result": False, "has_error": True}


@pytest.fixture(autouse=True)
def debugging(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, PROTOCOL)


def outlines(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str | None, object, bool, bool]]:
    return [tuple(record.fields.values()) for record in caplog.records if record.name == PROTOCOL]


@pytest.mark.parametrize("era", ERAS)
async def test_a_request_and_its_answer_are_outlined_without_arguments(
    era: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with served({"": FIRST}, DEBUGGING) as http:
        await post(http, era, "tools/call", {"name": "echo", "arguments": {"text": "a secret word"}})
    assert outlines(caplog) == [("in", "tools/call", 1, False, False), ("out", None, 1, True, False)]
    assert "a secret word" not in "".join(str(vars(record)) for record in caplog.records if record.name == PROTOCOL)


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_the_messages_of_a_stream_are_read_however_its_bytes_are_cut(size: int) -> None:
    messages = [{"method": "notifications/progress", "params": {}}, {"id": 1, "result": {"text": "a\u2028b"}}]
    events = "".join(f"event: message\r\ndata: {json.dumps(each)}\r\n\r\n" for each in messages).encode()
    body = b": ping\r\n\r\n" + events
    read: list[Mapping[str, Any]] = []
    reader = ResponseMessages(read.append)
    for start in range(0, len(body), size):
        reader.feed(body[start : start + size], is_event_stream=True, more=True)
    assert read == messages


def test_a_message_above_the_limit_is_skipped_and_later_ones_are_read() -> None:
    read: list[Mapping[str, Any]] = []
    reader = ResponseMessages(read.append)
    for part in (b'data: {"a": "', b"x" * (MAX_MESSAGE_BYTES + 1), b'"}\ndata: {"id": 2}\n'):
        reader.feed(part, is_event_stream=True, more=True)
    assert read == [{"id": 2}]


@pytest.mark.parametrize("era", ERAS)
async def test_the_diagnostics_list_the_errors_of_the_sdk_and_of_the_checks_before_it(era: str) -> None:
    before = len(PROTOCOL_LOG.errors())
    async with served({"": FIRST}, DEBUGGING) as http:
        await post(http, era, "tools/call", {"name": "no_such_tool", "arguments": {}})
        await http.post("/mcp", content=b"no json", headers={"content-type": "application/json"})
        errors = await protocol_errors(http, era)
    assert errors[before:] == [ERROR, {**ERROR, "id": None}]


async def protocol_errors(http: httpx2.AsyncClient, era: str) -> list[dict[str, object]]:
    read = answer(await post(http, era, "resources/read", DIAGNOSTICS))
    return json.loads(read["result"]["contents"][0]["text"])["protocol_errors"]
