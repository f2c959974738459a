"""Types and descriptions of parameters that several tools share."""

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import to_json

from database_mcp.charts.series import ChartKind
from database_mcp.guard.statement import ExplainMode


def _name(text: str) -> str:
    """Check the length of a name; bounds in the schema would cost the model more tokens."""
    if not 0 < len(text) <= MAX_NAME_CHARS:
        raise ValueError(f"must be a name of 1 to {MAX_NAME_CHARS} characters")
    return text


MAX_NAME_CHARS = 130  # Two names of 63 bytes, PostgreSQL's maximum, with a dot and quotes.
Name = Annotated[str, AfterValidator(_name)]
TableName = Annotated[str, AfterValidator(_name), Field(description="May carry its schema.")]
SchemaName = Name | None
DatabaseName = Name | None


def _explain_mode(value: object) -> object:
    """Convert the Booleans that older hosts send: true is analyze, false is no."""
    if isinstance(value, bool):
        return "analyze" if value else "no"
    return value


def _small(values: list[Any] | None) -> list[Any] | None:
    if len(to_json(values)) > MAX_PARAMS_BYTES:
        raise ValueError(f"must be at most {MAX_PARAMS_BYTES} bytes of JSON in all")
    return values


MAX_PARAMS_BYTES = 100_000
Sql = Annotated[str, Field(min_length=1, max_length=65_536)]
MoreQueries = Annotated[
    list[Sql] | None,
    Field(max_length=4, description="Further queries, without params, for one call instead of several."),
]
Param = Annotated[
    Any, WithJsonSchema({"type": "string"})
]  # Some hosts refuse list items without a type; any JSON value is accepted.
Params = Annotated[
    list[Param] | None,
    AfterValidator(_small),
    Field(max_length=1000, description="Values of $1, $2, ...: as text, or any JSON."),
]
Explain = Annotated[ExplainMode, BeforeValidator(_explain_mode)]
Chart = Annotated[ChartKind | None, Field(description="First column is x.")]
MAX_CALL_STATEMENT_SECONDS = 300
TimeoutSeconds = Annotated[
    int, Field(ge=1, le=86_400, description=f"Above {MAX_CALL_STATEMENT_SECONDS} only as a task.")
]
MaxRows = Annotated[int, Field(ge=1, le=1000)]
Limit = Annotated[int, Field(ge=1, le=100)]
