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
        text: one or two sentences with everything relevant, such as a title, a base or a number of rows.
        person_only: whether a code cannot replace the person's answer if the host cannot ask.
        preview: returns the result of a call whose host cannot ask, given the code; without it the call fails with the
            question and the code.
        field: the name of the boolean field in the form.
        note: passed to the tool as `confirm` once the person has agreed. A tool with a note checks itself that the
            question is still valid; for other tools the question is generated again and compared.
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
    number of seconds for which a result may be reused, for the same principal and credential. `invalidates` names the
    tools whose cached results a call of this one makes invalid. `offered` returns whether the tool exists under given
    settings. `scope` is the permission a caller needs, if it differs from that of its kind. `confirm` returns the
    question that a person must agree to. `may_take_minutes` lets a call continue as a task if the host supports tasks.
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
        """The permission that a caller over HTTP needs: `scope`, else `read`, `write` or `destructive` by effect."""
        if self.scope or self.read_only:
            return self.scope or "read"
        return "destructive" if self.destructive else "write"


@dataclasses.dataclass(frozen=True)
class ResourceDefinition:
    """Definition of one resource or template: URI, title and completion of its variables.

    `listed` are URIs of a template that are in the list of resources as examples; `entries` lists all in pages.
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
    """Mark a tool that changes nothing."""
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

    A tool that is not idempotent has a parameter `idempotency_key: IdempotencyKey = None`, which the core handles.

    `confirm` is a coroutine function that takes any of the tool's parameters by name and returns the question that a
    person must agree to, or None if no agreement is needed. Such a tool has a parameter `confirm: Confirm = None`.
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
    """Mark a resource, or a resource template if the URI has variables.

    `complete` maps a variable to a coroutine function `(connection, prefix, chosen)` that returns values beginning with
    `prefix`; `chosen` contains the variables already chosen. `entries` lists the URIs of a template in pages.
    """
    return _noting(ResourceDefinition(uri, title, mime_type, dict(complete or {}), listed, deadline, entries))


def prompt(
    title: str, *, complete: Mapping[str, Completer] | None = None, deadline: DeadlineRule | None = None
) -> Callable[[AnyCoroutineFunction], AnyCoroutineFunction]:
    """Mark a prompt: a coroutine function that returns a string or messages."""
    return _noting(PromptDefinition(title, dict(complete or {}), deadline))


def _noting(notes: object) -> Callable[[AnyCoroutineFunction], AnyCoroutineFunction]:
    def note(function: AnyCoroutineFunction) -> AnyCoroutineFunction:
        setattr(function, DEFINITION_ATTRIBUTE, notes)
        return function

    return note


def seconds_for(
    notes: ToolDefinition | ResourceDefinition | PromptDefinition, arguments: Mapping[str, Any], usual_seconds: float
) -> float:
    """The deadline of one call in seconds; `usual_seconds` if the definition has none of its own."""
    if notes.deadline is None:
        return usual_seconds
    return notes.deadline(arguments) if callable(notes.deadline) else notes.deadline


async def connection(ctx: Context[Any, Any]) -> Any:
    """Resolver of the object that the server's `connect` yielded; see `Connected`."""
    return ctx.request_context.lifespan_context.connection


Connected = Resolve(connection)
"""Marks the parameter that receives the object `connect` yielded: `GitHub = Annotated[GitHubApi, Connected]`."""


class ArgumentMark(Enum):
    """A mark in the type of an optional parameter."""

    EMPTY_IS_ABSENT = "an empty text or list is not given"
    NULL_IS_A_VALUE = "null is a value"
    CURSOR = "the position of a page"
    IDEMPOTENCY_KEY = "the key of a write"
    CONFIRMATION = "the code of a question"
    FRESH = "whether the cache is passed by"


ROLES = frozenset({ArgumentMark.CURSOR, ArgumentMark.IDEMPOTENCY_KEY, ArgumentMark.CONFIRMATION, ArgumentMark.FRESH})
"""Marks of parameters that the core handles, whatever their name; their values are not part of the query."""


EMPTY_IS_ABSENT = ArgumentMark.EMPTY_IS_ABSENT
"""Marks an optional filter, cursor, key or reference: `Query = Annotated[str | None, Field(...), EMPTY_IS_ABSENT]`.

Hosts with strict schemas send `""` or `[]` for arguments that they leave out. Parameters for content are not marked:
there, an empty text is a value.
"""

NULL_IS_A_VALUE = ArgumentMark.NULL_IS_A_VALUE
"""Marks an optional parameter for which null is a value; for all others null means that the argument is not given."""

Cursor = Annotated[
    str | None,
    Field(max_length=4096, description="next_cursor of the page before, with the same arguments."),
    EMPTY_IS_ABSENT,
    ArgumentMark.CURSOR,
]
"""The tool receives its own position here, as it returned it in `next_cursor`; the core signs and verifies it."""

IdempotencyKey = Annotated[
    str | None,
    Field(min_length=1, max_length=255, description="Same key and arguments within 24 h: done once."),
    EMPTY_IS_ABSENT,
    ArgumentMark.IDEMPOTENCY_KEY,
]

Fresh = Annotated[bool, Field(description="Bypass the cache."), ArgumentMark.FRESH]
"""`fresh: Fresh = False` on a tool with `cache`: true bypasses the cache, for example after a change made elsewhere."""

Confirm = Annotated[
    str | None,
    Field(max_length=64, description="Code of the question, once the person has agreed."),
    EMPTY_IS_ABSENT,
    ArgumentMark.CONFIRMATION,
]
"""The tool receives the note of the question that was agreed to; the code itself is handled by the core."""
