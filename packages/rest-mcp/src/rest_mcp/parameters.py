"""One parameter of a bridge file, and the Python type that validates its arguments."""

import re
from collections.abc import Callable
from enum import Enum
from typing import Annotated, Any, Literal, Optional, Self

from mcp_chassis.tools import NULL_IS_A_VALUE
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WrapValidator,
    create_model,
    model_validator,
)
from pydantic_core import SchemaError

from rest_mcp.names import FieldPath, Line, ParameterName

Kind = Literal["string", "integer", "number", "boolean", "array", "object"]
Place = Literal["path", "query", "body", "header"]
Scalar = str | int | float | bool

MAX_ENUM_VALUES = 50
MAX_DEPTH = 3
MAX_TEXT_CHARS = 2_000
MAX_ITEMS = 50
MAX_SAFE_INTEGER = 2**53 - 1
"""The largest integer that every JSON parser keeps exact; the default bound of numbers without limits."""
PYTHON_TYPES: dict[str, Any] = {"string": str, "integer": int, "number": float, "boolean": bool}
FORMATS: dict[str, str] = {
    "date": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    "date-time": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9:.]+([Zz]|[+-][0-9:]+)?$",
    "uuid": r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
    "email": r"^[^@\s]+@[^@\s]+$",
    "ipv4": r"^[0-9]{1,3}(\.[0-9]{1,3}){3}$",
    "ipv6": r"^[0-9a-fA-F]{0,4}(:[0-9a-fA-F]{0,4}){2,7}(\.[0-9]{1,3}){0,3}$",
}


def _digits(value: object) -> object:
    """Return an integer as a decimal string, any other value unchanged."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _within_int64(text: str) -> str:
    if not -(2**63) <= int(text) < 2**63:
        raise ValueError("must be an integer of 64 bits")
    return text


_DIGITS = Field(pattern=r"^-?[0-9]{1,19}$")
_FROM_NUMBER = BeforeValidator(_digits, json_schema_input_type=Annotated[str, _DIGITS])
INT64: Any = Annotated[str, _DIGITS, _FROM_NUMBER, AfterValidator(_within_int64)]
"""A 64-bit integer as a decimal string, which hosts in JavaScript do not round."""


def _large_from_digits(value: Any, validate: Callable[[Any], Any]) -> Any:
    """Convert a decimal string beyond 2^53 to an integer. A JSON number beyond it may be rounded and is refused."""
    large = isinstance(value, str) and re.fullmatch(r"-?[0-9]{16,19}", value) is not None
    return int(value) if large and MAX_SAFE_INTEGER < abs(int(value)) < 2**63 else validate(value)


_LARGE_FROM_DIGITS = WrapValidator(_large_from_digits)
"""Results show such numbers as decimal strings (`fields.exact`), so callers may send these strings back."""


class Null(Enum):
    """A null that the caller sent as a value. None stands for an omitted argument."""

    GIVEN = "null"


def _kept_null(value: Any, validate: Callable[[Any], Any]) -> Any:
    return Null.GIVEN if value is None else validate(value)


class Part(BaseModel):
    """Base of the tables of a bridge file. Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Parameter(Part):
    """One argument of a tool: its type and limits, and its field in the request.

    An object has `properties`, or `values` if the caller chooses the keys, as for labels. `field` is the API's name,
    dotted inside a body. A `hidden` parameter is neither offered nor sent; a `fixed` one is not offered and always sent
    with this value, as a header must be. `separator` joins a list into one value; without it the name is repeated for
    each item. `style` sends an object outside of a JSON body: deepObject as `name[field]`, form as its fields, json
    (also for a list or a text) as JSON text. The format `int64` also accepts a decimal string, since hosts in
    JavaScript round numbers above 2^53. If the parameter is `nullable`, null is sent in a JSON body; otherwise null
    counts as an omitted argument.
    """

    kind: Kind = Field(default="string", alias="type")
    place: Place | None = Field(default=None, alias="in")
    field: FieldPath | None = None
    description: Line | None = None
    required: bool | None = None
    default: Scalar | list[Scalar] | None = None
    enum: Annotated[tuple[Scalar, ...], Field(min_length=1, max_length=MAX_ENUM_VALUES)] | None = None
    minimum: float | None = None
    maximum: float | None = None
    min_length: Annotated[int, Field(ge=0)] | None = None
    max_length: Annotated[int, Field(ge=1, le=100_000)] | None = None
    pattern: Annotated[str, Field(max_length=300)] | None = None
    format: Literal["date", "date-time", "uuid", "email", "ipv4", "ipv6", "int64"] | None = None
    separator: Literal[",", " ", "|"] | None = None
    style: Literal["deepObject", "form", "json"] | None = None
    min_items: Annotated[int, Field(ge=0)] | None = None
    max_items: Annotated[int, Field(ge=1, le=1_000)] | None = None
    items: "Parameter | None" = None
    properties: "dict[ParameterName, Parameter] | None" = None
    values: "Parameter | None" = None
    nullable: bool = False
    hidden: bool = False
    fixed: Scalar | list[Scalar] | dict[str, Any] | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.properties is not None) + (self.values is not None) != (self.kind == "object"):
            raise ValueError("must have either properties or values if its type is object, and neither otherwise")
        if self.items is not None and self.kind != "array":
            raise ValueError("has items, which only an array has")
        if self.depth > MAX_DEPTH:
            raise ValueError(f"is nested more than {MAX_DEPTH} deep")
        self._check_bounds()
        if self.offered:
            self._check_default()
        return self

    @property
    def depth(self) -> int:
        """The number of nested levels, 1 for a plain value."""
        return 1 + max((part.depth for part in self._parts), default=0)

    @property
    def _parts(self) -> list["Parameter"]:
        """The parameters of the items, properties or values."""
        return [*(self.properties or {}).values(), *(part for part in (self.items, self.values) if part)]

    @property
    def outside_json_problem(self) -> str | None:
        """The reason why the parameter cannot be sent outside of a JSON body; None if it can."""
        if self.style == "json":
            return None
        if self.kind == "array":
            return "a list of lists or objects" if self.items and self.items.kind in {"array", "object"} else None
        if self.kind != "object":
            return None
        if self.style is None:
            return "an object without a style"
        return next(filter(None, map(self._part_problem, self._parts)), None)

    def _part_problem(self, part: "Parameter") -> str | None:
        """The reason why a field of this object cannot be sent outside of a JSON body; None if it can."""
        if part.kind == "object" and self.style == "form":
            return "an object that holds an object"
        return part.model_copy(update={"style": self.style}).outside_json_problem

    @property
    def offered(self) -> bool:
        """Whether the parameter is an argument of the tool."""
        return not self.hidden and self.fixed is None

    @property
    def needed(self) -> bool:
        return self.default is None if self.required is None else self.required

    @property
    def first(self) -> Any:
        """The default for a pydantic field; `...` if the parameter is required."""
        return ... if self.needed else self.default

    def annotation(self, name: str) -> Any:
        """The type annotation of this parameter in a signature; an optional parameter may be None."""
        described: Any = Annotated[self._type(name), Field(description=self._told)]
        if self.nullable:
            return Annotated[described | None, WrapValidator(_kept_null), NULL_IS_A_VALUE]
        optional = described if self.needed or self.default is not None else Optional[described]  # noqa: UP045
        return Annotated[optional, NULL_IS_A_VALUE] if self.holds_nullable else optional

    @property
    def _told(self) -> str | None:
        """The description in the schema. It mentions null, which the type omits for hosts that accept one type only."""
        if not self.nullable:
            return self.description
        said = (self.description or "").rstrip()
        return f"{said}{'' if not said or said[-1] in '.!?' else '.'} May be null.".lstrip()

    @property
    def holds_nullable(self) -> bool:
        """Whether an item, property or value at any level is nullable."""
        return any(part.nullable or part.holds_nullable for part in self._parts)

    def _type(self, name: str) -> Any:
        if self.enum is not None:
            return _one_of(self.enum)
        if self.kind == "array":
            items: Any = (self.items or Parameter()).annotation(name)
            return Annotated[list[items], Field(min_length=self.min_items, max_length=self.max_items or MAX_ITEMS)]
        if self.kind == "object":
            return self._map(name, self.values) if self.values else self._model(name)
        if self.format == "int64":
            return INT64
        if self.kind == "integer" and self.maximum is None:
            return Annotated[int, Field(**self._limits()), _LARGE_FROM_DIGITS]
        return Annotated[PYTHON_TYPES[self.kind], Field(**self._limits())]

    def _map(self, name: str, values: "Parameter") -> Any:
        annotation: Any = values.annotation(name)
        return Annotated[dict[str, annotation], Field(max_length=MAX_ITEMS)]

    def _model(self, name: str) -> type[BaseModel]:
        offered = {inner: part for inner, part in (self.properties or {}).items() if part.offered}
        fields: dict[str, Any] = {
            inner: (Annotated[part.annotation(inner), Field(serialization_alias=part.field)], part.first)
            for inner, part in offered.items()
        }
        title = "".join(word.capitalize() for word in name.split("_"))
        return create_model(title, __config__=ConfigDict(extra="forbid"), **fields)

    def _limits(self) -> dict[str, Any]:
        match self.kind:
            case "string":
                longest = self.max_length or MAX_TEXT_CHARS
                pattern = self.pattern or FORMATS.get(self.format or "")
                return {"min_length": self.min_length or None, "max_length": longest, "pattern": pattern}
            case "integer" | "number":
                least = -MAX_SAFE_INTEGER if self.minimum is None else self.minimum
                most = MAX_SAFE_INTEGER if self.maximum is None else self.maximum
                as_type = int if self.kind == "integer" else float
                return {"ge": as_type(least), "le": as_type(most)}
            case _:
                return {}

    def _check_bounds(self) -> None:
        pairs = [(self.minimum, self.maximum), (self.min_length, self.max_length), (self.min_items, self.max_items)]
        if any(least is not None and most is not None and least > most for least, most in pairs):
            raise ValueError("has a minimum greater than its maximum; correct one of them")
        kinds = {int, float} if self.kind == "number" else {PYTHON_TYPES.get(self.kind)}
        if self.enum is not None and not {type(value) for value in self.enum} <= kinds:
            raise ValueError(f"has allowed values that are not of its type, {self.kind}")

    def _check_default(self) -> None:
        from pydantic import TypeAdapter, ValidationError

        try:
            adapter = TypeAdapter[Any](self.annotation("value"))
            if self.default is not None:
                adapter.validate_python(self.default)
        except SchemaError as exc:
            raise ValueError(
                "has a pattern that cannot be checked: it is invalid, or uses look-around or back-references"
            ) from exc
        except ValidationError as exc:
            raise ValueError("has a default that its own type or limits do not allow") from exc


def _one_of(values: tuple[Scalar, ...]) -> Any:
    literal: Any = Literal
    return literal[values]
