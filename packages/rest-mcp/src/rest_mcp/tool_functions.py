"""Generation of coroutine functions for the tools and resources of a bridge, with typed signatures."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any

from mcp_chassis.tools import EMPTY_IS_ABSENT, ArgumentMark, Connected, Cursor, reads, resource, writes
from pydantic import Field

from rest_mcp.bridge import Bridge, CodePart, RequestSpec, ResourcePart, ToolPart
from rest_mcp.code_tools import offered_code
from rest_mcp.endpoint import Endpoint
from rest_mcp.parameters import Parameter
from rest_mcp.shapes import alternatives_sentence, check_shape

Function = Callable[..., Awaitable[Any]]
Key = Annotated[str | None, Field(max_length=255), EMPTY_IS_ABSENT, ArgumentMark.IDEMPOTENCY_KEY]
"""The core's idempotency key without a description: even the shortest costs 9 of a tool's 120 tokens."""
CONNECTION = "apis"


def tools_of(bridge: Bridge) -> tuple[Function, ...]:
    """Return the tools of a bridge, in the file's order.

    Raises:
        BadBridge: the bridge names code that no installed package offers.
    """
    return tuple(
        offered_code(part.code) if isinstance(part, CodePart) else _tool(part, _endpoint(bridge, part))
        for part in bridge.tools
    )


def resources_of(bridge: Bridge) -> tuple[Function, ...]:
    """Return the resources of a bridge, in the file's order."""
    return tuple(_resource(part, _endpoint(bridge, part)) for part in bridge.resources)


def _endpoint(bridge: Bridge, part: RequestSpec) -> Endpoint:
    name = bridge.api_of(part)
    return Endpoint(part, name, bridge.apis[name])


def _tool(part: ToolPart, endpoint: Endpoint) -> Function:
    async def call(**arguments: Any) -> Any:
        check_shape(part.shapes, _with_fixed(part, arguments))
        return await endpoint.tool(arguments.pop(CONNECTION), arguments)

    more: dict[str, Any] = {}
    if endpoint.paging is not None:
        more["cursor"] = Cursor
    if not (part.reads or part.repeats):
        more["idempotency_key"] = Key
    return _marked(part)(_signed(call, part, endpoint, more))


def _with_fixed(part: ToolPart, given: Mapping[str, Any]) -> dict[str, Any]:
    """The value of each parameter: the fixed value, else the argument, else None."""
    return {name: given.get(name) if each.fixed is None else each.fixed for name, each in part.parameters.items()}


def _marked(part: ToolPart) -> Callable[[Function], Function]:
    if part.reads:
        return reads(part.heading, deadline=part.deadline)
    return writes(part.heading, destructive=part.destroys, idempotent=part.repeats, deadline=part.deadline)


def _resource(part: ResourcePart, endpoint: Endpoint) -> Function:
    async def call(**arguments: Any) -> Any:
        return await endpoint.resource(arguments.pop(CONNECTION), arguments)

    kind = "text/plain" if part.answer == "text" else "application/json"
    noted = resource(part.uri, part.heading, mime_type=kind, deadline=part.deadline)
    return noted(_signed(call, part, endpoint, {}))


def _signed(function: Function, part: RequestSpec, endpoint: Endpoint, more: Mapping[str, Any]) -> Function:
    """Set the function's name, docstring and signature: the core derives the tool's schema and validation from them."""
    parameters = [_parameter(name, each) for name, each in part.offered.items()]
    parameters += [inspect.Parameter(name, _BY_NAME, default=None, annotation=kind) for name, kind in more.items()]
    parameters.append(inspect.Parameter(CONNECTION, _BY_NAME, annotation=Annotated[Any, Connected]))
    signature = inspect.Signature(parameters, return_annotation=endpoint.answers)
    function.__name__ = function.__qualname__ = part.name
    told = alternatives_sentence(part.shapes) if isinstance(part, ToolPart) else ""
    function.__doc__ = f"{part.description.rstrip()} {told}".rstrip()
    function.__annotations__ = {each.name: each.annotation for each in parameters} | {"return": endpoint.answers}
    setattr(function, "__signature__", signature)  # noqa: B010
    return function


def _parameter(name: str, parameter: Parameter) -> inspect.Parameter:
    default = inspect.Parameter.empty if parameter.needed else parameter.default
    return inspect.Parameter(name, _BY_NAME, default=default, annotation=parameter.annotation(name))


_BY_NAME = inspect.Parameter.KEYWORD_ONLY
