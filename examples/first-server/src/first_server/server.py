"""The tutorial's server: one tool, one resource, one template. docs/adding-a-server.md builds it step by step."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from mcp_chassis.server import Server

from first_server.resources import greet
from first_server.settings import FirstSettings
from first_server.tools import calculate


@asynccontextmanager
async def connect(settings: FirstSettings) -> AsyncGenerator[None]:
    yield


SERVER = Server(
    name="first-server",
    title="First server",
    description="A calculator and a greeting, the server of the tutorial",
    website="https://modelcontextprotocol.io",
    settings=FirstSettings,
    connect=connect,
    instructions="Arithmetic with calculate; a greeting for anyone at greeting://{name}.",
    tools=(calculate,),
    resources=(greet,),
    foreign_text=False,
    draft=True,
)
