"""Calls of a server that may continue as tasks: their tools, who may see them, and how they are rendered."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from mcp.server.context import ServerRequestContext
from mcp.server.mcpserver import Context
from mcp_types import INVALID_PARAMS, CallToolRequestParams

from mcp_chassis.failures import Failure, PermissionDenied
from mcp_chassis.output.render import Renderer
from mcp_chassis.pipeline.caller import current_principal
from mcp_chassis.pipeline.reuse import ResultReuse
from mcp_chassis.pipeline.tool_call import ToolCall
from mcp_chassis.pipeline.tool_registry import ToolRegistry
from mcp_chassis.pipeline.transport import Authorizer
from mcp_chassis.settings import ServerSettings
from mcp_chassis.storage.idempotency import Record, RecordKey
from mcp_chassis.tasks.endings import Endings
from mcp_chassis.tasks.extension import TaskExtension
from mcp_chassis.tasks.record import Task, WriteKey
from mcp_chassis.tasks.runner import TaskRunner
from mcp_chassis.tasks.running import Handle
from mcp_chassis.tasks.services import Origin, TaskServices
from mcp_chassis.telemetry.metrics import METRICS


class LongCalls:
    """The long calls of one server.

    Args:
        inventory: its tools.
        gate: authorizes callers.
        memory: has the idempotency records of its writes.
        delivery: renders failures.
        services: those of the transport; None if no call becomes a task.
        settings: those of the server, with the deadline of tasks.
    """

    def __init__(
        self,
        inventory: ToolRegistry,
        gate: Authorizer,
        memory: ResultReuse,
        delivery: Renderer,
        services: TaskServices | None,
        settings: ServerSettings,
    ) -> None:
        self._inventory = inventory
        self._gate = gate
        self._memory = memory
        self._offered = services is not None
        self._after = settings.task_after
        endings = Endings(delivery.failed, delivery.error, self._find)
        self.runner = TaskRunner(services or TaskServices(), settings.task_deadline, settings.task_kept, endings)

    @property
    def _any(self) -> bool:
        tools = (self._inventory.tool(tool.name) for tool in self._inventory.wire)
        return self._offered and any(tool.definition.may_take_minutes for tool in tools)

    def watched(self) -> None:
        """Report the states of tasks in the current server's metrics, if a tool may become a task."""
        if self._any:
            METRICS.watch_tasks(self.runner.states)

    def extensions(self, handle: Handle, or_error: Callable[..., Awaitable[Any]]) -> list[TaskExtension]:
        """The protocol extension for tasks, if a tool may become one; else an empty list."""
        if not self._any:
            return []

        async def answer(ctx: ServerRequestContext[Any, Any], run: Callable[[], Awaitable[Any]]) -> Any:
            return await or_error(Context(request_context=ctx), INVALID_PARAMS, run)

        return [TaskExtension(self.runner, self._after, self._origin, self._may_see, handle, answer)]

    def _origin(self, params: CallToolRequestParams) -> Origin | None:
        """The origin of a call that may become a task; None if it never does, or will be refused."""
        try:
            definition = self._inventory.tool(params.name).definition if params.name in self._inventory else None
        except PermissionDenied:
            return None
        if definition is None or not definition.may_take_minutes:
            return None
        key = None if definition.read_only else self._write_key(params)
        return Origin(current_principal(), params.name, definition.permission, not definition.read_only, key)

    def _write_key(self, params: CallToolRequestParams) -> WriteKey | None:
        """The idempotency record of a write; None if it has no idempotency key, or invalid arguments."""
        tool = self._inventory.tool(params.name)
        try:
            query = ToolCall(tool, tool.arguments.check(params.arguments or {}), current_principal())
        except Failure:
            return None
        if query.idempotency_key is None:
            return None
        return WriteKey(self._memory.name_of(query, query.idempotency_key), query.fingerprint)

    def _may_see(self, task: Task) -> bool:
        return task.owner == current_principal() and self._gate.admits(task.permission, task.tool)

    async def _find(self, name: RecordKey) -> Record | None:
        return await self._memory.records.find(name, time.time())
