"""SQL that tools propose, executed against a copy of the database that it was proposed for."""

from typing import Any

import pytest
from database_asks import ask, client_of, own_database, query, refused
from postgres_places import Place

ILL = """
CREATE SCHEMA "Odd Name"; CREATE TABLE "Odd Name"."T" (id int PRIMARY KEY, "The X" int, y text COLLATE "C");
INSERT INTO "Odd Name"."T" SELECT n, n FROM generate_series(1, 3000) n;
CREATE INDEX "One" ON "Odd Name"."T" ("The X"); CREATE INDEX "Two" ON "Odd Name"."T" ("The X");
CREATE UNIQUE INDEX unique_one ON "Odd Name"."T" (id, "The X"); CREATE INDEX plain_one ON "Odd Name"."T" (id, "The X");
CREATE INDEX by_c ON "Odd Name"."T" (y); CREATE INDEX by_en ON "Odd Name"."T" (y COLLATE "POSIX");
CREATE INDEX hashed ON "Odd Name"."T" USING hash ("The X");
CREATE TABLE child (id int PRIMARY KEY, t_id int);
ALTER TABLE child ADD CONSTRAINT child_t_id_fkey FOREIGN KEY (t_id) REFERENCES "Odd Name"."T" NOT VALID;
INSERT INTO child SELECT n, n FROM generate_series(1, 3000) n;
ALTER TABLE child ADD CONSTRAINT "Not Checked" CHECK (id > 0) NOT VALID;
CREATE TABLE parts (id int, d date, k int REFERENCES child) PARTITION BY RANGE (d);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
INSERT INTO parts SELECT n, '2024-06-01', n FROM generate_series(1, 3000) n;
CREATE INDEX parts_one ON parts (id); CREATE INDEX parts_two ON parts (id); CREATE INDEX broken ON ONLY parts (d, id);
CREATE TABLE numbered (id serial, n smallint GENERATED ALWAYS AS IDENTITY);
SELECT setval('numbered_id_seq', 2000000000); SELECT setval('numbered_n_seq', 32000);
CREATE SEQUENCE loose AS smallint; SELECT setval('loose', 32000); ANALYZE
"""


async def test_every_fix_proposed_by_check_health_runs(postgres: Place):
    async with own_database(postgres, ILL) as (name, owner), client_of(postgres, name) as client:
        health = await ask(client, "check_health")
        for finding in health["findings"]:
            if "fix" in finding and finding["object"] != "server":
                await owner.execute(finding["fix"])
        left = await ask(client, "check_health", checks=["indexes", "constraints"])
    found = {(finding["object"], finding["check"]) for finding in health["findings"]}
    assert found >= {
        ('"Odd Name"."Two"', "indexes"),
        ('"Odd Name".plain_one', "indexes"),
        ("public.parts_two", "indexes"),
        ("public.broken", "indexes"),
        ("public.child.t_id", "indexes"),
        ("public.parts.k", "indexes"),
        ('public.child."Not Checked"', "constraints"),
        ("public.child.child_t_id_fkey", "constraints"),
        ("public.numbered_id_seq", "sequences"),
        ("public.loose", "sequences"),
    }
    names = {name for name, _ in found}
    assert names.isdisjoint({'"Odd Name".unique_one', '"Odd Name".by_c', '"Odd Name".by_en', '"Odd Name".hashed'})
    assert [name for name in names if "parts_1" in name or "parts_2" in name] == []
    assert [finding["object"] for finding in left["findings"] if "fix" in finding] == []


async def test_a_failed_health_check_is_skipped_with_its_reason(postgres18: Place):
    shadow = "CREATE SCHEMA s; CREATE VIEW s.pg_sequences AS SELECT 1 AS nothing"
    async with own_database(postgres18, shadow) as (name, _):
        options = {"DATABASE_URL": postgres18.dsn(name, options="-csearch_path%3Ds%2Cpg_catalog")}
        async with client_of(postgres18, name, **options) as client:
            health = await ask(client, "check_health", checks=["sequences", "constraints"])
    assert (health["checked"], [each["check"] for each in health["skipped"]]) == (["constraints"], ["sequences"])
    assert "does not exist" in health["skipped"][0]["reason"]


async def test_check_health_reports_sessions_hidden_from_the_role(postgres18: Place, shop: str):
    async with client_of(postgres18, "shop", DATABASE_URL=shop) as client:
        health = await ask(client, "check_health", checks=["transactions"])
    assert "GRANT it pg_read_all_stats" in health["skipped"][0]["reason"]


async def test_hidden_sequences_and_row_policies_are_reported(postgres18: Place):
    make = (
        "CREATE SEQUENCE hidden; CREATE TABLE t (id int); ALTER TABLE t ENABLE ROW LEVEL SECURITY;"
        "CREATE POLICY low ON t USING (id < 3)"
    )
    async with own_database(postgres18, make) as (name, owner):
        await owner.execute("CREATE ROLE narrow LOGIN; GRANT SELECT ON t TO narrow")
        async with client_of(postgres18, name, DATABASE_URL=postgres18.dsn(name, "narrow")) as client:
            health = await ask(client, "check_health", checks=["sequences"])
            described = await ask(client, "describe_table", table="t")
        await owner.execute("DROP OWNED BY narrow; DROP ROLE narrow")
    assert health["skipped"][0]["reason"].startswith("1 sequences are hidden from this role")
    assert described["row_policies"] is True


KEYS = """
CREATE TABLE emp (id int PRIMARY KEY, boss int REFERENCES emp, deputy int REFERENCES emp);
CREATE TABLE a (id int PRIMARY KEY, b int); CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a);
ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b;
CREATE SCHEMA "S p"; CREATE TABLE "S p"."Or der" (x int, "y z" int, PRIMARY KEY (x, "y z"));
CREATE TABLE line (o int, p int, FOREIGN KEY (o, p) REFERENCES "S p"."Or der", author int REFERENCES emp,
                   editor int REFERENCES emp);
CREATE TABLE ev (id int, d date, e int REFERENCES emp) PARTITION BY RANGE (d);
CREATE TABLE ev_1 PARTITION OF ev FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE only_parts (id int, d date, e int) PARTITION BY RANGE (d);
CREATE TABLE only_parts_1 PARTITION OF only_parts FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE only_parts_2 PARTITION OF only_parts FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
ALTER TABLE only_parts_1 ADD FOREIGN KEY (e) REFERENCES emp; ALTER TABLE only_parts_2 ADD FOREIGN KEY (e) REFERENCES emp
"""


@pytest.mark.parametrize(
    ("one", "two", "hops", "paths"),
    [
        ("emp", "emp", 1, 4),
        ("a", "b", 1, 2),
        ("a", "a", 2, None),
        ("line", '"S p"."Or der"', 1, 1),
        ("line", "emp", 1, 2),
        ("ev", "emp", 1, 1),
        ("ev_1", "emp", 1, 1),
        ("only_parts", "emp", 1, 1),
        ("only_parts_1", "emp", 1, 1),
        ("ev", "only_parts", 2, 1),
    ],
)
async def test_every_join_path_runs_and_equally_short_paths_are_listed(
    postgres18: Place, one: str, two: str, hops: int, paths: int | None
):
    async with own_database(postgres18, KEYS) as (name, _), client_of(postgres18, name) as client:
        found: dict[str, Any] = await ask(client, "find_joins", from_table=one, to_table=two)
        texts = [found["sql"], *found.get("alternatives", [])]
        for text in texts:
            assert (await query(client, f"SELECT count(*) {text}"))["rows"] == [[0]]
    assert found["hops"] == hops
    assert paths is None or len(texts) == paths
    assert ("equally short" in found.get("warning", "")) is (len(texts) > 1)
    assert len(found.get("through", [])) == hops - 1


TRAPS = """
CREATE TABLE people (id int PRIMARY KEY); CREATE TABLE areas (area_id int PRIMARY KEY);
CREATE TABLE badges (person int PRIMARY KEY REFERENCES people);
CREATE TABLE visits (person int REFERENCES people, area_id int REFERENCES areas);
CREATE TABLE sales (sale int PRIMARY KEY, person int REFERENCES people, amount int);
CREATE TABLE sale_lines (sale int REFERENCES sales, n int);
CREATE TABLE views (person int, sale int, id int, amount text);
CREATE TABLE alone (id int, note text);
INSERT INTO people VALUES (1); INSERT INTO areas VALUES (1), (2); INSERT INTO badges VALUES (1);
INSERT INTO visits VALUES (1, 1), (1, 2); INSERT INTO sales VALUES (1, 1, 10);
INSERT INTO sale_lines VALUES (1, 1), (1, 2)
"""


@pytest.mark.parametrize(
    ("one", "two", "peak"),
    [
        ("visits", "sales", "people"),
        ("sales", "visits", "people"),
        ("areas", "sales", "people"),
        ("visits", "sale_lines", "people"),
        ("people", "sale_lines", None),
        ("sale_lines", "people", None),
        ("areas", "people", None),
        ("badges", "sales", None),
        ("visits", "badges", None),
    ],
)
async def test_a_join_path_that_multiplies_rows_names_the_table(
    postgres18: Place, one: str, two: str, peak: str | None
):
    async with own_database(postgres18, TRAPS) as (name, _), client_of(postgres18, name) as client:
        found = await ask(client, "find_joins", from_table=one, to_table=two)
    expected = f"The join multiplies rows: for the same public.{peak}, " if peak else ""
    assert found.get("warning", "").startswith(expected)
    assert ("warning" in found) is (peak is not None)


async def test_find_joins_without_foreign_keys_names_shared_key_columns(postgres18: Place):
    async with own_database(postgres18, TRAPS) as (name, _), client_of(postgres18, name) as client:
        shared = await refused(client, "find_joins", from_table="views", to_table="sales")
        nothing = await refused(client, "find_joins", from_table="views", to_table="alone")
    assert shared.message == (
        "No path of foreign keys connects public.views and public.sales. Both have person, sale; no foreign key proves "
        "that the values match: compare some first."
    )
    assert "search_schema" in nothing.message
