"""Errors for the requests that wait when the full server cannot start."""

import json

import pytest
from mcp_chassis.stdio.front.handover import Handover


def refused(capfd: pytest.CaptureFixture[str], received: bytes, answered: frozenset[str] = frozenset()) -> list[object]:
    Handover("sample:SERVER", received, answered).refuse("It cannot start.")
    errors = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [error | {"id": None} for error in errors] == [
        {"jsonrpc": "2.0", "id": None, "error": {"code": -32603, "message": "It cannot start."}}
    ] * len(errors)
    return [error["id"] for error in errors]


@pytest.mark.parametrize(
    ("received", "identifiers"),
    [
        (b'{"id": 1, "method": "tools/call"}\n{"id": "two", "method": "ping"}\n', [1, "two"]),
        (b'{"method": "notifications/initialized"}\n', []),
        (b'{"id": null, "method": "ping"}\n', []),
        (b'{"id": 1.5, "method": "ping"}\n', []),
        (b'{"id": 1, "result": {}}\n', []),
        (b'not JSON\n[1]\n5\n\n{"id": 3, "method": "ping"}', [3]),
        (b"", []),
    ],
)
def test_each_waiting_request_gets_an_error_with_its_id(
    capfd: pytest.CaptureFixture[str], received: bytes, identifiers: list[object]
) -> None:
    assert refused(capfd, received) == identifiers


def test_a_request_that_has_its_response_gets_no_error(capfd: pytest.CaptureFixture[str]) -> None:
    received = b'{"id": "front 1", "method": "initialize"}\n{"id": 2, "method": "ping"}\n'
    assert refused(capfd, received, frozenset({"front 1"})) == [2]
