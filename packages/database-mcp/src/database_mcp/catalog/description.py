"""Description of one table by one catalogue query: columns, keys, constraints, indexes, partitions."""

import json
from typing import Any

from mcp_chassis.results import Result

from database_mcp.catalog.relations import ENUM_TYPES, ESTIMATED_ROWS, Relation
from database_mcp.client.protocols import Connection
from database_mcp.labelled_result import LabelledResult

_DESCRIBE_SQL = """
SELECT json_build_object(
  'comment', obj_description(c.oid, 'pg_class'),
  'estimated_rows', {estimated_rows},
  'columns', (SELECT json_agg(json_build_object(
      'name', a.attname,
      'type', regexp_replace(regexp_replace(replace(format_type(a.atttypid, a.atttypmod), 'character varying',
          'varchar'), '^time(stamp)?(\\(\\d\\))? with time zone', 'time\\1tz\\2'), ' without time zone', ''),
      'nullable', CASE WHEN NOT a.attnotnull THEN true END,
      'default', CASE WHEN a.attidentity <> '' THEN 'identity'
                      WHEN a.attgenerated <> '' THEN 'generated as ' || pg_get_expr(d.adbin, d.adrelid)
                      ELSE pg_get_expr(d.adbin, d.adrelid) END,
      'comment', col_description(c.oid, a.attnum),
      'values', (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e
                 WHERE e.enumtypid IN {enum_types}),
      'readable', CASE WHEN NOT has_column_privilege(c.oid, a.attnum, 'SELECT') THEN false END) ORDER BY a.attnum)
    FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
  'primary_key', (SELECT json_agg(a.attname ORDER BY k.place) FROM pg_constraint o,
      unnest(o.conkey) WITH ORDINALITY k(attnum, place) JOIN pg_attribute a ON a.attnum = k.attnum
    WHERE o.conrelid = c.oid AND o.contype = 'p' AND a.attrelid = c.oid),
  'constraints', (SELECT json_agg(o.conname || ': ' || pg_get_constraintdef(o.oid, true) ORDER BY o.contype, o.conname)
    FROM pg_constraint o WHERE o.conrelid = c.oid AND o.contype IN ('u', 'x', 'c')),
  'foreign_keys', (SELECT json_agg(o.conname || ': ' || regexp_replace(pg_get_constraintdef(o.oid, true),
        '^FOREIGN KEY (\\(.*?\\)) REFERENCES ', '\\1 -> ') ORDER BY o.conname)
    FROM pg_constraint o WHERE o.conrelid = c.oid AND o.contype = 'f' AND NOT EXISTS (
        SELECT FROM pg_constraint p WHERE p.oid = o.conparentid AND p.conrelid = o.conrelid)),
  'referenced_by', (SELECT json_agg(format('%s: %I.%I %s', o.conname, n.nspname, r.relname,
        regexp_replace(pg_get_constraintdef(o.oid, true), '^FOREIGN KEY (\\(.*?\\)).*$', '\\1')) ORDER BY o.conname)
    FROM pg_constraint o JOIN pg_class r ON r.oid = o.conrelid JOIN pg_namespace n ON n.oid = r.relnamespace
    WHERE o.confrelid = c.oid AND o.contype = 'f' AND o.conparentid = 0),
  'indexes', (SELECT json_agg(regexp_replace(pg_get_indexdef(i.indexrelid, 0, true),
        '^CREATE (UNIQUE )?INDEX (\\S+) ON (ONLY )?\\S+ USING ', '\\2: \\1')
        || CASE WHEN i.indisvalid THEN '' ELSE ' (invalid)' END ORDER BY i.indexrelid::regclass::text)
    FROM pg_index i WHERE i.indrelid = c.oid AND NOT i.indisprimary),
  'row_policies', CASE WHEN row_security_active(c.oid) THEN true END,
  'partition_key', pg_get_partkeydef(c.oid),
  'partition_count', (SELECT nullif(count(*), 0) FROM pg_inherits h WHERE h.inhparent = c.oid AND c.relkind = 'p'),
  'partitions', (SELECT json_agg(p.bound ORDER BY p.place)
    FROM (SELECT row_number() OVER ordered AS place, count(*) OVER () AS total,
                 p.relname || ' ' || pg_get_expr(p.relpartbound, p.oid) AS bound
          FROM pg_inherits h JOIN pg_class p ON p.oid = h.inhrelid
          WHERE h.inhparent = c.oid AND p.relispartition
          WINDOW ordered AS (ORDER BY pg_get_expr(p.relpartbound, p.oid) = 'DEFAULT',
                             length(pg_get_expr(p.relpartbound, p.oid)), pg_get_expr(p.relpartbound, p.oid))) p
    WHERE p.place IN (1, p.total)),
  'inherited_by', (SELECT json_agg(format('%I.%I', n.nspname, r.relname) ORDER BY n.nspname, r.relname)
    FROM (SELECT inhrelid FROM pg_inherits WHERE inhparent = c.oid AND c.relkind = 'r' LIMIT 20) h
    JOIN pg_class r ON r.oid = h.inhrelid JOIN pg_namespace n ON n.oid = r.relnamespace),
  'inherits', (SELECT json_agg(format('%I.%I', n.nspname, r.relname) ORDER BY h.inhseqno)
    FROM pg_inherits h JOIN pg_class r ON r.oid = h.inhparent JOIN pg_namespace n ON n.oid = r.relnamespace
    WHERE h.inhrelid = c.oid AND NOT c.relispartition),
  'partition_of', (SELECT format('%I.%I', n.nspname, r.relname) FROM pg_class r JOIN pg_namespace n
      ON n.oid = r.relnamespace WHERE c.relispartition AND r.oid = pg_partition_root(c.oid)),
  'analyzed', CASE WHEN c.relkind IN ('r', 'm') THEN c.reltuples >= 0
                   WHEN c.relkind = 'p' THEN (SELECT bool_or(l.reltuples >= 0) FROM pg_partition_tree(c.oid) t
                       JOIN pg_class l ON l.oid = t.relid WHERE t.isleaf) END,
  'definition', CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid, true) END)::text AS described
FROM pg_class c WHERE c.oid = $1::int8::oid
""".replace("{estimated_rows}", ESTIMATED_ROWS).replace("{enum_types}", ENUM_TYPES)


NEVER_ANALYZED = "none: the table was never analyzed, so row counts are unknown and query plans unreliable"


class DescribedColumn(Result):
    """A column, not nullable unless `nullable`. `readable`: false if the server's role may not select it."""

    name: str
    type: str
    nullable: bool | None = None
    default: str | None = None
    comment: str | None = None
    values: list[str] | None = None
    readable: bool | None = None


class TableDescription(LabelledResult):
    """One table. `foreign_keys`: references to other tables; `referenced_by`: references to it.

    `estimated_rows`: estimate of the planner. `partitions`: the first and last of `partition_count`.
    `inherits`: parent tables; `inherited_by`: child tables, whose rows it includes.
    `row_policies`: the role sees only some rows.
    """

    database: str | None = None
    table: str
    kind: str
    comment: str | None = None
    estimated_rows: int | None = None
    statistics: str | None = None
    columns: list[DescribedColumn]
    primary_key: list[str] | None = None
    constraints: list[str] | None = None
    foreign_keys: list[str] | None = None
    referenced_by: list[str] | None = None
    indexes: list[str] | None = None
    inherits: list[str] | None = None
    inherited_by: list[str] | None = None
    partition_of: str | None = None
    row_policies: bool | None = None
    partition_key: str | None = None
    partition_count: int | None = None
    partitions: list[str] | None = None
    definition: str | None = None
    also_in: list[str] | None = None


async def describe_relation(connection: Connection, relation: Relation) -> TableDescription:
    """Read columns, keys, constraints, indexes and partitions of a table with one query."""
    rows = await connection.fetch(_DESCRIBE_SQL, relation.oid)
    found: dict[str, Any] = json.loads(rows[0]["described"])
    found["statistics"] = NEVER_ANALYZED if found.pop("analyzed") is False else None
    found |= {"table": relation.readable, "kind": relation.kind, "also_in": list(relation.also_in) or None}
    return TableDescription.model_validate({**found, "columns": found["columns"] or []})
