"""A client of the SDK connected to a server in this process, over the real protocol."""

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, Literal

from mcp.client import Client
from mcp_types import CallToolResult, TextContent

from mcp_chassis.pipeline.dispatch import Dispatch
from mcp_chassis.server import Server

Era = Literal["modern", "legacy"]


@asynccontextmanager
async def connected(
    server: Server[Any], *, era: Era = "modern", env: Mapping[str, str] | None = None, **client: Any
) -> AsyncGenerator[Client]:
    """A client of `server`, whose settings are loaded only from `env`.

    Args:
        era: protocol revision 2026-07-28 (`modern`), or an earlier one with a handshake (`legacy`).
        client: passed on to the SDK's client (callbacks, capabilities).
    """
    settings = server.settings.load({"MCP_IDEMPOTENCY_STORE": "memory", **(env or {})})
    mode = "legacy" if era == "legacy" else "2026-07-28"
    async with Client(Dispatch(server, settings), mode=mode, **client) as session:
        yield session


def failure(result: CallToolResult) -> SimpleNamespace:
    """The `error` object of a failed result, with defaults for its optional parts.

    Raises:
        AssertionError: when the result did not fail, or does not have the form of a failure.
    """
    if not result.is_error or result.structured_content is not None or len(result.content) != 1:
        raise AssertionError(f"not a failed result: {result!r}")
    error = json.loads(text(result))["error"]
    return SimpleNamespace(**{"retry_after_seconds": None, "details": {}, **error})


def text(result: CallToolResult) -> str:
    """The text of a result's only block."""
    match result.content:
        case [TextContent(text=only)]:
            return only
        case _:
            raise AssertionError(f"not one text block: {result.content!r}")


def data(result: CallToolResult) -> dict[str, Any]:
    """The structured content of a successful result.

    Raises:
        AssertionError: with the text of the failure, when the call failed.
    """
    if result.is_error or result.structured_content is None:
        raise AssertionError(f"no structured result: {text(result)}")
    return result.structured_content
