"""The body of a failed response."""

from typing import Any

from mcp_chassis.failures import UpstreamError
from mcp_chassis.http.records import Record
from mcp_chassis.http.response import Response


class FieldErrorRecord(Record, frozen=True):
    resource: str = ""
    field: str = ""
    code: str = ""
    message: str = ""
    value: Any = None


class ErrorRecord(Record, frozen=True):
    message: str = ""
    errors: tuple[FieldErrorRecord | str, ...] = ()


class GraphQLExtensionsRecord(Record, frozen=True):
    code: str = ""


class GraphQLErrorRecord(Record, frozen=True):
    message: str = ""
    type: str = ""
    extensions: GraphQLExtensionsRecord | None = None


class GraphQLErrorsRecord(Record, frozen=True):
    errors: tuple[GraphQLErrorRecord, ...] = ()


def error_record(answer: Response) -> ErrorRecord:
    """What the body says; nothing where it is no JSON of GitHub's."""
    try:
        return answer.record(ErrorRecord, operation="explain a failure")
    except UpstreamError:
        return ErrorRecord()
