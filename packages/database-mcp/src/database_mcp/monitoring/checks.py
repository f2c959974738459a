"""Health checks as catalogue queries; each returns rows of (severity, object, problem, fix), or none without findings.

All names are qualified, so that a fix works with any search_path. Findings about partitions are reported once for
their partitioned table.
"""

import dataclasses
from typing import Literal

CheckName = Literal[
    "connections", "cache", "transactions", "vacuum", "indexes", "sequences", "constraints", "replication"
]


@dataclasses.dataclass(frozen=True)
class Check:
    """One health check; `sql` returns its findings."""

    name: CheckName
    sql: str


# The index of a partition belongs to the partitioned index and cannot be dropped or built separately.
_INDEXES = """
    WITH indexes AS (
        SELECT i.*, x.relkind AS kind, x.relispartition AS inherited, t.relkind AS table_kind,
               format('%I.%I', xn.nspname, x.relname) AS name, format('%I.%I', tn.nspname, t.relname) AS on_table,
               EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = i.indrelid AND k.conindid = i.indexrelid)
               OR i.indisunique AND EXISTS (SELECT FROM pg_constraint k
                   WHERE k.confrelid = i.indrelid AND k.conindid = i.indexrelid) AS constrained,
               CASE WHEN x.relkind = 'I' THEN (SELECT sum(pg_relation_size(relid)) FROM pg_partition_tree(x.oid))
                    ELSE pg_relation_size(x.oid) END AS size,
               CASE WHEN x.relkind = 'I' THEN (SELECT sum(pg_stat_get_numscans(relid)) FROM pg_partition_tree(x.oid))
                    ELSE pg_stat_get_numscans(x.oid) END AS scans
        FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_namespace xn ON xn.oid = x.relnamespace
        JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace tn ON tn.oid = t.relnamespace
        WHERE tn.nspname !~ '^pg_' AND tn.nspname <> 'information_schema'
    ), droppable AS (
        SELECT *, format('DROP INDEX %s%s;', CASE WHEN kind = 'I' THEN '' ELSE 'CONCURRENTLY ' END, name) AS drop_it
        FROM indexes WHERE NOT inherited AND NOT constrained AND NOT indisprimary AND NOT indisreplident
    )
"""

CHECKS: tuple[Check, ...] = (
    Check("connections", """
        SELECT CASE WHEN used > 0.9 * most THEN 'critical' ELSE 'warning' END, 'server',
               format('%s of %s connections are in use; a connection pooler in front needs fewer', used, most),
               format('ALTER SYSTEM SET max_connections = %s;', most * 2)
        FROM (SELECT count(*) AS used, current_setting('max_connections')::int AS most
              FROM pg_stat_activity WHERE backend_type = 'client backend') c
        WHERE used > 0.75 * most
    """),
    Check("cache", """
        SELECT 'warning', current_database()::text,
               format('only %s %% of blocks come from the cache of %s; a quarter of the memory is usual',
                      round(100.0 * blks_hit / (blks_hit + blks_read), 1), current_setting('shared_buffers')), NULL
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
        WITH tables AS (
            SELECT coalesce(pg_partition_root(relid)::oid, relid) AS root, count(*) AS parts,
                   sum(n_dead_tup) AS dead, sum(n_live_tup) AS live
            FROM pg_stat_user_tables WHERE n_dead_tup > 10000 AND n_dead_tup > 0.2 * n_live_tup GROUP BY 1
        ), unanalyzed AS (
            SELECT coalesce(pg_partition_root(c.oid)::oid, c.oid) AS root, count(*) AS parts
            FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
            WHERE c.reltuples < 0 AND pg_relation_size(c.oid) > 8192 * 100 GROUP BY 1
        )
        SELECT 'warning', format('%I.%I', n.nspname, c.relname),
               format('%s dead tuples beside %s live ones', t.dead, t.live)
               || CASE WHEN t.parts > 1 THEN format(', in %s partitions', t.parts) ELSE '' END,
               format('VACUUM ANALYZE %I.%I;', n.nspname, c.relname)
        FROM tables t JOIN pg_class c ON c.oid = t.root JOIN pg_namespace n ON n.oid = c.relnamespace
        UNION ALL
        SELECT 'critical', datname, format('transaction ids are %s %% used up; the fix runs in that database',
                   round(age(datfrozenxid) / 21474836.48)), 'VACUUM FREEZE;'
        FROM pg_database WHERE age(datfrozenxid) > 1000000000
        UNION ALL
        SELECT 'info', format('%I.%I', n.nspname, c.relname),
               'was never analyzed, so that plans and row estimates are guesses'
               || CASE WHEN u.parts > 1 THEN format(' (%s partitions)', u.parts) ELSE '' END,
               format('ANALYZE %I.%I;', n.nspname, c.relname)
        FROM unanalyzed u JOIN pg_class c ON c.oid = u.root JOIN pg_namespace n ON n.oid = c.relnamespace
    """),
    Check("indexes", """{indexes}
        SELECT 'info', name, format('was never used since the statistics began (%s)', pg_size_pretty(size)), drop_it
        FROM droppable WHERE scans = 0 AND NOT indisunique AND size > 1048576
        UNION ALL
        SELECT 'warning', i.name, 'is the same as ' || other.name, i.drop_it
        FROM droppable i CROSS JOIN LATERAL (
            SELECT o.name FROM indexes o
            WHERE o.indrelid = i.indrelid AND o.indexrelid <> i.indexrelid AND o.indisvalid
              AND o.indkey = i.indkey AND o.indclass = i.indclass AND o.indoption = i.indoption
              AND o.indcollation = i.indcollation AND o.indnkeyatts = i.indnkeyatts
              AND coalesce(pg_get_expr(o.indexprs, o.indrelid), '') = coalesce(pg_get_expr(i.indexprs, i.indrelid), '')
              AND coalesce(pg_get_expr(o.indpred, o.indrelid), '') = coalesce(pg_get_expr(i.indpred, i.indrelid), '')
              AND (SELECT c.relam FROM pg_class c WHERE c.oid = o.indexrelid)
                  = (SELECT c.relam FROM pg_class c WHERE c.oid = i.indexrelid)
              AND CASE WHEN o.indisunique = i.indisunique THEN o.constrained OR o.indexrelid < i.indexrelid
                       ELSE o.indisunique END
            ORDER BY o.indexrelid LIMIT 1) other
        UNION ALL
        SELECT 'critical', name, CASE WHEN kind = 'I' THEN 'is invalid: not every partition has its part of it'
                                      ELSE 'is invalid: writes pay for it and no query uses it' END,
               CASE WHEN kind <> 'I' THEN format('REINDEX INDEX CONCURRENTLY %s;', name) END
        FROM indexes WHERE NOT indisvalid AND NOT inherited
        UNION ALL
        SELECT 'warning', format('%I.%I.%I', n.nspname, c.relname, a.columns[1]),
               'is a foreign key without an index: joins and deletes of what it references scan the table',
               format('CREATE INDEX %sON %I.%I (%s);', CASE WHEN c.relkind = 'p' THEN '' ELSE 'CONCURRENTLY ' END,
                      n.nspname, c.relname, (SELECT string_agg(quote_ident(name), ', ') FROM unnest(a.columns) name))
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        CROSS JOIN LATERAL (SELECT array_agg(b.attname::text ORDER BY u.place) AS columns
            FROM unnest(k.conkey) WITH ORDINALITY u(number, place)
            JOIN pg_attribute b ON b.attrelid = k.conrelid AND b.attnum = u.number) a
        WHERE k.contype = 'f' AND k.conparentid = 0
          AND CASE WHEN c.relkind = 'p' THEN (SELECT sum(greatest(l.reltuples, 0)) FROM pg_partition_tree(c.oid) t
                   JOIN pg_class l ON l.oid = t.relid AND l.relkind = 'r') ELSE c.reltuples END
               > 1000
          AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = k.conrelid AND i.indisvalid AND i.indpred IS NULL
                          AND i.indkey[0] = ANY(k.conkey))
    """.replace("{indexes}", _INDEXES)),
    Check("sequences", """
        SELECT CASE WHEN used > 0.9 THEN 'critical' ELSE 'warning' END, name,
               format('%s %% of its numbers are used', round((used * 100)::numeric, 1))
               || coalesce('; the column ' || on_table || '.' || column_name || ' has to become bigint too', ''),
               CASE WHEN kind <> 'bigint' THEN format('ALTER SEQUENCE %s AS bigint;', name) END
        FROM (SELECT format('%I.%I', s.schemaname, s.sequencename) AS name, s.data_type::text AS kind,
                     s.last_value::float8 / s.max_value AS used,
                     quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS on_table,
                     quote_ident(a.attname) AS column_name
              FROM pg_sequences s
              LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
                   AND d.refobjsubid > 0 AND d.objid = format('%I.%I', s.schemaname, s.sequencename)::regclass
              LEFT JOIN pg_class c ON c.oid = d.refobjid LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
              LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
                   AND a.atttypid <> 'int8'::regtype
              WHERE s.last_value IS NOT NULL AND NOT s.cycle AND s.increment_by > 0) s
        WHERE used > 0.75
    """),
    Check("constraints", """
        SELECT 'warning', format('%I.%I.%I', n.nspname, c.relname, k.conname),
               'was never validated against the existing rows',
               format('ALTER TABLE %I.%I VALIDATE CONSTRAINT %I;', n.nspname, c.relname, k.conname)
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE NOT k.convalidated AND k.conparentid = 0 AND k.coninhcount = 0
          AND coalesce((to_jsonb(k) ->> 'conenforced')::bool, true)  -- a column since PostgreSQL 18
    """),
    Check("replication", """
        SELECT 'warning', coalesce(nullif(application_name, ''), client_addr::text, 'a replica'),
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
