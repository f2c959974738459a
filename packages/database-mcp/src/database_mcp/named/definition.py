"""Definitions of named queries, read from the TOML file of DATABASE_QUERIES."""

import datetime
import re
import tomllib
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Self, cast

from mcp_chassis.environment import UTF8_OR_BOM
from mcp_chassis.settings import BadSettings
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from database_mcp.guard.statement import Statement, read_statement
from database_mcp.guard.tokens import ScanError

MAX_FILE_BYTES = 1024 * 1024
_NAME = r"^[a-z][a-z0-9_]{0,62}$"

ParameterType = Literal["text", "integer", "number", "boolean", "date", "timestamp", "uuid"]


class QueryParameter(BaseModel):
    """One parameter `$n` of a named query. With `bind = "principal"` its value is the caller, not set by the model."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: ParameterType = "text"
    description: str = Field(default="", max_length=300)
    bind: Literal["principal"] | None = None
    default: Any = None
    optional: bool = False
    minimum: float | None = None
    maximum: float | None = None
    max_length: int = Field(default=1_000, ge=1, le=65_536)
    values: list[str] | None = None
    array: bool = False

    def checked(self, given: Sequence[str] | None) -> Any:
        """Check the given values against the rules of the parameter and convert them for PostgreSQL.

        Raises:
            ValueError: when a value breaks a rule; the message is the rule.
        """
        if not given:
            if self.default is None and not self.optional:
                raise ValueError("is needed")
            return self.default
        if self.array:
            return [self._one(text) for text in given]
        if len(given) > 1:
            raise ValueError("must be one value")
        return self._one(given[0])

    def _one(self, text: str) -> str:
        if len(text) > self.max_length:
            raise ValueError(f"must have at most {self.max_length} characters")
        if self.values is not None and text not in self.values:
            raise ValueError(f"must be one of {', '.join(self.values)}")
        try:
            found = _READERS[self.type](text)
        except ValueError as exc:
            raise ValueError(f"must be of type {self.type}") from exc
        if isinstance(found, int | float) and not isinstance(found, bool):
            self._check_range(found)
        return text

    def _check_range(self, number: float) -> None:
        if self.minimum is not None and not number >= self.minimum:
            raise ValueError(f"must be at least {self.minimum:g}")
        if self.maximum is not None and not number <= self.maximum:
            raise ValueError(f"must be at most {self.maximum:g}")


def _boolean(text: str) -> bool:
    return {"true": True, "false": False}[text] if text in ("true", "false") else _refuse()


def _refuse() -> bool:
    raise ValueError


_READERS: Mapping[str, Callable[[str], object]] = {
    "text": str,
    "integer": int,
    "number": float,
    "boolean": _boolean,
    "date": datetime.date.fromisoformat,
    "timestamp": datetime.datetime.fromisoformat,
    "uuid": uuid.UUID,
}


class NamedQuery(BaseModel):
    """One named query; `parameters` are `$1`, `$2`, ... in order; `page` is the number of rows in one result."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=_NAME)
    description: str = Field(min_length=1, max_length=500)
    sql: str = Field(min_length=1)
    database: str | None = None
    page: int = Field(default=100, ge=1, le=1_000)
    deadline_seconds: int = Field(default=30, ge=1, le=300)
    parameters: dict[str, QueryParameter] = Field(default_factory=dict[str, QueryParameter])

    @model_validator(mode="after")
    def _check(self) -> Self:
        count = self.statement.parameter_count
        if count != len(self.parameters):
            raise ValueError(f"the SQL has {count} parameters, and {len(self.parameters)} are declared")
        if wrong := next((name for name in self.parameters if not re.match(_NAME, name)), None):
            raise ValueError(f"{wrong!r} is not a valid name of a parameter")
        return self

    @property
    def statement(self) -> Statement:
        try:
            return read_statement(self.sql)
        except ScanError as exc:
            raise ValueError(str(exc)) from exc

    @property
    def visible(self) -> dict[str, QueryParameter]:
        """The parameters that the model sets; the others are bound to the caller."""
        return {name: each for name, each in self.parameters.items() if each.bind is None}


class _QueryFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    queries: list[NamedQuery] = Field(min_length=1, max_length=200)

    @model_validator(mode="after")
    def _check(self) -> Self:
        names = [query.name for query in self.queries]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"two queries are named {twice}")
        return self


def read_queries(path: Path) -> dict[str, NamedQuery]:
    """Read a file of named queries; returns them by name.

    Raises:
        BadSettings: when the file is invalid; one sentence for each broken rule.
    """
    raw: dict[str, Any] = {}
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise BadSettings(["DATABASE_QUERIES: the file is larger than 1 MiB"])
        raw = tomllib.loads(path.read_text(encoding=UTF8_OR_BOM))
        return {query.name: query for query in _QueryFile.model_validate(raw).queries}
    except OSError:
        raise BadSettings(["DATABASE_QUERIES: the file cannot be read"]) from None
    except ValidationError as exc:
        raise BadSettings([_problem(raw, entry["loc"], entry["msg"]) for entry in exc.errors()]) from None
    except (ValueError, RecursionError):
        raise BadSettings(["DATABASE_QUERIES: the file is not valid TOML"]) from None


def _problem(raw: dict[str, Any], place: tuple[int | str, ...], rule: str) -> str:
    """Error message with the query's name or number, the field and the broken rule, without a value of the file."""
    parts = [str(part) for part in place]
    if len(place) > 1 and isinstance(place[1], int):
        entry = raw["queries"][place[1]]
        named = cast("dict[str, Any]", entry).get("name") if isinstance(entry, dict) else None
        parts[1] = str(named) if isinstance(named, str) else f"number {place[1] + 1}"
    return f"DATABASE_QUERIES: {' '.join(parts) or 'the file'}: {rule.removeprefix('Value error, ')}"
