"""The extension `io.modelcontextprotocol/tasks` of 2026-07-28, which turns long calls into tasks."""

import dataclasses
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

import anyio
import anyio.lowlevel
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.extension import Extension, MethodBinding
from mcp.server.mcpserver.server import require_client_extension
from mcp.shared.exceptions import MCPError
from mcp.shared.inbound import MCP_NAME_HEADER, decode_header_value
from mcp_types import HEADER_MISMATCH, CallToolRequestParams, InputResponse, RequestParams
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import Field, TypeAdapter, ValidationError

from mcp_chassis.deadline import Allowance
from mcp_chassis.failures import InvalidInput, NotFound
from mcp_chassis.tasks.record import Task
from mcp_chassis.tasks.runner import TaskRunner
from mcp_chassis.tasks.running import Handle, RunningCall, Stop
from mcp_chassis.tasks.services import Origin

TASKS = "io.modelcontextprotocol/tasks"

AnyRequest = ServerRequestContext[Any, Any]
Answer = TypeVar("Answer")
OrError = Callable[[AnyRequest, Callable[[], Awaitable[Answer]]], Awaitable[Answer]]
_RESPONSE: TypeAdapter[Any] = TypeAdapter(InputResponse)


class TaskParams(RequestParams):
    task_id: str


class UpdateParams(TaskParams):
    input_responses: dict[str, Any] = Field(default_factory=dict)


class TaskExtension(Extension):
    """The methods `tasks/*` of one server, and the interception of its tool calls.

    Args:
        runner: runs the tasks.
        after: seconds after which a call becomes a task.
        origin: returns the origin of a call; None for a tool that never becomes a task.
        may_see: whether the current caller may see a task.
        handle: handles a tool call.
        or_error: runs a handler and converts failures to protocol errors.
    """

    identifier = TASKS

    def __init__(
        self,
        runner: TaskRunner,
        after: float,
        origin: Callable[[CallToolRequestParams], Origin | None],
        may_see: Callable[[Task], bool],
        handle: Handle,
        or_error: OrError[dict[str, Any]],
    ) -> None:
        self._runner = runner
        self._after = after
        self._origin = origin
        self._may_see = may_see
        self._handle = handle
        self._or_error = or_error

    def methods(self) -> Sequence[MethodBinding]:
        served = {
            "tasks/get": (TaskParams, self._get),
            "tasks/update": (UpdateParams, self._update),
            "tasks/cancel": (TaskParams, self._cancel),
        }
        versions = frozenset(MODERN_PROTOCOL_VERSIONS)
        return [MethodBinding(name, params, self._asked(do), versions) for name, (params, do) in served.items()]

    async def intercept_tool_call(
        self, params: CallToolRequestParams, ctx: AnyRequest, call_next: CallNext
    ) -> HandlerResult:
        """Run a call; return its result, or a task if it takes longer than `after` seconds."""
        if not _declares(ctx) or (origin := self._origin(params)) is None:
            return await call_next(ctx)
        call = RunningCall(self._handle, ctx, params, Allowance(self._runner.seconds), self._runner.tell)
        try:
            return await self._answer(call, origin)
        except anyio.get_cancelled_exc_class():
            with anyio.CancelScope(shield=True):
                await call.cancelled()
            raise

    async def _answer(self, call: RunningCall, origin: Origin) -> HandlerResult:
        if await call.within(self._after):
            return await call.result()
        task: Task | None = None
        with anyio.CancelScope(shield=True):
            task = await self._runner.become(call, origin)
        if task is None:
            return await call.result()
        try:
            await anyio.lowlevel.checkpoint_if_cancelled()
        except anyio.get_cancelled_exc_class():
            call.end(Stop.BY_OWNER)
            raise
        return task.created_result()

    def _asked(self, do: Callable[[Any], Awaitable[dict[str, Any]]]) -> Callable[[AnyRequest, Any], Awaitable[Any]]:
        """Wrap a method's implementation with the checks and the error conversion that all methods share."""

        async def answer(ctx: AnyRequest, params: TaskParams) -> dict[str, Any]:
            require_client_extension(ctx, TASKS)
            _check_header(ctx, params.task_id)
            return await self._or_error(ctx, lambda: do(params))

        return answer

    async def _get(self, params: TaskParams) -> dict[str, Any]:
        return (await self._own(params.task_id)).told()

    async def _update(self, params: UpdateParams) -> dict[str, Any]:
        task = await self._own(params.task_id)
        given = {key: _checked(key, answer) for key, answer in params.input_responses.items() if key in task.asked}
        if given:
            await self._runner.change(task.id, lambda task: task.with_answers(given))
        return {}

    async def _cancel(self, params: TaskParams) -> dict[str, Any]:
        task = await self._own(params.task_id)
        if not task.ended:
            await self._runner.change(task.id, lambda task: dataclasses.replace(task, cancelled=True))
        return {}

    async def _own(self, task_id: str) -> Task:
        """Find a task of the current caller.

        Raises:
            NotFound: there is no such task, or the caller may not see it.
        """
        task = await self._runner.found(task_id)
        if task is None or not self._may_see(task):
            raise NotFound("You have no task of this id, or it has expired.", remedy="")
        return task


def _declares(ctx: AnyRequest) -> bool:
    """Whether the host declared support for tasks."""
    capabilities = ctx.session.client_capabilities
    declared = capabilities.extensions if capabilities else None
    return ctx.protocol_version in MODERN_PROTOCOL_VERSIONS and TASKS in (declared or {})


def _check_header(ctx: AnyRequest, task_id: str) -> None:
    """Refuse an HTTP request whose header `Mcp-Name` names another task."""
    headers: Mapping[str, str] | None = getattr(ctx.request, "headers", None)
    named = None if headers is None else headers.get(MCP_NAME_HEADER)
    if named is not None and decode_header_value(named) != task_id:
        raise MCPError(HEADER_MISMATCH, "The header Mcp-Name does not match the taskId of the request.")


def _checked(key: str, answer: Any) -> Any:
    """Validate a host's response to a question.

    Raises:
        InvalidInput: it is not a valid response to any kind of question.
    """
    try:
        return _RESPONSE.validate_python(answer).model_dump(mode="json", by_alias=True, exclude_none=True)
    except ValidationError:
        raise InvalidInput(
            f"The answer to {key} does not fit its question: send what its form asks for.", remedy=""
        ) from None
