"""Adds to a syntax error how PostgreSQL writes what another database, driver or client writes otherwise."""

import re
from collections.abc import Mapping

from mcp_chassis.failures import Failure, InvalidInput

_PARAMETERS = "Parameters are written $1, $2, ... and their values stand in params."
_DESCRIBE = "Commands of psql and of MySQL do not run here: list_tables and describe_table show the schema."
_LIMIT = "Write LIMIT n at the end of the query."
_BACKTICKS = 'Names stand in double quotes: "name".'

# Texts that begin at the position of the error.
_AT: Mapping[re.Pattern[str], str] = {
    re.compile(r":[A-Za-z_]|[%@]\(?[A-Za-z_]|\{"): _PARAMETERS,
    re.compile(r"\\|(desc|describe|use)\b", re.IGNORECASE): _DESCRIBE,
}
# Texts before the position of the error.
_BEFORE: Mapping[re.Pattern[str], str] = {
    re.compile(r"\?\s*$"): _PARAMETERS,
    re.compile(r"`[^`]+`"): _BACKTICKS,
    re.compile(r"\bselect\s+(distinct\s+)?top\s*\(?\s*$", re.IGNORECASE): _LIMIT,
}


def with_syntax_hint(text: str, position: int, failure: Failure) -> Failure:
    """`failure` with the form to write, where the statement holds a known form of something else; the same else.

    Args:
        position: the character of `text`, counted from 1, at which PostgreSQL saw the error.
    """
    before, at = text[: position - 1], text[position - 1 :]
    hints = [hint for pattern, hint in _AT.items() if pattern.match(at)]
    hints += [hint for pattern, hint in _BEFORE.items() if pattern.search(before)]
    return InvalidInput(failure.reason, remedy=hints[0], details=failure.details) if hints else failure
