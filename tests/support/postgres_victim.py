"""A database full of what an attacker would want, and what shows that it was touched."""

import dataclasses
import secrets
from pathlib import Path
from typing import Any

import asyncpg
from postgres_places import ROLE, Place, script

SECRET = "the canary of the file"
PASSWORD = "a password nobody may see the hash of"

_VICTIM_SQL = """
CREATE SCHEMA victim;
CREATE TABLE victim.accounts (id int PRIMARY KEY, name text, balance int);
INSERT INTO victim.accounts SELECT n, 'holder ' || n, n * 10 FROM generate_series(1, 50) n;
CREATE SEQUENCE victim.counter;
CREATE TABLE victim.acted (at timestamptz);
CREATE FUNCTION victim.act() RETURNS int LANGUAGE plpgsql AS
    $$BEGIN INSERT INTO victim.acted VALUES (now()); RETURN 1; END$$;
CREATE FUNCTION victim.act_as_owner() RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS
    $$BEGIN INSERT INTO victim.acted VALUES (now()); RETURN 1; END$$;
CREATE FUNCTION victim.act_on_row(victim.accounts) RETURNS int LANGUAGE plpgsql AS
    $$BEGIN PERFORM nextval('victim.counter'); RETURN 1; END$$;
CREATE FUNCTION victim.gathered(int, int) RETURNS int LANGUAGE plpgsql AS
    $$BEGIN PERFORM nextval('victim.counter'); RETURN 1; END$$;
CREATE AGGREGATE victim.gather(int) (SFUNC = victim.gathered, STYPE = int, INITCOND = '0');
CREATE PROCEDURE victim.proceed() LANGUAGE plpgsql AS $$BEGIN DELETE FROM victim.accounts; END$$;
"""
# jit is left out: the tests' own driver sets it while it learns types. plpgsql's settings come with its first use.
_LOOK_SQL = """
SELECT (SELECT md5(string_agg(a::text, ',' ORDER BY id)) FROM victim.accounts a),
       (SELECT count(*) FROM victim.acted), (SELECT last_value || ' ' || is_called FROM victim.counter),
       (SELECT md5(string_agg(oid || ' ' || relname || relkind::text || coalesce(relacl::text, ''), ',' ORDER BY oid))
        FROM pg_class WHERE oid >= 16384),
       (SELECT md5(string_agg(oid || proname, ',' ORDER BY oid)) FROM pg_proc WHERE oid >= 16384),
       (SELECT md5(string_agg(rolname || rolsuper || coalesce(rolconfig::text, ''), ',' ORDER BY oid)) FROM pg_roles),
       (SELECT string_agg(datname, ',' ORDER BY oid) FROM pg_database),
       (SELECT count(*) FROM pg_largeobject_metadata), (SELECT count(*) FROM pg_replication_slots),
       (SELECT count(*) FROM pg_replication_origin), (SELECT count(*) FROM pg_prepared_xacts),
       (SELECT count(*) FROM pg_extension), (SELECT count(*) FROM pg_namespace WHERE nspname !~ '^pg_t'),
       (SELECT count(*) FROM pg_description WHERE objoid >= 16384),
       (SELECT md5(string_agg(name || setting, ',' ORDER BY name)) FROM pg_settings
        WHERE source NOT IN ('client', 'session', 'override') AND name <> 'jit'
        AND name NOT LIKE 'plpgsql.%')
"""
# What one connection carries with it; a fresh one's is the measure.
_TRACES_SQL = """
SELECT (SELECT md5(string_agg(name || ' ' || setting, ',' ORDER BY name)) FROM pg_settings
        WHERE name NOT LIKE 'transaction_%' AND name NOT IN ('jit')),
       (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'), current_user::text, session_user::text,
       (SELECT count(*) FROM pg_cursors WHERE name NOT LIKE '\\_\\_asyncpg%' AND name <> ''),
       (SELECT count(*) FROM pg_prepared_statements), (SELECT count(*) FROM pg_listening_channels()),
       (SELECT count(*) FROM pg_class WHERE relpersistence = 't')
"""


@dataclasses.dataclass(frozen=True)
class Victim:
    """One database to attack, and the facts its statements are filled with."""

    place: Place
    database: str
    reader: str
    file: Path
    target: Path
    bystander: Any
    before: tuple[Any, ...]

    @property
    def facts(self) -> dict[str, str]:
        return {"file": str(self.file), "target": str(self.target), "pid": str(self.bystander.get_server_pid())}

    def dsn(self, *, superuser: bool) -> str:
        return self.place.dsn(self.database, "postgres" if superuser else self.reader)

    def fill(self, template: str) -> str:
        for key, value in self.facts.items():
            template = template.replace("{" + key + "}", value)
        return template

    async def look(self) -> tuple[Any, ...]:
        """Everything that an attack could have changed in the database or its server."""
        return tuple((await self.bystander.fetch(_LOOK_SQL))[0])

    def leaked(self, text: str) -> list[str]:
        """Which secrets a result holds."""
        return [secret for secret in (SECRET, "SCRAM-SHA-256$") if secret in text]


def prepare(place: Place, folder: Path) -> tuple[str, str]:
    """Make the database and its reader; their names are new, because roles belong to the whole server."""
    name = f"victim_{secrets.token_hex(4)}"
    reader = f"{name}_ro"
    script(place.dsn(), f"CREATE DATABASE {name}", f"CREATE ROLE {name}_login PASSWORD '{PASSWORD}'")
    script(place.dsn(name), _VICTIM_SQL, ROLE.replace("mcp_ro", reader))
    (folder / "canary").write_text(SECRET)
    (folder / "canary").chmod(0o644)
    return name, reader


async def meet(place: Place, database: str, reader: str, folder: Path) -> Victim:
    """The prepared database, with a bystander connected whose backend must survive."""
    bystander = await asyncpg.connect(place.dsn(database))
    target = folder / "must_not_appear"
    victim = Victim(place, database, reader, folder / "canary", target, bystander, ())
    return dataclasses.replace(victim, before=await victim.look())


async def traces(connection: Any) -> tuple[Any, ...]:
    """What is left on a connection."""
    return tuple((await connection.fetch(_TRACES_SQL))[0])


async def fresh_traces(dsn: str) -> tuple[Any, ...]:
    """What a connection has that nobody has used."""
    connection = await asyncpg.connect(
        dsn, statement_cache_size=0, server_settings={"application_name": "database-mcp"}
    )
    try:
        return await traces(connection)
    finally:
        connection.terminate()
