"""Mapping of the `errors` in GraphQL responses, which have status 200, to failures."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from mcp_chassis.failures import Effect, Failure, InvalidInput, NotFound, PermissionDenied, Unavailable
from mcp_chassis.http.response import Response
from mcp_chassis.output.warnings import warn

from github_mcp.errors import (
    known_reason,
    missing_or_hidden,
    names_secondary_limit,
    primary_limit,
    secondary_limit,
)
from github_mcp.field_errors import shortened
from github_mcp.known_reasons import NO_RETRY
from github_mcp.records.errors import GraphQLErrorRecord, GraphQLErrorsRecord

CHANGE = "change"
"""Alias of the one field of every mutation in this package."""
_RATE_LIMITS = ("RATE_LIMITED", "RATE_LIMIT")
_UNKNOWN_TO_THIS_VERSION = ("undefinedField", "undefinedType", "argumentNotAccepted")
"""Codes of errors about a field, type or argument that an older Enterprise Server does not have."""
_TROUBLE = ("something went wrong", "timeout", "timed out", "couldn't respond")


class NotSupported(InvalidInput):
    """The failure for a field, type or argument that this version of GitHub does not have."""


def graphql_failure(answer: Response) -> Failure | None:
    """The failure that a GraphQL response reports in `errors`, or None.

    An error in one item of a list, or inside a change that was made, is a warning, since the other data is present.

    Raises:
        UpstreamError: if the response is not an object.
    """
    errors, fields = _errors(answer), _fields(answer)
    whole = [error for error in errors if not _is_of_a_part(error, fields)]
    if errors and not whole:
        warn(f'GitHub left out a part of the data and says: "{shortened(errors[0].message)}".')
    return _failure(whole[0], answer) if whole else None


def _is_of_a_part(error: GraphQLErrorRecord, fields: Mapping[str, object]) -> bool:
    if error.type in _RATE_LIMITS or fields.get(error.place) is None:
        return False
    return error.place == CHANGE or any(isinstance(step, int) for step in error.path)


def _fields(answer: Response) -> Mapping[str, object]:
    data: Any = cast("dict[str, Any]", answer.json).get("data")
    return cast("dict[str, object]", data) if isinstance(data, dict) else {}


def failure_of_batch(answer: Response) -> Failure | None:
    """The failure of a whole batch request; None if only some of its fields failed.

    An error that names no field fails the whole request, unless the response also contains data. A rate limit always
    fails it.
    """
    errors = _errors(answer)
    fields = _fields(answer)
    whole = [error for error in errors if error.place not in fields]
    if any(value is not None for value in fields.values()):
        whole = [error for error in whole if error.type in _RATE_LIMITS]
    return _failure(whole[0], answer) if whole else None


def failures_by_place(answer: Response) -> dict[str, Failure]:
    """The failures of whole fields of the query, by field: missing, forbidden, or over the rate limit.

    Other errors are left out, since the size of the query may have caused them.
    """
    failures: dict[str, Failure] = {}
    for error in _errors(answer):
        if len(error.path) == 1 and error.type in _OF_ONE_FIELD:
            missing = error.type == "NOT_FOUND"
            failures.setdefault(error.place, missing_or_hidden() if missing else _failure(error, answer))
    return failures


def failed_places(answer: Response, places: Sequence[str]) -> set[str]:
    """The fields of the query with an error; all of `places` if an error names none of them."""
    named = {error.place for error in _errors(answer)}
    return set(places) if named.difference(places) else named


def _errors(answer: Response) -> tuple[GraphQLErrorRecord, ...]:
    return answer.record(GraphQLErrorsRecord, operation="ask by GraphQL").errors


def _failure(first: GraphQLErrorRecord, answer: Response) -> Failure:
    if first.type in _RATE_LIMITS:
        return primary_limit(answer)
    if names_secondary_limit(first.message):
        return secondary_limit(None)
    text = f'GitHub says: "{shortened(first.message)}".'
    if (reason := known_reason(first.message)) is not None:
        return reason
    if not first.type and first.message.lower().startswith(_TROUBLE):
        return Unavailable(f"GitHub could not finish this request. {text}", effect=Effect.AMBIGUOUS)
    return _BY_TYPE.get(first.type, _invalid)(text, first)


def _not_found(text: str, error: GraphQLErrorRecord) -> Failure:
    return NotFound(f"GitHub did not find this. {text}", remedy="Check the names.")


def _forbidden(text: str, error: GraphQLErrorRecord) -> Failure:
    return PermissionDenied(f"GitHub does not allow this. {text}", remedy=NO_RETRY)


def _invalid(text: str, error: GraphQLErrorRecord) -> Failure:
    if error.extensions is not None and error.extensions.code in _UNKNOWN_TO_THIS_VERSION:
        return NotSupported(f"This version of GitHub does not support this. {text}", remedy=NO_RETRY)
    return InvalidInput(f"GitHub refused the arguments. {text}")


_BY_TYPE: Mapping[str, Callable[[str, GraphQLErrorRecord], Failure]] = {
    "NOT_FOUND": _not_found,
    "FORBIDDEN": _forbidden,
    "INSUFFICIENT_SCOPES": _forbidden,
}
_OF_ONE_FIELD = frozenset((*_BY_TYPE, *_RATE_LIMITS))
