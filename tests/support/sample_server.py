"""A small server on the core, with one thing of every kind, for the tests of the core itself."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, ClassVar

import anyio
from mcp.server.mcpserver import Context
from mcp_chassis.failures import NotFound, RateLimited
from mcp_chassis.results import Page, Result, TextPage
from mcp_chassis.server import Probe, Server
from mcp_chassis.settings import Secret, ServerSettings, SettingsConfigDict
from mcp_chassis.tools import Connected, Cursor, IdempotencyKey, prompt, reads, resource, writes
from pydantic import BaseModel, ConfigDict, Field


class SampleSettings(ServerSettings):
    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(env_prefix="SAMPLE_")

    token: Secret | None = Field(default=None, description="What the sample's upstream wants to see.")
    size: int = Field(default=3, ge=1, le=9, description="How many shelves there are.")


class Shelf:
    """What tools receive: things put, calls counted, and events to hold a call with."""

    def __init__(self, settings: SampleSettings) -> None:
        self.token = settings.credential("token")
        self.put: list[str] = []
        self.begun = anyio.Event()
        self.cancelled = anyio.Event()
        self.release = anyio.Event()
        self.asked = 0


Shelves = Annotated[Shelf, Connected]
Count = Annotated[int, Field(ge=0, le=10_000, description="How many.")]
Words = Annotated[str | None, Field(max_length=100_000, description="Any text.")]


class Item(Result):
    n: int
    text: str | None = None


class Items(Page):
    items: list[Item]


class Label(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    colour: str = "red"


class Echo(Result):
    text: str | None = None
    names: list[str] | None = None
    label: Label | None = None


class Put(Result):
    number: int


@reads("List things")
async def list_things(shelf: Shelves, count: Count = 3, text: Words = None, cursor: Cursor = None) -> Items:
    """List numbered things, ten a page."""
    first = int(cursor or 0)
    shelf.asked += 1
    page = range(first, min(first + 10, count))
    more = str(first + 10) if first + 10 < count else None
    return Items(items=[Item(n=n, text=text) for n in page], next_cursor=more)


@reads("List all things")
async def list_all(count: Count = 3, text: Words = None, cursor: Cursor = None) -> Items:
    """List numbered things in one page."""
    return Items(items=[Item(n=n, text=text) for n in range(count)])


@reads("Echo")
async def echo(text: Words = None, names: list[str] | None = None, label: Label | None = None) -> Echo:
    """Give back what was given."""
    return Echo(text=text, names=names, label=label)


@reads("Read a page", deadline=0.3)
async def read_text(lines: Count = 3, cursor: Cursor = None) -> TextPage:
    """Read numbered lines."""
    return TextPage("".join(f"line {n}\n" for n in range(lines)))


@reads("Fail")
async def fail(kind: Annotated[str, Field(max_length=100)], shelf: Shelves) -> Echo:
    """Fail in the way that is asked for."""
    match kind:
        case "bug":
            raise ZeroDivisionError("secret-looking detail")
        case "limit":
            raise RateLimited("The shelf is full.", retry_after_seconds=42)
        case "group":
            async with anyio.create_task_group() as group:
                group.start_soon(_miss)
        case "credential":
            return Echo(text=shelf.token.reveal())
        case _:
            raise NotFound(f"No failure is called {kind!r}.", remedy="Try bug.")
    return Echo()


async def _miss() -> None:
    raise NotFound("Nothing there.")


@reads("Wait", deadline=lambda arguments: float(arguments["seconds"]))
async def wait(shelf: Shelves, seconds: Annotated[float, Field(ge=0, le=100)] = 30) -> Echo:
    """Wait to be released."""
    shelf.begun.set()
    try:
        await shelf.release.wait()
    finally:
        shelf.cancelled.set()
    return Echo(text="released")


@writes("Put", destructive=False, idempotent=False, invalidates=("count_things",))
async def put_thing(
    shelf: Shelves, name: Annotated[str, Field(max_length=100)], idempotency_key: IdempotencyKey = None
) -> Put:
    """Put a thing on the shelf; each call puts another one."""
    shelf.put.append(name)
    return Put(number=len(shelf.put))


@writes("Clear slowly", destructive=True, idempotent=True, deadline=0.2)
async def clear_shelf(shelf: Shelves) -> Put:
    """Take everything off the shelf, which takes for ever."""
    await anyio.sleep_forever()
    return Put(number=0)


@reads("Count things", cache=600)
async def count_things(shelf: Shelves) -> Put:
    """Count what is on the shelf."""
    shelf.asked += 1
    return Put(number=len(shelf.put))


@reads("Report progress")
async def report(ctx: Context) -> Echo:
    """Report progress twice."""
    await ctx.report_progress(1, 2, "half")
    await ctx.report_progress(2, 2, "whole")
    return Echo(text="done")


async def complete_number(shelf: Shelf, prefix: str, chosen: Mapping[str, str]) -> Sequence[str]:
    return [str(n) for n in range(1_000) if str(n).startswith(prefix)]


@resource("sample://shelf", "The shelf")
async def whole_shelf(shelf: Shelves) -> Echo:
    """What is on the shelf."""
    return Echo(names=shelf.put)


@resource("sample://things/{number}", "A thing", complete={"number": complete_number}, listed=("sample://things/1",))
async def one_thing(number: Annotated[int, Field(ge=0)], shelf: Shelves) -> str:
    """One thing by its number."""
    if number > 100:
        raise NotFound("No thing has this number.")
    if number == 99:
        raise RateLimited("Too many.", retry_after_seconds=7)
    if number == 98:
        raise ZeroDivisionError
    return f"thing {number}"


@prompt("Praise", complete={"name": complete_number})
async def praise(name: Annotated[str, Field(description="Whom.")], times: int = 1) -> str:
    """Praise somebody."""
    return f"Praise {name} {times} times."


@asynccontextmanager
async def connect(settings: SampleSettings) -> AsyncGenerator[Shelf]:
    yield Shelf(settings)


async def probe(shelf: Shelf) -> Sequence[Probe]:
    return [Probe("shelf", "ok" if shelf.token.present else "not configured", "")]


SAMPLE = Server(
    name="mcp-chassis",
    distribution="toolroll-core",
    settings=SampleSettings,
    connect=connect,
    instructions="A shelf for tests.",
    tools=(list_things, list_all, echo, read_text, fail, wait, put_thing, clear_shelf, count_things, report),
    resources=(whole_shelf, one_thing),
    prompts=(praise,),
    probe=probe,
)
