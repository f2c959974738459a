"""Functions, operators and syntax of other databases: the error names PostgreSQL's form, and that form runs."""

from collections.abc import AsyncGenerator

import pytest
from database_asks import client_of, own_database, query, refused
from database_mcp.guard.dialects import POSTGRESQL_FORM
from mcp.client import Client
from postgres_places import Place

SCHEMA = """
CREATE TYPE state AS ENUM ('open', 'paid', 'closed');
CREATE TABLE deals (id int PRIMARY KEY, state state, made timestamptz, day date, paid boolean, amount float8,
    facts jsonb, tags varchar[], name text, wait interval);
INSERT INTO deals VALUES
    (1, 'paid', '2026-01-31 10:00+00', '2026-01-31', true, 2.345, '{"a": 1}', '{x,y}', 'one', '9 days'),
    (2, 'open', '2026-02-01 10:00+00', NULL, false, 0, '{}', '{}', 'two', '11 days')
"""


@pytest.fixture
async def client(postgres18: Place) -> AsyncGenerator[Client]:
    async with own_database(postgres18, SCHEMA) as (name, _), client_of(postgres18, name) as client:
        yield client


# By remedy for a function: an expression over `deals` that follows it, and its value for the first row.
FOLLOWED: dict[str, tuple[str, object]] = {
    "dateadd": ("day + interval '7 days'", "2026-02-07 00:00:00"),
    "datediff": ("EXTRACT(epoch FROM made - made)::int", 0),
    "date_format": ("to_char(day, 'YYYY-MM-DD')", "2026-01-31"),
    "year": ("EXTRACT(year FROM day)::int", 2026),
    "ifnull": ("coalesce(name, 'none')", "one"),
    "group_concat": ("(SELECT string_agg(x::text, ', ' ORDER BY x) FROM unnest(tags) x)", "x, y"),
    "iif": ("CASE WHEN paid THEN 1 ELSE 0 END", 1),
    "try_cast": ("CAST(amount AS int) + id::int", 3),
    "getdate": ("(now() >= current_date)", True),
    "charindex": ("strpos(name, 'n')", 2),
    "median": ("(SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x) FROM generate_series(1, 3) x)", 2.0),
    "approx_distinct": ("(SELECT count(DISTINCT x) FROM unnest(tags) x)", 2),
    "argmax": ("(SELECT (array_agg(x ORDER BY y DESC))[1] FROM (VALUES (1, 2), (3, 4)) v (x, y))", 3),
    "argmin": ("(SELECT (array_agg(x ORDER BY y))[1] FROM (VALUES (1, 2), (3, 4)) v (x, y))", 1),
    "countif": ("(SELECT count(*) FILTER (WHERE paid) FROM deals)", 1),
    "sumif": ("(SELECT sum(id) FILTER (WHERE paid) FROM deals)", 1),
    "eomonth": ("(date_trunc('month', day) + interval '1 month - 1 day')::date", "2026-01-31"),
    "from_unixtime": ("to_timestamp(0) = '1970-01-01 00:00:00+00'", True),
    "unix_timestamp": ("EXTRACT(epoch FROM to_timestamp(5))::int", 5),
    "json_extract": ("facts ->> 'a' || (facts #>> '{a}')", "11"),
    "len": ("length(name)", 3),
    "lcase": ("lower(name)", "one"),
    "ucase": ("upper(name)", "ONE"),
    "rlike": ("name ~ '^o'", True),
    "div0": ("id / nullif(0, 0)", None),
    "str_to_date": ("to_date('2026-01-31', 'YYYY-MM-DD')", "2026-01-31"),
    "substring_index": ("split_part('a,b', ',', 2)", "b"),
    "stdev": ("(SELECT stddev_samp(x) FROM (VALUES (1), (1)) v (x))", "0"),
    "var": ("(SELECT var_samp(x) FROM (VALUES (1), (1)) v (x))", "0"),
}


def test_every_remedy_for_a_foreign_function_has_an_example_that_runs():
    assert set(POSTGRESQL_FORM.values()) == {POSTGRESQL_FORM[name] for name in FOLLOWED}


@pytest.mark.parametrize("function", FOLLOWED)
async def test_a_function_of_another_database_gets_the_postgresql_equivalent(client: Client, function: str):
    failure = await refused(client, "execute_query", query=f"SELECT {function}(name, day, id) FROM deals")
    followed = await query(client, f"SELECT {FOLLOWED[function][0]} FROM deals ORDER BY id LIMIT 1")
    assert failure.code == "INVALID_INPUT"
    assert failure.message.endswith(POSTGRESQL_FORM[function])
    assert followed["rows"] == [[FOLLOWED[function][1]]]


async def test_a_misspelt_function_error_suggests_similar_read_only_functions(client: Client):
    failure = await refused(client, "execute_query", query="SELECT date_trunk('month', day) FROM deals")
    acting = await refused(client, "execute_query", query="SELECT set_confg('a.b', '1', true)")
    assert failure.message == "This database has no function 'date_trunk'. Did you mean date_trunc?"
    assert "set_config" not in acting.message


@pytest.mark.parametrize(
    ("asked", "advice", "followed"),
    [
        (
            "round(amount, 2)",
            "(double precision), (numeric). Cast the argument, as in x::numeric.",
            "round(amount::numeric, 2)",
        ),
        ("string_agg(id, ',')", "(text, text), (bytea, bytea). Cast the argument, as in x::text.", "id::text"),
        (
            "lpad(id, 3)",
            "(text, integer), (text, integer, text). Cast the argument, as in x::text.",
            "lpad(id::text, 3)",
        ),
        ("array_length(tags)", "array_length takes (anyarray, integer).", "array_length(tags, 1)"),
        ("avg(paid)", "a share as avg(condition::int).", "(SELECT avg(paid::int) FROM deals)"),
        ("sum(facts -> 'a')", "(column ->> 'key')::numeric.", "(facts ->> 'a')::numeric"),
        ("extract(epoch FROM day - day)", "the number of days", "day - day"),
        ("day - day > interval '2 days'", "the number of days", "day - day > 2"),
        ("wait > 10", "x > interval '10 days'.", "wait > interval '10 days'"),
        ("made + 7", "x + n * interval '1 day'.", "made + 7 * interval '1 day'"),
        ("tags LIKE '%x%'", "'value' = ANY (column).", "'x' = ANY (tags)"),
        ("state ILIKE 'p%'", "column::text ILIKE 'a%'.", "state::text ILIKE 'p%'"),
        ("state = 'payed'", "The labels of the enum are: open, paid, closed.", "state = 'paid'"),
        ("made AT TIME ZONE 'Berlin'", "Did you mean Europe/Berlin?", "made AT TIME ZONE 'Europe/Berlin'"),
        ("made AT TIME ZONE 'Atlantis'", "an IANA name such as Europe/Paris.", "made AT TIME ZONE 'Europe/Paris'"),
        ("id / 0", "Divide by nullif(x, 0)", "id / nullif(0, 0)"),
        ("day > '2026-01'", "Write dates as '2026-10-31'", "day > '2026-10-31'"),
        ("EXTRACT(year, day)", "Write EXTRACT(field FROM x).", "EXTRACT(year FROM day)"),
        ("day + INTERVAL 7 DAY", "interval '7 days'.", "day + interval '7 days'"),
        ("'x' IN tags", "value = ANY (array).", "'x' = ANY (tags)"),
    ],
)
async def test_type_and_syntax_errors_suggest_a_form_that_runs(client: Client, asked: str, advice: str, followed: str):
    failure = await refused(client, "execute_query", query=f"SELECT {asked} FROM deals")
    assert failure.code == "INVALID_INPUT"
    assert advice in failure.message
    assert (await query(client, f"SELECT {followed} FROM deals"))["row_count"] == 2


async def test_an_invalid_enum_parameter_lists_labels_only_of_allowed_schemas(
    postgres18: Place,
):
    hidden = "CREATE SCHEMA shown; CREATE SCHEMA hidden; CREATE TYPE hidden.secret AS ENUM ('rose', 'thorn')"
    async with own_database(postgres18, SCHEMA, hidden) as (name, _):
        async with client_of(postgres18, name) as client:
            failure = await refused(
                client, "execute_query", query="SELECT id FROM deals WHERE state = $1", params=["payed"]
            )
        async with client_of(postgres18, name, DATABASE_SCHEMAS="public,shown") as client:
            kept = await refused(client, "execute_query", query="SELECT 'x'::state")
            masked = await refused(client, "execute_query", query="SELECT CAST($1 AS state)", params=["x"])
    assert "open, paid, closed" in failure.message
    assert "open, paid, closed" in kept.message
    assert "rose" not in masked.message


@pytest.mark.parametrize(
    "text",
    [
        "SELECT state, count(*) AS n FROM deals WHERE n > 1 GROUP BY 1",
        "SELECT state, count(*) AS n FROM deals GROUP BY 1 HAVING n > 1",
        'SELECT id, row_number() OVER (ORDER BY made) AS "Place" FROM deals WHERE "Place" = 1',
    ],
)
async def test_an_alias_in_where_or_having_is_explained(client: Client, text: str):
    failure = await refused(client, "execute_query", query=text)
    assert "The name is an alias" in failure.message
    assert "subquery" in failure.message


async def test_the_type_of_a_cast_is_not_mistaken_for_an_alias(client: Client):
    failure = await refused(client, "execute_query", query="SELECT CAST(day AS time) FROM deals WHERE time > '10:00'")
    assert "alias" not in failure.message


async def test_qualify_and_ambiguous_columns_get_a_remedy(client: Client):
    qualify = await refused(
        client, "execute_query", query="SELECT id FROM deals QUALIFY row_number() OVER (ORDER BY id) = 1"
    )
    ambiguous = await refused(client, "execute_query", query="SELECT id FROM deals a JOIN deals b ON a.id = b.id")
    assert "PostgreSQL has no QUALIFY" in qualify.message
    assert "Put the table or its alias before the column" in ambiguous.message


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("SET TIME ZONE 'Europe/Berlin'", "AT TIME ZONE"),
        ("CREATE TEMP TABLE t AS SELECT 1", "WITH name AS (SELECT ...)"),
        ("DECLARE @d date = '2026-01-01'", "params"),
    ],
)
async def test_statements_before_a_query_get_an_equivalent_inside_the_query(client: Client, text: str, advice: str):
    assert advice in (await refused(client, "execute_query", query=text)).message


async def test_a_failed_query_among_several_gets_the_suggestions_of_a_single_failed_query(client: Client):
    answer = await query(
        client, "SELECT nam FROM deals", more_queries=["SELECT 1", "SELECT round(amount, 2) FROM deals"]
    )
    assert "Did you mean deals.name?" in answer["error"]["message"]
    assert answer["more_results"][0]["rows"] == [[1]]
    assert "Cast the argument, as in x::numeric." in answer["more_results"][1]["error"]["message"]
    failed = await refused(
        client, "execute_query", query="SELECT nam FROM deals", more_queries=["SELECT nope FROM deals"]
    )
    assert "Did you mean deals.name?" in failed.message
