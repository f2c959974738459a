"""What is kept of the last protocol messages."""

import logging
from collections.abc import Iterator

import pytest
from mcp_chassis.telemetry.logs import PROTOCOL
from mcp_chassis.telemetry.protocol_log import Outline, ProtocolLog
from mcp_types import ErrorData, JSONRPCError, JSONRPCNotification, JSONRPCRequest, JSONRPCResponse

REQUEST = JSONRPCRequest(jsonrpc="2.0", id=1, method="tools/call", params={"name": "secret"})
ANSWER = JSONRPCResponse(jsonrpc="2.0", id=1, result={"text": "secret"})
ERROR = JSONRPCError(jsonrpc="2.0", id=2, error=ErrorData(code=-32601, message="secret"))
NOTICE = JSONRPCNotification(jsonrpc="2.0", method="notifications/progress")


@pytest.fixture
def debugging() -> Iterator[None]:
    logger = logging.getLogger(PROTOCOL)
    level = logger.level
    logger.setLevel(logging.DEBUG)
    yield
    logger.setLevel(level)


@pytest.mark.usefixtures("debugging")
def test_outlines_are_kept_in_order_and_those_with_errors_can_be_listed() -> None:
    log = ProtocolLog()
    for direction, message in (("in", REQUEST), ("out", NOTICE), ("out", ANSWER), ("out", ERROR)):
        log.record(direction, message)
    assert log.last() == [
        Outline("in", "tools/call", 1, has_result=False, has_error=False),
        Outline("out", "notifications/progress", None, has_result=False, has_error=False),
        Outline("out", None, 1, has_result=True, has_error=False),
        Outline("out", None, 2, has_result=False, has_error=True),
    ]
    assert log.errors() == [log.last()[-1]]


@pytest.mark.usefixtures("debugging")
def test_only_the_last_fifty_are_kept() -> None:
    log = ProtocolLog()
    for number in range(60):
        log.record("in", JSONRPCRequest(jsonrpc="2.0", id=number, method="ping"))
    assert [outline.id for outline in log.last()] == list(range(10, 60))


def test_nothing_is_kept_unless_debugging() -> None:
    log = ProtocolLog()
    log.record("in", REQUEST)
    assert log.last() == []


@pytest.mark.usefixtures("debugging")
@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"method": "m" * 64, "id": "i" * 64}, Outline("in", "m" * 64, "i" * 64, has_result=False, has_error=False)),
        ({"method": "m" * 65, "id": "i" * 65}, Outline("in", "m" * 64, "i" * 64, has_result=False, has_error=False)),
        ({"method": 7, "id": 7, "result": {}}, Outline("in", None, 7, has_result=True, has_error=False)),
        ({"error": {}}, Outline("in", None, None, has_result=False, has_error=True)),
    ],
)
def test_a_parsed_message_is_outlined_with_names_of_at_most_64_characters(
    message: dict[str, object], expected: Outline
) -> None:
    log = ProtocolLog()
    log.record_parsed("in", message)
    assert log.last() == [expected]
