"""What is wrong with a database: each check is a catalogue query that answers findings and the SQL that mends them."""

import dataclasses
from collections.abc import Sequence
from typing import Literal

from mcp_chassis.results import Result

from database_mcp.client.protocols import Connection

Severity = Literal["critical", "warning", "info"]
CheckName = Literal[
    "connections", "cache", "transactions", "vacuum", "indexes", "sequences", "constraints", "replication"
]


@dataclasses.dataclass(frozen=True)
class Check:
    """`sql` answers rows of (severity, object, problem, fix); none when all is well."""

    name: CheckName
    sql: str


class Finding(Result):
    """`fix` is the SQL that mends it, for a person to run."""

    check: CheckName
    severity: Severity
    object: str
    problem: str
    fix: str | None = None


class Health(Result):
    """`checked` were run; findings come worst first."""

    status: Literal["ok", "warning", "critical"]
    checked: list[CheckName]
    findings: list[Finding]


CHECKS: tuple[Check, ...] = (
    Check("connections", """
        SELECT CASE WHEN used > 0.9 * most THEN 'critical' ELSE 'warning' END, 'server',
               format('%s of %s connections are in use', used, most),
               'ALTER SYSTEM SET max_connections = ' || most * 2 || '; -- or put a pooler in front'
        FROM (SELECT count(*) AS used, current_setting('max_connections')::int AS most
              FROM pg_stat_activity WHERE backend_type = 'client backend') c
        WHERE used > 0.75 * most
    """),
    Check("cache", """
        SELECT 'warning', current_database()::text,
               format('only %s %% of blocks come from the cache', round(100.0 * blks_hit / (blks_hit + blks_read), 1)),
               'ALTER SYSTEM SET shared_buffers = ''...''; -- a quarter of the memory is usual'
        FROM pg_stat_database
        WHERE datname = current_database() AND blks_hit + blks_read > 100000
          AND blks_hit < 0.95 * (blks_hit + blks_read)
    """),
    Check("transactions", """
        SELECT CASE WHEN clock_timestamp() - xact_start > interval '1 hour' THEN 'critical' ELSE 'warning' END,
               'pid ' || pid, format('a transaction is open for %s s (%s)',
                   extract(epoch FROM clock_timestamp() - xact_start)::int, state),
               format('SELECT pg_terminate_backend(%s);', pid)
        FROM pg_stat_activity
        WHERE xact_start < clock_timestamp() - interval '5 minutes' AND backend_type = 'client backend'
          AND pid <> pg_backend_pid()
    """),
    Check("vacuum", """
        SELECT 'warning', format('%I.%I', schemaname, relname),
               format('%s dead tuples beside %s live ones', n_dead_tup, n_live_tup),
               format('VACUUM ANALYZE %I.%I;', schemaname, relname)
        FROM pg_stat_user_tables WHERE n_dead_tup > 10000 AND n_dead_tup > 0.2 * n_live_tup
        UNION ALL
        SELECT 'critical', datname, format('transaction ids are %s %% used up', round(age(datfrozenxid) / 21474836.48)),
               'VACUUM FREEZE; -- in that database'
        FROM pg_database WHERE age(datfrozenxid) > 1000000000
        UNION ALL
        SELECT 'info', format('%I.%I', s.schemaname, s.relname), 'was never analyzed, so that plans are guesses',
               format('ANALYZE %I.%I;', s.schemaname, s.relname)
        FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
        WHERE c.reltuples < 0 AND pg_relation_size(c.oid) > 8192 * 100
    """),
    Check("indexes", """
        SELECT 'info', format('%I.%I', s.schemaname, s.indexrelname),
               format('was never used since the statistics began (%s)', pg_size_pretty(pg_relation_size(s.indexrelid))),
               format('DROP INDEX CONCURRENTLY %I.%I;', s.schemaname, s.indexrelname)
        FROM pg_stat_user_indexes s JOIN pg_index i ON i.indexrelid = s.indexrelid
        WHERE s.idx_scan = 0 AND NOT i.indisunique AND pg_relation_size(s.indexrelid) > 1048576
          AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = s.indexrelid)
        UNION ALL
        SELECT 'warning', i.indexrelid::regclass::text, 'is the same as ' || other.indexrelid::regclass,
               format('DROP INDEX CONCURRENTLY %s;', i.indexrelid::regclass)
        FROM pg_index i JOIN pg_index other ON other.indrelid = i.indrelid AND other.indkey = i.indkey
             AND other.indclass = i.indclass AND other.indoption = i.indoption
             AND other.indexrelid < i.indexrelid
             AND coalesce(other.indexprs::text, '') = coalesce(i.indexprs::text, '')
             AND coalesce(other.indpred::text, '') = coalesce(i.indpred::text, '')
        JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname !~ '^pg_' AND NOT i.indisprimary
          AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)
        UNION ALL
        SELECT 'critical', indexrelid::regclass::text, 'is invalid: writes pay for it and no query uses it',
               format('REINDEX INDEX CONCURRENTLY %s;', indexrelid::regclass)
        FROM pg_index WHERE NOT indisvalid
        UNION ALL
        SELECT 'warning', format('%s.%I', k.conrelid::regclass, a.attname),
               'is a foreign key without an index: joins and deletes scan the table',
               format('CREATE INDEX CONCURRENTLY ON %s (%I);', k.conrelid::regclass, a.attname)
        FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
        JOIN pg_class c ON c.oid = k.conrelid
        WHERE k.contype = 'f' AND k.conparentid = 0 AND c.reltuples > 1000 AND NOT EXISTS (
            SELECT FROM pg_index i WHERE i.indrelid = k.conrelid AND i.indkey[0] = k.conkey[1])
    """),
    Check("sequences", """
        SELECT CASE WHEN used > 0.9 THEN 'critical' ELSE 'warning' END, name,
               format('%s %% of its numbers are used', round((used * 100)::numeric, 1)),
               format('ALTER SEQUENCE %s AS bigint; -- and the column that it feeds', name)
        FROM (SELECT format('%I.%I', schemaname, sequencename) AS name, last_value::float8 / max_value AS used
              FROM pg_sequences WHERE last_value IS NOT NULL AND NOT cycle AND increment_by > 0) s
        WHERE used > 0.75
    """),
    Check("constraints", """
        SELECT 'warning', format('%s.%I', conrelid::regclass, conname), 'was never checked against the rows there are',
               format('ALTER TABLE %s VALIDATE CONSTRAINT %I;', conrelid::regclass, conname)
        FROM pg_constraint WHERE NOT convalidated AND conrelid <> 0
    """),
    Check("replication", """
        SELECT 'warning', coalesce(application_name, client_addr::text),
               format('is %s behind', pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn))), NULL
        FROM pg_stat_replication
        WHERE NOT pg_is_in_recovery() AND pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn) > 104857600
        UNION ALL
        SELECT 'critical', slot_name, format('is inactive and holds back %s',
                   pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn))),
               format('SELECT pg_drop_replication_slot(%L);', slot_name)
        FROM pg_replication_slots
        WHERE NOT active AND NOT pg_is_in_recovery()
          AND pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) > 104857600
        UNION ALL
        SELECT 'warning', 'this replica', format('is %s s behind',
                   extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::int), NULL
        FROM (SELECT WHERE pg_is_in_recovery()) r
        WHERE clock_timestamp() - pg_last_xact_replay_timestamp() > interval '1 minute'
    """),
)  # fmt: skip


async def examine_health(connection: Connection, names: Sequence[CheckName] | None) -> Health:
    """Run the checks of these names (all without), the worst findings first."""
    chosen = [check for check in CHECKS if not names or check.name in names]
    found: list[Finding] = []
    for check in chosen:
        rows = await connection.fetch(check.sql)
        found += [
            Finding(check=check.name, severity=severity, object=thing, problem=problem, fix=fix)
            for severity, thing, problem, fix in rows
        ]
    worst: list[Severity] = ["critical", "warning", "info"]
    found.sort(key=lambda finding: worst.index(finding.severity))
    status = found[0].severity if found and found[0].severity != "info" else "ok"
    return Health(status=status, checked=[check.name for check in chosen], findings=found)
