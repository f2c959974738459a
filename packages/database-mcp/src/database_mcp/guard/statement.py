"""Scanner of one statement: the functions it calls, the names in it, the positions of its parameters."""

import dataclasses
import itertools
from collections.abc import Mapping
from typing import Literal

from database_mcp.guard.tokens import Kind, ScanError, Token, tokens

ExplainMode = Literal["no", "plan", "analyze"]

_ANALYZE = frozenset({"analyze", "analyse"})
_EXPLAIN_OPTIONS = frozenset({
    *_ANALYZE, "buffers", "costs", "format", "generic_plan", "memory", "serialize", "settings", "summary", "timing",
    "verbose", "wal",
})  # fmt: skip


_SHOWN_NAMES: Mapping[tuple[str, ...], str] = {
    ("time", "zone"): "TimeZone",
    ("transaction", "isolation", "level"): "transaction_isolation",
    ("session", "authorization"): "session_authorization",
}
# Objects that SHOW lists in MySQL and other databases; PostgreSQL has no settings with these names.
_SHOWN_BY_TOOLS = frozenset({
    "columns", "create", "databases", "fields", "full", "index", "indexes", "keys", "schemas", "table", "tables",
    "views",
})  # fmt: skip
_VERBS = frozenset({"select", "values", "table", "insert", "update", "delete", "merge"})


class SeveralStatements(ScanError):
    """Raised for more than one statement, or for unbalanced parentheses."""


@dataclasses.dataclass(frozen=True, slots=True)
class Name:
    """A name in a statement, with its context.

    `called`: a parenthesis follows. `qualifier`: the name before the dot. `plain`: written without quotes, so it may
    be a keyword. `before`: the preceding token.
    """

    text: str
    called: bool
    after_dot: bool
    qualifier: str | None
    before_dot: bool
    plain: bool
    before: Token | None


@dataclasses.dataclass(frozen=True)
class Statement:
    """A scanned statement: its text without surrounding comments and semicolons, and the facts for the guard.

    `parameters`: positions in `text`. `verb`: the first keyword, or the one after the WITH queries.
    """

    text: str
    head: str
    names: tuple[Name, ...]
    parameters: tuple[tuple[int, int, int], ...]
    explain: ExplainMode = "no"
    ordered: bool = False
    verb: str = ""

    @property
    def parameter_count(self) -> int:
        return max((number for _, _, number in self.parameters), default=0)


def read_statement(sql: str) -> Statement:
    """Scan `sql` as exactly one statement; a leading EXPLAIN is removed and stored.

    Raises:
        ScanError: the text cannot be a statement.
        SeveralStatements: the text has more than one statement.
    """
    found = tokens(sql)
    while found and found[-1].text == ";" and found[-1].kind is Kind.SYMBOL:
        found.pop()
    if not found:
        raise ScanError("The text contains no statement.", 0)
    _check_single(found)
    if (shown := _show_as_query(found)) is not None:
        return read_statement(shown)
    explain, found = _without_explain(found)
    start = found[0].start
    return Statement(
        text=sql[start : found[-1].end],
        head=found[0].text if found[0].kind is Kind.NAME else found[0].text[:1],
        names=tuple(_names(found)),
        parameters=tuple(
            (token.start - start, token.end - start, _number(token)) for token in found if token.kind is Kind.PARAMETER
        ),
        explain=explain,
        ordered=_ordered(found),
        verb=_verb(found),
    )


def _show_as_query(found: list[Token]) -> str | None:
    """The query equivalent to `SHOW name`; None for every other statement.

    Raises:
        ScanError: SHOW asks for tables, columns or other objects, for which there are tools.
    """
    if found[0].kind is not Kind.NAME or found[0].text != "show" or not all(_is_part_of_show(each) for each in found):
        return None
    words = tuple(token.text for token in found[1:] if token.is_name)
    if words[:1] and words[0] in _SHOWN_BY_TOOLS:
        raise ScanError(
            "SHOW returns only settings in PostgreSQL; list_tables and describe_table show the schema.", found[0].start
        )
    if words == ("all",):
        return "SELECT name, setting, short_desc AS description FROM pg_catalog.pg_settings ORDER BY name"
    name = _SHOWN_NAMES.get(words) or ".".join(words)
    text, label = name.replace("'", "''"), name.replace('"', '""')
    return f"SELECT pg_catalog.current_setting('{text}') AS \"{label}\"" if name and "\\" not in name else None


def _is_part_of_show(token: Token) -> bool:
    return token.is_name or (token.kind is Kind.SYMBOL and token.text == ".")


def _number(token: Token) -> int:
    if len(token.text) > 5 or not 0 < int(token.text) <= 1000:
        raise ScanError("The number of a parameter is not between $1 and $1000.", token.start)
    return int(token.text)


def _check_single(found: list[Token]) -> None:
    depth = 0
    for token in found:
        if token.kind is not Kind.SYMBOL:
            continue
        if token.text == ";":
            raise SeveralStatements("The text contains several statements, and a call runs only one.", token.start)
        depth += (token.text == "(") - (token.text == ")")
        if depth < 0:
            raise SeveralStatements("A closing parenthesis has no opening one.", token.start)
    if depth:
        raise ScanError("An opening parenthesis has no closing one.", found[-1].end)


def _without_explain(found: list[Token]) -> tuple[ExplainMode, list[Token]]:
    if found[0].kind is not Kind.NAME or found[0].text != "explain" or len(found) < 2:
        return "no", found
    rest = found[1:]
    if rest[0].text == "(" and rest[1].kind is Kind.NAME and rest[1].text in _EXPLAIN_OPTIONS:
        end = next(place for place, token in enumerate(rest) if token.text == ")" and token.kind is Kind.SYMBOL)
        options, rest = rest[1:end], rest[end + 1 :]
    else:
        options: list[Token] = []
        while rest and rest[0].kind is Kind.NAME and rest[0].text in (*_ANALYZE, "verbose"):
            options.append(rest.pop(0))
    if not rest:
        raise ScanError("EXPLAIN must be followed by a query.", found[0].start)
    return ("analyze" if _analyzes(options) else "plan"), rest


def _analyzes(options: list[Token]) -> bool:
    values = [token.text for token in options]
    place = next((place for place, value in enumerate(values) if value in _ANALYZE), None)
    return place is not None and values[place + 1 : place + 2] not in (["false"], ["off"], ["0"])


def _names(found: list[Token]) -> list[Name]:
    padded = [None, None, *found, None]
    return [
        Name(
            text=token.text,
            called=_is(padded[index + 1], "("),
            after_dot=_is(padded[index - 1], "."),
            qualifier=_qualifier(padded[index - 2]) if _is(padded[index - 1], ".") else None,
            before_dot=_is(padded[index + 1], "."),
            plain=token.kind is Kind.NAME,
            before=padded[index - 1],
        )
        for index, token in enumerate(padded)
        if token is not None and token.is_name
    ]


def _is(token: Token | None, symbol: str) -> bool:
    return token is not None and token.kind is Kind.SYMBOL and token.text == symbol


def _qualifier(token: Token | None) -> str | None:
    return token.text if token is not None and token.is_name else None


def _verb(found: list[Token]) -> str:
    depth = 0
    for token in found:
        if token.kind is Kind.SYMBOL:
            depth += (token.text == "(") - (token.text == ")")
        elif depth == 0 and token.kind is Kind.NAME and token.text in _VERBS:
            return token.text
    return ""


def _ordered(found: list[Token]) -> bool:
    """Whether the statement has an ORDER BY at the outermost level."""
    depth = 0
    for token, following in itertools.pairwise(found):
        if token.kind is Kind.SYMBOL:
            depth += (token.text == "(") - (token.text == ")")
        elif depth == 0 and token.kind is Kind.NAME and token.text == "order" and following.text == "by":
            return True
    return False
