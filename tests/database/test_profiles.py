"""Profiles of tools for reading, administration and writing, and results of the administration tools."""

import asyncio

import asyncpg
from database_asks import ask, client_of, own_database
from postgres_places import Place

PARTS = """
CREATE TABLE parts (d int) PARTITION BY RANGE (d);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10);
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (10) TO (100000);
INSERT INTO parts SELECT generate_series(1, 50000); CREATE TABLE small (id int); ANALYZE
"""


async def test_a_profile_offers_only_its_tools(postgres18: Place):
    async with client_of(postgres18, "postgres", DATABASE_TOOLS="@dba") as client:
        names = {tool.name for tool in (await client.list_tools()).tools}
    assert names >= {"list_sessions", "list_sizes", "check_health", "top_queries"}
    assert "find_joins" not in names


async def test_list_sessions_names_the_blocking_session(postgres18: Place):
    async with own_database(postgres18, "CREATE TABLE held (id int); INSERT INTO held VALUES (1)") as (name, owner):
        holder = await asyncpg.connect(postgres18.dsn(name))
        await holder.execute("BEGIN; UPDATE held SET id = 2")
        waiting = asyncio.create_task(owner.execute("UPDATE held SET id = 3"))
        async with client_of(postgres18, name, DATABASE_TOOLS="@dba") as client:
            blocked = []
            while not blocked:
                sessions = (await ask(client, "list_sessions"))["sessions"]
                blocked = [session for session in sessions if "blocked_by" in session]
        pid = holder.get_server_pid()
        await holder.execute("ROLLBACK")
        await waiting
        await holder.close()
    assert blocked[0]["blocked_by"] == [pid]
    assert blocked[0]["query"] == "UPDATE held SET id = 3"


async def test_list_sizes_adds_partitions_to_their_table(postgres18: Place):
    made = own_database(postgres18, PARTS)
    async with made as (name, _), client_of(postgres18, name, DATABASE_TOOLS="@dba") as client:
        sizes = await ask(client, "list_sizes")
    assert [table["name"] for table in sizes["tables"]] == ["public.parts", "public.small"]
    assert (sizes["tables"][0]["partitions"], sizes["tables"][0]["estimated_rows"]) == (2, 50000)
