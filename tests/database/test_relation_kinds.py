"""Tables, views and other relations in lists and descriptions, and completions of resource addresses."""

import secrets
from collections.abc import AsyncGenerator
from typing import Any

import asyncpg
import pytest
from database_mcp.server import SERVER
from mcp.client import Client
from mcp_chassis.testing import connected, data
from mcp_types import ResourceTemplateReference
from postgres_places import Place

SCHEMA = """
CREATE TABLE plain_one (id int PRIMARY KEY);
CREATE TABLE parted (id int) PARTITION BY RANGE (id);
CREATE TABLE parted_low PARTITION OF parted FOR VALUES FROM (0) TO (9);
CREATE VIEW shown AS SELECT id FROM plain_one;
CREATE MATERIALIZED VIEW stored AS SELECT id FROM plain_one;
CREATE FOREIGN DATA WRAPPER nowhere;
CREATE SERVER elsewhere FOREIGN DATA WRAPPER nowhere;
CREATE FOREIGN TABLE distant (id int) SERVER elsewhere;
"""
KINDS = {
    "distant": "foreign table",
    "parted": "partitioned table",
    "plain_one": None,
    "shown": "view",
    "stored": "materialized view",
}
ADDRESSES = [
    "db://{database}/schema",
    "db://{database}/health",
    "db://{database}/notify/{channel}",
    "db://{database}/{schema}/{table}",
    "db://{database}/{schema}/{table}/sample",
    "db://{database}/{schema}/{table}/record/{key}",
]


@pytest.fixture
async def client(postgres18: Place) -> AsyncGenerator[Client]:
    """A client of a server whose database has one relation of each kind."""
    name = f"kinds_{secrets.token_hex(4)}"
    keeper = await asyncpg.connect(postgres18.dsn())
    await keeper.execute(f"CREATE DATABASE {name}")
    owner = await asyncpg.connect(postgres18.dsn(name))
    await owner.execute(SCHEMA)
    await owner.close()
    env = {"DATABASE_URL": postgres18.dsn(name), "DATABASE_ALLOW_PRIVILEGED_ROLE": "true"}
    async with connected(SERVER, env=env) as client:
        yield client
    await keeper.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await keeper.close()


async def _listed(client: Client, **arguments: Any) -> dict[str, str | None]:
    page = data(await client.call_tool("list_tables", arguments))
    return {table["name"]: table.get("kind") for schema in page["schemas"] for table in schema["tables"]}


async def test_each_relation_is_listed_with_its_kind_and_partitions_are_counted(client: Client):
    assert await _listed(client) == KINDS


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("sto", ["stored"]),
        ("p*", ["parted", "plain_one"]),
        ("plain_", ["plain_one"]),
        ("%tan%", ["distant"]),
    ],
)
async def test_list_tables_returns_only_names_that_match_the_pattern(client: Client, pattern: str, names: list[str]):
    assert sorted(await _listed(client, pattern=pattern)) == names


@pytest.mark.parametrize("name", KINDS)
async def test_a_relation_of_each_kind_is_described(client: Client, name: str):
    described = data(await client.call_tool("describe_table", {"table": name}))
    assert [column["name"] for column in described["columns"]] == ["id"]
    assert KINDS[name] is None or KINDS[name] in str(described)


@pytest.mark.parametrize("address", ADDRESSES)
async def test_every_resource_address_completes_the_database_name(client: Client, address: str):
    completed = await client.complete(ResourceTemplateReference(uri=address), {"name": "database", "value": "d"})
    assert completed.completion.values == ["default"]
