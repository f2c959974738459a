"""Updates of changed files reach subscribers in both protocol eras, over the installed command's stdio."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from mcp_chassis.testing.raw import MODERN, RawClient, without_path

pytestmark = pytest.mark.slow

UPDATED = "notifications/resources/updated"
TRIES = 60


def heard(client: RawClient, ground: Any, name: str) -> str:
    """The URI of the first update; the file is changed again until the operating system tells of it."""
    for number in range(TRIES):
        (ground.allowed / name).write_text(f"changed {number}\n")
        try:
            message = client.receive(timeout=0.5)
        except TimeoutError:
            continue
        if message.get("method") == UPDATED:
            return message["params"]["uri"]
    raise AssertionError("nothing was heard")


@pytest.mark.parametrize("version", ["2025-11-25", MODERN])
def test_a_change_of_a_file_is_heard_by_its_subscriber_and_by_its_uri_alone(ground: Any, version: str) -> None:
    environment = without_path(ALLOWED_DIR=str(ground.allowed), MCP_LOG_LEVEL="CRITICAL")
    with RawClient([sys.executable, "-m", "files_server"], env=environment, version=version) as client:
        client.initialize()
        uri = ground.uri("notes.md")
        if version == MODERN:
            client.begin("subscriptions/listen", {"notifications": {"resourceSubscriptions": [uri]}})
            assert client.receive()["method"] == "notifications/subscriptions/acknowledged"
        else:
            assert client.request("resources/subscribe", {"uri": uri})["result"] == {}
        (ground.allowed / "sub" / "data.json").write_text("{}")
        assert heard(client, ground, "notes.md") == uri
        read = client.request("resources/read", {"uri": uri})["result"]["contents"][0]
    assert read["text"].startswith("changed ")


def test_a_name_that_is_no_text_does_not_end_the_news_of_other_files(ground: Any) -> None:
    environment = without_path(ALLOWED_DIR=str(ground.allowed), MCP_LOG_LEVEL="CRITICAL")
    with RawClient([sys.executable, "-m", "files_server"], env=environment, version=MODERN) as client:
        client.initialize()
        uri = ground.uri("notes.md")
        client.begin("subscriptions/listen", {"notifications": {"resourceSubscriptions": [uri]}})
        assert client.receive()["method"] == "notifications/subscriptions/acknowledged"
        assert heard(client, ground, "notes.md") == uri
        for number in range(3):
            strange = os.fsdecode(os.fsencode(ground.allowed) + b"/\xff%d.txt" % number)
            Path(strange).touch()
            assert heard(client, ground, "notes.md") == uri
