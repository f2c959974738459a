"""Over HTTP a task is its caller's alone: what another asks about it is answered as for an id that never was."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from long_server import Desk, long_server
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from mcp_chassis.remote.app import Application
from mcp_chassis.remote.assembly import application
from mcp_chassis.remote.auth.api_keys import ApiKey
from mcp_chassis.remote.in_flight import InFlightRequests
from remote_http import BASE, living
from task_hosts import TaskHost, host_of


@asynccontextmanager
async def callers(desk: Desk, folder: Path) -> AsyncGenerator[tuple[TaskHost, TaskHost]]:
    """Two hosts of one server, each with a key of its own."""
    keys = folder / "keys"
    keys.write_text("\n".join(ApiKey.of(name, f"tr_{name}", ["*"]).line() for name in ("ann", "bea")))
    environment = {"MCP_API_KEYS_FILE": str(keys), "MCP_TASK_AFTER": "0.01"}
    app = application({"": long_server(desk)}, {**environment, "MCP_RATE_LIMIT": "0"}, InFlightRequests())
    async with living(app), caller(app, "tr_ann") as ann, caller(app, "tr_bea") as bea:
        yield ann, bea


@asynccontextmanager
async def caller(app: Application, key: str) -> AsyncGenerator[TaskHost]:
    async with (
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=BASE, headers={"x-api-key": key}) as http,
        host_of(streamable_http_client(f"{BASE}/mcp", http_client=http)) as host,
    ):
        yield host


async def _refusal(ask: Callable[[str], Awaitable[object]], task_id: str) -> dict[str, object]:
    with pytest.raises(MCPError) as refused:
        await ask(task_id)
    return refused.value.error.model_dump()


async def test_a_task_of_another_principal_is_reported_as_unknown(tmp_path: Path) -> None:
    desk = Desk()
    async with callers(desk, tmp_path) as (ann, bea):
        name = await ann.begin("look_long")
        for ask in (bea.get, bea.cancel, lambda task: bea.update(task, {})):
            assert await _refusal(ask, name) == await _refusal(ask, "never-was")
        desk.release.set()
        done = await ann.ended(name)
        assert await _refusal(bea.get, name) == await _refusal(bea.get, "never-was")
    assert done["status"] == "completed"
    assert desk.ended == ["it"]
