"""The tool export_query: complete and exact files in the configured folder, private to each caller."""

import csv
import json
import os
import stat
import sys
import time
from base64 import b64decode
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import anyio
import httpx2
import postgres_places
import psutil
import pytest
from database_mcp.databases import Databases
from database_mcp.exports import folder
from database_mcp.exports.folder import PIECE_BYTES, ExportFolder
from database_mcp.exports.running import ExportRequest, export
from database_mcp.server import SERVER
from database_mcp.settings import DatabaseSettings
from mcp.shared.exceptions import MCPError
from mcp_chassis.failures import Conflict, InvalidInput, Unavailable
from mcp_chassis.remote.auth.api_keys import ApiKey
from mcp_chassis.testing import connected, failure
from mcp_chassis.testing.raw import RawClient, without_path
from mcp_types import BlobResourceContents, ResourceLink
from postgres_places import Place
from postgres_proxy import PostgresProxy
from remote_http import answer, post, served

MEGABYTE = 1024 * 1024
LINES = (Path(postgres_places.__file__).parent / "postgres_types.txt").read_text(encoding="utf-8").splitlines()
TYPES = [line.split(" | ", 1) for line in LINES if "kinds" not in line]
EVERY_TYPE = ", ".join(f"${place}::text::{kind} AS c{place}" for place, (kind, _) in enumerate(TYPES, start=1))
ODD = (
    "SELECT * FROM (VALUES (1, 'a', 1.50), (2, '', NULL), (3, NULL, -2), (4, E'x,\"y\"\\nz ', 0)) v(n, t, d) ORDER BY n"
)


@pytest.fixture
def environment(shop: str, tmp_path: Path) -> dict[str, str]:
    return {"DATABASE_URL": shop, "DATABASE_EXPORT_FOLDER": str(tmp_path)}


async def exported(env: dict[str, str], **arguments: Any) -> Any:
    async with connected(SERVER, env=env) as client:
        result = await client.call_tool("export_query", arguments)
    return result.structured_content or failure(result)


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_a_csv_distinguishes_null_from_empty_text_and_only_its_owner_can_read_it(
    environment: dict[str, str], tmp_path: Path
):
    told = await exported(environment, query=ODD, file="odd.csv")
    path = tmp_path / "odd.csv"
    assert path.read_text() == 'n,t,d\n1,a,1.50\n2,"",\n3,,-2\n4,"x,""y""\nz ",0\n'
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert files(tmp_path) == ["odd.csv"]
    assert told["path"] == str(path)
    assert (told["row_count"], told["bytes"], told["pieces"]) == (4, path.stat().st_size, 1)
    assert (told["columns"], told["types"]) == (["n", "t", "d"], ["int4", "text", "numeric"])
    assert "truncated" not in told


async def test_json_lines_contain_the_same_values_as_result_cells(environment: dict[str, str], tmp_path: Path):
    values = {"query": f"SELECT {EVERY_TYPE}", "params": [value for _, value in TYPES]}
    async with connected(SERVER, env=environment) as client:
        read = (await client.call_tool("execute_query", values)).structured_content
        await client.call_tool("export_query", {**values, "file": "types.jsonl"})
        await client.call_tool("export_query", {**values, "file": "types.csv"})
    assert read is not None
    row = json.loads((tmp_path / "types.jsonl").read_text())
    with (tmp_path / "types.csv").open(newline="") as file:
        names, cells = csv.reader(file)
    assert list(row.values()) == read["rows"][0]
    assert list(row) == names == read["columns"]
    assert cells == [cell if isinstance(cell, str) else json.dumps(cell) for cell in read["rows"][0]]


async def test_an_export_keeps_long_cells_whole_and_refuses_cells_above_its_limit(
    environment: dict[str, str], tmp_path: Path
):
    await exported(environment, query="SELECT repeat('ä', 100000) AS t", file="long.csv")
    refused = await exported(
        environment, query="SELECT n, repeat('x', 99990 + n) AS t FROM generate_series(1, 20) n", file="longer.csv"
    )
    assert (tmp_path / "long.csv").read_text() == "t\n" + "ä" * 100_000 + "\n"
    assert refused.code == "INVALID_INPUT"
    assert "Row 11 has more than 100,000 characters in t; no file exists." in refused.message
    assert files(tmp_path) == ["long.csv"]


@pytest.mark.parametrize(
    ("query", "code", "told"),
    [
        ("SELECT nothing FROM sales.orders", "INVALID_INPUT", "nothing"),
        ("SELECT 1 / (n - 900) FROM generate_series(1, 1000) n", "INVALID_INPUT", "Division by zero"),
        ("SELECT pg_sleep(1)", "PERMISSION_DENIED", "VOLATILE"),
        ("DELETE FROM sales.orders", "PERMISSION_DENIED", "DELETE is not a query; nothing was changed."),
        ("SELECT 1; SELECT 2", "PERMISSION_DENIED", ""),
        ("EXPLAIN SELECT 1", "INVALID_INPUT", "EXPLAIN cannot be exported"),
        ("SELECT", "INVALID_INPUT", "no columns"),
        ("TABLE pg_authid", "PERMISSION_DENIED", "pg_authid"),
    ],
)
async def test_a_failed_export_leaves_no_file(
    environment: dict[str, str], tmp_path: Path, query: str, code: str, told: str
):
    refused = await exported(environment, query=query, file="x.csv")
    assert (refused.code, told in refused.message) == (code, True)
    assert files(tmp_path) == []


async def test_json_lines_refuse_two_columns_with_one_name(environment: dict[str, str], tmp_path: Path):
    refused = await exported(environment, query="SELECT 1 AS a, 2 AS a", file="x.jsonl")
    assert "Two columns of the query are named 'a'" in refused.message
    await exported(environment, query="SELECT 1 AS a, 2 AS a", file="x.csv")
    assert files(tmp_path) == ["x.csv"]


@pytest.mark.parametrize(
    "name", ["../x.csv", "a/b.csv", "/tmp/x.csv", ".x.csv", "x.txt", "x.csv\n", "x", "a\\b.csv", "~.csv", "x.CSV"]
)
async def test_an_export_file_name_with_a_path_or_unknown_ending_is_refused(
    environment: dict[str, str], tmp_path: Path, name: str
):
    refused = await exported(environment, query="SELECT 1", file=name)
    assert refused.code == "INVALID_INPUT"
    assert files(tmp_path) == []


async def test_an_export_never_overwrites_a_file_even_one_created_meanwhile(
    environment: dict[str, str], tmp_path: Path
):
    (tmp_path / "there.csv").write_text("mine")
    (tmp_path / "link.csv").symlink_to(tmp_path / "nowhere")
    refused = [await exported(environment, query="SELECT 1", file=name) for name in ("there.csv", "link.csv")]
    folder = ExportFolder(tmp_path, "local")
    with pytest.raises(Conflict), folder.draft("late.csv"):
        (tmp_path / "late.csv").symlink_to(tmp_path / "there.csv")
    assert [each.code for each in refused] == ["CONFLICT", "CONFLICT"]
    assert (tmp_path / "there.csv").read_text() == "mine"
    assert files(tmp_path) == ["late.csv", "link.csv", "there.csv"]


async def test_an_export_at_its_limit_says_how_to_export_the_remaining_rows(
    environment: dict[str, str], tmp_path: Path
):
    rows = await exported(
        {**environment, "DATABASE_EXPORT_MAX_ROWS": "2500"},
        query="SELECT n FROM generate_series(1, 5000) n ORDER BY n",
        file="rows.csv",
    )
    whole = await exported(
        {**environment, "DATABASE_EXPORT_MAX_ROWS": "2500"}, query="SELECT generate_series(1, 2500)", file="whole.csv"
    )
    size = await exported(
        {**environment, "DATABASE_EXPORT_MAX_MB": "1"},
        query="SELECT repeat('x', 999) FROM generate_series(1, 5000)",
        file="size.jsonl",
    )
    assert (rows["row_count"], rows["truncated"]) == (2500, True)
    assert "only the first 2500 rows, a limit of this server" in rows["warnings"][0]
    assert (tmp_path / "rows.csv").read_text().splitlines()[-1] == "2500"
    assert (whole["row_count"], "truncated" in whole) == (2500, False)
    assert size["truncated"] is True
    assert size["bytes"] == (tmp_path / "size.jsonl").stat().st_size <= 1_000_000
    assert size["row_count"] == len((tmp_path / "size.jsonl").read_text().splitlines())


async def test_texts_like_spreadsheet_formulas_cause_a_warning_or_are_quoted(
    environment: dict[str, str], tmp_path: Path
):
    query = "SELECT * FROM (VALUES ('=1+1', -5), ('@x', 1), ('a=b', 2), ('-x', 3)) v(t, n)"
    told = await exported(environment, query=query, file="as-is.csv")
    quoted = await exported({**environment, "DATABASE_EXPORT_QUOTE_FORMULAS": "true"}, query=query, file="quoted.csv")
    assert told["warnings"] == ["3 values begin like spreadsheet formulas (= + - @): import the columns as text."]
    assert (tmp_path / "as-is.csv").read_text() == "t,n\n=1+1,-5\n@x,1\na=b,2\n-x,3\n"
    assert "warnings" not in quoted
    assert (tmp_path / "quoted.csv").read_text() == "t,n\n'=1+1,-5\n'@x,1\na=b,2\n'-x,3\n"


async def test_csv_rows_with_a_single_null_cause_a_warning(environment: dict[str, str], tmp_path: Path):
    told = await exported(environment, query="SELECT * FROM (VALUES ('a'), (NULL)) v(t)", file="one.csv")
    assert (tmp_path / "one.csv").read_text() == "t\na\n\n"
    assert "1 rows with one NULL are empty lines" in told["warnings"][0]


async def test_a_client_reads_an_exported_file_in_pieces_by_its_resource_link(
    environment: dict[str, str], tmp_path: Path
):
    query = "SELECT n, repeat('ä', 400) FROM generate_series(1, 2000) n"
    async with connected(SERVER, env=environment) as client:
        result = await client.call_tool("export_query", {"query": query, "file": "big one.csv"})
        link, told = result.content[1], result.structured_content or {}
        assert isinstance(link, ResourceLink)
        read = b""
        for number in range(1, told["pieces"] + 1):
            found = (await client.read_resource(f"{link.uri[:-2]}/{number}")).contents[0]
            assert isinstance(found, BlobResourceContents)
            read += b64decode(found.blob)
        for missing in (f"/{told['pieces'] + 1}", "/0", "/-1", "/x", "/1e3", "/²"):
            with pytest.raises(MCPError):
                await client.read_resource(link.uri[:-2] + missing)
        for other in ("export://..%2Fsecret.csv/1", "export://none.csv/1", "export://.export-0123456789abcdef/1"):
            with pytest.raises(MCPError):
                await client.read_resource(other)
    assert read == (tmp_path / "big one.csv").read_bytes()
    assert (link.size, told["pieces"]) == (len(read), -(-len(read) // PIECE_BYTES))
    assert told["pieces"] > 2
    assert (link.mime_type, link.name.replace("%20", " ")) == ("text/csv", "big one.csv")


async def test_a_symlink_in_the_export_folder_is_not_followed(environment: dict[str, str], tmp_path: Path):
    outside = tmp_path.parent / f"{tmp_path.name}-secret.csv"
    outside.write_text("secret")
    (tmp_path / "planted.csv").symlink_to(outside)
    async with connected(SERVER, env=environment) as client:
        with pytest.raises(MCPError):
            await client.read_resource("export://planted.csv/1")


async def test_an_export_folder_replaced_by_a_symlink_is_not_written(tmp_path: Path):
    folder, other = tmp_path / "folder", tmp_path / "other"
    folder.mkdir()
    other.mkdir()
    local = ExportFolder(folder, "local")
    own = ExportFolder(other, "key:alice")
    with own.draft("x.csv"):
        (place,) = other.iterdir()
    folder.rmdir()
    folder.symlink_to(other)
    (place / "x.csv").unlink()
    place.rmdir()
    place.symlink_to(tmp_path)
    for linked in (local, own):
        with pytest.raises(Unavailable), linked.draft("x.csv"):
            pass
    assert files(tmp_path) == ["folder", "other"]


def test_where_no_folder_can_be_held_open_as_on_windows_a_file_is_written_by_its_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(folder, "_BY_DESCRIPTOR", False)
    own = ExportFolder(tmp_path, "key:alice")
    with own.draft("x.csv") as file:
        file.write(b"a,b")
    (place,) = tmp_path.iterdir()
    assert files(place) == ["x.csv"]
    assert (place / "x.csv").read_bytes() == b"a,b"
    with pytest.raises(Conflict):
        own.refuse("x.csv")


def test_old_drafts_of_killed_processes_are_removed_and_recent_drafts_kept(tmp_path: Path):
    old, young = tmp_path / ".export-0123456789abcdef", tmp_path / ".export-fedcba9876543210"
    old.touch()
    young.touch()
    os.utime(old, (time.time() - 7200,) * 2)
    ExportFolder(tmp_path, "local").refuse("x.csv")
    assert files(tmp_path) == [young.name]


def test_a_caller_over_http_can_have_at_most_100_files(tmp_path: Path):
    folder = ExportFolder(tmp_path, "key:alice")
    folder.refuse("x.csv")
    (own,) = tmp_path.iterdir()
    for number in range(100):
        (own / f"{number}.csv").touch()
    with pytest.raises(InvalidInput, match="which is the limit"):
        folder.refuse("x.csv")
    ExportFolder(tmp_path, "key:bob").refuse("x.csv")
    assert stat.S_IMODE(own.stat().st_mode) == 0o700


@pytest.fixture
async def http(environment: dict[str, str], tmp_path: Path) -> AsyncGenerator[httpx2.AsyncClient]:
    keys = tmp_path.parent / f"{tmp_path.name}-keys"
    keys.write_text("\n".join(ApiKey.of(name, f"tr_{name}", {"*"}).line() for name in ("alice", "bob")))
    async with served({"": SERVER}, {**environment, "MCP_API_KEYS_FILE": str(keys)}) as client:
        yield client


async def test_an_exported_file_is_readable_only_by_its_caller(http: httpx2.AsyncClient, tmp_path: Path):
    async def sent(who: str, method: str, params: dict[str, Any]) -> dict[str, Any]:
        return answer(await post(http, "modern", method, params, {"authorization": f"Bearer tr_{who}"}))

    def call(text: str, file: str) -> dict[str, Any]:
        return {"name": "export_query", "arguments": {"query": f"SELECT '{text}' AS t", "file": file}}

    mine = await sent("alice", "tools/call", call("of alice", "mine.csv"))
    await sent("bob", "tools/call", call("of bob", "same.csv"))
    same = await sent("alice", "tools/call", call("also of alice", "same.csv"))
    own = await sent("alice", "resources/read", {"uri": "export://mine.csv/1"})
    foreign = await sent("bob", "resources/read", {"uri": "export://mine.csv/1"})
    others = await sent("bob", "resources/read", {"uri": "export://same.csv/1"})
    assert "path" not in mine["result"]["structuredContent"]
    assert same["result"]["structuredContent"]["row_count"] == 1
    assert b64decode(own["result"]["contents"][0]["blob"]) == b"t\nof alice\n"
    assert "no exported file with this name" in foreign["error"]["message"]
    assert b64decode(others["result"]["contents"][0]["blob"]) == b"t\nof bob\n"
    assert sorted(len(files(tmp_path / each)) for each in files(tmp_path)) == [1, 2]


async def test_an_export_restarts_after_a_broken_connection(postgres15: Place, tmp_path: Path):
    proxy = PostgresProxy(postgres15.address)
    await proxy.listen()
    dsn = f"postgresql://postgres@127.0.0.1:{proxy.port}/postgres?sslmode=disable"
    env = {"DATABASE_URL": dsn, "DATABASE_ALLOW_PRIVILEGED_ROLE": "true", "DATABASE_EXPORT_FOLDER": str(tmp_path)}
    databases = Databases(DatabaseSettings.load({"MCP_RETRY_BASE": "0.01", **env}))
    query = "SELECT n, repeat('x', 99) FROM generate_series(1, 50000) n ORDER BY n"
    request = ExportRequest(query, (), "x.csv", 60, 10**6, 10**9, quote_formulas=False)

    async def break_once() -> None:
        while not any((tmp_path / name).stat().st_size for name in files(tmp_path)):
            await anyio.lowlevel.checkpoint()
        proxy.reset_all()

    async with anyio.create_task_group() as group:
        group.start_soon(break_once)
        done = await export(databases.get(None), ExportFolder(tmp_path, "local"), request)
    await databases.close()
    await proxy.close()
    lines = (tmp_path / "x.csv").read_text().splitlines()
    assert proxy.accepted == 2
    assert done.row_count == 50_000
    assert [line.split(",")[0] for line in lines] == ["n", *map(str, range(1, 50_001))]


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("SELECT n, n * 2, n * 0.5 FROM generate_series(1, 100000) n", id="narrow rows"),
        pytest.param("SELECT repeat('🙂', 90000) FROM generate_series(1, 200)", id="long cells"),
    ],
)
def test_an_export_uses_the_memory_of_one_batch(shop: str, tmp_path: Path, query: str):
    env = without_path(DATABASE_URL=shop, DATABASE_EXPORT_FOLDER=str(tmp_path), MCP_IDEMPOTENCY_STORE="memory")
    with RawClient([sys.executable, "-m", "database_mcp"], env=env) as client:
        client.initialize()
        client.call("execute_query", {"query": "SELECT 1"})
        server = psutil.Process(client.process.pid)
        before = server.memory_info().rss
        arguments = {"query": query, "file": "big.csv", "timeout_seconds": 300}
        result = client.call("export_query", arguments, timeout=300)
        grown = server.memory_info().rss - before
    assert not result["isError"], result
    assert grown < 150 * MEGABYTE, grown / MEGABYTE


async def test_export_query_is_offered_with_a_folder_and_the_default_stays_at_ten_tools(environment: dict[str, str]):
    async def offered(**more: str) -> list[str]:
        async with connected(SERVER, env={**environment, **more}) as client:
            return [tool.name for tool in (await client.list_tools()).tools]

    without = {name: value for name, value in environment.items() if name != "DATABASE_EXPORT_FOLDER"}
    async with connected(SERVER, env=without) as client:
        usual = [tool.name for tool in (await client.list_tools()).tools]
    both = await offered(DATABASE_WRITABLE="default")
    assert "export_query" not in usual
    assert set(await offered()) == {*usual, "export_query"}
    assert set(both) == {*usual, "export_query", "execute_write"} - {"top_queries"}
    assert "export_query" in await offered(DATABASE_TOOLS="@read")
    assert "top_queries" in await offered(DATABASE_WRITABLE="default", DATABASE_TOOLS="@dba")
    assert "export_query" not in await offered(DATABASE_READ_ONLY="true")
