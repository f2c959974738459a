"""Records of the bodies of error responses."""

from typing import Any, cast

from mcp_chassis.failures import UpstreamError
from mcp_chassis.http.records import Record
from mcp_chassis.http.response import Response
from mcp_chassis.output.warnings import discarding


class FieldErrorRecord(Record, frozen=True):
    resource: str = ""
    field: str = ""
    code: str = ""
    message: str = ""
    value: Any = None


class ErrorRecord(Record, frozen=True):
    message: str = ""
    errors: tuple[FieldErrorRecord | str, ...] = ()


class ErrorTextRecord(Record, frozen=True):
    """The body of an error response whose `errors` is a text."""

    errors: str = ""


class ErrorsByFieldRecord(Record, frozen=True):
    """The body of an error response whose `errors` is an object with the errors of each field."""

    errors: dict[str, Any] | None = None

    @property
    def texts(self) -> tuple[str, ...]:
        """One text for each field, with its name and errors."""
        return tuple(f"{name}: {_joined(faults)}" for name, faults in (self.errors or {}).items())


def _joined(faults: Any) -> str:
    return ", ".join(map(str, cast("list[Any]", faults))) if isinstance(faults, list) else str(faults)


class GraphQLExtensionsRecord(Record, frozen=True):
    code: str = ""


class GraphQLErrorRecord(Record, frozen=True):
    message: str = ""
    type: str = ""
    extensions: GraphQLExtensionsRecord | None = None
    path: tuple[str | int, ...] = ()

    @property
    def place(self) -> str:
        """The alias of the query's field that failed; empty if the whole request failed."""
        return str(self.path[0]) if self.path else ""


class GraphQLErrorsRecord(Record, frozen=True):
    errors: tuple[GraphQLErrorRecord, ...] = ()


def error_record(answer: Response) -> ErrorRecord:
    """Parse the body of an error response; an empty record if it is not GitHub's JSON. It never warns."""
    operation = "explain a failure"
    try:
        with discarding():
            record = answer.record(ErrorRecord, operation=operation)
            text = answer.record(ErrorTextRecord, operation=operation).errors
            by_field = answer.record(ErrorsByFieldRecord, operation=operation).texts
    except UpstreamError:
        return ErrorRecord()
    return ErrorRecord(record.message, by_field or (text,)) if by_field or text else record
