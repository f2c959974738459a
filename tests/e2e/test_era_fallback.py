"""A host that probes the newer era with `server/discover` and falls back to `initialize` is served in the older one."""

from typing import Any

import pytest
from mcp_chassis.testing.raw import MODERN, RawClient
from stdio_sample import StdioSample

OFFER = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}}
ENVELOPE = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientInfo": {"name": "raw", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


def _send(client: RawClient, identifier: int, method: str, params: dict[str, Any]) -> None:
    client.send({"jsonrpc": "2.0", "id": identifier, "method": method, "params": params})


@pytest.mark.parametrize("probes", [1, 3])
@pytest.mark.parametrize("cancelled", [False, True], ids=["answered", "given up"])
def test_initialize_after_nothing_but_discover_opens_the_older_era(
    sample: StdioSample, probes: int, cancelled: bool
) -> None:
    client = sample.start(MODERN)
    for probe in range(probes):
        _send(client, 100 + probe, "server/discover", {"_meta": ENVELOPE})
        if cancelled:
            client.notify("notifications/cancelled", {"requestId": 100 + probe})
    _send(client, 200, "initialize", OFFER)
    answers: dict[Any, Any] = {}
    while 200 not in answers:
        message = client.receive()
        answers[message.get("id")] = message
    assert answers[200]["result"]["protocolVersion"] == "2025-11-25"
    client.notify("notifications/initialized")
    _send(client, 201, "tools/call", {"name": "say", "arguments": {"text": "served"}})
    assert client.receive()["result"]["structuredContent"] == {"text": "served"}
    assert client.stop(5) == 0
    assert sample.notes() == ["opened", "closed"]


def test_initialize_after_another_request_of_the_newer_era_is_refused(sample: StdioSample) -> None:
    client = sample.start(MODERN)
    client.list()
    _send(client, 200, "initialize", OFFER)
    assert client.receive()["error"]["code"] == -32022
    assert client.call("say", {"text": "still here"})["structuredContent"] == {"text": "still here"}


def test_the_newer_era_is_refused_once_a_host_has_fallen_back(sample: StdioSample) -> None:
    client = sample.start(MODERN)
    _send(client, 200, "initialize", OFFER)
    assert "result" in client.receive()
    _send(client, 201, "tools/list", {"_meta": ENVELOPE})
    assert client.receive()["error"]["code"] == -32600
