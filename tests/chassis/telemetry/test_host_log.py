"""What a host hears about a call while it runs: as much as it asked for, in the way of its era, without secrets."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp_chassis.testing.raw import RawClient
from stdio_sample import StdioSample


@pytest.fixture
def sample(tmp_path: Path) -> Iterator[StdioSample]:
    sample = StdioSample(tmp_path / "notes")
    yield sample
    sample.end()


def _heard(client: RawClient, text: str = "waiting 2 s") -> list[dict[str, Any]]:
    del client.notifications[:]
    client.call("report_wait", {"text": text})
    return [notice["params"] for notice in client.notifications if notice["method"] == "notifications/message"]


MESSAGE = {"level": "warning", "logger": "mcp-chassis", "data": "waiting 2 s"}


def test_a_host_of_an_older_revision_gets_messages_from_the_level_it_set(sample: StdioSample) -> None:
    client = sample.start()
    assert client.request("logging/setLevel", {"level": "error"})["result"] == {}
    assert _heard(client) == []
    client.request("logging/setLevel", {"level": "warning"})
    assert _heard(client) == [MESSAGE]
    client.request("logging/setLevel", {"level": "debug"})
    assert _heard(client) == [MESSAGE]


def test_a_host_of_an_older_revision_without_a_level_gets_no_messages(sample: StdioSample) -> None:
    assert _heard(sample.start()) == []


def test_a_level_that_does_not_exist_is_refused(sample: StdioSample) -> None:
    assert sample.start().request("logging/setLevel", {"level": "loud"})["error"]["code"] == -32602


@pytest.mark.parametrize(("asked", "heard"), [("info", [MESSAGE]), ("warning", [MESSAGE]), ("error", []), (None, [])])
def test_a_host_of_the_newest_revision_gets_the_level_of_each_request(
    sample: StdioSample, asked: str | None, heard: list[dict[str, Any]]
) -> None:
    assert _heard(sample.start("2026-07-28", asks_for=asked)) == heard


def test_messages_to_the_host_contain_no_secret(sample: StdioSample) -> None:
    client = sample.start(MCP_STATE_KEYS="canary-0123456789-0123456789-012345")
    client.request("logging/setLevel", {"level": "debug"})
    (heard,) = _heard(client, "waiting with canary-0123456789-0123456789-012345")
    assert heard["data"] == "waiting with [secret removed]"
