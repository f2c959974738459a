"""Connection strings of providers, poolers and libpq: parsed like libpq, with unusable options named."""

import re
import socket
from pathlib import Path
from typing import Any

import pytest
from database_asks import ask, client_of, own_database, query
from database_mcp.client.connection_url import UnreadableUrl, read_connection_options
from database_mcp.server import SERVER
from mcp_chassis.testing import connected, failure
from postgres_libpq import conninfo_words
from postgres_places import Place
from postgres_providers import printed
from services import require

PASSWORDS = ("plain", "p%40ss", "%2Fslash%3Aand%23hash", "tr%C3%A8s", "a%25b", "q%26q%3Dq")
PLACES = ("", ":6543", "?sslmode=disable", ":6543/db?application_name=a%20b", "/db?connect_timeout=3")
URLS = [
    *(f"postgresql://user:{password}@host.example{place}" for password in PASSWORDS for place in PLACES),
    *(f"postgres://u%40tenant@host{place}" for place in PLACES),
    *(f"postgresql://u:p@a.example:1,b.example:2{place}" for place in ("", "/db", "/db?target_session_attrs=any")),
    *(f"host=h port=7 user='a b' dbname=d{rest}" for rest in ("", " password='it\\'s'", " sslmode=disable")),
    "postgresql://u@[::1]:5433/db",
    "postgresql://%2Fvar%2Frun%2Fpostgresql/db",
    "postgresql:///db?host=/tmp&port=5433&user=u",
    "postgresql://u:p@h/d%2Fb?options=-csearch_path%3Da",
    "postgresql://h/d?user=u&password=p%40",
]
LIBPQ_WORDS = {"host": "host", "port": "port", "user": "user", "password": "password", "database": "dbname"}


@pytest.mark.parametrize("text", URLS)
def test_a_connection_string_is_parsed_like_libpq(text: str):
    expected = conninfo_words(text)
    assert expected is not None
    arguments = read_connection_options(text).arguments
    for ours, theirs in LIBPQ_WORDS.items():
        value = arguments.get(ours, "")
        found = ",".join(map(str, value)) if isinstance(value, list) else str(value)
        assert found == expected.get(theirs, "")


PRINTED = printed()
AS_LIBPQ_READS = ("sslmode", "target_session_attrs", "passfile", "options", "application_name", "connect_timeout")


def test_the_documented_number_of_provider_connection_strings_is_tested():
    assert len({text for _, text in PRINTED}) == 120


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in PRINTED])
def test_a_provider_connection_string_is_parsed_like_libpq(text: str):
    known = re.sub(r"(?:load_balance_hosts ?= ?'?disable'?[& ]?)", "", text)  # An option of libpq 16 and later.
    expected = conninfo_words(known)
    assert expected is not None
    options = read_connection_options(text)
    found = {**options.arguments, **options.tls_words, **options.server_settings}
    if options.connect_timeout is not None:
        found["connect_timeout"] = f"{options.connect_timeout:g}"
    ours = {**LIBPQ_WORDS, **{word: word for word in AS_LIBPQ_READS}}
    values = {word: found.get(ours_called, "") for ours_called, word in ours.items()}
    shown = {
        word: ",".join(map(str, value)) if isinstance(value, list) else str(value) for word, value in values.items()
    }
    assert options.problem in (None, "sslrootcert names a file that does not exist")  # A path of Debian.
    assert shown == {word: expected.get(word, "") for word in ours.values()}


LENIENT: list[tuple[str, dict[str, Any]]] = [
    ("postgresql://u:p@ss@h/db", {"password": "p@ss", "host": "h", "database": "db"}),
    ("postgresql://u:p@ss/w#rd@h/db", {"password": "p@ss/w#rd", "host": "h", "database": "db"}),
    ("postgresql://u:p/a@ss?x@h:1/db?sslmode=disable", {"password": "p/a@ss?x", "host": "h", "port": 1}),
    ("postgresql://u:p@h/db?user=a@b", {"password": "p", "host": "h", "database": "db", "user": "a@b"}),
    ("DATABASE_URL=postgresql://u:p@h/db", {"user": "u", "password": "p", "host": "h"}),
    ("export DATABASE_URL='postgres://u:p@h/db'", {"user": "u", "password": "p", "host": "h"}),
    ("postgresql://u:p/w?x@h:6543/db", {"password": "p/w?x", "host": "h", "port": 6543, "database": "db"}),
    ("postgresql://u:p#1@h/db", {"password": "p#1", "host": "h"}),
    ("psql 'postgresql://u:p@h/db?sslmode=require'", {"user": "u", "host": "h", "sslmode": "require"}),
    ("jdbc:postgresql://h:1/db?user=u&password=p&ssl=true", {"user": "u", "password": "p", "sslmode": "require"}),
    ("postgresql+psycopg2://u@h/db", {"user": "u", "host": "h"}),
    ("postgresql://u@h/db?targetServerType=secondary", {"target_session_attrs": "standby"}),
    ("postgresql://u@a:1,b:2/db?target_session_attrs=read-write", {"host": ["a", "b"], "port": [1, 2]}),
]


@pytest.mark.parametrize(("text", "expected"), LENIENT)
def test_an_unescaped_password_in_a_url_is_parsed_as_intended(text: str, expected: dict[str, Any]):
    options = read_connection_options(text)
    found = {**options.arguments, **options.tls_words}
    assert {word: found[word] for word in expected} == expected


@pytest.mark.parametrize("text", ["mysql://u@h/db", "postgresql://u@h:port/db", "nothing", "", "a = 'b"])
def test_an_invalid_connection_string_is_refused(text: str):
    with pytest.raises(UnreadableUrl):
        read_connection_options(text)


ACCEPTED = [
    "sslmode=prefer&channel_binding=prefer", "pgbouncer=true", "schema=public&connection_limit=1&pool_timeout=0",
    "connect_timeout=10", "keepalives=1&keepalives_idle=30&tcp_user_timeout=10000", "gssencmode=disable", "supa=base",
    "application_name=mine", "options=-c%20statement_timeout%3D5s", "target_session_attrs=read-write",
    "sslmode=disable&uselibpqcompat=true", "search_path=pg_catalog&timezone=UTC", "channel_binding=require",
]  # fmt: skip


@pytest.mark.services
@pytest.mark.parametrize("words", ACCEPTED)
async def test_options_of_providers_and_poolers_are_accepted_at_connect(postgres15: Place, words: str):
    url = f"{postgres15.dsn()}?{words}"
    async with client_of(postgres15, "postgres", DATABASE_URL=url) as client:
        assert (await query(client, "SELECT 1"))["rows"] == [[1]]


UNUSABLE = [
    ("sslmode=sometimes", "sslmode must be one of"),
    ("target_session_attrs=best", "target_session_attrs must be one of"),
    ("replication=database", "replication cannot be used"),
    ("gssencmode=require", "gssencmode=require cannot be used"),
    ("sslmode=verify-full&sslrootcert=/no/such.pem", "sslrootcert names a file that does not exist"),
    ("connect_timeout=soon", "connect_timeout is not a number"),
    ("no_such_setting=1", "the server does not accept the option no_such_setting"),
    ("sslmode=require", "does not support TLS"),
    ("target_session_attrs=standby", "No host of the database's URL is standby"),
    ("service=nowhere", "service"),
]


@pytest.mark.services
@pytest.mark.parametrize(("words", "named"), UNUSABLE)
async def test_an_unusable_option_is_named_by_every_call_without_a_retry(postgres15: Place, words: str, named: str):
    env = {"DATABASE_URL": f"{postgres15.dsn()}?{words}", "MCP_RETRY_ATTEMPTS": "1"}
    async with connected(SERVER, env=env) as client:
        told = failure(await client.call_tool("list_tables", {}))
        state = await ask(client, "list_databases")
    assert named in told.message
    assert named in state["databases"][0]["problem"]


async def test_an_unreachable_server_is_reported_with_the_reason():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        reasons = {
            f"postgresql://u@127.0.0.1:{port}/d": "refused the connection",
            "postgresql://u@no-such-host.invalid/d": "its host name cannot be resolved (DNS)",
            "postgresql:///d?host=/no/such/folder": "no server listens on its Unix socket",
        }
        for url, reason in reasons.items():
            async with connected(SERVER, env={"DATABASE_URL": url, "MCP_RETRY_ATTEMPTS": "1"}) as client:
                assert reason in failure(await client.call_tool("list_tables", {})).message


def test_options_of_the_url_override_those_of_the_service_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "services").write_text("[shop]\nhost=h\nuser=u\npassword=p%a\ndbname=d\n")
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "services"))
    arguments = read_connection_options("postgresql:///other?service=shop").arguments
    assert arguments == {"host": "h", "user": "u", "password": "p%a", "database": "other"}


@pytest.mark.services
async def test_the_second_host_of_a_url_is_used_if_the_first_is_unreachable(postgres15: Place):
    require("postgres programs")
    host = postgres15.address
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"postgresql://postgres@127.0.0.1:{taken.getsockname()[1]},{host[0]}:{host[1]}/postgres"
        async with client_of(postgres15, "postgres", DATABASE_URL=url) as client:
            assert (await query(client, "SELECT 1"))["rows"] == [[1]]


async def test_unqualified_names_follow_the_search_path_of_the_url_in_every_tool(postgres18: Place):
    make = "CREATE SCHEMA sales; CREATE TABLE public.orders (wrong int); CREATE TABLE sales.orders (id int)"
    async with own_database(postgres18, make) as (name, _):
        for words in ({"search_path": "sales,public"}, {"options": "-csearch_path%3Dsales%2Cpublic"}):
            async with client_of(postgres18, name, DATABASE_URL=postgres18.dsn(name, **words)) as client:
                queried = (await query(client, "SELECT * FROM orders"))["columns"]
                described = await ask(client, "describe_table", table="orders")
                profile = await ask(client, "profile_table", table="orders")
            assert queried == [column["name"] for column in described["columns"]] == ["id"]
            assert (described["table"], described["also_in"], profile["table"]) == (
                "sales.orders",
                ["public"],
                "sales.orders",
            )
