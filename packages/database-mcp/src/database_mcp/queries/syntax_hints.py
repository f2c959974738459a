"""Adds to a syntax error how PostgreSQL writes what another database, driver or client writes otherwise."""

import re
from collections.abc import Mapping

from mcp_chassis.failures import Failure, InvalidInput

_PARAMETERS = "Parameters are written $1, $2, ... and their values stand in params."
_DESCRIBE = "Commands of psql and of MySQL do not run here: list_tables and describe_table show the schema."
_LIMIT = "Write LIMIT n at the end of the query."
_BACKTICKS = 'Names stand in double quotes: "name".'
_BRACKETS = 'Names stand in double quotes, not in brackets: "name".'
_QUALIFY = "There is no QUALIFY: compute the window function in a subquery, and filter its column outside."
_ANY = "After IN stands a list or a query in parentheses; for an array write value = ANY (array)."
_EXTRACT = "Write EXTRACT(field FROM x)."
_INTERVAL = "The number and unit of an interval stand in quotes: interval '7 days'."

# Texts that begin at the position of the error.
_AT: Mapping[re.Pattern[str], str] = {
    re.compile(r":[A-Za-z_]|[%@]\(?[A-Za-z_]|\{"): _PARAMETERS,
    re.compile(r"`"): _BACKTICKS,
    re.compile(r"\[\s*[A-Za-z_]"): _BRACKETS,
    re.compile(r"\\|(desc|describe|use)\b", re.IGNORECASE): _DESCRIBE,
}
# Texts before the position of the error.
_BEFORE: Mapping[re.Pattern[str], str] = {
    re.compile(r"\?\s*$"): _PARAMETERS,
    re.compile(r"`[^`]+`"): _BACKTICKS,
    re.compile(r"\bselect\s+(distinct\s+)?top\s*\(?\s*$", re.IGNORECASE): _LIMIT,
    re.compile(r"\bqualify\s+$", re.IGNORECASE): _QUALIFY,
    re.compile(r"\bin\s+$", re.IGNORECASE): _ANY,
    re.compile(r"\bextract\s*\(\s*\w+\s*$", re.IGNORECASE): _EXTRACT,
    re.compile(r"\binterval\s+$", re.IGNORECASE): _INTERVAL,
    re.compile(r"\binterval\s+\d+\s+$", re.IGNORECASE): _INTERVAL,
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
