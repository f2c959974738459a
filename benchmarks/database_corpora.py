"""Queries of others, run by execute_query and by psql, and compared cell by cell.

.venv/bin/python benchmarks/database_corpora.py regress FOLDER [FILE...]  (src/test/regress of PostgreSQL 15's source)
.venv/bin/python benchmarks/database_corpora.py joins FOLDER  (the repository gregrahn/join-order-benchmark)
uv run --with duckdb==1.5.5 --with duckdb-extension-tpch==1.5.5 python benchmarks/database_corpora.py tpch [SCALE]
"""

import asyncio
import csv
import io
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import Any

from database_mcp.server import SERVER
from mcp_chassis.testing import connected, text

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))

from postgres_places import PROGRAMS, system
from psql_cells import NULL, same_cell

TYPES = "char text int8 float4 float8 bit numeric uuid enum rangetypes strings date time timetz timestamp interval inet"
QUERIES = "select select_distinct select_having subselect union case join aggregates groupingsets arrays jsonb window"
INDEXES = """
ALTER TABLE orders ADD PRIMARY KEY (o_orderkey); ALTER TABLE lineitem ADD PRIMARY KEY (l_orderkey, l_linenumber);
ALTER TABLE partsupp ADD PRIMARY KEY (ps_partkey, ps_suppkey); CREATE INDEX ON lineitem (l_partkey, l_suppkey);
ANALYZE
"""
STATEMENT = re.compile(
    r"""(?P<end>;)|[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"[^"]*"|--[^\n]*|/\*.*?\*/|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$""",
    re.DOTALL,
)
COMMENTS = re.compile(r"^(\s+|--[^\n]*(\n|$)|/\*.*?\*/)*", re.DOTALL)


def psql(dsn: str, script: str, folder: Path = ROOT) -> str:
    env = {**os.environ, "PG_ABS_SRCDIR": str(folder), "PG_LIBDIR": "/nowhere", "PG_DLSUFFIX": ".so"}
    command = [PROGRAMS / "psql", dsn, "-X", "-q", "--csv", "-t", "-P", f"null={NULL}"]
    return subprocess.run(command, input=script, capture_output=True, text=True, env=env, check=False).stdout


def statements(script: str) -> list[str]:
    """The queries of a script of psql; its own commands are left out."""
    lines = "\n".join(line for line in script.splitlines() if not line.lstrip().startswith("\\"))
    ends = [found.start() for found in STATEMENT.finditer(lines) if found["end"]]
    parts = [lines[start:end].lstrip(";") for start, end in zip([0, *ends], ends, strict=False)]
    return [part for part in parts if is_query(COMMENTS.sub("", part))]


def is_query(part: str) -> bool:
    heads = re.match(r"\(*\s*(select|with|values|table)\b", part, re.IGNORECASE)
    return bool(heads) and not re.search(r"\\g|\binto\b", part, re.IGNORECASE)


def printed(dsn: str, queries: list[str]) -> list[str | None]:
    """What psql prints for each, in a transaction of its own; None where PostgreSQL refuses it."""
    each = "\\echo @@{}@@\nBEGIN READ ONLY;\n{}\n;\n\\set failed :ERROR\n\\echo @@end :failed\nROLLBACK;\n"
    output = psql(dsn, "".join(each.format(number, query) for number, query in enumerate(queries)))
    parts = re.findall(r"^@@(\d+)@@\n(.*?)^@@end (true|false)\n", output, re.DOTALL | re.MULTILINE)
    found = {int(number): part for number, part, failed in parts if failed == "false"}
    return [found.get(number) for number in range(len(queries))]


def same(cell: Any, written: str) -> bool:
    """Whether they are the same, or begin alike where the result cuts a long text."""
    shown = str(cell)
    return same_cell(cell, written) or (len(shown) > 2000 and shown[:2000] == written[:2000])


def alike(rows: list[list[Any]], lines: list[list[str]]) -> bool:
    pairs = zip(rows, lines, strict=False)
    return all(len(row) == len(line) and all(map(same, row, line)) for row, line in pairs)


async def compare(client: Any, name: str, queries: list[str], dsn: str, counts: Counter[str]) -> None:
    """Count what becomes of each query, and print those that differ or are refused for another reason than a rule."""
    for query, once, again in zip(queries, printed(dsn, queries), printed(dsn, queries), strict=True):
        counts["queries"] += 1
        if once is None or once != again:
            counts["refused by PostgreSQL" if once is None else "different in psql each time"] += 1
            continue
        result = await client.call_tool("execute_query", {"query": query, "timeout_seconds": 60})
        if result.is_error:
            counts["refused by a rule" if "PERMISSION_DENIED" in text(result) else "refused"] += 1
            if "PERMISSION_DENIED" not in text(result):
                print("REFUSED", name, query.strip()[:200], text(result)[:200])
            continue
        content: Any = result.structured_content
        if content.get("invisible_characters_removed"):
            counts["with invisible characters"] += 1
            continue
        rows: list[list[Any]] = [row for row in content["rows"] if row]
        lines = [line or [""] for line in csv.reader(io.StringIO(once))]
        counts["compared"] += 1
        counts["cells"] += sum(map(len, rows))
        if (len(rows) != len(lines) and "truncated" not in content) or not alike(rows, lines):
            counts["different"] += 1
            print("DIFFERENT", name, query.strip()[:200], rows[:2], lines[:2])


async def regress(dsn: str, folder: Path, names: list[str]) -> Counter[str]:
    """Each file is run by psql, and then each of its queries is asked in the state it left."""
    counts = Counter[str]()
    psql(dsn, (folder / "sql" / "test_setup.sql").read_text(), folder)
    async with connected(SERVER, env=environment(dsn)) as client:
        for name in names or f"{TYPES} {QUERIES}".split():
            script = (folder / "sql" / f"{name}.sql").read_text()
            psql(dsn, script, folder)
            await compare(client, name, statements(script), dsn, counts)
    return counts


async def tpch(dsn: str, scale: float) -> Counter[str]:
    """Data and queries are those of DuckDB's extension."""
    queries, counts = load_tpch(dsn, scale), Counter[str]()
    async with connected(SERVER, env=environment(dsn)) as client:
        await compare(client, "tpch", queries, dsn, counts)
    return counts


async def joins(dsn: str, scripts: dict[str, str]) -> Counter[str]:
    """The join-order benchmark's queries on its schema without rows."""
    psql(dsn, scripts.pop("schema.sql") + scripts.pop("fkindexes.sql"))
    counts = Counter[str]()
    async with connected(SERVER, env=environment(dsn)) as client:
        for name, script in scripts.items():
            await compare(client, name, statements(script), dsn, counts)
    return counts


def files_of(folder: Path) -> dict[str, str]:
    """The SQL files of a folder by name."""
    return {path.name: path.read_text() for path in sorted(folder.glob("*.sql"))}


def load_tpch(dsn: str, scale: float) -> list[str]:
    extension = next(Path(str(import_module("duckdb_extension_tpch").__file__)).parent.rglob("*.duckdb_extension"))
    duck: Any = import_module("duckdb").connect(config={"allow_unsigned_extensions": "true"})
    duck.execute(f"LOAD '{extension}'")
    duck.execute(f"CALL dbgen(sf={scale})")
    with tempfile.TemporaryDirectory() as folder:
        for (table,) in duck.execute("SELECT table_name FROM information_schema.tables").fetchall():
            columns = ", ".join(f"{row[0]} {row[1]}" for row in duck.execute(f"DESCRIBE {table}").fetchall())
            duck.execute(f"COPY {table} TO '{folder}/{table}.csv' (HEADER)")
            psql(dsn, f"CREATE TABLE {table} ({columns});\n\\copy {table} from '{folder}/{table}.csv' csv header\n")
    psql(dsn, INDEXES)
    return [query.strip().rstrip(";") for (query,) in duck.execute("SELECT query FROM tpch_queries()").fetchall()]


def environment(dsn: str) -> dict[str, str]:
    return {"DATABASE_URL": dsn, "DATABASE_ALLOW_PRIVILEGED_ROLE": "true", "MCP_MAX_RESULT_CHARS": "1000000"}


def main(corpus: str, *arguments: str) -> None:
    with system() as place:
        dsn = place.dsn("postgres")
        if corpus == "tpch":
            counts = asyncio.run(tpch(dsn, float(arguments[0]) if arguments else 0.02))
        elif corpus == "joins":
            counts = asyncio.run(joins(dsn, files_of(Path(arguments[0]))))
        else:
            counts = asyncio.run(regress(dsn, Path(arguments[0]).resolve(), list(arguments[1:])))
    print(dict(counts))


if __name__ == "__main__":
    main(*sys.argv[1:])
