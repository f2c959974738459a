"""Hints for syntax errors: PostgreSQL's form of syntax from other databases, drivers or clients."""

import re
from collections.abc import Mapping

from mcp_chassis.failures import Failure, InvalidInput

_PARAMETERS = "Write parameters as $1, $2, ... and give their values in params."
_DESCRIBE = "Commands of psql and MySQL are not supported: list_tables and describe_table show the schema."
_LIMIT = "Write LIMIT n at the end of the query."
_BACKTICKS = 'Write names in double quotes: "name".'
_BRACKETS = 'Write names in double quotes, not in brackets: "name".'
_QUALIFY = "PostgreSQL has no QUALIFY: compute the window function in a subquery, and filter its column outside."
_ANY = "IN needs a list or a query in parentheses; for an array write value = ANY (array)."
_EXTRACT = "Write EXTRACT(field FROM x)."
_INTERVAL = "Write the number and unit of an interval in quotes: interval '7 days'."

# Patterns for the text at the position of the error.
_AT: Mapping[re.Pattern[str], str] = {
    re.compile(r":[A-Za-z_]|[%@]\(?[A-Za-z_]|\{"): _PARAMETERS,
    re.compile(r"`"): _BACKTICKS,
    re.compile(r"\[\s*[A-Za-z_]"): _BRACKETS,
    re.compile(r"\\|(desc|describe|use)\b", re.IGNORECASE): _DESCRIBE,
}
# Patterns for the text before the position of the error.
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
    """The failure with a hint if the statement contains syntax known from elsewhere; unchanged otherwise.

    Args:
        position: position of the error in `text` in characters from 1.
    """
    before, at = text[: position - 1], text[position - 1 :]
    hints = [hint for pattern, hint in _AT.items() if pattern.match(at)]
    hints += [hint for pattern, hint in _BEFORE.items() if pattern.search(before)]
    return InvalidInput(failure.reason, remedy=hints[0], details=failure.details) if hints else failure
