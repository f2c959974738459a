"""Hints for failures about types: signatures of a function, labels of an enum, names of time zones."""

import re
from collections.abc import Mapping, Sequence

from mcp_chassis.failures import Failure, InvalidInput

from database_mcp.client.protocols import Connection
from database_mcp.guard.dialects import POSTGRESQL_FORM

STATES = ("22023", "22P02", "42883")  # invalid_parameter_value, invalid_text_representation, undefined_function
MAX_LABELS = 40
MAX_SIGNATURES = 6

_FUNCTION = re.compile(r'Function (?:[\w$"]+\.)?([\w$]+)\((.*)\) does not exist\.')
_ENUM = re.compile(r'Invalid input value for enum (\S+): "')
_ZONE = re.compile(r'Time zone "(.+)" not recognized')

_DAYS = "A date minus a date is an integer, the number of days; subtract timestamps to get an interval."
_NUMBER_FROM_JSON = "Extract a number from JSON as text first: (column ->> 'key')::numeric."
_CONDITIONS = "Write count(*) FILTER (WHERE condition), or a share as avg(condition::int)."

# Patterns for PostgreSQL's messages where the types do not suffice for a hint.
_REASONS: Mapping[re.Pattern[str], str] = {
    re.compile(r"^Function (sum|avg)\(boolean\)"): _CONDITIONS,
    re.compile(r"^Function (sum|avg|round)\(jsonb?\b"): _NUMBER_FROM_JSON,
    re.compile(r"^Function pg_catalog\.extract\(unknown, integer\)"): _DAYS,
    re.compile(r"^Operator does not exist: integer (=|<>|[<>]=?) interval"): _DAYS,
    re.compile(r"^Operator does not exist: interval (=|<>|[<>]=?) (integer|numeric)"):
        "Compare with an interval: x > interval '10 days'.",
    re.compile(r"^Operator does not exist: timestamp with(out)? time zone [-+] (integer|numeric)"):
        "Add an interval: x + interval '7 days', or x + n * interval '1 day'.",
    re.compile(r"^Operator does not exist: .+\[\] (!?~~\*?|=) (unknown|text)\."):
        "Search an array with 'value' = ANY (column).",
    re.compile(r"^Operator does not exist: .+ !?~~\*? (unknown|text)\."):
        "LIKE and ILIKE need texts: cast the left side, as in column::text ILIKE 'a%'.",
}  # fmt: skip

_SIGNATURES_SQL = """
SELECT pg_catalog.oidvectortypes(p.proargtypes) AS arguments
FROM pg_catalog.pg_proc p WHERE p.proname = $1 AND p.prokind <> 'p' AND pg_catalog.pg_function_is_visible(p.oid)
GROUP BY 1 ORDER BY 1 LIMIT 200
"""
_LABELS_SQL = """
SELECT l.enumlabel::text AS label
FROM pg_catalog.pg_enum l JOIN pg_catalog.pg_type t ON t.oid = l.enumtypid
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
WHERE t.oid = pg_catalog.to_regtype($2) AND ($1::text[] IS NULL OR n.nspname = ANY($1::text[]))
ORDER BY l.enumsortorder LIMIT 1000
"""
_ZONES_SQL = """
SELECT name FROM pg_catalog.pg_timezone_names
WHERE strpos(lower(name), lower($1)) > 0 AND name !~ '^(posix|right)/' ORDER BY 1 LIMIT 5
"""
_PREFERRED_TYPES = ("text", "numeric")


async def with_type_hint(connection: Connection, schemas: Sequence[str] | None, failure: Failure) -> Failure:
    """The failure with the accepted types, labels or names; unchanged if none are known."""
    found = (hint for pattern, hint in _REASONS.items() if pattern.search(failure.reason))
    remedy = next(found, None) or await _by_catalogue(connection, schemas, failure.reason)
    return InvalidInput(failure.reason, remedy=remedy, details=failure.details) if remedy else failure


async def _by_catalogue(connection: Connection, schemas: Sequence[str] | None, reason: str) -> str | None:
    if called := _FUNCTION.search(reason):
        rows = await connection.fetch(_SIGNATURES_SQL, called[1])
        there_are = [row["arguments"] for row in rows]
        return _signatures(called[1], called[2], there_are) if there_are else POSTGRESQL_FORM.get(called[1])
    if of_enum := _ENUM.search(reason):
        rows = await connection.fetch(_LABELS_SQL, schemas, of_enum[1])
        labels = [row["label"] for row in rows]
        more = f" and {len(labels) - MAX_LABELS} more" if len(labels) > MAX_LABELS else ""
        return f"The labels of the enum are: {', '.join(labels[:MAX_LABELS])}{more}." if labels else None
    if zone := _ZONE.search(reason):
        names = [row["name"] for row in await connection.fetch(_ZONES_SQL, zone[1].strip().replace(" ", "_"))]
        return f"Did you mean {' or '.join(names)}?" if names else "Use an IANA name such as Europe/Paris."
    return None


def _signatures(function: str, given: str, there_are: Sequence[str]) -> str:
    """Hint with the function's signatures, those with the given number of arguments first, and the needed cast."""
    asked = given.split(", ")

    def distance(signature: str) -> tuple[bool, int, bool]:
        types = signature.split(", ")
        differing = _differing(types, asked)
        return len(types) != len(asked), len(differing), not set(differing) <= set(_PREFERRED_TYPES)

    ordered = sorted(there_are, key=distance)
    listed = ", ".join(f"({signature})" for signature in ordered[:MAX_SIGNATURES])
    more = " and others" if len(ordered) > MAX_SIGNATURES else ""
    nearest = ordered[0].split(", ")
    differing = [each for each in _differing(nearest, asked) if not each.startswith(("any", '"any'))]
    cast = f" Cast the argument, as in x::{differing[0]}." if differing and len(nearest) == len(asked) else ""
    return f"{function} takes {listed}{more}.{cast}"


def _differing(types: Sequence[str], asked: Sequence[str]) -> list[str]:
    """The types of a signature that differ from the given ones; `unknown`, a literal's type, matches any."""
    return [one for one, other in zip(types, asked, strict=False) if other not in (one, "unknown")]
