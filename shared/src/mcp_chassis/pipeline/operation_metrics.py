"""Middleware that records the duration of each MCP message for an exporter of metrics."""

import time
from collections.abc import Callable
from typing import Any

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS, CallToolResult
from pydantic import ValidationError

from mcp_chassis.telemetry.metrics import current_server
from mcp_chassis.telemetry.semantic_metrics import OTHER, SERVER_ATTRIBUTE, SemanticMetrics, recorder


def measure(server: Server[Any], has_tool: Callable[[str], bool]) -> None:
    """Add the middleware to a server, if metrics are exported."""
    if metrics := recorder():

        def has_method(name: str) -> bool:
            return bool(server.get_request_handler(name) or server.get_notification_handler(name))

        # Inside the SDK's span, so that each value can carry its trace; around everything else.
        server.middleware.insert(1, OperationMetrics(metrics, has_method, has_tool))


class OperationMetrics:
    """The middleware. Unknown names of tools and methods are recorded as `OTHER`: callers could invent any number.

    Args:
        metrics: the instruments.
        has_method: whether there is a handler for a method.
        has_tool: whether there is a tool of this name.
    """

    def __init__(
        self, metrics: SemanticMetrics, has_method: Callable[[str], bool], has_tool: Callable[[str], bool]
    ) -> None:
        self._metrics = metrics
        self._has_method = has_method
        self._has_tool = has_tool

    async def __call__(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        began = time.perf_counter()
        about = self._about(ctx)
        try:
            result = await call_next(ctx)
        except BaseException as exc:
            about |= _raised(exc)
            raise
        else:
            about |= _failed(result) if ctx.method == "tools/call" else {}
            return result
        finally:
            self._metrics.operation(time.perf_counter() - began, about)

    def _about(self, ctx: ServerRequestContext[Any, Any]) -> dict[str, str]:
        about = {
            "mcp.method.name": ctx.method if self._has_method(ctx.method) else OTHER,
            "mcp.protocol.version": ctx.protocol_version,
            SERVER_ATTRIBUTE: current_server.get(),
        }
        if ctx.method == "tools/call":
            name = (ctx.params or {}).get("name")
            known = isinstance(name, str) and self._has_tool(name)
            about |= {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": str(name) if known else OTHER}
        return {key: value for key, value in about.items() if value}


def _failed(result: HandlerResult) -> dict[str, str]:
    match result:
        case CallToolResult(is_error=True) | {"isError": True}:
            return {"error.type": "tool_error"}
        case _:
            return {}


def _raised(error: BaseException) -> dict[str, str]:
    if isinstance(error, MCPError | ValidationError):
        code = str(error.error.code if isinstance(error, MCPError) else INVALID_PARAMS)
        return {"error.type": code, "rpc.response.status_code": code}
    return {"error.type": type(error).__qualname__}
