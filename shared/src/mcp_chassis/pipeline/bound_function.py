"""Tools, resources and prompts as bound functions: schema, injected parameters, deadline, call."""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, Generic, TypeVar, get_type_hints

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.resolve import build_resolver_plans, find_resolved_parameters, resolve_arguments
from mcp.server.mcpserver.utilities.context_injection import find_context_parameter
from mcp_types import CallToolResult, InputRequiredResult, ToolAnnotations
from mcp_types import Tool as WireTool

from mcp_chassis.asking import QuestionPending
from mcp_chassis.deadline import deadline_of_call
from mcp_chassis.failures import OutcomeUnknown, TimedOut
from mcp_chassis.output import dated
from mcp_chassis.pipeline.absent_arguments import marks_of
from mcp_chassis.pipeline.arguments import Arguments, pruned
from mcp_chassis.results import Result, TextPage
from mcp_chassis.sign_in import SignInNeeded
from mcp_chassis.tools import (
    DEFINITION_ATTRIBUTE,
    ROLES,
    ArgumentMark,
    Connected,
    PromptDefinition,
    Question,
    ResourceDefinition,
    ToolDefinition,
    seconds_for,
)

Notes = TypeVar("Notes", ToolDefinition, ResourceDefinition, PromptDefinition)
Answer = TypeVar("Answer")
Function = Callable[..., Awaitable[Any]]
AnyContext = Context[Any, Any]
SCHEMAS_KEPT = 256  # of tools and of results: a process that builds a server often, as tests do, builds each once


class InvalidDefinition(TypeError):
    """The definition of a tool, resource or prompt is invalid. Raised when a server is built."""


class BoundFunction(Generic[Notes]):
    """A tool, resource or prompt: its function, definition, schema and injected parameters."""

    def __init__(self, function: Function, kind: type[Notes]) -> None:
        self.function = function
        self.name = function.__name__
        self.definition = _notes(function, kind)
        self.description = _description(function)
        injected = find_resolved_parameters(function)
        self._connected = [name for name, (marker, _) in injected.items() if marker is Connected]
        self._asked = {name: entry for name, entry in injected.items() if entry[0] is not Connected}
        self._context = find_context_parameter(function)
        self._hidden = (*injected, *([self._context] if self._context else ()))
        self.parameters = [name for name in inspect.signature(function).parameters if name not in self._hidden]
        self._plans = build_resolver_plans(self._asked, set(self.parameters))

    @property
    def asks_upstream(self) -> bool:
        """Whether the function receives the server's connection."""
        return bool(self._connected)

    @cached_property
    def arguments(self) -> Arguments:
        """The input schema and validation; built when the function is first listed or called."""
        return _arguments(self.function, self._hidden)

    @cached_property
    def roles(self) -> Mapping[ArgumentMark, str]:
        """Names of the parameters that the core handles, by the mark in their type."""
        hints = get_type_hints(self.function, include_extras=True)
        return {mark: name for name in self.parameters for mark in marks_of(hints.get(name)) if mark in ROLES}

    async def call(self, arguments: dict[str, Any], context: Context[Any, Any]) -> Any:
        """Call the function and return its result, or an `InputRequiredResult` if the host must be asked first."""
        try:
            return await self._call(arguments, context)
        except QuestionPending as question:
            return question.result

    async def _call(self, arguments: dict[str, Any], context: Context[Any, Any]) -> Any:
        injected: dict[str, Any] = {}
        if self._asked:
            answers = await resolve_arguments(self._asked, self._plans, arguments, context)
            if isinstance(answers, InputRequiredResult):
                return answers
            injected.update(answers)
        if self._context:
            injected[self._context] = context
        return await _connected(self.function, self._connected, {**arguments, **injected}, context)

    async def question(
        self, arguments: Mapping[str, Any], context: Context[Any, Any]
    ) -> Question | InputRequiredResult | None:
        """The question that a person must agree to before a call with these arguments; None if there is none."""
        if not isinstance(self.definition, ToolDefinition) or self.definition.confirm is None:
            return None
        ask = self.definition.confirm
        connected = [name for name, (marker, _) in find_resolved_parameters(ask).items() if marker is Connected]
        wanted = inspect.signature(ask).parameters
        given = {name: value for name, value in arguments.items() if name in wanted}
        if own_context := find_context_parameter(ask):
            given[own_context] = context
        asked = await _connected(ask, connected, given, context)
        return Question(asked) if isinstance(asked, str) else asked

    async def in_time(
        self, arguments: Mapping[str, Any], run: Callable[[], Awaitable[Answer]], usual_seconds: float
    ) -> Answer:
        """Await `run` within this function's deadline, or within `usual_seconds` if it has none of its own.

        Raises:
            TimedOut: a read did not finish in time.
            OutcomeUnknown: a write did not finish in time.
        """
        deadline, allowance = deadline_of_call(seconds_for(self.definition, arguments, usual_seconds))
        with deadline.running():
            return await run()
        reason = f"{self.name} did not finish within {deadline.seconds:g} s."
        if allowance is not None and allowance.refusal:
            reason += f" {allowance.refusal}"
        if isinstance(self.definition, ToolDefinition) and not self.definition.read_only:
            raise OutcomeUnknown(reason)
        raise TimedOut(reason)

    async def complete(
        self,
        variable: str,
        prefix: str,
        chosen: Mapping[str, str],
        context: Context[Any, Any],
        usual_seconds: float,
    ) -> Sequence[str]:
        """Completions of `variable` that begin with `prefix`, given the values already chosen."""
        if isinstance(self.definition, ToolDefinition) or variable not in self.definition.complete:
            return ()
        completer = self.definition.complete[variable]

        async def complete() -> Sequence[str]:
            async with context.request_context.lifespan_context.connected() as connection:
                return await completer(connection, prefix, chosen)

        return await self.in_time({}, complete, usual_seconds)


async def _connected(function: Function, names: list[str], arguments: Mapping[str, Any], context: AnyContext) -> Any:
    """Call with the caller's connection as `names`; return an `InputRequiredResult` if they have to sign in first."""
    if not names:
        return await function(**arguments)
    try:
        async with context.request_context.lifespan_context.connected() as connection:
            return await function(**arguments, **dict.fromkeys(names, connection))
    except SignInNeeded as needed:
        if (question := needed.question(context)) is None:
            raise
        return question


def wire_tool(tool: BoundFunction[ToolDefinition]) -> WireTool:
    """The definition of a tool as hosts receive it; the same in every process."""
    notes = tool.definition
    return WireTool(
        name=tool.name,
        title=notes.title,
        description=tool.description,
        input_schema=tool.arguments.schema,
        output_schema=output_schema(tool.function, cached=notes.cache is not None),
        annotations=ToolAnnotations(
            read_only_hint=notes.read_only,
            destructive_hint=notes.destructive,
            idempotent_hint=notes.idempotent,
            open_world_hint=notes.open_world,
        ),
    )


def output_schema(function: Function, *, cached: bool = False) -> dict[str, Any] | None:
    """The output schema of a tool that returns a `Result`; None if it returns text or builds its own result.

    Args:
        cached: whether its results may come from the cache, and then have the field `as_of`.

    Raises:
        InvalidDefinition: when the function returns anything else, such as a list, a dict or a string.
    """
    answer = get_type_hints(function).get("return")
    if isinstance(answer, type) and issubclass(answer, Result):
        schema = _result_schema(answer)
        if not cached:
            return schema
        return {**schema, "properties": {**schema.get("properties", {}), dated.FIELD: dated.SCHEMA}}
    if answer in (TextPage, CallToolResult):
        return None
    raise InvalidDefinition(f"{function.__name__} must return a Result or a TextPage")


@lru_cache(maxsize=SCHEMAS_KEPT)
def _arguments(function: Function, hidden: tuple[str, ...]) -> Arguments:
    return Arguments(function, hidden)


@lru_cache(maxsize=SCHEMAS_KEPT)
def _result_schema(result: type[Result]) -> dict[str, Any]:
    return pruned(result.model_json_schema(mode="serialization", by_alias=True))


def _notes(function: Function, kind: type[Notes]) -> Notes:
    notes = getattr(function, DEFINITION_ATTRIBUTE, None)
    if not isinstance(notes, kind):
        raise InvalidDefinition(
            f"{function.__name__} has no definition: mark it with @reads, @writes, @resource or @prompt"
        )
    if not inspect.iscoroutinefunction(function):
        raise InvalidDefinition(
            f"{function.__name__} must be an async def: a sync one can neither be timed out nor cancelled"
        )
    return notes


def _description(function: Function) -> str:
    text = inspect.getdoc(function)
    if not text:
        raise InvalidDefinition(f"{function.__name__} has no docstring, which is the description a model reads")
    return " ".join(text.split())
