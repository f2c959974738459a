"""A host that knows tasks: the SDK's client with the extension declared, and the three requests about a task."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any, ClassVar, Literal

import httpx2
from mcp.client import Client
from mcp.client.extension import ClaimContext, ClientExtension, ResultClaim
from mcp.client.streamable_http import streamable_http_client
from mcp_chassis.pipeline.dispatch import Dispatch
from mcp_chassis.server import Server
from mcp_chassis.tasks.extension import TASKS
from mcp_chassis.testing import connected
from mcp_types import CallToolResult, Request, RequestParams, Result
from pydantic import ConfigDict

ENDED = {"completed", "failed", "cancelled"}
POLL_SECONDS = 0.02


class CreatedTask(Result):
    result_type: Literal["task"]
    task_id: str
    status: str
    ttl_ms: int | None
    poll_interval_ms: int | None = None


class TaskRequestParams(RequestParams):
    task_id: str
    input_responses: dict[str, Any] | None = None


class TaskRequest(Request[TaskRequestParams, str]):
    name_param: ClassVar[str | None] = "taskId"

    method: str
    params: TaskRequestParams


class Told(Result):
    model_config = ConfigDict(extra="allow")


class KnowsTasks(ClientExtension):
    identifier = TASKS

    def claims(self) -> list[ResultClaim[Any]]:
        return [ResultClaim(result_type="task", model=CreatedTask, resolve=self._resolve)]

    async def _resolve(self, task: CreatedTask, ctx: ClaimContext) -> CallToolResult:
        raise AssertionError("tests drive tasks themselves")


class TaskHost:
    """One host's view of a server."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def call(self, tool: str, **arguments: Any) -> Any:
        """The result of a call, or the task it became."""
        return await self.client.session.call_tool(tool, arguments, allow_claimed=True, allow_input_required=True)

    async def begin(self, tool: str, **arguments: Any) -> str:
        """The id of the task that a call becomes."""
        created = await self.call(tool, **arguments)
        assert isinstance(created, CreatedTask), created
        return created.task_id

    async def get(self, task_id: str) -> dict[str, Any]:
        return await self._ask("tasks/get", task_id)

    async def cancel(self, task_id: str) -> dict[str, Any]:
        return await self._ask("tasks/cancel", task_id)

    async def update(self, task_id: str, answers: Mapping[str, Any]) -> dict[str, Any]:
        return await self._ask("tasks/update", task_id, dict(answers))

    async def until(self, task_id: str, reached: Callable[[Mapping[str, Any]], bool]) -> dict[str, Any]:
        """What is told of a task once it is as wanted."""
        while True:
            if reached(told := await self.get(task_id)):
                return told
            await asyncio.sleep(POLL_SECONDS)

    async def ended(self, task_id: str) -> dict[str, Any]:
        """What is told of a task once it has ended."""
        return await self.until(task_id, lambda told: told["status"] in ENDED)

    async def counts(self) -> dict[str, Any]:
        """What the diagnostics count of tasks."""
        read = await self.client.read_resource("server://diagnostics")
        return json.loads(read.contents[0].text)["counts"]["tasks"]

    async def _ask(self, method: str, task_id: str, answers: dict[str, Any] | None = None) -> dict[str, Any]:
        params = TaskRequestParams(task_id=task_id, input_responses=answers)
        told = await self.client.session.send_request(TaskRequest(method=method, params=params), Told)
        return told.model_dump(by_alias=True, mode="json", exclude_none=True)


@contextlib.asynccontextmanager
async def host_of(server: Any, **client: Any) -> AsyncGenerator[TaskHost]:
    """A host connected to a server in this process, or to one behind an address."""
    extensions = [KnowsTasks()]
    async with Client(server, mode="2026-07-28", extensions=extensions, **client) as session:
        yield TaskHost(session)


async def by_either_host(
    server: Server[Any], env: Mapping[str, str], tool: str, **arguments: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The results of one call made twice: as a task from its beginning, and for a host that knows no tasks."""
    settings = server.settings.load({"MCP_IDEMPOTENCY_STORE": "memory", "MCP_TASK_AFTER": "0", **env})
    async with host_of(Dispatch(server, settings)) as host:
        done = await host.ended(await host.begin(tool, **arguments))
    async with connected(server, env=env) as client:
        called = (await client.call_tool(tool, arguments)).model_dump(mode="json", by_alias=True, exclude_none=True)
    assert done["status"] == "completed", done
    return (_told(done["result"]), _told(called))


def _told(result: dict[str, Any]) -> dict[str, Any]:
    return {key: result.get(key) for key in ("content", "structuredContent", "isError")}


@contextlib.asynccontextmanager
async def host_at(url: str, key: str | None = None, **client: Any) -> AsyncGenerator[TaskHost]:
    """A host connected over HTTP with a key."""
    headers = {"x-api-key": key} if key else {}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=60) as http,
        host_of(streamable_http_client(url, http_client=http), **client) as host,
    ):
        yield host
