"""Talk to the servers as a host does, a real client over stdio, and print what a person would ask and be told."""

import asyncio
import os
import socket
import sys
import textwrap
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO, cast

from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp_types import CallToolResult, TextContent
from servers import module, servers

LONGEST_ANSWER, WIDTH = 600, 110


@dataclass(frozen=True)
class Step:
    """One question in a person's words, and the call that answers it."""

    question: str
    tool: str
    arguments: Mapping[str, Any] = field(default_factory=dict[str, Any])


DEMOS: Mapping[str, tuple[Step, ...]] = {
    "timezone-mcp": (
        Step(
            "It is 9:00 on 1 July 2026 in Tokyo. What time is it in Paris and in New York?",
            "convert_timezone",
            {"date_time": "2026-07-01T09:00", "from_timezone": "Tokyo", "to_timezone": ["Paris", "America/New_York"]},
        ),
        Step(
            "And 2:30 on the night the clocks go forward in Paris?",
            "convert_timezone",
            {"date_time": "2026-03-29T02:30", "from_timezone": "Europe/Paris", "to_timezone": "UTC"},
        ),
        Step("What time is it now in Kathmandu?", "get_current_time", {"timezones": ["Kathmandu"]}),
        Step(
            "What does a wrong zone answer?",
            "convert_timezone",
            {"date_time": "now", "from_timezone": "IST", "to_timezone": "UTC"},
        ),
    ),
    "database-mcp": (
        Step("Which tables are there?", "list_tables"),
        Step("What does an order look like?", "describe_table", {"table": "orders", "schema": "sales"}),
        Step(
            "How many orders of each status were there, of those placed since 2025?",
            "execute_query",
            {
                "query": "SELECT status, count(*) FROM sales.orders WHERE ordered_at >= $1 GROUP BY 1 ORDER BY 2 DESC",
                "params": ["2025-01-01"],
            },
        ),
        Step(
            "How would it find one customer's orders?",
            "execute_query",
            {"query": "SELECT * FROM sales.orders WHERE customer_id = 42", "explain": "analyze"},
        ),
        Step("What does a DELETE answer?", "execute_query", {"query": "DELETE FROM sales.orders"}),
        Step("And one hidden behind a COMMIT?", "execute_query", {"query": "COMMIT; DROP TABLE sales.orders"}),
        Step("And a program started by COPY?", "execute_query", {"query": "COPY (SELECT 1) TO PROGRAM 'id'"}),
    ),
    "rest-mcp": (
        Step("Which users of the support desk are inactive?", "list_users", {"status": "inactive"}),
        Step(
            "Open a ticket for user 2.",
            "create_support_ticket",
            {"user_id": 2, "subject": "Mouse", "description": "It does not move."},
        ),
        Step("What does a user who is not there answer?", "get_user", {"user_id": 99}),
    ),
    "first-server": (
        Step("What is the square root of two, to the power of ten?", "calculate", {"expression": "sqrt(2) ** 10"}),
    ),
}


def main() -> None:
    installed = servers()
    with Path(os.devnull).open("w", encoding="utf-8") as log:
        for name, steps in DEMOS.items():
            if name in installed:
                asyncio.run(show(name, steps, log))


async def show(name: str, steps: tuple[Step, ...], log: TextIO) -> None:
    """Start the server, ask everything, print it."""
    async with backend(name) as told:
        command = StdioServerParameters(command=sys.executable, args=["-m", module(name)], env=told)
        await asked(Client(stdio_client(command, errlog=log)), name, steps)


async def asked(server: Client, name: str, steps: tuple[Step, ...]) -> None:
    async with server as client:
        tools = (await client.list_tools()).tools
        print(f"\n{name}: {', '.join(tool.name for tool in tools)}")
        for step in steps:
            result = await client.call_tool(step.tool, dict(step.arguments))
            print(f"\n  {step.question}")
            print(textwrap.fill(answer(result), WIDTH, initial_indent="    ", subsequent_indent="    "))


@asynccontextmanager
async def backend(name: str) -> AsyncGenerator[dict[str, str] | None]:
    """What a server is told; for rest-mcp where its quick start's support desk is, which runs here meanwhile."""
    if name != "rest-mcp":
        yield None
        return
    import uvicorn
    from support_api.application import Desk
    from support_api.store import Store

    with socket.create_server(("127.0.0.1", 0)) as listening:
        desk = Desk(Store(), "demo").application
        server = uvicorn.Server(uvicorn.Config(desk, log_level="critical", lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        yield {"API_BASE_URL": address, "API_TOKEN": "demo", "MCP_IDEMPOTENCY_STORE": "memory"}
        server.should_exit = True
        await serving


def answer(result: CallToolResult) -> str:
    """The sentence of an answer where it has one, else its text, as a host passes it to the model."""
    sentence = cast("dict[str, Any]", result.structured_content or {}).get("answer")
    texts = [block.text for block in result.content if isinstance(block, TextContent)]
    return str(sentence or " ".join(texts))[:LONGEST_ANSWER]


if __name__ == "__main__":
    main()
