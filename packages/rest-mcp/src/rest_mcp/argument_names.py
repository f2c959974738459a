"""Mapping from the field names in an API's error responses to the names of the tool's arguments."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from rest_mcp.bridge import RequestSpec
from rest_mcp.names import steps_of
from rest_mcp.parameters import Parameter

PLACES = {"body": "body", "query": "query", "path": "path", "header": "header", "form": "body"}
"""Parts of a request by the first element of an error location, as FastAPI writes it (`["body", "name"]`)."""


class ArgumentNames:
    """Index of one tool's arguments by the part of the request and the field that carry them."""

    def __init__(self, spec: RequestSpec) -> None:
        self._fields: dict[tuple[str, ...], tuple[str, Parameter]] = {
            (spec.place(name), *steps_of(spec.field(name))): (name, each) for name, each in spec.parameters.items()
        }

    def named(self, location: Sequence[str]) -> str:
        """Return the argument for a location: `("body", "customer", "zipCode")` gives `customer.zip_code`.

        Args:
            location: the part of the request, if the API names it, then field names from outside to inside.
        """
        place = PLACES.get(location[0]) if location else None
        steps = tuple(location[1:] if place else location)
        for found in [place] if place else ["body", "query", "path"]:
            for length in range(len(steps), 0, -1):
                if known := self._fields.get((found, *steps[:length])):
                    return ".".join([known[0], *_below(known[1], steps[length:])])
        return ".".join(steps)


def _below(parameter: Parameter, steps: Sequence[str]) -> Iterator[str]:
    """Translate API field names below a list or an object into the names of its items and properties."""
    current: Parameter | None = parameter
    for step in steps:
        parts: Mapping[str, Parameter] = (current.properties if current else None) or {}
        called = next((name for name, part in parts.items() if (part.field or name) == step), step)
        yield called
        current = parts.get(called) or (current.items if current else None)


_in_use: ContextVar[ArgumentNames | None] = ContextVar("argument_names", default=None)


@contextmanager
def argument_names(names: ArgumentNames) -> Generator[None]:
    """Use these names in `argument` while the context lasts."""
    token = _in_use.set(names)
    try:
        yield
    finally:
        _in_use.reset(token)


def argument(location: Sequence[str]) -> str:
    """Return the current tool's argument for a location; outside of a tool call, the location joined by dots."""
    names = _in_use.get()
    return ".".join(location) if names is None else names.named(location)
