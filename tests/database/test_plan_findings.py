"""Findings of EXPLAIN: partitions as one table, proposed indexes that can be created, and their effect."""

import re

import pytest
from database_asks import client_of, own_database, query, require_extension
from postgres_places import Place

PARTITIONED = """
CREATE TABLE owners (id int PRIMARY KEY, "Full Name" text);
CREATE TABLE events (id int, at date NOT NULL, owner int REFERENCES owners, note text) PARTITION BY RANGE (at);
DO $$BEGIN FOR m IN 0..19 LOOP
  EXECUTE format('CREATE TABLE events_%s PARTITION OF events FOR VALUES FROM (%L) TO (%L)', m,
    date '2026-01-01' + m * 10, date '2026-01-01' + m * 10 + 10); END LOOP; END$$;
INSERT INTO owners SELECT g, 'n' || g FROM generate_series(1, 3000) g;
INSERT INTO events SELECT g, date '2026-01-01' + g % 150, g % 3000 + 1, 'n' || g FROM generate_series(1, 9000) g;
ANALYZE
"""
SCAN = "SELECT * FROM events WHERE note = 'n5'"
JOIN = "SELECT e.id FROM events e JOIN owners o ON o.id = e.owner WHERE o.\"Full Name\" = 'n7'"


async def test_findings_treat_partitions_as_one_table(postgres: Place):
    async with own_database(postgres, PARTITIONED) as (name, _), client_of(postgres, name) as client:
        scan = (await query(client, SCAN, explain="plan"))["findings"]
        join = (await query(client, JOIN, explain="plan"))["findings"]
    assert len(scan) == 1
    assert re.match(r"Sequential scan of events \(\d+ partitions\): reads 9000 rows", scan[0])
    (missing,) = [finding for finding in join if finding.startswith("Missing index")]
    assert missing.startswith("Missing index: a condition uses the foreign key column public.events.owner ")
    assert missing.endswith("without an index: CREATE INDEX ON public.events (owner);")


async def test_creating_the_proposed_index_removes_the_finding(postgres: Place):
    async with own_database(postgres, PARTITIONED) as (name, owner), client_of(postgres, name) as client:
        before = (await query(client, JOIN, explain="plan"))["findings"]
        for statement in re.findall(r"CREATE INDEX [^;]+;", " ".join(before)):
            await owner.execute(statement)
        after = (await query(client, JOIN, explain="plan"))["findings"]
    assert any("Missing index" in finding for finding in before)
    assert not any("Missing index" in finding for finding in after)


async def test_a_pattern_beginning_with_a_wildcard_gets_another_remedy(postgres18: Place):
    async with own_database(postgres18, PARTITIONED) as (name, _), client_of(postgres18, name) as client:
        (finding,) = (await query(client, "SELECT * FROM events WHERE note LIKE '%77%'", explain="plan"))["findings"]
    assert "only an index with the extension pg_trgm supports" in finding


@pytest.mark.services
@pytest.mark.parametrize("mode", ["plan", "analyze"])
async def test_hypopg_estimates_the_cost_with_each_proposed_index(postgres15: Place, mode: str):
    await require_extension(postgres15, "hypopg")
    made = own_database(postgres15, "CREATE SCHEMA what; CREATE EXTENSION hypopg SCHEMA what", PARTITIONED)
    async with made as (name, owner), client_of(postgres15, name, DATABASE_POOL_MAX="1") as client:
        findings = (await query(client, "SELECT * FROM owners WHERE \"Full Name\" = 'n7'", explain=mode))["findings"]
        unused = (await query(client, "SELECT * FROM owners WHERE \"Full Name\" LIKE '%7%1'", explain=mode))["findings"]
        left = await query(client, "SELECT count(*) FROM what.hypopg_list_indexes")
        proposed = next(finding for finding in findings if finding.startswith("Hypothetical index"))
        await owner.execute(re.findall(r"CREATE INDEX [^;]+;", proposed)[0])
    assert re.search(r"Estimated cost: from \d+ to \d+ \(\d+ % less\)", proposed)
    assert any("would not use it" in finding for finding in unused)
    assert left["rows"] == [[0]]


@pytest.mark.services
async def test_aggregates_of_postgis_are_allowed_in_queries(postgres15: Place):
    await require_extension(postgres15, "postgis")
    asked = "SELECT ST_NumGeometries(ST_Collect(g)), ST_NPoints(ST_MakeLine(g)) FROM (VALUES (ST_MakePoint(1, 2))) v(g)"
    async with own_database(postgres15, "CREATE EXTENSION postgis") as (name, _), client_of(postgres15, name) as client:
        assert (await query(client, asked))["rows"] == [[1, 1]]


async def test_without_statistics_distinct_values_are_counted_in_the_sample(postgres18: Place):
    make = "CREATE TABLE t (j json, r regclass); INSERT INTO t VALUES ('{}', 'pg_class'), ('[]', 'pg_class'); ANALYZE t"
    async with own_database(postgres18, make) as (name, _), client_of(postgres18, name) as client:
        profile = await client.call_tool("profile_table", {"table": "t"})
    json, regclass = profile.structured_content["columns"]
    assert (json.get("distinct"), json["distinct_in_sample"]) == (None, 2)
    assert "min" not in regclass
