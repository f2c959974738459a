"""The raw client of tests sends what it says, message by message."""

import sys
import threading
from typing import Any

import pytest
from mcp_chassis.testing.raw import MODERN, RawClient

PROGRAM = """
import json, sys
seen = []
for line in sys.stdin:
    seen.append(json.loads(line))
    if "id" in seen[-1]:
        print(json.dumps({"jsonrpc": "2.0", "id": seen[-1]["id"], "result": {"seen": seen}}), flush=True)
"""
ECHO = (sys.executable, "-c", PROGRAM)


def seen(**options: Any) -> list[dict[str, Any]]:
    """What a server has received after the handshake and one request."""
    with RawClient(ECHO, **options) as client:
        client.initialize()
        return client.request("ping")["result"]["seen"]


@pytest.mark.parametrize(
    ("options", "methods"),
    [
        ({}, ["initialize", "notifications/initialized", "ping"]),
        ({"announce": False}, ["initialize", "ping"]),
        ({"version": MODERN}, ["server/discover", "ping"]),
    ],
)
def test_the_handshake_ends_with_initialized_unless_told_otherwise(options: Any, methods: list[str]) -> None:
    assert [message["method"] for message in seen(**options)] == methods


@pytest.mark.parametrize("level", ["debug", None])
def test_a_modern_request_asks_for_log_messages_at_the_level_given(level: str | None) -> None:
    (*_, ping) = seen(version=MODERN, log_level=level)
    assert ping["params"]["_meta"].get("io.modelcontextprotocol/logLevel") == level


def test_a_client_that_is_not_closed_does_not_keep_the_test_run_alive() -> None:
    before = set(threading.enumerate())
    with RawClient(ECHO):
        assert [thread.daemon for thread in set(threading.enumerate()) - before] == [True]
