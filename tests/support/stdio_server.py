"""A server for the tests of the transport: tools that wait, answer at length, print, block and never let go.

Run as a program it serves stdio. What happens in it is written to the file named by `SAMPLE_NOTES`, a line each.
"""

import sys
import threading
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, ClassVar

import anyio
from mcp.server.mcpserver import Context
from mcp_chassis.pipeline.dispatch import Dispatch
from mcp_chassis.results import Result
from mcp_chassis.server import Server
from mcp_chassis.settings import ServerSettings, SettingsConfigDict
from mcp_chassis.stdio import serve as stdio
from mcp_chassis.stdio.command import serve_one
from mcp_chassis.telemetry import logs
from mcp_chassis.telemetry.observer import current_observer
from mcp_chassis.tools import Connected, reads
from pydantic import Field


class NotesSettings(ServerSettings):
    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(env_prefix="SAMPLE_")
    written_files = frozenset({"notes"})

    notes: str = Field(description="The file of what happens.")
    hangs_at_end: bool = Field(default=False, description="Whether the connection never closes.")
    hurries: bool = Field(default=False, description="Whether it ends in a tenth of the usual time.")


class Notes:
    def __init__(self, path: str) -> None:
        self.path = Path(path)

    def write(self, line: str) -> None:
        with self.path.open("a") as file:
            file.write(f"{line}\n")


Book = Annotated[Notes, Connected]
Seconds = Annotated[float, Field(ge=0, le=600, description="How long.")]


class Said(Result):
    text: str


@reads("Say", open_world=False)
async def say(text: Annotated[str, Field(max_length=10_000_000)]) -> Said:
    """Say it back."""
    return Said(text=text)


@reads("Wait", open_world=False, deadline=600)
async def wait(seconds: Seconds, book: Book, ctx: Context) -> Said:
    """Say that it has begun, and wait, as for an upstream."""
    await ctx.report_progress(0)
    try:
        await anyio.sleep(seconds)
    except anyio.get_cancelled_exc_class():
        book.write("cancelled")
        raise
    return Said(text="waited")


@reads("Hold on", open_world=False, deadline=600)
async def hold_on(ctx: Context) -> Said:
    """Say that it has begun, and wait for ever, cancelled or not."""
    await ctx.report_progress(0)
    with anyio.CancelScope(shield=True):
        await anyio.sleep_forever()
    return Said(text="never")


@reads("Block", open_world=False)
async def block(seconds: Seconds) -> Said:
    """Hold the whole process, as a library might."""
    time.sleep(seconds)  # noqa: ASYNC251
    return Said(text="blocked")


@reads("Print", open_world=False)
async def print_out(lines: Annotated[int, Field(ge=1, le=100_000)]) -> Said:
    """Print, read standard input and write to standard error, as a careless library might."""
    for number in range(lines):
        sys.stdout.write(f"stray {number}\n")
    return Said(text=repr(sys.stdin.readline()))


@reads("Leave a thread", open_world=False)
async def leave_thread() -> Said:
    """Start a thread that never ends."""
    threading.Thread(target=threading.Event().wait).start()
    return Said(text="left")


@reads("Touch", open_world=False)
async def touch(uris: Annotated[list[str], Field(max_length=1_000)], ctx: Context) -> Said:
    """Say that resources have changed."""
    for uri in uris:
        await ctx.notify_resource_updated(uri)
    return Said(text="touched")


@reads("Report a wait", open_world=False)
async def report_wait(text: Annotated[str, Field(max_length=1_000)]) -> Said:
    """Report a wait, as work with an upstream does."""
    await current_observer().waiting("Upstream", text)
    return Said(text="reported")


@asynccontextmanager
async def connect(settings: NotesSettings) -> AsyncGenerator[Notes]:
    notes = Notes(settings.notes)
    notes.write("opened")
    try:
        yield notes
    finally:
        if settings.hangs_at_end:
            with anyio.CancelScope(shield=True):
                await anyio.sleep_forever()
        notes.write("closed")


SERVER = Server(
    name="mcp-chassis",
    distribution="toolroll-core",
    settings=NotesSettings,
    connect=connect,
    instructions="Waits.",
    tools=(say, wait, hold_on, block, print_out, leave_thread, touch, report_wait),
    foreign_text=False,
    draft=True,
)


def main() -> int:
    settings = NotesSettings.load()
    if not settings.hurries:
        return serve_one(SERVER)
    logs.configure(settings)
    endings = (
        replace(ending, grace=ending.grace / 10, limit=ending.limit / 10)
        for ending in (stdio.AFTER_EOF, stdio.AFTER_SIGNAL)
    )
    return stdio.run(Dispatch(SERVER, settings), after_eof=next(endings), after_signal=next(endings))


if __name__ == "__main__":
    raise SystemExit(main())
