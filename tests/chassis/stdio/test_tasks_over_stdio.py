"""Tasks over stdio: what a host hears of them, and what becomes of them when it leaves."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from mcp_chassis.tasks.extension import TASKS
from mcp_chassis.testing.raw import MODERN, RawClient
from mcp_types import LOG_LEVEL_META_KEY

PROGRAM = (sys.executable, str(Path(__file__).parents[2] / "support" / "long_server.py"), "stdio")
KNOWS_TASKS = {"io.modelcontextprotocol/clientCapabilities": {"extensions": {TASKS: {}}}}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[RawClient]:
    noted = {"LONG_NOTES": str(tmp_path / "notes")}
    env = {**os.environ, **noted, "MCP_TASK_AFTER": "0.2", "MCP_IDEMPOTENCY_STORE": "memory"}
    with (
        (tmp_path / "stderr").open("wb") as stderr,
        RawClient(PROGRAM, version=MODERN, env=env, stderr=stderr.fileno()) as client,
    ):
        yield client


def begin(client: RawClient, tool: str, log_level: str | None = None, **arguments: object) -> str:
    """The id of the task that a call becomes."""
    wanted = {LOG_LEVEL_META_KEY: log_level} if log_level else {}
    params = {"name": tool, "arguments": arguments, "_meta": {**KNOWS_TASKS, "progressToken": "t", **wanted}}
    return client.request("tools/call", params)["result"]["taskId"]


def ask(client: RawClient, method: str, task_id: str) -> dict[str, object]:
    return client.request(method, {"taskId": task_id, "_meta": KNOWS_TASKS})["result"]


def test_the_handshake_declares_tasks(client: RawClient) -> None:
    assert client.initialize()["capabilities"]["extensions"] == {TASKS: {}}


def test_progress_goes_on_after_the_answer_that_names_the_task(client: RawClient) -> None:
    name = begin(client, "look_on")
    client.notifications.clear()
    heard = client.receive()
    assert heard["method"] == "notifications/progress"
    assert heard["params"] == {"progressToken": "t", "progress": 1, "total": 3, "message": "on and on"}
    ask(client, "tasks/cancel", name)
    while ask(client, "tasks/get", name)["status"] != "cancelled":
        pass


def test_log_messages_go_on_after_the_answer_that_names_the_task(client: RawClient) -> None:
    begin(client, "look_on", log_level="info")
    client.notifications.clear()
    heard = [client.receive() for _ in range(2)]
    (told,) = [each["params"] for each in heard if each["method"] == "notifications/message"]
    assert (told["level"], told["logger"], told["data"]) == ("info", "long-mcp", "looking on")


def test_a_write_ends_and_a_read_does_not_hold_up_the_end_when_the_host_leaves(
    client: RawClient, tmp_path: Path
) -> None:
    begin(client, "look_long")
    begin(client, "put_soon", name="something", seconds=1.0)
    assert client.stop() == 0
    assert (tmp_path / "notes").read_text() == "put something\n"


def test_a_task_that_never_ends_does_not_hold_up_the_end(client: RawClient) -> None:
    begin(client, "put_long", name="x")
    client.process.terminate()
    assert client.process.wait() == 0
    client.stop()
