"""The tool execute_write: preview, confirmation, single commit, and the outcome after a lost response."""

import asyncio
import secrets
from collections.abc import AsyncGenerator
from typing import Any

import asyncpg
import pytest
from database_mcp.server import SERVER
from database_mcp.settings import DatabaseSettings
from mcp.client import Client
from mcp_chassis.pipeline.dispatch import Dispatch
from mcp_chassis.pipeline.transport import TransportServices
from mcp_chassis.storage.idempotency_records import MemoryRecordStore
from mcp_chassis.testing import connected, data, failure
from mcp_types import CallToolRequest, CallToolRequestParams, CallToolResult, ElicitResult, InputRequiredResult
from postgres_places import Place
from postgres_proxy import in_front_of

INSERT = "INSERT INTO notes (text) VALUES ($1)"
REFUSED = (
    "SELECT 1",
    "WITH x AS (SELECT 1) SELECT * FROM x",
    "DROP TABLE notes",
    "TRUNCATE notes",
    "CREATE TABLE more (x int)",
    "COPY notes TO PROGRAM 'true'",
    "DO $$BEGIN END$$",
    "CALL nothing()",
    "SET work_mem = '1MB'",
    "GRANT ALL ON notes TO PUBLIC",
    "COMMIT",
    "DELETE FROM notes; DROP TABLE notes",
    "DELETE FROM notes) SELECT 1; COMMIT; --",
    "EXPLAIN ANALYZE DELETE FROM notes",
    "DELETE FROM notes WHERE pg_terminate_backend(1)",
    "INSERT INTO notes (text) SELECT pg_read_file('x')",
    "INSERT INTO notes (text) SELECT passwd FROM pg_shadow",
    "UPDATE notes SET text = query_to_xml('SELECT 1', true, false, '')::text",
    "WITH d AS (DELETE FROM notes RETURNING *) SELECT * FROM d",
)


@pytest.fixture
async def notes(postgres18: Place) -> AsyncGenerator[Any]:
    """A database with one table: connection of the owner, and the DSN."""
    name = f"notes_{secrets.token_hex(4)}"
    keeper = await asyncpg.connect(postgres18.dsn())
    await keeper.execute(f"CREATE DATABASE {name}")
    owner = await asyncpg.connect(postgres18.dsn(name))
    await owner.execute("CREATE TABLE notes (id serial PRIMARY KEY, text text NOT NULL UNIQUE)")
    yield owner, name
    await owner.close()
    await keeper.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await keeper.close()


def writable(dsn: str) -> dict[str, str]:
    return {"DATABASE_URL": dsn, "DATABASE_WRITABLE": "default", "DATABASE_ALLOW_PRIVILEGED_ROLE": "true"}


def change(statement: str, *params: Any, **more: str) -> dict[str, Any]:
    return {"statement": statement, "params": list(params), "database": "default", **more}


async def test_execute_write_is_offered_only_if_a_database_is_writable(shop: str):
    async with connected(SERVER, env={"DATABASE_URL": shop}) as client:
        names = [tool.name for tool in (await client.list_tools()).tools]
    async with connected(SERVER, env=writable(shop) | {"DATABASE_READ_ONLY": "true"}) as client:
        read_only = [tool.name for tool in (await client.list_tools()).tools]
    async with connected(SERVER, env=writable(shop)) as client:
        offered = [tool.name for tool in (await client.list_tools()).tools]
    assert ("execute_write" in names, "execute_write" in read_only, "execute_write" in offered) == (False, False, True)


async def test_a_preview_changes_nothing_and_its_confirm_code_commits_once(postgres18: Place, notes: tuple[Any, str]):
    owner, name = notes
    async with connected(SERVER, env=writable(postgres18.dsn(name))) as client:
        preview = data(await client.call_tool("execute_write", change(INSERT, "a")))
        untouched = await owner.fetchval("SELECT count(*) FROM notes")
        code = preview["confirm"]
        first = data(await client.call_tool("execute_write", change(INSERT, "a", confirm=code)))
        again = data(await client.call_tool("execute_write", change(INSERT, "a", confirm=code)))
    assert (preview["status"], preview["rows"], untouched) == ("preview", 1, 0)
    assert preview["not_undone"] == ["Numbers taken from sequences are not returned to them."]
    assert (first["status"], first["rows"]) == ("committed", 1)
    assert again == first
    assert await owner.fetchval("SELECT count(*) FROM notes") == 1


async def test_a_preview_shows_returned_rows_and_names_triggers(postgres18: Place, notes: tuple[Any, str]):
    owner, name = notes
    await owner.execute("""
        CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;
        CREATE TRIGGER shouting BEFORE INSERT ON notes FOR EACH ROW EXECUTE FUNCTION shout()
    """)
    async with connected(SERVER, env=writable(postgres18.dsn(name))) as client:
        preview = data(await client.call_tool("execute_write", change(f"{INSERT} RETURNING text, id > 0 AS ok", "a")))
    assert (preview["columns"], preview["returned"]) == (["text", "ok"], [["a", True]])
    assert "shouting on notes" in preview["not_undone"][1]


async def test_a_confirm_code_is_valid_only_for_its_statement_and_parameters(postgres18: Place, notes: tuple[Any, str]):
    owner, name = notes
    async with connected(SERVER, env=writable(postgres18.dsn(name))) as client:
        code = data(await client.call_tool("execute_write", change(INSERT, "a")))["confirm"]
        other = failure(await client.call_tool("execute_write", change(INSERT, "b", confirm=code)))
        invented = failure(await client.call_tool("execute_write", change(INSERT, "a", confirm="x" * 12)))
    assert (other.code, invented.code) == ("INVALID_INPUT", "INVALID_INPUT")
    assert await owner.fetchval("SELECT count(*) FROM notes") == 0


@pytest.mark.parametrize("statement", REFUSED)
async def test_execute_write_refuses_statements_other_than_row_changes(
    postgres18: Place, notes: tuple[Any, str], statement: str
):
    owner, name = notes
    await owner.execute("INSERT INTO notes (text) VALUES ('kept')")
    async with connected(SERVER, env=writable(postgres18.dsn(name))) as client:
        refused = failure(await client.call_tool("execute_write", change(statement)))
    assert refused.code in ("PERMISSION_DENIED", "INVALID_INPUT")
    assert await owner.fetchval("SELECT string_agg(text, ',') FROM notes") == "kept"


MERGE = """
WITH fresh (id, text) AS (VALUES (1, 'new'), (9, $1))
MERGE INTO notes n USING fresh f ON n.id = f.id
WHEN MATCHED THEN UPDATE SET text = f.text
WHEN NOT MATCHED THEN INSERT (id, text) VALUES (f.id, f.text)
"""


@pytest.mark.parametrize("returning", ["", "RETURNING n.id, n.text"])
async def test_a_merge_is_previewed_and_committed_with_its_confirm_code(
    postgres18: Place, notes: tuple[Any, str], returning: str
):
    owner, name = notes
    await owner.execute("INSERT INTO notes (text) VALUES ('old')")
    async with connected(SERVER, env=writable(postgres18.dsn(name))) as client:
        preview = data(await client.call_tool("execute_write", change(MERGE + returning, "more")))
        untouched = await owner.fetchval("SELECT string_agg(text, ',') FROM notes")
        confirmed = change(MERGE + returning, "more", confirm=preview["confirm"])
        done = data(await client.call_tool("execute_write", confirmed))
    assert (preview["status"], preview["rows"], untouched) == ("preview", 2, "old")
    assert (done["status"], done["rows"]) == ("committed", 2)
    assert done.get("returned") == ([[1, "new"], [9, "more"]] if returning else None)
    assert await owner.fetchval("SELECT string_agg(id || text, ',' ORDER BY id) FROM notes") == "1new,9more"


@pytest.mark.services
async def test_a_merge_before_postgresql_17_is_refused_with_the_statements_to_use(postgres15: Place):
    owner = await asyncpg.connect(postgres15.dsn())
    await owner.execute("CREATE TABLE notes (id int PRIMARY KEY, text text)")
    async with connected(SERVER, env=writable(postgres15.dsn())) as client:
        refused = failure(await client.call_tool("execute_write", change(MERGE, "more")))
        instead = "INSERT INTO notes VALUES (9, $1) ON CONFLICT (id) DO UPDATE SET text = excluded.text"
        previewed = data(await client.call_tool("execute_write", change(instead, "more")))
    left = await owner.fetchval("SELECT count(*) FROM notes")
    await owner.execute("DROP TABLE notes")
    await owner.close()
    assert refused.code == "PERMISSION_DENIED"
    assert "MERGE needs PostgreSQL 17 here" in refused.message
    assert "ON CONFLICT" in refused.message
    assert (previewed["rows"], left) == (1, 0)


async def test_a_constraint_violation_is_reported_with_the_constraint(postgres18: Place, notes: tuple[Any, str]):
    owner, name = notes
    await owner.execute("INSERT INTO notes (text) VALUES ('taken')")
    async with connected(SERVER, env=writable(postgres18.dsn(name))) as client:
        conflict = failure(await client.call_tool("execute_write", change(INSERT, "taken")))
    assert conflict.code == "CONFLICT"
    assert "notes_text_key" in conflict.message


@pytest.mark.parametrize("era", ["modern", "legacy"])
@pytest.mark.parametrize(("answer", "rows"), [(True, 1), (False, 0)])
async def test_a_change_is_committed_only_if_the_person_confirms_it(
    postgres18: Place, notes: tuple[Any, str], era: Any, answer: bool, rows: int
):
    owner, name = notes
    asked: list[str] = []

    async def person(context: Any, params: Any) -> ElicitResult:
        asked.append(params.message)
        return ElicitResult(action="accept", content={"commit": answer})

    async with connected(SERVER, era=era, env=writable(postgres18.dsn(name)), elicitation_callback=person) as client:
        result = await client.call_tool("execute_write", change(INSERT, "a"))
    assert len(asked) == 1
    assert "It changes 1 rows." in asked[0]
    assert data(result)["status"] == "committed" if answer else failure(result).code == "PERMISSION_DENIED"
    assert await owner.fetchval("SELECT count(*) FROM notes") == rows


@pytest.mark.parametrize(("answer", "there"), [(True, 1), (False, 0)])
async def test_a_table_is_created_only_if_the_person_confirms_it(
    postgres18: Place, notes: tuple[Any, str], answer: bool, there: int
):
    owner, name = notes
    statement = change("CREATE TABLE more (a int, b text)")

    async def person(context: Any, params: Any) -> ElicitResult:
        return ElicitResult(action="accept", content={"commit": answer})

    async with connected(SERVER, env=writable(postgres18.dsn(name)), elicitation_callback=person) as client:
        result = await client.call_tool("execute_write", statement)
    async with connected(SERVER, env=writable(postgres18.dsn(name))) as client:
        without_person = failure(await client.call_tool("execute_write", statement))
    assert result.is_error is not answer
    assert without_person.code == "PERMISSION_DENIED"
    assert await owner.fetchval("SELECT count(*) FROM pg_class WHERE relname = 'more'") == there


async def test_a_lost_commit_response_is_resolved_by_the_transaction_status(postgres18: Place, notes: tuple[Any, str]):
    owner, name = notes
    async with in_front_of(postgres18.address) as proxy:
        dsn = f"postgresql://postgres@127.0.0.1:{proxy.port}/{name}?sslmode=disable"
        async with connected(SERVER, env=writable(dsn)) as client:
            code = data(await client.call_tool("execute_write", change(INSERT, "a")))["confirm"]
            proxy.lose_answer_to = b"COMMIT"
            done = data(await client.call_tool("execute_write", change(INSERT, "a", confirm=code)))
    assert (done["status"], done["rows"]) == ("committed", 1)
    assert await owner.fetchval("SELECT count(*) FROM notes") == 1


async def test_a_preview_checks_deferred_constraints(postgres18: Place, notes: tuple[Any, str]):
    owner, name = notes
    await owner.execute("CREATE TABLE lines (note int REFERENCES notes DEFERRABLE INITIALLY DEFERRED)")
    async with connected(SERVER, env=writable(postgres18.dsn(name))) as client:
        refused = failure(await client.call_tool("execute_write", change("INSERT INTO lines VALUES (99)")))
    assert refused.code == "CONFLICT"
    assert "lines_note_fkey" in refused.message


async def test_a_commit_with_another_row_count_than_its_preview_changes_nothing(
    postgres18: Place, notes: tuple[Any, str]
):
    owner, name = notes
    await owner.execute("INSERT INTO notes (text) VALUES ('a')")
    statement = change("UPDATE notes SET text = text || '!'")
    async with connected(SERVER, env=writable(postgres18.dsn(name))) as client:
        preview = data(await client.call_tool("execute_write", statement))
        await owner.execute("INSERT INTO notes (text) VALUES ('b')")
        refused = failure(await client.call_tool("execute_write", {**statement, "confirm": preview["confirm"]}))
    assert (preview["rows"], refused.code) == (1, "CONFLICT")
    assert "changed 1 rows, but now 2 would change; nothing was changed" in refused.message
    assert await owner.fetchval("SELECT string_agg(text, '' ORDER BY text) FROM notes") == "ab"


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO pg_auth_members SELECT * FROM pg_auth_members LIMIT 0",
        "UPDATE pg_settings SET setting = '1MB' WHERE name = 'work_mem'",
        "UPDATE pg_proc SET prosecdef = true WHERE false",
        "WITH x AS (SELECT 1) DELETE FROM pg_catalog.pg_class WHERE false",
        "WITH d AS (DELETE FROM pg_depend WHERE false RETURNING 1) INSERT INTO notes (text) SELECT 'x' FROM d",
    ],
)
async def test_a_change_of_a_system_catalogue_is_refused(postgres18: Place, notes: tuple[Any, str], statement: str):
    async with connected(SERVER, env=writable(postgres18.dsn(notes[1]))) as client:
        refused = failure(await client.call_tool("execute_write", change(statement)))
    assert refused.code == "PERMISSION_DENIED"
    assert "othing was changed" in refused.message


async def test_the_confirmation_question_shows_parameters_without_invisible_characters(
    postgres18: Place, notes: tuple[Any, str]
):
    asked: list[str] = []

    async def person(context: Any, params: Any) -> ElicitResult:
        asked.append(params.message)
        return ElicitResult(action="decline")

    env = writable(postgres18.dsn(notes[1]))
    async with connected(SERVER, env=env, elicitation_callback=person) as client:
        await client.call_tool("execute_write", change(INSERT, "a\u202eb\u200b"))
    assert asked[0].splitlines() == [
        "Commit this to default? It changes 1 rows.",
        f'statement: "{INSERT}"',
        'database: "default"',
        'params: ["ab"]',
        "[2 invisible characters removed]",
    ]


async def test_a_confirmation_sent_three_times_commits_once(postgres18: Place, notes: tuple[Any, str]):
    owner, name = notes
    async with connected(SERVER, env=writable(postgres18.dsn(name)), elicitation_callback=never) as client:

        async def send(kind: Any, **more: Any) -> Any:
            params = CallToolRequestParams(name="execute_write", arguments=change(INSERT, "a"), **more)
            return await client.session.send_request(CallToolRequest(params=params), kind)

        asked = await send(InputRequiredResult)
        yes = {next(iter(asked.input_requests)): ElicitResult(action="accept", content={"commit": True})}
        done = [await send(CallToolResult, input_responses=yes, request_state=asked.request_state) for _ in range(3)]
    assert [each.structured_content["status"] for each in done] == ["committed"] * 3
    assert await owner.fetchval("SELECT count(*) FROM notes") == 1


async def never(context: Any, params: Any) -> ElicitResult:
    raise AssertionError("asked by a request of its own")


async def test_a_confirm_code_is_accepted_by_another_replica_with_the_same_store(
    postgres18: Place, notes: tuple[Any, str]
):
    owner, name = notes
    store = MemoryRecordStore()
    settings = DatabaseSettings.load(writable(postgres18.dsn(name)))
    replicas = [Dispatch(SERVER, settings, TransportServices(records=lambda _: store)) for _ in range(2)]
    async with Client(replicas[0]) as first, Client(replicas[1]) as second:
        code = data(await first.call_tool("execute_write", change(INSERT, "a")))["confirm"]
        done = [
            data(await each.call_tool("execute_write", change(INSERT, "a", confirm=code))) for each in (second, first)
        ]
    assert [each["status"] for each in done] == ["committed"] * 2
    assert await owner.fetchval("SELECT count(*) FROM notes") == 1


async def test_parameters_of_any_json_type_are_accepted(postgres18: Place, notes: tuple[Any, str]):
    query = "SELECT $1::int + 1 AS a, $2::int[] AS b, $3::jsonb AS c, $4::text IS NULL AS d, $5::bool AS e"
    params = [1, [1, 2], {"k": [None]}, None, True]
    async with connected(SERVER, env=writable(postgres18.dsn(notes[1]))) as client:
        schemas = {tool.name: tool.input_schema["properties"] for tool in (await client.list_tools()).tools}
        result = data(await client.call_tool("execute_query", {"query": query, "params": params}))
    assert [schemas[name]["params"]["items"] for name in ("execute_query", "execute_write")] == [{"type": "string"}] * 2
    assert result["rows"] == [[2, "{1,2}", '{"k": [null]}', True, True]]


async def test_a_list_sent_as_json_text_is_used_as_an_array(postgres18: Place, notes: tuple[Any, str]):
    query = "SELECT $1::int[] AS a, $2::text[] AS b, $3::int[] AS c, $4::jsonb AS d, $5::text AS e"
    params = ["[1, 2]", '["x, y", null]', "[0:1]={3,4}", "[1]", "[1]"]
    async with connected(SERVER, env=writable(postgres18.dsn(notes[1]))) as client:
        result = data(await client.call_tool("execute_query", {"query": query, "params": params}))
    assert result["rows"] == [["{1,2}", '{"x, y",NULL}', "[0:1]={3,4}", "[1]", "[1]"]]


async def test_two_concurrent_confirmations_commit_once(postgres18: Place, notes: tuple[Any, str]):
    owner, name = notes
    async with connected(SERVER, env=writable(postgres18.dsn(name))) as client:
        code = data(await client.call_tool("execute_write", change(INSERT, "a")))["confirm"]
        calls = [client.call_tool("execute_write", change(INSERT, "a", confirm=code)) for _ in range(5)]
        answers = [data(each) for each in await asyncio.gather(*calls)]
    assert answers == [answers[0]] * 5
    assert await owner.fetchval("SELECT count(*) FROM notes") == 1
