"""Tables that map PostgreSQL's error codes (SQLSTATE) to failures and remedies: full code first, then its class."""

from collections.abc import Mapping
from typing import Protocol, TypeVar

from mcp_chassis.failures import (
    AuthenticationFailed,
    Conflict,
    Effect,
    Failure,
    InvalidInput,
    NotFound,
    PermissionDenied,
    TimedOut,
    Unavailable,
    UpstreamError,
)

Entry = TypeVar("Entry")


class DatabaseError(Protocol):
    """Fields of an asyncpg exception that the mapping uses."""

    sqlstate: str | None
    message: str | None


FAILURE_FOR_SQLSTATE: Mapping[str, type[Failure]] = {
    "08": Unavailable,  # connection exceptions
    "0A": InvalidInput,  # feature_not_supported
    "0LP01": PermissionDenied,  # invalid_grant_operation
    "21": InvalidInput,  # cardinality_violation
    "22": InvalidInput,  # data exceptions
    "23": Conflict,  # integrity constraint violations
    "25006": PermissionDenied,  # read_only_sql_transaction
    "25P03": TimedOut,  # idle_in_transaction_session_timeout
    "26": Unavailable,  # A pooler in front of the server mixed up prepared statements.
    "28": AuthenticationFailed,
    "2BP01": Conflict,  # dependent_objects_still_exist
    "34": UpstreamError,
    "38": InvalidInput,  # a function of theirs raised
    "39": InvalidInput,
    "3D000": NotFound,  # invalid_catalog_name: the database does not exist.
    "3F000": NotFound,  # invalid_schema_name
    "40": Unavailable,  # serialization_failure, deadlock_detected
    "42": InvalidInput,  # syntax error or access rule
    "42501": PermissionDenied,  # insufficient_privilege
    "42704": NotFound,  # undefined_object
    "42883": InvalidInput,  # undefined_function
    "42P01": NotFound,  # undefined_table
    "42703": InvalidInput,  # undefined_column
    "53": Unavailable,  # out of memory, disk, connections
    "54": InvalidInput,  # program limits: statement too complex, too many columns
    "55": Conflict,  # object_not_in_prerequisite_state
    "55P03": TimedOut,  # lock_not_available
    "57014": TimedOut,  # query_canceled
    "57": Unavailable,  # admin_shutdown, crash_shutdown, cannot_connect_now
    "58": UpstreamError,
    "P0": InvalidInput,  # a function of theirs raised
    "XX": UpstreamError,
}

# A retry on another connection may succeed: a read is repeated once.
TRANSIENT = ("08", "26", "40001", "40P01", "53300", "57P01", "57P02", "57P03", "57P05", "25P03")

# The server refused the connection, so the statement was not sent.
NEVER_SENT = ("53300", "57P03")

# Function of PostgreSQL that reports a table missing in FROM as undefined_table.
_NOT_IN_FROM = "errorMissingRTE"
_NAME_IT_IN_FROM = "Name the table in FROM, and use its alias where it has one."

_REMEDIES: Mapping[str, str] = {
    "22": "Check the values and their types.",
    "22007": "Write dates as '2026-10-31' and times as '2026-10-31 09:30:00+00'.",
    "22012": "Divide by nullif(x, 0), which gives NULL in place of an error.",
    "23": "Look at the constraint with describe_table.",
    "25006": "Use a statement that only reads.",
    "28": "Ask the person who runs this server to check the user and password of the database.",
    "3D000": "Ask the person who runs this server to check the name in the database's URL.",
    "40": "Another transaction conflicted with this one; try again.",
    "42501": "Ask the person who runs this server to GRANT the privilege to the server's role.",
    "42601": "Check the syntax near the position in the details.",
    "42702": "Put the table or its alias before the column, as in t.column.",
    "42703": "See the columns with describe_table.",
    "42725": "Cast the arguments, so that only one function matches.",
    "42803": "Name the column in GROUP BY or inside an aggregate.",
    "42804": "Cast one side to the other's type.",
    "42883": "Check the spelling and cast the arguments to the function's types.",
    "42P01": "list_tables shows the tables and views.",
    "42P18": "Cast the parameter, as in $1::text.",
    "53300": "The database accepts no more connections at the moment; try again later.",
    "54": "Write a smaller statement.",
    "55P03": "Another transaction holds the lock; try again later.",
    "57014": "Narrow the query with WHERE, check explain=plan for a missing index, or raise timeout_seconds.",
    "57": "The database is restarting or closed the connection; try again.",
}


def failure_for(error: DatabaseError, *, connecting: bool = False) -> Failure:
    """Map an error of PostgreSQL to a failure.

    `connecting` withholds PostgreSQL's own text, which may contain the user, host and database of the DSN.
    """
    state = error.sqlstate or "XX000"
    kind = _in_table(FAILURE_FOR_SQLSTATE, state) or UpstreamError
    if connecting:
        return kind(_refusal(state), remedy=_in_table(_REMEDIES, state), effect=_effect(state, connecting=True))
    message = _sentence(error.message or "PostgreSQL refused the statement")
    if getattr(error, "server_source_function", None) == _NOT_IN_FROM:
        return InvalidInput(message, remedy=hint(error) or _NAME_IT_IN_FROM, details=_details(error, state))
    remedy = hint(error) or _in_table(_REMEDIES, state) or ""
    return kind(message, remedy=remedy, details=_details(error, state), effect=_effect(state, connecting=False))


def hint(error: DatabaseError) -> str:
    """PostgreSQL's hint of an error as a sentence; empty if there is none."""
    return _sentence(text) if isinstance(text := getattr(error, "hint", None), str) else ""


def position(error: DatabaseError) -> int | None:
    """Position of the error in the statement in characters from 1; None if PostgreSQL reports none."""
    text = getattr(error, "position", None)
    return int(text) if isinstance(text, str) and text.isdecimal() else None


def _in_table(table: Mapping[str, Entry], state: str) -> Entry | None:
    return table.get(state) or table.get(state[:2])


def _effect(state: str, *, connecting: bool) -> Effect:
    if state in NEVER_SENT or (connecting and state.startswith(("08", "57"))):
        return Effect.NEVER_SENT
    return Effect.AMBIGUOUS if state.startswith(TRANSIENT) else Effect.SETTLED


def _refusal(state: str) -> str:
    if state.startswith("28"):
        return "The database rejected the server's credentials or its type of connection."
    if state == "3D000":
        return "The database server has no database of the configured name."
    return "The database server does not accept the connection at the moment."


def _details(error: DatabaseError, state: str) -> dict[str, object]:
    place = position(error)
    return {"sqlstate": state, **({"position": place} if place else {})}


def _sentence(text: str) -> str:
    text = " ".join(text.split())[:300]
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", "!")) else text + "."
