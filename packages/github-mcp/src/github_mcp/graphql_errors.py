"""GitHub's failures of GraphQL, which come with status 200; pure."""

from collections.abc import Callable, Mapping

from mcp_chassis.failures import Effect, Failure, InvalidInput, NotFound, PermissionDenied, Unavailable
from mcp_chassis.http.response import Response

from github_mcp.errors import known_reason, missing_or_hidden, primary_limit, shortened
from github_mcp.known_reasons import NO_RETRY
from github_mcp.records.errors import GraphQLErrorRecord, GraphQLErrorsRecord

_TROUBLE = ("something went wrong", "timeout", "timed out", "couldn't respond")


def graphql_failure(answer: Response) -> Failure | None:
    """The failure that GraphQL reports in its `errors`, or None.

    Raises:
        UpstreamError: when the answer is no object.
    """
    errors = _errors(answer)
    return _failure(errors[0], answer) if errors else None


def failure_of_batch(answer: Response) -> Failure | None:
    """The failure of the whole request; None where only some of its fields failed."""
    errors = _errors(answer)
    fields: Mapping[str, object] = (answer.json.get("data") if errors else None) or {}
    whole = [error for error in errors if error.place not in fields]
    return _failure(whole[0], answer) if whole else None


def failures_by_place(answer: Response) -> tuple[dict[str, Failure], dict[str, dict[str, str]]]:
    """The failures of fields of the query that are null, and sentences about parts of those that are there."""
    failures: dict[str, Failure] = {}
    parts: dict[str, dict[str, str]] = {}
    for error in _errors(answer):
        if len(error.path) == 1:
            missing = error.type == "NOT_FOUND"
            failures.setdefault(error.place, missing_or_hidden() if missing else _failure(error, answer))
        else:
            parts.setdefault(error.place, {})[str(error.path[1])] = _failure(error, answer).message
    return failures, parts


def failed_places(answer: Response) -> set[str]:
    """The fields of the query in which anything failed."""
    return {error.place for error in _errors(answer)}


def _errors(answer: Response) -> tuple[GraphQLErrorRecord, ...]:
    return answer.record(GraphQLErrorsRecord, operation="ask by GraphQL").errors


def _failure(first: GraphQLErrorRecord, answer: Response) -> Failure:
    if first.type in ("RATE_LIMITED", "RATE_LIMIT"):
        return primary_limit(answer)
    text = f'GitHub says: "{shortened(first.message)}".'
    if (reason := known_reason(first.message)) is not None:
        return reason
    if not first.type and first.message.lower().startswith(_TROUBLE):
        return Unavailable(f"GitHub could not finish this. {text}", effect=Effect.AMBIGUOUS)
    return _BY_TYPE.get(first.type, _invalid)(text, first)


def _not_found(text: str, error: GraphQLErrorRecord) -> Failure:
    return NotFound(f"GitHub finds nothing there. {text}", remedy="Check the names.")


def _forbidden(text: str, error: GraphQLErrorRecord) -> Failure:
    return PermissionDenied(f"GitHub does not allow this. {text}", remedy=NO_RETRY)


def _invalid(text: str, error: GraphQLErrorRecord) -> Failure:
    if error.extensions is not None and error.extensions.code == "undefinedField":
        return InvalidInput(f"This version of GitHub does not have this. {text}", remedy=NO_RETRY)
    return InvalidInput(f"GitHub cannot do this. {text}")


_BY_TYPE: Mapping[str, Callable[[str, GraphQLErrorRecord], Failure]] = {
    "NOT_FOUND": _not_found,
    "FORBIDDEN": _forbidden,
    "INSUFFICIENT_SCOPES": _forbidden,
}
