"""A result that says the same twice, as text and as an object, written once.

On its way to the wire the SDK copies a result's object several times over. On our own wire a mark travels in its
place, and the writer puts the text there, which is the object's JSON.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from mcp.server.context import HandlerResult, ServerRequestContext
from mcp.server.lowlevel import Server as LowLevelServer
from mcp_types import CallToolRequestParams, CallToolResult

if TYPE_CHECKING:
    from mcp.server.lowlevel.server import HandlerEntry

_MARK = {"\0": "the text as an object"}  # no answer holds a NUL: the delivery removes them all


class Mirrored(CallToolResult):
    """One text block, and as structured content what its JSON says."""


def serve(server: LowLevelServer[Any]) -> None:
    """Answer tool calls with marks; for a wire whose writer knows them."""
    call = cast("HandlerEntry[Any]", server.get_request_handler("tools/call")).handler

    async def marked(ctx: ServerRequestContext[Any, Any], params: CallToolRequestParams) -> HandlerResult:
        return marks(await call(ctx, params))

    server.add_request_handler("tools/call", CallToolRequestParams, marked)


def marks(result: HandlerResult) -> HandlerResult:
    """A result that says the same twice, with the mark in place of its object; any other as it is."""
    return result.model_copy(update={"structured_content": _MARK}) if isinstance(result, Mirrored) else result


def mirrored_in(result: Mapping[str, Any]) -> str | None:
    """The JSON of the object that a mark stands for; None where there is no mark."""
    return result["content"][0]["text"] if result.get("structuredContent") == _MARK else None
