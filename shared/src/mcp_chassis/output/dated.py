"""Results from a cache, with the time at which they were read."""

from datetime import UTC, datetime

from mcp_types import CallToolResult, TextContent

FIELD = "as_of"
SCHEMA = {"type": "string", "description": "When it was read, if it comes from the cache."}


def moment(seconds: float) -> str:
    """Seconds since 1970 as `2026-11-29T09:15:00Z`."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def dated(result: CallToolResult, as_of: str) -> CallToolResult:
    """A copy of the result with the time at which it was read, in its JSON or as the last line of its text."""
    block = result.content[0] if len(result.content) == 1 else None
    if not isinstance(block, TextContent):
        return result
    if result.structured_content is None:
        return result.model_copy(update={"content": [TextContent(type="text", text=f"{block.text}\n[as of {as_of}]")]})
    inside = block.text[1:-1]
    text = f'{{{inside}{"," if inside else ""}"{FIELD}":"{as_of}"}}'
    data = {**result.structured_content, FIELD: as_of}
    return result.model_copy(update={"content": [TextContent(type="text", text=text)], "structured_content": data})
