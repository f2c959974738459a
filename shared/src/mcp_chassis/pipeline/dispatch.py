"""One pipeline for every call of a tool, a resource, a prompt or a completion, in every protocol era.

This is the only place of the project that catches unforeseen exceptions: they are logged with their traceback, and the
caller gets no detail. It uses private and provisional parts of the SDK.
"""
# pyright: reportPrivateUsage=false

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from mcp.server.caching import CacheHint
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server as LowLevelServer
from mcp.server.lowlevel.helper_types import ReadResourceContents
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.request_state import RequestStateSecurity
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolResult,
    CompleteRequestParams,
    CompleteResult,
    GetPromptResult,
    InputRequiredResult,
    ListResourcesResult,
    PaginatedRequestParams,
)
from mcp_types import Prompt as WirePrompt
from mcp_types import ResourceTemplate as WireTemplate
from mcp_types import Tool as WireTool
from opentelemetry import trace

from mcp_chassis.failures import Failure, InternalError, PermissionDenied, only_failure
from mcp_chassis.output.cursors import Cursors
from mcp_chassis.output.labels import READS, WRITES
from mcp_chassis.output.render import Renderer
from mcp_chassis.output.text_rules import raw_text
from mcp_chassis.output.warnings import collecting
from mcp_chassis.pipeline.account import UpstreamAccount
from mcp_chassis.pipeline.call_rules import rules_of
from mcp_chassis.pipeline.caller import current_principal, error_code, not_found_code, request_id
from mcp_chassis.pipeline.completions import Completions
from mcp_chassis.pipeline.confirmation import Confirmations
from mcp_chassis.pipeline.diagnostics import diagnostics
from mcp_chassis.pipeline.lifespan import Lifespan, serving
from mcp_chassis.pipeline.long_calls import LongCalls
from mcp_chassis.pipeline.pausing_session import with_pausing_session
from mcp_chassis.pipeline.prompt_registry import PromptRegistry, arguments_of, messages_of
from mcp_chassis.pipeline.resource_pages import ResourcePages
from mcp_chassis.pipeline.resource_registry import ResourceRegistry
from mcp_chassis.pipeline.reuse import ResultReuse
from mcp_chassis.pipeline.secret_patterns import masked_json
from mcp_chassis.pipeline.server_info import server_info
from mcp_chassis.pipeline.tool_call import ToolCall
from mcp_chassis.pipeline.tool_list import ToolList, declare_changes
from mcp_chassis.pipeline.tool_registry import ToolRegistry
from mcp_chassis.pipeline.transport import TransportServices
from mcp_chassis.server import Server
from mcp_chassis.settings import ServerSettings
from mcp_chassis.telemetry import logs
from mcp_chassis.telemetry.call_log import OK, logged
from mcp_chassis.telemetry.host_log import HostLog
from mcp_chassis.telemetry.metrics import METRICS
from mcp_chassis.tools import PROMPTS, RESOURCES, Question
from mcp_chassis.upstream.sent_writes import unclear_after_write

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")
AnyContext = Context[Any, Any]

LIST_TTL_MS = 60_000


class Dispatch(MCPServer[Lifespan]):
    """The MCP server built from a `Server`, its settings and the services of its transport.

    Raises:
        BadSettings, InvalidDefinition: naming each invalid setting, tool, resource or prompt.
    """

    def __init__(
        self, server: Server[Any], settings: ServerSettings, transport: TransportServices | None = None
    ) -> None:
        self.server, self.bound_settings, transport = server, settings, transport or TransportServices()
        self.deadline = settings.call_deadline
        self.inventory = ToolRegistry(server, settings)
        self.catalog = ResourceRegistry([*server.resources, diagnostics(server, settings, METRICS.snapshot)])
        self.prompts = PromptRegistry(server.prompts)
        self.connection: Any = None  # set while the server runs
        self.gate, self.acting, self.bus = transport.gate, transport.acting, transport.bus
        keys = [key.get_secret_value() for key in settings.state_keys]
        account = UpstreamAccount(server, settings, self.acting)
        self.memory = ResultReuse(account, lambda: transport.records(settings), transport.answers)
        self.tool_list = ToolList(self.inventory, self.gate, self.bus, self._unusable_tools)
        self._delivery = Renderer(settings.max_result_chars, Cursors(keys), logs.scrub, settings.raw_text)
        self.host_log = HostLog(server.name, self._delivery.line)
        preview = partial(self._delivery.whole, labelled=server.foreign_text and WRITES)
        self.confirmations = Confirmations(self.memory, self._delivery.plain, preview)
        self.rules = rules_of(server, settings, self.memory, shared=transport.shared)
        tasks = transport.tasks, settings
        self.long_calls = LongCalls(self.inventory, self.gate, self.memory, self._delivery, *tasks)
        listing = self.gate, self._delivery, self.rules.note_text, self.deadline
        self._resource_pages = ResourcePages(self.catalog, *listing)
        self._completions = Completions(self.prompts, self.catalog, *listing)
        super().__init__(
            server.name,
            **server_info(server),
            lifespan=serving,
            subscriptions=self.bus,
            extensions=self.long_calls.extensions(self._handle_call_tool, self._or_error),
            cache_hints={"tools/list": CacheHint(LIST_TTL_MS, "private" if transport.private else "public")},
            request_state_security=RequestStateSecurity(keys=keys) if keys else None,
        )
        self._lowlevel_server.add_request_handler("completion/complete", CompleteRequestParams, self._complete)
        if server.unusable_tools:
            declare_changes(self._lowlevel_server)

    @property
    def lowlevel(self) -> LowLevelServer[Any]:
        """The SDK's low-level server, for the transports."""
        return self._lowlevel_server

    async def list_tools(self) -> list[WireTool]:
        return self.tool_list.visible()

    def _unusable_tools(self) -> Mapping[str, str]:
        """Tools known to be unusable; none while there is no connection or if callers have their own credentials."""
        learned = self.server.unusable_tools
        return learned(self.connection) if learned and self.connection is not None and self.acting is None else {}

    def _tool_input_schema(self, name: str) -> dict[str, Any] | None:
        """Called by the SDK before a call over HTTP, to compare arguments with the headers that mirror them."""
        return next((tool.input_schema for tool in self.inventory.wire if tool.name == name), None)

    async def _handle_list_resources(
        self, ctx: ServerRequestContext[Lifespan, Any], params: PaginatedRequestParams | None
    ) -> ListResourcesResult:
        context: AnyContext = Context(request_context=ctx, mcp_server=self)
        cursor = params.cursor if params else None
        return await self._or_error(context, INVALID_PARAMS, lambda: self._resource_pages.page(context, cursor))

    async def list_resource_templates(self) -> list[WireTemplate]:
        return self.catalog.wire_templates() if self.gate.admits(RESOURCES) else []

    async def list_prompts(self) -> list[WirePrompt]:
        return self.prompts.wire() if self.gate.admits(PROMPTS) else []

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: AnyContext | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Run one tool call; a failure becomes a failed result that says what to try.

        Raises:
            MCPError: when the server has no such tool, offered or not, or a resolver raises it.
        """
        ctx = with_pausing_session(context or Context(mcp_server=self))
        if name not in self.inventory:
            raise MCPError(INVALID_PARAMS, "There is no tool of this name; see tools/list.")
        audited = masked_json(arguments) if self.bound_settings.audit_arguments else None
        call_log = logged(name, request_id(ctx), current_principal(), arguments=audited)
        async with self.tool_list.announcing_changes(ctx):
            with call_log as call, self.host_log.observing(ctx):
                try:
                    answer = await _foreseen(lambda: self._answer(name, arguments, ctx))
                except Failure as failure:
                    call.outcome = failure.code.lower()
                    return self._delivery.failed(failure)
                call.outcome = "failed" if isinstance(answer, CallToolResult) and answer.is_error else OK
                return answer

    async def read_resource(
        self, uri: Any, context: AnyContext | None = None
    ) -> list[ReadResourceContents] | InputRequiredResult:
        """Read one resource.

        Raises:
            MCPError: whose data is the failure's `error` object.
        """
        ctx = with_pausing_session(context or Context(mcp_server=self))

        async def read() -> list[ReadResourceContents] | InputRequiredResult:
            self.gate.check(RESOURCES)
            resource, found = self.catalog.find(str(uri))
            checked = resource.arguments.check(found)
            await self.rules.note_text(current_principal(), str(uri))
            with collecting() as warnings:
                value = await resource.in_time(checked, lambda: resource.call(checked, ctx), self.deadline)
            if isinstance(value, InputRequiredResult):
                return value
            return [self._delivery.contents(value, resource.definition.mime_type, warnings)]

        return await self._or_error(ctx, not_found_code(ctx), read, uri=str(uri))

    async def get_prompt(
        self, name: str, arguments: dict[str, Any] | None = None, context: AnyContext | None = None
    ) -> GetPromptResult | InputRequiredResult:
        """Build one prompt.

        Raises:
            MCPError: -32602 for an unknown prompt or wrong arguments; its data is the failure's `error` object.
        """
        ctx = with_pausing_session(context or Context(mcp_server=self))

        async def build() -> GetPromptResult | InputRequiredResult:
            self.gate.check(PROMPTS)
            prompt = self.prompts.find(name)
            checked = arguments_of(prompt, arguments)
            await self.rules.note_text(current_principal(), *([name] if prompt.asks_upstream else ()))
            value = await prompt.in_time(checked, lambda: prompt.call(checked, ctx), self.deadline)
            return value if isinstance(value, InputRequiredResult) else messages_of(prompt, value, self._delivery.plain)

        return await self._or_error(ctx, INVALID_PARAMS, build)

    async def _complete(
        self, request: ServerRequestContext[Lifespan, Any], params: CompleteRequestParams
    ) -> CompleteResult:
        ctx: AnyContext = Context(request_context=request, mcp_server=self)
        return await self._or_error(ctx, INVALID_PARAMS, lambda: self._completions.completion(ctx, params))

    async def _answer(
        self, name: str, arguments: Mapping[str, Any], ctx: AnyContext
    ) -> CallToolResult | InputRequiredResult:
        tool = self.inventory.tool(name)
        self.gate.check(tool.definition.permission, name)
        query = ToolCall(tool, tool.arguments.check(arguments), current_principal())
        start = query.start(self._delivery.cursors)

        async def deliver(note: str | None) -> CallToolResult | InputRequiredResult:
            with collecting() as warnings, raw_text(self.bound_settings.raw_text):
                value = await tool.call(query.passed_to_tool(start, note), ctx)
            if isinstance(value, InputRequiredResult):
                return value
            labelled = self.server.foreign_text and (READS if tool.definition.read_only else WRITES)
            bound_to = query.bound_to if query.pages else b""  # it serialises all arguments
            return self._delivery.answer(
                value, start=start, bound_to=bound_to, pages=query.pages, warnings=warnings, labelled=labelled
            )

        async def run(note: str | None) -> CallToolResult | InputRequiredResult:
            with unclear_after_write():
                return await _foreseen(lambda: deliver(note))

        async def confirmed(asked: Question | None) -> CallToolResult | InputRequiredResult:
            return await self.confirmations.answer(query, ctx, run, asked)

        return await tool.in_time(query.arguments, lambda: self.rules.answer(query, ctx, confirmed), self.deadline)

    async def _or_error(
        self, ctx: AnyContext, not_found: int, run: Callable[[], Awaitable[Answer]], **about: str
    ) -> Answer:
        """Await `run`; raise a failure as `MCPError`, whose data is the failure's `error` object and `about`."""
        token = logs.request_id.set(request_id(ctx))
        try:
            async with self.tool_list.announcing_changes(ctx):
                with self.host_log.observing(ctx):
                    return await _foreseen(run)
        except Failure as failure:
            error = self._delivery.error(failure)
            raise MCPError(error_code(failure, not_found), error["message"], {**error, **about}) from failure
        finally:
            logs.request_id.reset(token)


async def _foreseen(run: Callable[[], Awaitable[Answer]]) -> Answer:
    """Await `run`. An exception that is not foreseen is a bug: it is logged and becomes `InternalError`.

    Raises:
        Failure: foreseen, or `InternalError`.
        MCPError: as `run` raises it.
    """
    try:
        return await run()
    except (Failure, MCPError):
        raise
    except ToolError as exc:  # raised for the SDK's own questions; its message names an internal parameter
        raise PermissionDenied(
            "The question to the person has no usable answer.", remedy="Do not ask again unless the person wants it."
        ) from exc
    except asyncio.CancelledError as exc:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        logger.exception("unforeseen")  # a library's own future was cancelled: nobody asked this call to end
        raise InternalError from exc
    except BaseExceptionGroup as group:
        if failure := only_failure(group):
            raise failure from group
        if not isinstance(group, Exception):
            raise
        logger.exception("unforeseen")
        raise InternalError from group
    except (Exception, SystemExit) as exc:
        trace.get_current_span().record_exception(exc)
        logger.exception("unforeseen")
        raise InternalError from exc
