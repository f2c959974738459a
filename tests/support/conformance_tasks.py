"""The conformance suite's tools for tasks (2026-07-28), written on the core: what they answer is the suite's wish."""

from typing import Annotated

import anyio
from conformance_inputs import given, needed, question
from conformance_tools import AnyContext, text
from mcp.server.mcpserver import require_client_extension
from mcp.shared.exceptions import MCPError
from mcp_chassis.failures import Conflict
from mcp_chassis.tasks.extension import TASKS
from mcp_chassis.tools import reads
from mcp_types import INTERNAL_ERROR, CallToolResult
from pydantic import Field

LONG_SECONDS = 0.6
TASK_AFTER = "0.2"


@reads("Greet")
async def greet(name: Annotated[str, Field(max_length=100)] = "World") -> CallToolResult:
    """Greets, and never as a task."""
    return text(f"Hello, {name}!")


@reads("Compute slowly", may_take_minutes=True)
async def slow_compute(
    seconds: Annotated[float, Field(ge=0, le=100)] = 0, label: Annotated[str, Field(max_length=100)] = ""
) -> CallToolResult:
    """Takes so many seconds."""
    await anyio.sleep(seconds)
    return text(f"{label} took {seconds:g} s")


@reads("Fail as a tool", may_take_minutes=True)
async def failing_job(ctx: AnyContext) -> CallToolResult:
    """Fails after a while, and only for hosts that know tasks."""
    require_client_extension(ctx.request_context, TASKS)
    await anyio.sleep(LONG_SECONDS)
    raise Conflict("This tool intentionally fails.")


@reads("Fail as the protocol", may_take_minutes=True)
async def protocol_error_job() -> CallToolResult:
    """Ends with an error of the protocol."""
    await anyio.sleep(LONG_SECONDS)
    raise MCPError(INTERNAL_ERROR, "This tool intentionally breaks.")


@reads("Delete when asked", may_take_minutes=True)
async def confirm_delete(ctx: AnyContext, filename: Annotated[str, Field(max_length=100)]) -> CallToolResult:
    """Asks after a while."""
    await anyio.sleep(LONG_SECONDS)
    if given(ctx, "sure", "confirm") is None:
        return needed(sure=question(f"Delete {filename}?", "confirm", "boolean"))
    return text(f"{filename} is deleted")


@reads("Two questions", may_take_minutes=True)
async def multi_input(ctx: AnyContext) -> CallToolResult:
    """Asks two things at the same time, after a while."""
    await anyio.sleep(LONG_SECONDS)
    if given(ctx, "one", "name") is None:
        return needed(one=question("Your name?", "name"), two=question("Your other name?", "name"))
    return text("thank you")


@reads("Ask, then work", may_take_minutes=True)
async def test_tool_with_task(ctx: AnyContext) -> CallToolResult:
    """Asks at once, and takes a while with the answer."""
    name = given(ctx, "user_name", "name")
    if name is None:
        return needed(user_name=question("What is your name?", "name"))
    await anyio.sleep(LONG_SECONDS)
    return text(f"Hello, {name}!")


TASK_TOOLS = (
    greet,
    slow_compute,
    failing_job,
    protocol_error_job,
    confirm_delete,
    multi_input,
    test_tool_with_task,
)
