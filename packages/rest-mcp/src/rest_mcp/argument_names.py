"""Names of a tool's arguments for the fields that an API's refusal is about."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from rest_mcp.bridge import RequestSpec
from rest_mcp.names import steps_of
from rest_mcp.parameters import Parameter

PLACES = {"body": "body", "query": "query", "path": "path", "header": "header", "form": "body"}
"""The first step of a FastAPI location, by the part of the request that it names."""


class ArgumentNames:
    """The arguments of one tool by the place and the field in which the request carries each."""

    def __init__(self, spec: RequestSpec) -> None:
        self._fields: dict[tuple[str, ...], tuple[str, Parameter]] = {
            (spec.place(name), *steps_of(spec.field(name))): (name, each) for name, each in spec.parameters.items()
        }

    def named(self, location: Sequence[str]) -> str:
        """The argument at a location: `("body", "customer", "zipCode")` is `customer.zip_code`.

        Args:
            location: field names below one part of the request, which stands first where the API names it.
        """
        place = PLACES.get(location[0]) if location else None
        steps = tuple(location[1:] if place else location)
        for found in [place] if place else ["body", "query", "path"]:
            for length in range(len(steps), 0, -1):
                if known := self._fields.get((found, *steps[:length])):
                    return ".".join([known[0], *_below(known[1], steps[length:])])
        return ".".join(steps)


def _below(parameter: Parameter, steps: Sequence[str]) -> Iterator[str]:
    """The steps inside a list or an object, by the names of its parts."""
    current: Parameter | None = parameter
    for step in steps:
        parts: Mapping[str, Parameter] = (current.properties if current else None) or {}
        called = next((name for name, part in parts.items() if (part.field or name) == step), step)
        yield called
        current = parts.get(called) or (current.items if current else None)


_in_use: ContextVar[ArgumentNames | None] = ContextVar("argument_names", default=None)


@contextmanager
def argument_names(names: ArgumentNames) -> Generator[None]:
    """Name the arguments of one tool in the refusals that arrive meanwhile."""
    token = _in_use.set(names)
    try:
        yield
    finally:
        _in_use.reset(token)


def argument(location: Sequence[str]) -> str:
    """The argument of the tool in use at a location; the location itself outside of a tool."""
    names = _in_use.get()
    return ".".join(location) if names is None else names.named(location)
