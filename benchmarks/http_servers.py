"""The two servers of http_load.py: `bare` is the SDK alone, `full` is the same tool on the core with everything on."""

import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

import uvicorn
from mcp.server.mcpserver import MCPServer
from mcp_chassis.remote import command
from mcp_chassis.remote.http_process import bound
from mcp_chassis.results import Result
from mcp_chassis.server import Server
from mcp_chassis.settings import ServerSettings
from mcp_chassis.tools import IdempotencyKey, reads, writes
from pydantic import BaseModel, Field


class Said(Result):
    text: str


class Bare(BaseModel):
    text: str


@reads("Echo")
async def echo(text: Annotated[str, Field(max_length=1000)]) -> Said:
    """Say the text again."""
    return Said(text=text)


@reads("Look up", cache=600)
async def look_up(text: Annotated[str, Field(max_length=1000)]) -> Said:
    """Say the text again, from memory where it was said before."""
    return Said(text=text)


@writes("Put", destructive=False, idempotent=False)
async def put(text: Annotated[str, Field(max_length=1000)], idempotency_key: IdempotencyKey = None) -> Said:
    """Put one more text."""
    return Said(text=text)


@writes("Replace", destructive=False, idempotent=True, invalidates=("look_up",))
async def replace(text: Annotated[str, Field(max_length=1000)]) -> Said:
    """Put another text in place of what is looked up."""
    return Said(text=text)


@asynccontextmanager
async def connect(_: ServerSettings) -> AsyncGenerator[None]:
    yield


FULL = Server(
    name="mcp-chassis",
    distribution="toolroll-core",
    settings=ServerSettings,
    connect=connect,
    instructions="For a benchmark.",
    tools=(echo, look_up, put, replace),
    draft=True,
)


def bare(listening: socket.socket) -> None:
    server = MCPServer("bare")

    @server.tool(name="echo")
    async def bare_echo(text: str) -> Bare:
        """Say the text again."""
        return Bare(text=text)

    app = server.streamable_http_app(stateless_http=True)
    uvicorn.Server(uvicorn.Config(app, http="h11", access_log=False, log_level="warning")).run([listening])


if __name__ == "__main__":
    if sys.argv[1] == "bare":
        listening = bound("127.0.0.1", 0)
        print(listening.getsockname()[1], flush=True)
        bare(listening)
    else:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        print(port, flush=True)
        sys.exit(command.serve({"": FULL}, "127.0.0.1", port, int(sys.argv[2])))
