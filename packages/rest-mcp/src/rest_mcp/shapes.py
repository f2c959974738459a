"""Alternatives of a request body: the sets of arguments of which a call must give one."""

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
    """One alternative: the parameters that it requires and allows, and those that have certain values in it alone.

    Parameters that no alternative of the tool names are not affected.
    """

    required: Names = ()
    optional: Names = ()
    values: dict[ParameterName, tuple[Scalar, ...]] = Field(default_factory=dict[str, tuple[Scalar, ...]])

    @property
    def names(self) -> set[str]:
        return {*self.required, *self.optional}

    def takes(self, given: Mapping[str, Any]) -> bool:
        """Whether the given arguments are all that it requires, nothing else, and have its values."""
        has_values = all(given[name] in allowed for name, allowed in self.values.items() if name in given)
        return has_values and set(self.required) <= given.keys() <= self.names

    def words(self, common: set[str], *, briefly: bool) -> str:
        """`kind=card, number (optional cvc)`; without the arguments that every alternative allows when brief."""
        needed = [name for name in self.required if not (briefly and name in common and name not in self.values)]
        named = [f"{name}={'|'.join(map(str, self.values[name]))}" if name in self.values else name for name in needed]
        also = [] if briefly else [name for name in self.optional if name not in common]
        return (", ".join(named) or "none") + (f" (optional {', '.join(also)})" if also else "")


def check_shape(shapes: Sequence[Shape], arguments: Mapping[str, Any]) -> None:
    """Check that the arguments are those of one alternative; without alternatives any are.

    Raises:
        InvalidInput: they are not; the sentence names the alternatives.
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
    """`Give the arguments of one alternative: iban; or number, cvc.`; empty without alternatives."""
    if not shapes:
        return ""
    common = {name for name in shapes[0].names if all(name in shape.names for shape in shapes)}
    for briefly in (False, True):
        line = "; or ".join(dict.fromkeys(shape.words(common, briefly=briefly) for shape in shapes))
        if len(line) <= MAX_WORDS_CHARS:
            break
    shown = line if len(line) <= MAX_WORDS_CHARS else f"{line[: MAX_WORDS_CHARS - 1]}…"
    return f"Give the arguments of one alternative: {shown}."
