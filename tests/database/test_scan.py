"""What the scan sees in a statement's text, and what the guard says to it: no database needed."""

import contextlib
import itertools
import string

import pytest
from database_mcp.guard.functions import Functions
from database_mcp.guard.rules import Rules, examine, refuse_unknown, unknown_functions
from database_mcp.guard.statement import SeveralStatements, read_statement
from database_mcp.guard.tokens import MAX_STATEMENT_BYTES, Kind, ScanError, tokens
from hypothesis import given, settings
from hypothesis import strategies as st
from mcp_chassis.failures import InvalidInput, PermissionDenied

KEYWORDS = frozenset(
    ["select", "from", "where", "in", "and", "values", "coalesce", "left", "over", "join", "with", "as", "or", "into"]
)
CATALOGUE = Functions(
    known=frozenset(
        ["lower", "act", "act_on_row", "left", "random", "bernoulli", "system", "ts_stat", "count", "over_there"]
    ),
    acting=frozenset(["act", "act_on_row", "random", "bernoulli", "system"]),
    acting_on_rows=frozenset(["act_on_row"]),
    reserved=KEYWORDS - {"left", "over", "join"},
    keywords=KEYWORDS,
    schemas=frozenset(["public", "sales", "secret"]),
)


def names(sql: str) -> list[str]:
    return [token.text for token in tokens(sql) if token.is_name]


def judge(sql: str, rules: Rules | None = None) -> str:
    """Why the guard refuses `sql`; empty when it does not."""
    statement = read_statement(sql)
    try:
        examine(statement, CATALOGUE, rules or Rules())
        refuse_unknown(statement, CATALOGUE)
    except (PermissionDenied, InvalidInput) as refused:
        return refused.message
    return ""


@pytest.mark.parametrize(
    ("sql", "seen"),
    [
        ('a B "C" "d""e"', ["a", "b", "C", 'd"e']),
        ("'a' E'b\\'c' N'x' B'1' U&'y' d", ["n", "d"]),
        ("'it''s' e", ["e"]),
        ("E'a' \n '\\'' f", ["f"]),
        ("E'a' -- x\n '\\'' g", ["g"]),
        ("'a' '\\' h", ["h"]),
        ("$$ a $$ $t$ b $$ $t$ i", ["i"]),
        ("/* /* a */ b */ j -- k\nl", ["j", "l"]),
        ("a$b $1 c", ["a$b", "c"]),
        ("1e5 1.5e-3 0x1F 1_000 .5 1..2 m", ["m"]),
        ('U&"d\\0061t\\+000061"', ["data"]),
        ("U&\"d!0061ta\" UESCAPE '!' x", ["data", "x"]),
        ('u&"\\\\"', ["\\"]),
        ('U&"\\D83D\\DE42"', ["🙂"]),
        ("Ä ÄB", ["Ä", "Äb"]),
        ("a" * 70, ["a" * 63]),
        ("é" * 40, ["é" * 31]),
        ("x.y", ["x", "y"]),
        ("a+b--c\n/d", ["a", "b", "d"]),
    ],
)
def test_names_are_seen_as_postgresql_sees_them(sql: str, seen: list[str]):
    assert names(sql) == seen


@pytest.mark.parametrize(
    "sql",
    [
        "'",
        "E'\\'",
        '"',
        "$$",
        "$a$ $b$",
        "/* /* */",
        "a\0b",
        "\ud800",
        'U&"\\zzz"',
        'U&"\\0000"',
        'U&"\\D800"',
        "U&\"x\" UESCAPE 'a'",
        'U&"x" UESCAPE',
        "U&\"x\" UESCAPE E'!'",
        "x" * (MAX_STATEMENT_BYTES + 1),
    ],
)
def test_a_text_that_ends_in_the_middle_or_holds_what_no_statement_can_is_refused(sql: str):
    with pytest.raises(ScanError):
        tokens(sql)


@pytest.mark.parametrize(
    "sql",
    ["", " ", "-- x", ";;", "(", "SELECT (1", "SELECT $0", "SELECT $1001", "SELECT $99999999", "EXPLAIN (ANALYZE)"],
)
def test_what_is_no_statement_is_refused(sql: str):
    with pytest.raises(ScanError):
        read_statement(sql)


@pytest.mark.parametrize(
    "sql", ["SELECT 1; SELECT 2", "SELECT 1)", "SELECT 1); SELECT (2", "; SELECT 1", "COMMIT; DROP x"]
)
def test_a_second_statement_is_refused(sql: str):
    with pytest.raises(SeveralStatements):
        read_statement(sql)


def test_closing_semicolons_and_comments_around_a_statement_are_taken_off():
    assert read_statement("/* a */ SELECT /* b */ 1 -- c\n ; ; -- d").text == "SELECT /* b */ 1"


@pytest.mark.parametrize(
    ("sql", "mode", "text"),
    [
        ("SELECT 1", "no", "SELECT 1"),
        ("EXPLAIN SELECT 1", "plan", "SELECT 1"),
        ("explain verbose select 1", "plan", "select 1"),
        ("EXPLAIN ANALYZE SELECT 1", "analyze", "SELECT 1"),
        ("EXPLAIN ANALYZE VERBOSE SELECT 1", "analyze", "SELECT 1"),
        ("EXPLAIN (COSTS off, ANALYZE) SELECT 1", "analyze", "SELECT 1"),
        ("EXPLAIN (ANALYZE false) SELECT 1", "plan", "SELECT 1"),
        ("EXPLAIN (ANALYZE off, BUFFERS) SELECT 1", "plan", "SELECT 1"),
        ("EXPLAIN (SELECT 1)", "plan", "(SELECT 1)"),
    ],
)
def test_explain_is_taken_off_and_remembered(sql: str, mode: str, text: str):
    statement = read_statement(sql)
    assert (statement.explain, statement.text) == (mode, text)


def test_the_last_parameter_there_can_be_is_found():
    assert read_statement("SELECT $1000, $01000").parameter_count == 1000


def test_parameters_are_found_where_they_stand():
    statement = read_statement("  SELECT $2, '$3', $1 -- $4")
    assert [statement.text[start:end] for start, end, _ in statement.parameters] == ["$2", "$1"]
    assert statement.parameter_count == 2


@pytest.mark.parametrize(
    ("sql", "ordered", "verb"),
    [
        ("SELECT 1 ORDER BY 1", True, "select"),
        ("SELECT * FROM (SELECT 1 ORDER BY 1) x", False, "select"),
        ("WITH a AS (SELECT 1 ORDER BY 1) DELETE FROM x", False, "delete"),
        ("(SELECT 1)", False, ""),
        ("COPY x TO y", False, ""),
    ],
)
def test_what_a_statement_does_is_read_outside_of_its_parentheses(sql: str, ordered: bool, verb: str):
    statement = read_statement(sql)
    assert (statement.ordered, statement.verb) == (ordered, verb)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT act()",
        "SELECT ACT ()",
        'SELECT "act"()',
        "SELECT public.act()",
        "SELECT act /* */ ()",
        "SELECT * FROM act()",
        'SELECT U&"\\0061ct"()',
        "SELECT a.act_on_row FROM t a",
        "SELECT (a).act_on_row FROM t a",
        'SELECT a."act_on_row"',
        "SELECT ts_stat('x')",
        "SELECT * FROM pg_shadow",
        'SELECT * FROM "pg_authid"',
        "SELECT pg_statistic.x",
        "SELECT system()",
        "SELECT bernoulli(1)",
    ],
)
def test_what_acts_or_holds_secrets_is_refused_by_name(sql: str):
    assert judge(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT lower('act()')",
        "SELECT act FROM t",
        "SELECT a.act FROM t a",
        "SELECT random()",
        "SELECT coalesce(1)",
        "SELECT left('a', 1)",
        "SELECT 1 WHERE 1 IN (1)",
        "SELECT count(*) OVER (ORDER BY 1)",
        "SELECT 1 FROM a JOIN (b) ON true",
        "SELECT * FROM t TABLESAMPLE bernoulli (1)",
        "SELECT * FROM t TABLESAMPLE system (1)",
        "WITH t(a) AS (SELECT 1) SELECT 1",
        "WITH s(a) AS (SELECT 1), t(a) AS (SELECT 1) SELECT 1",
        "SELECT * FROM (VALUES (1)) AS v(a)",
        "SELECT * FROM x v(a)",
        "SELECT * FROM (VALUES (1)) v(a)",
        "SELECT 'pg_shadow'",
        "SELECT 1 AS pg_shadows",
    ],
)
def test_what_only_reads_passes(sql: str):
    assert judge(sql) == ""


def test_a_function_can_be_allowed():
    assert judge("SELECT act(), a.act_on_row", Rules(functions=frozenset(["act", "act_on_row"]))) == ""


def test_a_function_that_is_not_there_is_told_by_its_name_unless_it_can_be_an_alias():
    assert "'no_such'" in judge("SELECT no_such(1)")
    assert "'no_such'" in judge("SELECT public.no_such(1)")
    assert unknown_functions(read_statement("SELECT no_such(lower(1))"), CATALOGUE) == ["no_such"]


def test_where_schemas_are_restricted_others_are_refused():
    rules = Rules(schemas=("sales",))
    assert "'secret'" in judge("SELECT * FROM secret.t", rules)
    assert "'secret'" in judge('SELECT * FROM "secret".t', rules)
    assert "pg_stats" in judge("SELECT * FROM pg_stats", rules)
    assert judge("SELECT s.x FROM sales.t s, pg_catalog.pg_class, information_schema.tables", rules) == ""


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from(string.printable + "é🙂\u00a0"), max_size=200))
def test_any_text_is_split_or_refused_and_nothing_is_lost_between_tokens(text: str):
    try:
        found = tokens(text)
    except ScanError:
        return
    assert all(first.end <= second.start for first, second in itertools.pairwise(found))
    assert all(text[token.start : token.end] for token in found)
    assert [token for token in found if token.kind is Kind.SYMBOL and token.text.isspace()] == []


@pytest.mark.parametrize("unit", ["(", "'", "a.", "/*", "--\n", "$a$ ", 'U&"x" ', "'a'\n", "E'\\'", "1.", '""'])
def test_the_longest_statement_of_any_kind_is_scanned_in_time_or_refused(unit: str):
    text = (unit * MAX_STATEMENT_BYTES)[:MAX_STATEMENT_BYTES]
    with contextlib.suppress(ScanError):
        assert tokens(text)[-1].end <= len(text)


@pytest.mark.parametrize(
    ("sql", "position", "told"),
    [
        ("SELECT 'a", 7, "A string is opened and never closed."),
        ("SELECT 'a'\n'b", 7, "A string is opened and never closed."),
        ('SELECT "a', 7, "A quoted name is opened and never closed."),
        ("SELECT $a$ $b$", 7, "A dollar-quoted string is opened and never closed."),
        ("SELECT /* /* */", 7, "A comment is opened and never closed."),
        ("SELECT a\0b\0", 8, "The statement holds a NUL character."),
        ("SELECT \ud800", 7, "The statement holds half a character (a lone surrogate)."),
        ("x" * 65_537, 0, "The statement is 65537 bytes long; 65536 are the limit."),
        ('SELECT U&"\\zzz"', 7, "A U& name holds an escape that stands for no character."),
        ('SELECT U&"\\+110000"', 7, "A U& name holds an escape that stands for no character."),
        ('SELECT U&"\\D800"', 7, "A U& name holds half a character."),
        ("SELECT U&\"x\" UESCAPE 'a'", 13, "UESCAPE is followed by one escape character in plain quotes."),
        ("SELECT U&\"x\" UESCAPE 'F'", 13, "UESCAPE is followed by one escape character in plain quotes."),
        ("SELECT U&\"x\" UESCAPE '!!'", 13, "UESCAPE is followed by one escape character in plain quotes."),
        ('SELECT U&"x" UESCAPE "!"', 13, "UESCAPE is followed by one escape character in plain quotes."),
        ('SELECT U&"x" UESCAPE', 13, "UESCAPE is followed by one escape character in plain quotes."),
        (" ; ", 0, "There is no statement in the text."),
        ("SELECT (1 ", 9, "A parenthesis is opened and never closed."),
        ("SELECT 1; SELECT 2", 8, "Only one statement runs in one call, and a semicolon ends it."),
        ("SELECT 1) + (2", 8, "A parenthesis is closed that was never opened."),
        (" EXPLAIN ANALYZE", 1, "EXPLAIN is followed by a query."),
        ("SELECT $1001", 7, "A parameter is outside of $1 to $1000."),
        ("SELECT $0", 7, "A parameter is outside of $1 to $1000."),
        ("SELECT $000001", 7, "A parameter is outside of $1 to $1000."),
    ],
)
def test_what_cannot_be_scanned_is_told_with_its_place(sql: str, position: int, told: str):
    with pytest.raises(ScanError) as refused:
        read_statement(sql)
    assert (str(refused.value), refused.value.position) == (told, position)


@pytest.mark.parametrize(
    ("sql", "kind", "text", "place"),
    [
        (" aB$1", Kind.NAME, "ab$1", "aB$1"),
        (' "a""B" ', Kind.QUOTED, 'a"B', '"a""B"'),
        (' U&"\\0061B" ', Kind.QUOTED, "aB", 'U&"\\0061B"'),
        (" U&\"!0061B\"  UESCAPE '!' ", Kind.QUOTED, "aB", "U&\"!0061B\"  UESCAPE '!'"),
        (' U&"\\0001" ', Kind.QUOTED, "\x01", 'U&"\\0001"'),
        (' U&"\\+10FFFF" ', Kind.QUOTED, "\U0010ffff", 'U&"\\+10FFFF"'),
        (f' U&"{"a" * 62}\\00e9" ', Kind.QUOTED, "a" * 62, f'U&"{"a" * 62}\\00e9"'),
        (" U&'\\zz'  UESCAPE '!' ", Kind.STRING, "", "U&'\\zz'  UESCAPE '!'"),
        (" 'a''b' ", Kind.STRING, "", "'a''b'"),
        (" 'a'\n 'b' ", Kind.STRING, "", "'a'\n 'b'"),
        (" E'a\\'b' ", Kind.STRING, "", "E'a\\'b'"),
        (" x'1F' ", Kind.STRING, "", "x'1F'"),
        (" $a$ ' $a$ ", Kind.STRING, "", "$a$ ' $a$"),
        (" $12 ", Kind.PARAMETER, "12", "$12"),
        (" 1.5e-3 ", Kind.NUMBER, "1.5e-3", "1.5e-3"),
        (" ; ", Kind.SYMBOL, ";", ";"),
        ("/* */ -- x\n+", Kind.SYMBOL, "+", "+"),
    ],
)
def test_a_token_is_told_by_its_kind_its_meaning_and_its_place(sql: str, kind: Kind, text: str, place: str):
    (found,) = tokens(sql)
    assert (found.kind, found.text, sql[found.start : found.end]) == (kind, text, place)


def test_several_escaped_names_in_a_row_are_each_read_once():
    sql = "U&\"!0061\" UESCAPE '!' x U&\"#0062\" UESCAPE '#' y U&'t' UESCAPE '!' z"
    assert names(sql) == ["a", "x", "b", "y", "z"]


@pytest.mark.parametrize(
    ("length", "kept"), [(62, 62), (63, 63), (64, 63), (200, 63)]
)  # fmt: skip
def test_a_name_is_kept_to_the_byte_that_postgresql_keeps(length: int, kept: int):
    assert names("a" * length) == names(f'"{"a" * length}"') == names(f'U&"{"a" * length}"') == ["a" * kept]


def test_the_longest_statement_is_read():
    assert len(tokens("x" + " " * (MAX_STATEMENT_BYTES - 1))) == 1


@pytest.mark.parametrize(
    ("sql", "head"),
    [("SELECT 1", "select"), ("(SELECT 1)", "("), ('"select" 1', "s"), ("table x", "table"), ("1", "1"), ("42 x", "4")],
)
def test_a_statement_begins_with_its_first_word_or_its_first_character(sql: str, head: str):
    assert read_statement(sql).head == head


@pytest.mark.parametrize(
    ("sql", "mode"),
    [
        ("EXPLAIN (ANALYZE 0) SELECT 1", "plan"),
        ("EXPLAIN (ANALYZE, COSTS off) SELECT 1", "analyze"),
        ("EXPLAIN (ANALYSE) SELECT 1", "analyze"),
        ("EXPLAIN (VERBOSE) TABLE x", "plan"),
        ("EXPLAIN VERBOSE ANALYZE (SELECT 1)", "analyze"),
        ("EXPLAIN x", "plan"),
        ("EXPLAIN", "no"),
    ],
)
def test_how_explain_is_meant_is_read_from_its_options(sql: str, mode: str):
    assert read_statement(sql).explain == mode


@pytest.mark.parametrize(
    ("sql", "ordered", "verb"),
    [
        ("SELECT (1), (2) ORDER BY 1", True, "select"),
        ("SELECT ((1)) FROM (SELECT 1 ORDER BY 1) x", False, "select"),
        ("WITH a AS (SELECT (1)) INSERT INTO t SELECT 1", False, "insert"),
        ("WITH a AS ((SELECT 1)) MERGE INTO t", False, "merge"),
    ],
)
def test_parentheses_inside_of_parentheses_hide_what_they_hold(sql: str, ordered: bool, verb: str):
    statement = read_statement(sql)
    assert (statement.ordered, statement.verb) == (ordered, verb)


VOLATILE = "calls the function {}, which PostgreSQL marks VOLATILE: it may change something."
ALLOW = "Only functions that read may be called; who runs this server can allow one in DATABASE_ALLOWED_FUNCTIONS."


@pytest.mark.parametrize(
    ("sql", "message", "remedy"),
    [
        ("SELECT public.act()", "act() " + VOLATILE.format("act"), ALLOW),
        ("SELECT 1, a.act_on_row", "a.act_on_row " + VOLATILE.format("act_on_row"), ALLOW),
        ("SELECT (a).act_on_row", "(...).act_on_row " + VOLATILE.format("act_on_row"), ALLOW),
        (
            "SELECT ts_stat('x')",
            "ts_stat() runs SQL given as text, which cannot be checked.",
            "Write that query itself.",
        ),
        ("TABLE pg_shadow", "pg_shadow holds credentials or values past their grants, and is not readable here.", ""),
        (
            "SELECT no_such(1)",
            "No function is called 'no_such' in this database.",
            "Check its spelling and argument types, or write the expression with other functions.",
        ),
    ],
)
def test_a_refusal_says_what_was_seen_why_and_what_to_try(sql: str, message: str, remedy: str):
    assert judge(sql) == f"{message} {remedy}".rstrip()


def test_a_schema_that_is_not_allowed_is_told_with_those_that_are():
    rules = Rules(schemas=("sales", "public"))
    assert (
        judge("SELECT * FROM secret.t", rules) == "The schema 'secret' is not among those allowed here: sales, public."
    )


@pytest.mark.parametrize(
    "sql", ["INSERT INTO t (a) VALUES (1)", "WITH w AS (SELECT 1) INSERT INTO t (a) SELECT 1", "MERGE INTO t (a)",
            "WITH w AS (SELECT 1) MERGE INTO t (a)", "UPDATE t SET (a) = (1)"]
)  # fmt: skip
def test_the_column_list_of_an_insert_is_not_taken_for_a_function_call(sql: str):
    assert judge(sql) == ""


@pytest.mark.parametrize("sql", ["SELECT 1 + no_such(1)", "SELECT (no_such(1))", "SELECT (a).no_such(1)"])
def test_what_cannot_be_an_alias_is_a_call(sql: str):
    assert "'no_such'" in judge(sql)
