"""A server whose calls take as long as a test wants, for tests of tasks."""

import os
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import anyio
from mcp.server.mcpserver import Context
from mcp.shared.exceptions import MCPError
from mcp_chassis.asking import NoAnswer, ask_person
from mcp_chassis.failures import Conflict
from mcp_chassis.pipeline.dispatch import Dispatch
from mcp_chassis.pipeline.transport import AllowAll, Authorizer, TransportServices
from mcp_chassis.results import Result
from mcp_chassis.server import Server
from mcp_chassis.settings import ServerSettings, SettingsConfigDict
from mcp_chassis.tasks.services import Pace, TaskServices
from mcp_chassis.tasks.store import Limits, MemoryTaskStore, TaskStore
from mcp_chassis.telemetry.observer import announce
from mcp_chassis.tools import Confirm, Connected, IdempotencyKey, reads, writes
from pydantic import BaseModel, Field

AnyContext = Context[Any, Any]
SOON = Pace(look=0.02, beat=0.05)
"""A pace for tests."""


REPORT_SECONDS = 0.02


class LongSettings(ServerSettings):
    model_config = SettingsConfigDict(env_prefix="LONG_")


class Desk:
    """What the tools receive: what holds them, and what became of them."""

    def __init__(self) -> None:
        self.begun = anyio.Event()
        self.release = anyio.Event()
        self.left = anyio.Event()
        self.put: list[str] = []
        self.ended: list[str] = []


AtDesk = Annotated[Desk, Connected]
Name = Annotated[str, Field(max_length=100)]


class Done(Result):
    name: str


class Colour(BaseModel):
    colour: str


async def held(desk: Desk, name: str) -> None:
    """Wait to be released."""
    desk.begun.set()
    try:
        await desk.release.wait()
    finally:
        desk.ended.append(name)
        desk.left.set()


@reads("Look long", may_take_minutes=True)
async def look_long(desk: AtDesk, ctx: AnyContext, name: Name = "it", fails: bool = False) -> Done:
    """Look for as long as it takes."""
    await ctx.report_progress(1, 3, "a third")
    await held(desk, name)
    await ctx.report_progress(2, 3, "two thirds")
    if fails:
        raise Conflict("It has changed.")
    return Done(name=name)


@reads("Look on", may_take_minutes=True)
async def look_on(desk: AtDesk, ctx: AnyContext) -> Done:
    """Report progress, and announce it, until released."""
    while not desk.release.is_set():
        await ctx.report_progress(1, 3, "on and on")
        await announce("info", "looking on")
        with anyio.move_on_after(REPORT_SECONDS):
            await desk.release.wait()
    return Done(name="on")


@reads("Look long, in vain", may_take_minutes=True)
async def break_protocol(desk: AtDesk) -> Done:
    """End with an error of the protocol."""
    await held(desk, "break")
    raise MCPError(-32050, "Not like this.")


@reads("Look")
async def look(desk: AtDesk, name: Name = "it") -> Done:
    """Look, unmarked."""
    await held(desk, name)
    return Done(name=name)


@reads("Look for ever", may_take_minutes=True, deadline=0.2)
async def look_forever(desk: AtDesk, name: Name = "it") -> Done:
    """Look for ever."""
    await anyio.sleep_forever()
    return Done(name=name)


def _note(path: str, name: str) -> None:
    with Path(path).open("a") as notes:
        notes.write(f"put {name}\n")


@writes("Put soon", destructive=False, idempotent=True, may_take_minutes=True)
async def put_soon(name: Name, seconds: Annotated[float, Field(ge=0, le=100)]) -> Done:
    """Note that something was put, after so many seconds."""
    await anyio.sleep(seconds)
    if noted := os.environ.get("LONG_NOTES"):
        await anyio.to_thread.run_sync(_note, noted, name)
    return Done(name=name)


@writes("Put long", destructive=False, idempotent=False, may_take_minutes=True)
async def put_long(desk: AtDesk, name: Name, idempotency_key: IdempotencyKey = None) -> Done:
    """Put something, at the end of a long wait."""
    await held(desk, name)
    desk.put.append(name)
    return Done(name=name)


async def putting(desk: AtDesk, name: Name) -> str:
    await held(desk, f"asking for {name}")
    return f"Put {name}?"


@writes("Put when asked", destructive=True, idempotent=False, may_take_minutes=True, confirm=putting)
async def put_confirmed(
    desk: AtDesk, name: Name, confirm: Confirm = None, idempotency_key: IdempotencyKey = None
) -> Done:
    """Put something once a person has agreed; to find the question takes long."""
    desk.put.append(name)
    return Done(name=name)


@reads("Paint", may_take_minutes=True)
async def paint(desk: AtDesk, ctx: AnyContext) -> Done:
    """Ask for a colour after a long wait, twice."""
    await held(desk, "paint")
    first = await ask_person(ctx, "first", "Which colour?", Colour)
    second = await ask_person(ctx, "second", "Which other colour?", Colour)
    colours = [given.value if isinstance(given, NoAnswer) else given.colour for given in (first, second)]
    return Done(name=" and ".join(colours))


def long_server(desk: Desk) -> Server[LongSettings]:
    @asynccontextmanager
    async def connect(settings: LongSettings) -> AsyncGenerator[Desk]:
        yield desk

    return Server(
        name="long-mcp",
        distribution="toolroll-core",
        settings=LongSettings,
        connect=connect,
        instructions="Takes its time.",
        tools=(look_long, look_on, break_protocol, look, look_forever, put_soon, put_long, put_confirmed, paint),
        draft=True,
    )


def dispatch_of(
    desk: Desk,
    *,
    limits: Limits | None = None,
    store: Callable[[], TaskStore] = MemoryTaskStore,
    gate: Authorizer | None = None,
    **variables: str,
) -> Dispatch:
    """The server, where whatever waits for a test becomes a task unless `MCP_TASK_AFTER` is given."""
    server = long_server(desk)
    settings = server.settings.load({"MCP_IDEMPOTENCY_STORE": "memory", "MCP_TASK_AFTER": "0.01", **variables})
    tasks = TaskServices(store, limits or Limits(), SOON)
    return Dispatch(server, settings, TransportServices(gate=gate or AllowAll(), tasks=tasks))


SERVER = long_server(Desk())


if __name__ == "__main__":
    from mcp_chassis.remote import command
    from mcp_chassis.stdio.command import serve_one

    sys.exit(serve_one(SERVER) if "stdio" in sys.argv else command.serve({"": SERVER}))
