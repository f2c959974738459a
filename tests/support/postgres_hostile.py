"""Statements that try to do harm, by class; every one must be refused, and must leave no trace.

`{...}` stand for facts of the run: `{file}` a readable file with a secret, `{target}` a path that must not appear,
`{pid}` another backend.
"""

import random
from collections.abc import Iterator

# Function calls that act, leak or linger, as expressions.
CALLS = (
    "pg_sleep(60)",
    "pg_sleep_for('60 s')",
    "pg_terminate_backend({pid})",
    "pg_cancel_backend({pid})",
    "set_config('work_mem', '123MB', false)",
    "set_config('role', 'postgres', false)",
    "set_config('statement_timeout', '0', false)",
    "pg_read_file('{file}')",
    "pg_read_binary_file('{file}')",
    "pg_stat_file('{file}')",
    "pg_ls_dir('/')",
    "pg_ls_logdir()",
    "pg_ls_waldir()",
    "lo_import('{file}')",
    "lo_export(1, '{target}')",
    "lo_creat(-1)",
    "lo_from_bytea(0, 'x')",
    "lo_unlink(1)",
    "lo_get(1)",
    "nextval('victim.counter')",
    "setval('victim.counter', 999)",
    "pg_notify('victim', 'x')",
    "pg_advisory_lock(4711)",
    "pg_advisory_lock_shared(4711)",
    "pg_try_advisory_lock(4711)",
    "pg_advisory_xact_lock(4711)",
    "pg_advisory_unlock_all()",
    "pg_switch_wal()",
    "pg_create_restore_point('victim')",
    "pg_create_physical_replication_slot('victim')",
    "pg_create_logical_replication_slot('victim', 'test_decoding')",
    "pg_logical_emit_message(false, 'victim', 'x')",
    "pg_replication_origin_create('victim')",
    "pg_reload_conf()",
    "pg_rotate_logfile()",
    "pg_promote()",
    "pg_export_snapshot()",
    "pg_stat_reset()",
    "pg_stat_reset_shared('bgwriter')",
    "pg_stat_clear_snapshot()",
    "pg_log_backend_memory_contexts({pid})",
    "pg_import_system_collations('victim')",
    "pg_show_all_file_settings()",
    "pg_hba_file_rules()",
    "setseed(0.5)",
    "query_to_xml('SELECT * FROM pg_authid', true, false, '')",
    "query_to_xml('DELETE FROM victim.accounts', true, false, '')",
    "query_to_xmlschema('SELECT 1', true, false, '')",
    "table_to_xml('pg_authid', true, false, '')",
    "schema_to_xml('victim', true, false, '')",
    "database_to_xml(true, false, '')",
    "ts_stat('SELECT to_tsvector(''x'')')",
    "ts_rewrite('a'::tsquery, 'SELECT ''a''::tsquery, ''b''::tsquery')",
    "victim.act()",
    "victim.act_as_owner()",
)

# Where an expression can stand; `{call}` is the call, `{bare}` its name and `{rest}` what follows the name.
PLACES = (
    "SELECT {call}",
    "SELECT 1 WHERE {call} IS NOT NULL",
    "SELECT * FROM {call} f",
    "SELECT * FROM victim.accounts a, LATERAL (SELECT {call}) f",
    "SELECT * FROM victim.accounts ORDER BY {call}",
    "SELECT * FROM ROWS FROM ({call}) f",
    "WITH w AS (SELECT {call}) SELECT * FROM w",
    "VALUES ({call})",
    "EXPLAIN ANALYZE SELECT {call}",
    "EXPLAIN (ANALYZE true, COSTS off) SELECT * FROM {call} f",
    "SELECT count(*) FILTER (WHERE {call} IS NULL) FROM victim.accounts",
    "SELECT CASE WHEN true THEN ({call})::text END",
    "SELECT /* harmless */ {bare} /* -- */\n{rest}",
    "SELECT * FROM victim.accounts LIMIT (SELECT count({call}))",
    "SELECT array(SELECT {call}::text)",
    "SELECT * FROM victim.accounts GROUP BY id, name, balance HAVING {call} IS NULL",
    "SELECT sum(balance) OVER (ORDER BY {call}) FROM victim.accounts",
    "SELECT {upper}{rest}",
    "SELECT {quoted}{rest}",
    "SELECT {escaped}{rest}",
)

# Statements that are no queries, or are more than one.
STATEMENTS = (
    "DELETE FROM victim.accounts",
    "UPDATE victim.accounts SET balance = 0",
    "INSERT INTO victim.accounts VALUES (99, 'x', 1)",
    "MERGE INTO victim.accounts a USING victim.accounts b ON a.id = b.id WHEN MATCHED THEN DELETE",
    "TRUNCATE victim.accounts",
    "DROP TABLE victim.accounts",
    "ALTER TABLE victim.accounts ADD COLUMN x int",
    "CREATE TABLE victim.more (x int)",
    "CREATE TEMP TABLE more (x int)",
    "CREATE TABLE victim.more AS SELECT 1",
    "CREATE EXTENSION dblink",
    "CREATE ROLE victim_admin SUPERUSER",
    "CREATE DATABASE victim_more",
    "CREATE FUNCTION victim.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE VIEW victim.v AS SELECT 1",
    "GRANT ALL ON victim.accounts TO PUBLIC",
    "REVOKE ALL ON victim.accounts FROM PUBLIC",
    "COMMENT ON TABLE victim.accounts IS 'x'",
    "SECURITY LABEL ON TABLE victim.accounts IS 'x'",
    "COPY victim.accounts TO '{target}'",
    "COPY victim.accounts FROM '{file}'",
    "COPY (SELECT 1) TO PROGRAM 'touch {target}'",
    "COPY victim.accounts TO STDOUT",
    "DO $$BEGIN DELETE FROM victim.accounts; END$$",
    "CALL victim.proceed()",
    "VACUUM",
    "VACUUM FULL victim.accounts",
    "ANALYZE",
    "REINDEX TABLE victim.accounts",
    "CLUSTER",
    "CHECKPOINT",
    "LOAD '{target}'",
    "LOCK TABLE victim.accounts IN ACCESS EXCLUSIVE MODE",
    "LISTEN victim",
    "UNLISTEN *",
    "NOTIFY victim, 'x'",
    "SET work_mem = '99MB'",
    "SET SESSION statement_timeout = 0",
    "SET LOCAL statement_timeout = 0",
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION postgres",
    "SET TRANSACTION READ WRITE",
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
    "RESET ALL",
    "DISCARD ALL",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "END",
    "ABORT",
    "SAVEPOINT s",
    "RELEASE s",
    "START TRANSACTION READ WRITE",
    "PREPARE TRANSACTION 'victim'",
    "COMMIT PREPARED 'victim'",
    "PREPARE p AS DELETE FROM victim.accounts",
    "EXECUTE p",
    "DEALLOCATE ALL",
    "DECLARE c CURSOR WITH HOLD FOR SELECT 1",
    "FETCH ALL FROM c",
    "MOVE c",
    "CLOSE ALL",
    "REFRESH MATERIALIZED VIEW victim.accounts",
    "ALTER SYSTEM SET work_mem = '99MB'",
    "ALTER ROLE postgres PASSWORD 'x'",
    "ALTER DATABASE postgres SET work_mem = '99MB'",
    "DROP OWNED BY postgres",
    "REASSIGN OWNED BY postgres TO victim_owner",
    "IMPORT FOREIGN SCHEMA x FROM SERVER y INTO victim",
    "SELECT 1; DROP TABLE victim.accounts",
    "COMMIT; DROP TABLE victim.accounts",
    "SELECT 1; COMMIT; DELETE FROM victim.accounts",
    ";DROP TABLE victim.accounts; SELECT 1;",
    "SELECT 1) q; DROP TABLE victim.accounts; SELECT * FROM (SELECT 1",
    "SELECT 1) q; DROP TABLE victim.accounts --",
    "SELECT 1) q(c0) LIMIT 1; COMMIT; DELETE FROM victim.accounts; --",
    "SELECT 1) q UNION SELECT pg_read_file('{file}') FROM (SELECT 1",
    "SELECT 1 -- \n); DROP TABLE victim.accounts",
    "SELECT 1 /* /* */ */ ); DROP TABLE victim.accounts; --",
    "SELECT E'\\'' ; DROP TABLE victim.accounts; --'",
    "SELECT E'a' \n '\\'' ; DROP TABLE victim.accounts; --'",
    "SELECT $a$ $b$ $a$; DROP TABLE victim.accounts; --$b$",
    "SELECT $$;$$; DROP TABLE victim.accounts",
    "SELECT U&'\\0027'; DROP TABLE victim.accounts; --'",
    'SELECT 1 AS "a""; b"; DROP TABLE victim.accounts',
    "SELECT 'a'';'; DROP TABLE victim.accounts; --'",
    "SELECT N'\\'; DROP TABLE victim.accounts; --'",
    "SELECT '\\'; DROP TABLE victim.accounts; --'",
    "WITH x AS (DELETE FROM victim.accounts RETURNING *) SELECT * FROM x",
    "WITH x AS (INSERT INTO victim.accounts VALUES (9, 'x', 1) RETURNING *) SELECT * FROM x",
    "WITH x AS (UPDATE victim.accounts SET balance = 0 RETURNING *) TABLE x",
    "WITH RECURSIVE x AS (DELETE FROM victim.accounts RETURNING *) SELECT 1",
    "WITH x AS (SELECT 1) DELETE FROM victim.accounts",
    "WITH x AS (SELECT 1) INSERT INTO victim.accounts SELECT 9, 'x', 1",
    "SELECT * INTO victim.more FROM victim.accounts",
    "SELECT * INTO TEMP more FROM victim.accounts",
    "SELECT * FROM victim.accounts FOR UPDATE",
    "SELECT * FROM victim.accounts FOR NO KEY UPDATE SKIP LOCKED",
    "SELECT * FROM victim.accounts FOR SHARE",
    "SELECT * FROM victim.accounts FOR KEY SHARE NOWAIT",
    "SELECT * FROM (SELECT * FROM victim.accounts FOR UPDATE) x",
    "TABLE victim.accounts FOR UPDATE",
    "EXPLAIN ANALYZE DELETE FROM victim.accounts",
    "EXPLAIN (ANALYZE) INSERT INTO victim.accounts VALUES (9, 'x', 1)",
    "EXPLAIN ANALYZE CREATE TABLE victim.more AS SELECT 1",
    "EXPLAIN ANALYZE EXECUTE p",
    "EXPLAIN ANALYZE WITH x AS (DELETE FROM victim.accounts RETURNING *) SELECT * FROM x",
    "EXPLAIN (ANALYZE, FORMAT json) DECLARE c CURSOR WITH HOLD FOR SELECT 1",
    "EXPLAIN EXPLAIN ANALYZE DELETE FROM victim.accounts",
    "EXPLAIN (ANALYZE) REFRESH MATERIALIZED VIEW victim.accounts",
    "SELECT rolpassword FROM pg_authid",
    "SELECT passwd FROM pg_shadow",
    "SELECT passwd FROM pg_catalog.pg_shadow",
    'SELECT passwd FROM "pg_catalog"."pg_shadow"',
    'SELECT passwd FROM U&"pg_sh\\0061dow"',
    "SELECT passwd FROM U&\"pg_sh!0061dow\" UESCAPE '!'",
    "SELECT passwd FROM PG_SHADOW",
    "TABLE pg_authid",
    "SELECT (SELECT string_agg(rolpassword, ',') FROM pg_authid)",
    "SELECT a FROM pg_authid a",
    "SELECT * FROM pg_user_mapping",
    "SELECT * FROM pg_user_mappings",
    "SELECT * FROM information_schema.user_mapping_options",
    "SELECT * FROM pg_hba_file_rules",
    "SELECT * FROM pg_ident_file_mappings",
    "SELECT * FROM pg_file_settings",
    "SELECT * FROM pg_largeobject",
    "SELECT * FROM pg_subscription",
    "SELECT stavalues1 FROM pg_statistic",
    "SELECT a.act_on_row FROM victim.accounts a",
    'SELECT a."act_on_row" FROM victim.accounts a',
    "SELECT (a).act_on_row FROM victim.accounts a",
    'SELECT a.U&"\\0061ct_on_row" FROM victim.accounts a',
    "SELECT (ROW(1, 'x', 1)::victim.accounts).act_on_row",
    "SELECT victim.gather(id) FROM victim.accounts",
    'SELECT U&"victim".U&"\\0061ct"()',
    "SELECT victim . act ( )",
    "SELECT victim/**/./**/act/**/()",
    'SELECT "victim"."act"()',
    "SELECT VICTIM.ACT()",
    "SELECT * FROM victim.accounts TABLESAMPLE victim.act (1)",
    "SELECT * FROM victim.act() WITH ORDINALITY",
    "SELECT * FROM XMLTABLE('/a' PASSING query_to_xml('SELECT 1', true, false, '') COLUMNS a text)",
    "SELECT x.* FROM victim.accounts a CROSS JOIN LATERAL victim.act() x",
    "SELECT * FROM victim.accounts WHERE id IN (SELECT victim.act())",
    "SELECT * FROM victim.accounts WHERE EXISTS (SELECT victim.act())",
    "(SELECT victim.act())",
    "((((SELECT pg_sleep(60)))))",
    "SELECT 1 UNION ALL SELECT victim.act()",
    "SELECT 1 INTERSECT (SELECT victim.act())",
    "SELECT 1 WINDOW w AS (ORDER BY victim.act())",
    "SELECT 1 OFFSET (SELECT victim.act())",
    "SELECT 1 FETCH FIRST (victim.act()) ROWS ONLY",
    "SELECT VARIADIC_TEST(VARIADIC ARRAY[victim.act()])",
    "SELECT coalesce(NULL, victim.act())",
    "SELECT greatest(victim.act(), 1)",
    "SELECT ARRAY[victim.act()]",
    "SELECT ROW(victim.act())",
    "SELECT 1 = ANY (ARRAY(SELECT victim.act()))",
    'SELECT victim.act() COLLATE "C"',
    "SELECT extract(epoch FROM pg_sleep(60))",
    "SELECT '{{}}'::jsonb || to_jsonb(victim.act())",
)


def statements() -> list[str]:
    """Every call in every place, and every statement, as templates."""
    found = list(STATEMENTS)
    for call in CALLS:
        name, parenthesis, rest = call.partition("(")
        schema, _, bare = name.rpartition(".")
        prefix = f"{schema}." if schema else ""
        spelled = {
            "call": call,
            "bare": name,
            "rest": parenthesis + rest,
            "upper": name.upper(),
            "quoted": f'{prefix}"{bare}"',
            "escaped": f'{prefix}U&"{_escaped(bare)}"',
        }
        found += [_filled(place, spelled) for place in PLACES]
    return found


def grammar(count: int, seed: int) -> Iterator[str]:
    """`count` statements put together at random from a grammar of queries, calls, quotes, comments and breaks."""
    rng = random.Random(seed)
    for _ in range(count):
        yield _sentence(rng)


def _sentence(rng: random.Random) -> str:
    text = _query(rng, 3)
    if rng.random() < 0.3:
        text = rng.choice(_BREAKS).replace("{query}", text)
    if rng.random() < 0.3:
        text = text.replace(" ", rng.choice((" /* ; */ ", "\n", "\t", " -- '\n", " /*/**/*/ ")), rng.randint(1, 4))
    if rng.random() < 0.15:
        place = rng.randrange(len(text) + 1)
        text = (
            text[:place]
            + rng.choice((";", "'", '"', "$$", "/*", "--", ")", "(", "\\", "E'", "$1", 'U&"'))
            + text[place:]
        )
    return text


_MARKS = (";", "'", '"', "$$", "/*", "--", ")", "(", "\\", "E'", "$1", 'U&"')
_BREAKS = (
    "{query}; DELETE FROM victim.accounts",
    "EXPLAIN ANALYZE {query}",
    "{query}) q; COMMIT; DROP TABLE victim.accounts; --",
    "BEGIN; {query}; COMMIT",
    "WITH d AS (DELETE FROM victim.accounts RETURNING *) {query}",
    "CREATE TABLE victim.more AS {query}",
    "INSERT INTO victim.accounts {query}",
    "COPY ({query}) TO '{target}'",
    "PREPARE p AS {query}",
    "DECLARE c CURSOR WITH HOLD FOR {query}",
    "DO $$BEGIN PERFORM ({query}); END$$",
    "{query} FOR UPDATE",
    "({query})",
    "SELECT * FROM ({query}) x FOR UPDATE",
    "SELECT * INTO victim.more FROM ({query}) x",
)
_TABLES = ("victim.accounts a", "victim.accounts", "pg_authid a", "pg_shadow", "pg_class a", "generate_series(1, 2) a")
_COLUMNS = ("1", "a.act_on_row", "name", "a", "a.id", "'x'", "NULL", "$$text$$", "E'\\''", "current_user", "id")


def _query(rng: random.Random, depth: int) -> str:
    if depth == 0:
        return f"SELECT {_expression(rng, 0)}"
    shape = rng.randrange(8)
    if shape == 0:
        return f"WITH w AS ({_query(rng, depth - 1)}) SELECT {_expression(rng, depth - 1)} FROM w"
    if shape == 1:
        return f"{_query(rng, depth - 1)} UNION ALL {_query(rng, depth - 1)}"
    if shape == 2:
        return f"VALUES ({_expression(rng, depth - 1)})"
    if shape == 3:
        return f"SELECT * FROM ({_query(rng, depth - 1)}) s"
    table = rng.choice(_TABLES) if rng.random() < 0.7 else _call(rng)
    text = f"SELECT {_expression(rng, depth - 1)} FROM {table}"
    if rng.random() < 0.5:
        text += f" WHERE {_expression(rng, depth - 1)} IS NOT NULL"
    if rng.random() < 0.3:
        text += f" ORDER BY {_expression(rng, depth - 1)}"
    return text


def _expression(rng: random.Random, depth: int) -> str:
    shape = rng.randrange(6)
    if shape < 2 or depth == 0:
        return _call(rng) if rng.random() < 0.6 else rng.choice(_COLUMNS)
    if shape == 2:
        return f"({_query(rng, depth - 1)})"
    if shape == 3:
        return f"coalesce({_expression(rng, depth - 1)}, {_expression(rng, depth - 1)})"
    if shape == 4:
        return f"CASE WHEN true THEN {_expression(rng, depth - 1)} END"
    return f"array({_query(rng, depth - 1)})"


def _call(rng: random.Random) -> str:
    name, parenthesis, rest = rng.choice(CALLS).partition("(")
    schema, _, bare = name.rpartition(".")
    prefix = f"{schema}." if schema else rng.choice(("", "", "pg_catalog."))
    spelling = rng.choice((bare, bare, bare.upper(), f'"{bare}"', f'U&"{_escaped(bare)}"', f"{bare} /**/ "))
    return f"{prefix}{spelling}{parenthesis}{rest}"


def _escaped(name: str) -> str:
    return f"\\{ord(name[0]):04x}{name[1:-1]}\\+{ord(name[-1]):06x}"


def _filled(template: str, parts: dict[str, str]) -> str:
    """Only the names of `parts` are replaced: the facts of the run keep their braces."""
    for key, value in parts.items():
        template = template.replace("{" + key + "}", value)
    return template
