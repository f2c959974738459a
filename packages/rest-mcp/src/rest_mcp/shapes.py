"""Alternatives of a request body: sets of arguments, one of which a call must give."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from mcp_chassis.failures import InvalidInput
from pydantic import Field

from rest_mcp.names import ParameterName
from rest_mcp.parameters import Null, Part, Scalar

MAX_SHAPES = 20
MAX_WORDS_CHARS = 300
Names = Annotated[tuple[ParameterName, ...], Field(max_length=100)]


class Shape(Part):
    """One alternative: its required and optional parameters, and the values allowed for some of them.

    Parameters that no alternative of the tool names are not restricted.
    """

    required: Names = ()
    optional: Names = ()
    values: dict[ParameterName, tuple[Scalar, ...]] = Field(default_factory=dict[str, tuple[Scalar, ...]])

    @property
    def names(self) -> set[str]:
        return {*self.required, *self.optional}

    def takes(self, given: Mapping[str, Any]) -> bool:
        """Whether the arguments match: all required ones, no others than the optional ones, and allowed values."""
        has_values = all(given[name] in allowed for name, allowed in self.values.items() if name in given)
        return has_values and set(self.required) <= given.keys() <= self.names

    def words(self, common: set[str], *, briefly: bool) -> str:
        """Describe the alternative: `kind=card, number (optional cvc)`; if brief, without what all share."""
        needed = [name for name in self.required if not (briefly and name in common and name not in self.values)]
        named = [f"{name}={'|'.join(map(str, self.values[name]))}" if name in self.values else name for name in needed]
        also = [] if briefly else [name for name in self.optional if name not in common]
        return (", ".join(named) or "none") + (f" (optional {', '.join(also)})" if also else "")


def check_shape(shapes: Sequence[Shape], arguments: Mapping[str, Any]) -> None:
    """Check that the arguments match one alternative; without alternatives everything matches.

    Raises:
        InvalidInput: they match none; the message lists the alternatives.
    """
    concerned = {name for shape in shapes for name in shape.names}
    given = {
        name: None if value is Null.GIVEN else value
        for name, value in arguments.items()
        if name in concerned and value is not None
    }
    if shapes and not any(shape.takes(given) for shape in shapes):
        listed = ", ".join(given) or "none of them"
        raise InvalidInput(f"{alternatives_sentence(shapes)} This call gives {listed}.")


def alternatives_sentence(shapes: Sequence[Shape]) -> str:
    """Return `Give the arguments of one alternative: iban; or number, cvc.`; empty without alternatives."""
    if not shapes:
        return ""
    common = {name for name in shapes[0].names if all(name in shape.names for shape in shapes)}
    for briefly in (False, True):
        line = "; or ".join(dict.fromkeys(shape.words(common, briefly=briefly) for shape in shapes))
        if len(line) <= MAX_WORDS_CHARS:
            break
    shown = line if len(line) <= MAX_WORDS_CHARS else f"{line[: MAX_WORDS_CHARS - 1]}…"
    return f"Give the arguments of one alternative: {shown}."
