"""Scan of statements and decisions of the guard; without a database."""

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
    """The guard's refusal of a statement as text; empty if the guard accepts it."""
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
def test_names_are_scanned_like_in_postgresql(sql: str, seen: list[str]):
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
def test_an_unterminated_or_invalid_text_is_refused(sql: str):
    with pytest.raises(ScanError):
        tokens(sql)


@pytest.mark.parametrize(
    "sql",
    ["", " ", "-- x", ";;", "(", "SELECT (1", "SELECT $0", "SELECT $1001", "SELECT $99999999", "EXPLAIN (ANALYZE)"],
)
def test_a_text_that_is_not_a_statement_is_refused(sql: str):
    with pytest.raises(ScanError):
        read_statement(sql)


@pytest.mark.parametrize(
    "sql", ["SELECT 1; SELECT 2", "SELECT 1)", "SELECT 1); SELECT (2", "; SELECT 1", "COMMIT; DROP x"]
)
def test_a_second_statement_is_refused(sql: str):
    with pytest.raises(SeveralStatements):
        read_statement(sql)


def test_surrounding_comments_and_semicolons_are_removed():
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
def test_a_leading_explain_is_removed_and_its_mode_stored(sql: str, mode: str, text: str):
    statement = read_statement(sql)
    assert (statement.explain, statement.text) == (mode, text)


def test_the_highest_parameter_number_is_accepted():
    assert read_statement("SELECT $1000, $01000").parameter_count == 1000


def test_parameters_are_found_at_their_positions():
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
def test_the_verb_and_order_by_are_read_outside_parentheses(sql: str, ordered: bool, verb: str):
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
def test_functions_with_side_effects_and_secret_catalogues_are_refused(sql: str):
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
def test_statements_that_only_read_are_allowed(sql: str):
    assert judge(sql) == ""


def test_a_volatile_function_can_be_allowed_by_a_setting():
    assert judge("SELECT act(), a.act_on_row", Rules(functions=frozenset(["act", "act_on_row"]))) == ""


def test_an_unknown_function_is_named_unless_it_can_be_an_alias():
    assert "'no_such'" in judge("SELECT no_such(1)")
    assert "'no_such'" in judge("SELECT public.no_such(1)")
    assert unknown_functions(read_statement("SELECT no_such(lower(1))"), CATALOGUE) == ["no_such"]


def test_schemas_outside_the_allowed_ones_are_refused():
    rules = Rules(schemas=("sales",))
    assert "'secret'" in judge("SELECT * FROM secret.t", rules)
    assert "'secret'" in judge('SELECT * FROM "secret".t', rules)
    assert "pg_stats" in judge("SELECT * FROM pg_stats", rules)
    assert judge("SELECT s.x FROM sales.t s, pg_catalog.pg_class, information_schema.tables", rules) == ""


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from(string.printable + "é🙂\u00a0"), max_size=200))
def test_any_text_is_tokenized_completely_or_refused(text: str):
    try:
        found = tokens(text)
    except ScanError:
        return
    assert all(first.end <= second.start for first, second in itertools.pairwise(found))
    assert all(text[token.start : token.end] for token in found)
    assert [token for token in found if token.kind is Kind.SYMBOL and token.text.isspace()] == []


@pytest.mark.parametrize("unit", ["(", "'", "a.", "/*", "--\n", "$a$ ", 'U&"x" ', "'a'\n", "E'\\'", "1.", '""'])
def test_the_longest_statement_of_any_kind_is_scanned_in_linear_time_or_refused(unit: str):
    text = (unit * MAX_STATEMENT_BYTES)[:MAX_STATEMENT_BYTES]
    with contextlib.suppress(ScanError):
        assert tokens(text)[-1].end <= len(text)


@pytest.mark.parametrize(
    ("sql", "position", "told"),
    [
        ("SELECT 'a", 7, "A string is not terminated."),
        ("SELECT 'a'\n'b", 7, "A string is not terminated."),
        ('SELECT "a', 7, "A quoted name is not terminated."),
        ("SELECT $a$ $b$", 7, "A dollar-quoted string is not terminated."),
        ("SELECT /* /* */", 7, "A comment is not terminated."),
        ("SELECT a\0b\0", 8, "The statement contains a NUL character."),
        ("SELECT \ud800", 7, "The statement contains a lone surrogate, which is not a valid character."),
        ("x" * 65_537, 0, "The statement has 65537 bytes; the limit is 65536."),
        ('SELECT U&"\\zzz"', 7, 'A name of the form U&"..." contains an invalid escape.'),
        ('SELECT U&"\\+110000"', 7, 'A name of the form U&"..." contains an invalid escape.'),
        ('SELECT U&"\\D800"', 7, 'A name of the form U&"..." contains a lone surrogate.'),
        ("SELECT U&\"x\" UESCAPE 'a'", 13, "UESCAPE must be followed by one escape character in single quotes."),
        ("SELECT U&\"x\" UESCAPE 'F'", 13, "UESCAPE must be followed by one escape character in single quotes."),
        ("SELECT U&\"x\" UESCAPE '!!'", 13, "UESCAPE must be followed by one escape character in single quotes."),
        ('SELECT U&"x" UESCAPE "!"', 13, "UESCAPE must be followed by one escape character in single quotes."),
        ('SELECT U&"x" UESCAPE', 13, "UESCAPE must be followed by one escape character in single quotes."),
        (" ; ", 0, "The text contains no statement."),
        ("SELECT (1 ", 9, "An opening parenthesis has no closing one."),
        ("SELECT 1; SELECT 2", 8, "The text contains several statements, and a call runs only one."),
        ("SELECT 1) + (2", 8, "A closing parenthesis has no opening one."),
        (" EXPLAIN ANALYZE", 1, "EXPLAIN must be followed by a query."),
        ("SELECT $1001", 7, "The number of a parameter is not between $1 and $1000."),
        ("SELECT $0", 7, "The number of a parameter is not between $1 and $1000."),
        ("SELECT $000001", 7, "The number of a parameter is not between $1 and $1000."),
    ],
)
def test_a_scan_error_has_its_message_and_position(sql: str, position: int, told: str):
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
def test_a_token_has_its_kind_text_and_position(sql: str, kind: Kind, text: str, place: str):
    (found,) = tokens(sql)
    assert (found.kind, found.text, sql[found.start : found.end]) == (kind, text, place)


def test_consecutive_unicode_escaped_names_are_each_decoded_once():
    sql = "U&\"!0061\" UESCAPE '!' x U&\"#0062\" UESCAPE '#' y U&'t' UESCAPE '!' z"
    assert names(sql) == ["a", "x", "b", "y", "z"]


@pytest.mark.parametrize(
    ("length", "kept"), [(62, 62), (63, 63), (64, 63), (200, 63)]
)  # fmt: skip
def test_a_name_is_truncated_at_the_same_byte_as_in_postgresql(length: int, kept: int):
    assert names("a" * length) == names(f'"{"a" * length}"') == names(f'U&"{"a" * length}"') == ["a" * kept]


def test_a_statement_of_the_maximum_length_is_accepted():
    assert len(tokens("x" + " " * (MAX_STATEMENT_BYTES - 1))) == 1


@pytest.mark.parametrize(
    ("sql", "head"),
    [("SELECT 1", "select"), ("(SELECT 1)", "("), ('"select" 1', "s"), ("table x", "table"), ("1", "1"), ("42 x", "4")],
)
def test_the_head_of_a_statement_is_its_first_word_or_character(sql: str, head: str):
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
def test_the_explain_mode_is_read_from_the_options(sql: str, mode: str):
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
def test_nested_parentheses_are_ignored_for_verb_and_order_by(sql: str, ordered: bool, verb: str):
    statement = read_statement(sql)
    assert (statement.ordered, statement.verb) == (ordered, verb)


VOLATILE = "is VOLATILE, so it may have side effects; nothing was run."
ALLOW = "Use another function, or ask the person who runs this server to add it to DATABASE_ALLOWED_FUNCTIONS."


@pytest.mark.parametrize(
    ("sql", "message", "remedy"),
    [
        ("SELECT public.act()", "act() " + VOLATILE, ALLOW),
        ("SELECT 1, a.act_on_row", "a.act_on_row calls act_on_row(), which " + VOLATILE, ALLOW),
        ("SELECT (a).act_on_row", "(...).act_on_row calls act_on_row(), which " + VOLATILE, ALLOW),
        (
            "SELECT ts_stat('x')",
            "The function ts_stat() runs SQL given as text, which this server cannot check.",
            "Write that query itself.",
        ),
        (
            "TABLE pg_shadow",
            "pg_shadow contains credentials or values that bypass grants, so this server does not read it.",
            "",
        ),
        (
            "SELECT no_such(1)",
            "This database has no function 'no_such'.",
            "Check its spelling and argument types, or write the expression with other functions.",
        ),
    ],
)
def test_a_refusal_has_the_construct_the_reason_and_a_remedy(sql: str, message: str, remedy: str):
    assert judge(sql) == f"{message} {remedy}".rstrip()


def test_a_forbidden_schema_error_lists_the_allowed_schemas():
    rules = Rules(schemas=("sales", "public"))
    assert judge("SELECT * FROM secret.t", rules) == "The schema 'secret' is not among the allowed ones: sales, public."


@pytest.mark.parametrize(
    "sql", ["INSERT INTO t (a) VALUES (1)", "WITH w AS (SELECT 1) INSERT INTO t (a) SELECT 1", "MERGE INTO t (a)",
            "WITH w AS (SELECT 1) MERGE INTO t (a)", "UPDATE t SET (a) = (1)"]
)  # fmt: skip
def test_the_column_list_of_an_insert_is_not_mistaken_for_a_function_call(sql: str):
    assert judge(sql) == ""


@pytest.mark.parametrize("sql", ["SELECT 1 + no_such(1)", "SELECT (no_such(1))", "SELECT (a).no_such(1)"])
def test_a_called_name_that_cannot_be_an_alias_is_a_function_call(sql: str):
    assert "'no_such'" in judge(sql)
