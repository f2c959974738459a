"""Named queries: free SQL is off, arguments are checked, and bound parameters are the caller."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from database_asks import ask, client_of, own_database, refused
from database_mcp.named.definition import read_queries
from database_mcp.server import SERVER
from database_mcp.settings import DatabaseSettings
from mcp_chassis.remote.auth.api_keys import ApiKey
from mcp_chassis.settings import BadSettings
from mcp_chassis.testing import connected
from named_query_tries import SECRET, TRIES
from postgres_places import Place
from remote_http import answer, post, served

FILE = """
[[queries]]
name = "my_notes"
description = "The caller's own notes, newest first."
sql = "SELECT id, text FROM notes WHERE owner = $1 AND id >= $2 ORDER BY id"
page = 2
[queries.parameters.caller]
bind = "principal"
[queries.parameters.since]
type = "integer"
default = 0
minimum = 0
maximum = 1000

[[queries]]
name = "count_by_kind"
description = "How many notes of these kinds there are."
sql = "SELECT kind, count(*) FROM notes WHERE kind = ANY ($1) AND at < $2 GROUP BY 1 ORDER BY 1"
[queries.parameters.kinds]
array = true
values = ["work", "home"]
[queries.parameters.before]
type = "date"
optional = true
default = "2100-01-01"

[[queries]]
name = "broken"
description = "A column that is not there."
sql = "SELECT nothing FROM notes"

[[queries]]
name = "acting"
description = "A function that acts."
sql = "SELECT pg_sleep(1)"
"""
NOTES = f"""
CREATE TABLE notes (id int PRIMARY KEY, owner text, kind text, at date DEFAULT '2026-01-01', text text);
INSERT INTO notes SELECT g, 'key:bob', 'home', '2026-01-01', 'bob ' || g FROM generate_series(1, 5) g;
INSERT INTO notes VALUES (100, 'key:alice', 'work', '2026-01-01', '{SECRET}');
GRANT SELECT ON notes TO mcp_ro
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "queries.toml"
    path.write_text(FILE)
    return path


@pytest.fixture
async def environment(postgres18: Place, shop: str, file: Path) -> AsyncGenerator[dict[str, str]]:
    async with own_database(postgres18, NOTES) as (name, _):
        yield {"DATABASE_URL": postgres18.dsn(name, "mcp_ro"), "DATABASE_QUERIES": str(file)}


def test_a_file_with_the_byte_order_mark_of_windows_editors_is_read(tmp_path: Path):
    path = tmp_path / "queries.toml"
    path.write_text(FILE, encoding="utf-8-sig")
    assert "my_notes" in read_queries(path)


async def test_named_queries_replace_execute_query(environment: dict[str, str]):
    async with connected(SERVER, env=environment) as client:
        offered = {tool.name for tool in (await client.list_tools()).tools}
    both = {**environment, "DATABASE_TOOLS": "execute_query,list_named_queries,run_named_query,list_tables,find_joins"}
    async with connected(SERVER, env=both) as client:
        asked_for = {tool.name for tool in (await client.list_tools()).tools}
    assert {"list_named_queries", "run_named_query"} <= offered
    assert not {"execute_query", "profile_table", "top_queries"} & offered
    assert {"execute_query", "run_named_query"} <= asked_for


async def test_list_named_queries_shows_parameters_and_problems(environment: dict[str, str]):
    async with connected(SERVER, env=environment) as client:
        found = {query["name"]: query for query in (await ask(client, "list_named_queries"))["queries"]}
    assert found["my_notes"]["parameters"] == [
        {"name": "since", "type": "integer", "optional": True, "minimum": 0.0, "maximum": 1000.0}
    ]
    assert found["count_by_kind"]["parameters"][0] == {
        "name": "kinds",
        "type": "text",
        "array": True,
        "values": ["work", "home"],
    }
    assert 'Column "nothing" does not exist' in found["broken"]["problem"]
    assert "VOLATILE" in found["acting"]["problem"]
    assert "problem" not in found["my_notes"]


async def test_named_query_arguments_are_checked_for_type_and_limits(environment: dict[str, str]):
    async def told(name: str, **arguments: Any) -> str:
        return (await refused(client, "run_named_query", name=name, arguments=arguments)).message

    async with connected(SERVER, env=environment) as client:
        counted = await ask(client, "run_named_query", name="count_by_kind", arguments=["kinds=work", "kinds=home"])
        dated = await ask(
            client, "run_named_query", name="count_by_kind", arguments={"kinds": ["home"], "before": "2000-01-01"}
        )
        wrong = [
            await told("my_notes", since=-1),
            await told("my_notes", since=1001),
            await told("my_notes", since="1 OR 1=1"),
            await told("my_notes", since=[1, 2]),
            await told("count_by_kind", kinds=["secret"]),
            await told("count_by_kind", kinds=["work", "all"]),
            await told("count_by_kind"),
            await told("count_by_kind", kinds=["work"], before="soon"),
            await told("nothing"),
            await told("my_notes", caller="key:alice"),
            await told("acting", since=1),
        ]
    assert (counted["rows"], dated["rows"]) == ([["home", 5], ["work", 1]], [])
    assert wrong == [
        "The argument since must be at least 0.",
        "The argument since must be at most 1000.",
        "The argument since must be of type integer.",
        "The argument since must be one value.",
        "The argument kinds must be one of work, home.",
        "The argument kinds must be one of work, home.",
        "The argument kinds is needed.",
        "The argument before must be of type date.",
        "No query is named 'nothing'. The named queries are: my_notes, count_by_kind, broken, acting.",
        "The query my_notes has no parameter 'caller'. Its parameters are: since.",
        "The query acting has no parameter 'since'. Its parameters are: none.",
    ]


async def call(http: httpx2.AsyncClient, key: str, tool: str, arguments: dict[str, Any]) -> str:
    """Call a tool as one caller; returns the text of the response."""
    params = {"name": tool, "arguments": arguments}
    return (await post(http, "modern", "tools/call", params, {"authorization": f"Bearer {key}"})).text


@pytest.fixture
async def http(environment: dict[str, str], tmp_path: Path) -> AsyncGenerator[httpx2.AsyncClient]:
    keys = tmp_path / "keys"
    keys.write_text("\n".join(ApiKey.of(name, f"tr_{name}", {"*"}).line() for name in ("alice", "bob")))
    async with served({"": SERVER}, {**environment, "MCP_API_KEYS_FILE": str(keys)}) as client:
        yield client


async def test_each_caller_reads_only_its_own_rows_page_by_page(http: httpx2.AsyncClient):
    alice = await call(http, "tr_alice", "run_named_query", {"name": "my_notes"})
    first = await call(http, "tr_bob", "run_named_query", {"name": "my_notes"})
    assert SECRET in alice
    assert "bob 1" in first
    assert "bob 3" not in first


async def test_forty_attempts_reveal_no_row_of_another_caller(http: httpx2.AsyncClient):
    own = answer_of(await call(http, "tr_alice", "run_named_query", {"name": "my_notes"}))
    page = answer_of(await call(http, "tr_bob", "run_named_query", {"name": "my_notes"}))["next_cursor"]
    shown: list[Any] = []
    for tool, arguments in TRIES:
        given = {**arguments, **({"cursor": page} if "cursor" in arguments else {})}
        if SECRET in await call(http, "tr_bob", tool, given):
            shown.append((tool, arguments))
    assert own["rows"][0][1] == SECRET
    assert (len(TRIES), shown) == (40, [])


def answer_of(text: str) -> dict[str, Any]:
    response = httpx2.Response(200, text=text, headers={"content-type": "application/json"})
    return answer(response)["result"]["structuredContent"]


@pytest.mark.parametrize("uri", ["sample", "record/100", "record/1"])
async def test_resources_return_no_rows_if_only_named_queries_are_allowed(http: httpx2.AsyncClient, uri: str):
    sent = {"uri": f"db://default/public/notes/{uri}"}
    response = await post(http, "modern", "resources/read", sent, {"authorization": "Bearer tr_bob"})
    assert SECRET not in response.text
    assert "only with named queries" in response.text


POLICIES = """
CREATE TABLE notes (id int PRIMARY KEY, owner text, text text);
INSERT INTO notes VALUES (1, 'key:bob', 'bob 1'), (2, 'key:alice', 'alice 1'), (3, 'local', 'mine');
GRANT SELECT ON notes TO mcp_ro;
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON notes USING (owner = current_setting('app.caller', true))
"""
ALL = '[[queries]]\nname = "all"\ndescription = "Notes."\nsql = "SELECT text FROM notes"\n'


async def test_row_policies_apply_to_the_caller(postgres18: Place, tmp_path: Path):
    keys, file = tmp_path / "keys", tmp_path / "queries.toml"
    keys.write_text("\n".join(ApiKey.of(name, f"tr_{name}", {"*"}).line() for name in ("alice", "bob")))
    file.write_text(ALL)
    async with own_database(postgres18, POLICIES) as (name, _):
        env = {
            "DATABASE_URL": postgres18.dsn(name, "mcp_ro"),
            "DATABASE_QUERIES": str(file),
            "DATABASE_CALLER_SETTING": "app.caller",
            "MCP_API_KEYS_FILE": str(keys),
        }
        async with served({"": SERVER}, env) as http:
            seen = [
                answer_of(await call(http, f"tr_{who}", "run_named_query", {"name": "all"})) for who in ("alice", "bob")
            ]
        async with connected(SERVER, env=env) as client:
            local = await ask(client, "run_named_query", name="all")
    assert [each["rows"] for each in (*seen, local)] == [[["alice 1"]], [["bob 1"]], [["mine"]]]


@pytest.mark.parametrize(
    ("change", "user", "told"),
    [
        ("", "postgres", "bypasses row policies"),
        ("ALTER TABLE notes DISABLE ROW LEVEL SECURITY", "mcp_ro", "no table has row policies"),
    ],
)
async def test_a_caller_setting_without_effective_row_policies_refuses_reads(
    postgres18: Place, file: Path, change: str, user: str, told: str
):
    async with own_database(postgres18, POLICIES, change or "SELECT 1") as (name, _):
        env = {
            "DATABASE_URL": postgres18.dsn(name, user),
            "DATABASE_QUERIES": str(file),
            "DATABASE_CALLER_SETTING": "app.caller",
        }
        async with client_of(postgres18, name, **env) as client:
            failure = await refused(client, "run_named_query", name="my_notes")
            state = (await ask(client, "list_databases"))["databases"][0]
    assert told in failure.message
    assert told in state["problem"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("nonsense", "the file is not valid TOML"),
        ("queries = []", "queries: List should have at least 1 item"),
        (FILE.replace("my_notes", "My Notes"), "queries My Notes name: String should match pattern"),
        (FILE.replace("$2", "$3"), "my_notes: the SQL has 3 parameters, and 2 are declared"),
        (FILE.replace('type = "integer"', 'type = "int"'), "queries my_notes parameters since type: Input should be"),
        (FILE.replace('bind = "principal"', 'bind = "other"'), "queries my_notes parameters caller bind"),
        (FILE.replace("count_by_kind", "my_notes"), "two queries are named my_notes"),
        (FILE.replace("page = 2", 'database = "no"'), "no database is named no"),
        (
            FILE.replace("SELECT nothing FROM notes", "SELECT 1; SELECT 2"),
            "queries broken: The text contains several statements",
        ),
    ],
)
def test_an_invalid_named_query_file_stops_the_start(tmp_path: Path, text: str, told: str):
    (tmp_path / "queries.toml").write_text(text)
    with pytest.raises(BadSettings) as refusal:
        DatabaseSettings.load({"DATABASE_URL": "postgresql://h/d", "DATABASE_QUERIES": str(tmp_path / "queries.toml")})
    assert told in str(refusal.value)


def test_a_caller_setting_together_with_free_sql_stops_the_start():
    with pytest.raises(BadSettings, match="needs DATABASE_QUERIES"):
        DatabaseSettings.load({"DATABASE_URL": "postgresql://h/d", "DATABASE_CALLER_SETTING": "app.caller"})
