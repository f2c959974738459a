"""Results whose text is the JSON of their structured content, so that it is serialised only once.

The SDK copies structured content three times between tool and transport. On our stdio transport a marker takes its
place, and the writer replaces the marker with the text (ADR 13 has the measured gain).
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from mcp.server.context import HandlerResult, ServerRequestContext
from mcp.server.lowlevel import Server as LowLevelServer
from mcp_types import CallToolRequestParams, CallToolResult

if TYPE_CHECKING:
    from mcp.server.lowlevel.server import HandlerEntry

# No result contains this key, because rendering removes NUL characters from all texts.
_MARKER = {"\0": "the text as an object"}


class MirroredResult(CallToolResult):
    """A result whose first block is the JSON of its structured content."""


def send_markers(server: LowLevelServer[Any]) -> None:
    """Send a marker as structured content of a server's results, for a transport whose writer replaces the marker."""
    call = cast("HandlerEntry[Any]", server.get_request_handler("tools/call")).handler

    async def call_with_marker(ctx: ServerRequestContext[Any, Any], params: CallToolRequestParams) -> HandlerResult:
        return with_marker(await call(ctx, params))

    server.add_request_handler("tools/call", CallToolRequestParams, call_with_marker)


def with_marker(result: HandlerResult) -> HandlerResult:
    """A `MirroredResult` with the marker as its structured content; any other result unchanged."""
    return result.model_copy(update={"structured_content": _MARKER}) if isinstance(result, MirroredResult) else result


def marked_text(result: Mapping[str, Any]) -> str | None:
    """The JSON text that replaces the marker of a result; None if the result has no marker."""
    return result["content"][0]["text"] if result.get("structuredContent") == _MARKER else None
