"""Decorators and parameter types for tools, resources and prompts.

A decorator attaches a definition, which `Dispatch` reads. The function stays a plain typed coroutine function that can
be called and tested as it is.
"""

import dataclasses
from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import Enum
from typing import Annotated, Any, TypeVar

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.resolve import Resolve
from pydantic import Field

from mcp_chassis.listing import Listing
from mcp_chassis.results import Result

AnyCoroutineFunction = TypeVar("AnyCoroutineFunction", bound=Callable[..., Awaitable[Any]])
Completer = Callable[..., Awaitable[Sequence[str]]]
DeadlineRule = float | Callable[[Mapping[str, Any]], float]

RESOURCES, PROMPTS = "resources", "prompts"  # permissions, beside those of tools
DEFINITION_ATTRIBUTE = "__chassis__"


@dataclasses.dataclass(frozen=True)
class Question:
    """Question to a person before a tool acts; the core adds the arguments.

    Args:
        text: one or two sentences with everything that decides, such as a title, a base or a number of rows.
        person_only: no code stands in for the person where the host cannot ask.
        preview: makes the result of a call whose host cannot ask, with the code in it; else the call fails with the
            question and the code.
        field: what the person's yes is called in the form.
        note: passed to the tool as `confirm` once the person has agreed. A tool that takes one checks itself that what
            was asked still holds; the question of other tools is made anew and compared.
    """

    text: str
    person_only: bool = False
    preview: Callable[[str], Result] | None = None
    field: str = "agree"
    note: str | None = None


@dataclasses.dataclass(frozen=True)
class ToolDefinition:
    """Definition of one tool: title, effect, deadline, caching and permission.

    `deadline` is in seconds, or computed from the validated arguments; None is `MCP_CALL_DEADLINE`. `cache` is the
    seconds a result may be reused, for the same principal and credential. `invalidates` names the tools whose cached
    results a call of this one outdates. `offered` gets the settings and says whether the tool exists under them.
    `scope` is the permission a caller needs where it is not that of its kind. `confirm` gives the question that a
    person must agree to. `may_take_minutes` lets a call go on as a task where the host knows tasks.
    """

    title: str
    read_only: bool
    destructive: bool = False
    idempotent: bool = True
    open_world: bool = True
    cache: float | None = None
    invalidates: tuple[str, ...] = ()
    deadline: DeadlineRule | None = None
    offered: Callable[[Any], bool] = lambda settings: True
    scope: str | None = None
    confirm: Callable[..., Awaitable[Question | str | None]] | None = None
    may_take_minutes: bool = False

    @property
    def permission(self) -> str:
        """The permission a caller over HTTP needs: `scope`, else read, write or destructive by the effect."""
        if self.scope or self.read_only:
            return self.scope or "read"
        return "destructive" if self.destructive else "write"


@dataclasses.dataclass(frozen=True)
class ResourceDefinition:
    """Definition of one resource or template: URI, title and completion of its variables.

    `listed` are URIs of a template that stand in the list of resources as examples; `entries` lists them page by page.
    """

    uri: str
    title: str
    mime_type: str = "application/json"
    complete: Mapping[str, Completer] = dataclasses.field(default_factory=dict[str, Completer])
    listed: tuple[str, ...] = ()
    deadline: DeadlineRule | None = None
    entries: Listing | None = None


@dataclasses.dataclass(frozen=True)
class PromptDefinition:
    """Definition of one prompt, with completion of its arguments."""

    title: str
    complete: Mapping[str, Completer] = dataclasses.field(default_factory=dict[str, Completer])
    deadline: DeadlineRule | None = None


def reads(
    title: str,
    *,
    cache: float | None = None,
    open_world: bool = True,
    deadline: DeadlineRule | None = None,
    offered: Callable[[Any], bool] = ToolDefinition.offered,
    scope: str | None = None,
    may_take_minutes: bool = False,
) -> Callable[[AnyCoroutineFunction], AnyCoroutineFunction]:
    """Mark a tool that changes nothing anywhere."""
    return _noting(
        ToolDefinition(
            title=title,
            read_only=True,
            cache=cache,
            open_world=open_world,
            deadline=deadline,
            offered=offered,
            scope=scope,
            may_take_minutes=may_take_minutes,
        )
    )


def writes(
    title: str,
    *,
    destructive: bool,
    idempotent: bool,
    open_world: bool = True,
    invalidates: tuple[str, ...] = (),
    deadline: DeadlineRule | None = None,
    offered: Callable[[Any], bool] = ToolDefinition.offered,
    scope: str | None = None,
    confirm: Callable[..., Awaitable[Question | str | None]] | None = None,
    may_take_minutes: bool = False,
) -> Callable[[AnyCoroutineFunction], AnyCoroutineFunction]:
    """Mark a tool that changes something; a read-only server does not offer it.

    A tool that is not idempotent takes `idempotency_key: IdempotencyKey = None`; the core does the rest.

    `confirm` is a coroutine function that takes any of the tool's parameters by name and gives the question that a
    person must agree to, or None where nobody is to be asked. Such a tool takes `confirm: Confirm = None`.
    """
    return _noting(
        ToolDefinition(
            title=title,
            read_only=False,
            destructive=destructive,
            idempotent=idempotent,
            open_world=open_world,
            invalidates=invalidates,
            deadline=deadline,
            offered=offered,
            scope=scope,
            confirm=confirm,
            may_take_minutes=may_take_minutes,
        )
    )


def resource(
    uri: str,
    title: str,
    *,
    mime_type: str = "application/json",
    complete: Mapping[str, Completer] | None = None,
    listed: tuple[str, ...] = (),
    deadline: DeadlineRule | None = None,
    entries: Listing | None = None,
) -> Callable[[AnyCoroutineFunction], AnyCoroutineFunction]:
    """Mark a resource, or a template where the URI has variables.

    `complete` maps a variable to a coroutine function `(connection, prefix, chosen)` that gives values beginning with
    `prefix`; `chosen` holds the variables already chosen. `entries` lists addresses of a template page by page.
    """
    return _noting(ResourceDefinition(uri, title, mime_type, dict(complete or {}), listed, deadline, entries))


def prompt(
    title: str, *, complete: Mapping[str, Completer] | None = None, deadline: DeadlineRule | None = None
) -> Callable[[AnyCoroutineFunction], AnyCoroutineFunction]:
    """Mark a prompt; its text is built by a coroutine function that returns a string or messages."""
    return _noting(PromptDefinition(title, dict(complete or {}), deadline))


def _noting(notes: object) -> Callable[[AnyCoroutineFunction], AnyCoroutineFunction]:
    def note(function: AnyCoroutineFunction) -> AnyCoroutineFunction:
        setattr(function, DEFINITION_ATTRIBUTE, notes)
        return function

    return note


def seconds_for(
    notes: ToolDefinition | ResourceDefinition | PromptDefinition, arguments: Mapping[str, Any], usual_seconds: float
) -> float:
    """The deadline of one call, in seconds; `usual_seconds` where the definition has none of its own."""
    if notes.deadline is None:
        return usual_seconds
    return notes.deadline(arguments) if callable(notes.deadline) else notes.deadline


async def connection(ctx: Context[Any, Any]) -> Any:
    """The object that the server's `connect` yielded: `GitHub = Annotated[GitHubApi, Resolve(connection)]`."""
    return ctx.request_context.lifespan_context.connection


Connected = Resolve(connection)
"""Marks the parameter that receives what `connect` yielded: `GitHub = Annotated[GitHubApi, Connected]`."""


class ArgumentMark(Enum):
    """A mark in the type of an optional parameter."""

    EMPTY_IS_ABSENT = "an empty text or list is not given"
    NULL_IS_A_VALUE = "null is a value"
    CURSOR = "the position of a page"
    IDEMPOTENCY_KEY = "the key of a write"
    CONFIRMATION = "the code of a question"
    FRESH = "whether the cache is passed by"


ROLES = frozenset({ArgumentMark.CURSOR, ArgumentMark.IDEMPOTENCY_KEY, ArgumentMark.CONFIRMATION, ArgumentMark.FRESH})
"""Marks of the parameters that the core handles, whatever they are called; no part of what a call asks for."""


EMPTY_IS_ABSENT = ArgumentMark.EMPTY_IS_ABSENT
"""Marks an optional filter, cursor, key or reference: `Query = Annotated[str | None, Field(...), EMPTY_IS_ABSENT]`.

Hosts whose schemas are strict fill what they leave out with `""` or `[]`. Content is not marked: there, an empty text
is a value.
"""

NULL_IS_A_VALUE = ArgumentMark.NULL_IS_A_VALUE
"""Marks an optional parameter whose null is a value; for all others it means that the argument is not given."""

Cursor = Annotated[
    str | None,
    Field(max_length=4096, description="next_cursor of the page before, with the same arguments."),
    EMPTY_IS_ABSENT,
    ArgumentMark.CURSOR,
]
"""The tool receives its own position here, as it gave it in `next_cursor`; the core signs and checks it."""

IdempotencyKey = Annotated[
    str | None,
    Field(min_length=1, max_length=255, description="Same key and arguments within 24 h: done once."),
    EMPTY_IS_ABSENT,
    ArgumentMark.IDEMPOTENCY_KEY,
]

Fresh = Annotated[bool, Field(description="Past the cache."), ArgumentMark.FRESH]
"""`fresh: Fresh = False` on a tool with `cache`: true reads anew, for a reader who knows of a change made elsewhere."""

Confirm = Annotated[
    str | None,
    Field(max_length=64, description="Code of the question, once the person has agreed."),
    EMPTY_IS_ABSENT,
    ArgumentMark.CONFIRMATION,
]
"""The tool receives the note of the question that was agreed to; the code itself is the core's."""
