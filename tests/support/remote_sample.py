"""Two servers for the tests of HTTP: one tool of each kind, and a record of what reached them.

Run as a program it serves the servers named (default: the first alone at /mcp).
"""

import logging
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated, ClassVar

import anyio
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.resolve import Elicit, Resolve
from mcp_chassis.results import Result
from mcp_chassis.server import Probe, Server
from mcp_chassis.settings import ServerSettings, SettingsConfigDict
from mcp_chassis.tools import Connected, IdempotencyKey, prompt, reads, resource, writes
from pydantic import BaseModel, Field


class SampleSettings(ServerSettings):
    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(env_prefix="SAMPLE_")

    unwell: bool = Field(default=False, description="Whether what the server stands on is out of reach.")


class Journal:
    """What reached the server: the upstream of these tests."""

    def __init__(self, settings: SampleSettings) -> None:
        self.unwell = settings.unwell

    def write(self, line: str) -> None:
        logging.getLogger("journal").warning("journal: %s", line)


class Said(Result):
    text: str


class Agreement(BaseModel):
    agreed: bool


Book = Annotated[Journal, Connected]
Text = Annotated[str, Field(max_length=1000)]
Seconds = Annotated[float, Field(ge=0, le=600)]


async def _ask() -> Elicit[Agreement]:
    return Elicit("Shall it be?", Agreement)


@reads("Echo")
async def echo(text: Text, book: Book) -> Said:
    """Say the text again."""
    book.write(f"echo {text}")
    return Said(text=text)


@reads("Wait", deadline=600)
async def wait(seconds: Seconds, book: Book) -> Said:
    """Answer after so many seconds."""
    book.write("wait began")
    try:
        await anyio.sleep(seconds)
    except anyio.get_cancelled_exc_class():
        book.write("wait cancelled")
        raise
    book.write("wait ended")
    return Said(text=f"waited {seconds:g} s")


@writes("Hold", destructive=False, idempotent=True, deadline=600)
async def hold(seconds: Seconds, book: Book) -> Said:
    """Change something for so many seconds."""
    book.write("hold began")
    await anyio.sleep(seconds)
    return Said(text=f"held {seconds:g} s")


@reads("Remember", cache=600)
async def remember(text: Text, book: Book) -> Said:
    """Say the text again, from memory where it was said before."""
    book.write(f"remember {text}")
    return Said(text=text)


@writes("Put", destructive=False, idempotent=False, invalidates=("remember",))
async def put(text: Text, book: Book, idempotency_key: IdempotencyKey = None) -> Said:
    """Put one more text."""
    book.write(f"put {text}")
    return Said(text=text)


@writes("Erase", destructive=True, idempotent=True)
async def erase(book: Book) -> Said:
    """Erase what was put."""
    book.write("erase")
    return Said(text="erased")


@writes("Govern", destructive=True, idempotent=True, scope="admin")
async def govern(book: Book) -> Said:
    """Do what only administrators may."""
    book.write("govern")
    return Said(text="governed")


@reads("Agree")
async def agree(answer: Annotated[Agreement, Resolve(_ask)], book: Book) -> Said:
    """Ask a person."""
    book.write("agree")
    return Said(text="yes" if answer.agreed else "no")


@writes("Announce", destructive=False, idempotent=True)
async def announce(book: Book, ctx: Context[object, object]) -> Said:
    """Tell subscribers that the thing has changed."""
    book.write("announce")
    await ctx.notify_resource_updated("sample://thing")
    return Said(text="announced")


@resource("sample://thing", "A thing")
async def thing(book: Book) -> Said:
    """A thing to read."""
    book.write("thing")
    return Said(text="thing")


@prompt("Greeting")
async def greeting(name: Annotated[str, Field(max_length=50)], book: Book) -> str:
    """A greeting."""
    book.write("greeting")
    return f"Greet {name}."


@asynccontextmanager
async def connect(settings: SampleSettings) -> AsyncGenerator[Journal]:
    journal = Journal(settings)
    try:
        yield journal
    finally:
        journal.write("closed")


async def probe(journal: Journal) -> list[Probe]:
    return [Probe("journal", "failed" if journal.unwell else "ok", "a private message")]


def sample(name: str) -> Server[SampleSettings]:
    return Server(
        name=name,
        distribution="toolroll-core",
        settings=SampleSettings,
        connect=connect,
        instructions="For tests.",
        tools=(echo, wait, hold, remember, put, erase, govern, agree, announce),
        resources=(thing,),
        prompts=(greeting,),
        probe=probe,
        draft=True,
    )


FIRST = sample("mcp-chassis")
SECOND = sample("first-server")
TOOLS = {
    "echo": ("read", {"text": "hello"}),
    "wait": ("read", {"seconds": 0}),
    "hold": ("write", {"seconds": 0}),
    "remember": ("read", {"text": "hello"}),
    "put": ("write", {"text": "hello"}),
    "erase": ("destructive", {}),
    "govern": ("admin", {}),
    "agree": ("read", {}),
    "announce": ("write", {}),
}
"""What each tool needs, and arguments it takes."""


if __name__ == "__main__":
    from mcp_chassis.remote import command

    sys.exit(command.serve({"": FIRST}) if len(sys.argv) < 2 else command.serve({"/first": FIRST, "/second": SECOND}))
