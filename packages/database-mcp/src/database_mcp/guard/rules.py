"""Rules that refuse a statement because of the names in it, in addition to the role's rights and the wrapper query.

The functions do no I/O; the meaning of a name comes from `Functions`, read from the catalogue of the database.
"""

import dataclasses
import difflib

from mcp_chassis.failures import InvalidInput, PermissionDenied

from database_mcp.guard.dialects import POSTGRESQL_FORM
from database_mcp.guard.functions import Functions
from database_mcp.guard.statement import Name, Statement
from database_mcp.guard.tokens import Kind

# Functions that are VOLATILE only because their result changes; they have no side effects.
HARMLESS = frozenset({
    "array_sample", "array_shuffle", "clock_timestamp", "current_query", "currval", "gen_random_bytes",
    "gen_random_uuid", "gen_salt", "lastval", "normal_rand", "pg_blocking_pids", "pg_current_wal_flush_lsn",
    "pg_current_wal_insert_lsn", "pg_current_wal_lsn", "pg_database_size", "pg_get_wal_replay_pause_state",
    "pg_indexes_size", "pg_is_in_recovery", "pg_is_wal_replay_paused", "pg_jit_available", "pg_last_committed_xact",
    "pg_last_wal_receive_lsn", "pg_last_wal_replay_lsn", "pg_last_xact_replay_timestamp", "pg_notification_queue_usage",
    "pg_partition_ancestors", "pg_partition_tree", "pg_relation_size", "pg_safe_snapshot_blocking_pids",
    "pg_sequence_last_value", "pg_table_size", "pg_tablespace_size", "pg_total_relation_size",
    "pg_xact_commit_timestamp", "pg_xact_status", "random", "random_normal", "st_clusterintersecting",
    "st_clusterkmeans", "st_clusterwithin", "st_collect", "st_generatepoints", "st_makeline", "st_polygonize",
    "st_symmetricdifference", "timeofday", "txid_status", "uuid_generate_v1", "uuid_generate_v1mc", "uuid_generate_v4",
    "uuidv4", "uuidv7",
})  # fmt: skip

# Functions that are not VOLATILE but run SQL given as text, which the scan of the statement cannot check.
RUNS_SQL = frozenset({
    "connectby", "crosstab", "crosstab2", "crosstab3", "crosstab4", "crosstabn", "cursor_to_xml",
    "cursor_to_xmlschema", "database_to_xml", "database_to_xml_and_xmlschema", "database_to_xmlschema", "query_to_xml",
    "query_to_xml_and_xmlschema", "query_to_xmlschema", "schema_to_xml", "schema_to_xml_and_xmlschema",
    "schema_to_xmlschema", "table_to_xml", "table_to_xml_and_xmlschema", "table_to_xmlschema", "ts_rewrite", "ts_stat",
    "xpath_table",
})  # fmt: skip

# Catalogues with password hashes, passwords of foreign servers, host rules, or values that bypass grants.
SECRET_RELATIONS = frozenset({
    "_pg_user_mappings", "pg_authid", "pg_file_settings", "pg_hba_file_rules", "pg_ident_file_mappings",
    "pg_largeobject", "pg_shadow", "pg_statistic", "pg_statistic_ext_data", "pg_subscription", "pg_user_mapping",
    "pg_user_mappings", "user_mapping_options",
})  # fmt: skip

QUERY_HEADS = frozenset({"select", "with", "values", "table", "("})
_SAMPLING = frozenset({"bernoulli", "system", "system_rows", "system_time"})
_CATALOGUES = frozenset({"pg_catalog", "information_schema"})
_BEFORE_ALIAS = frozenset({"as", "with"})


@dataclasses.dataclass(frozen=True)
class Rules:
    """Settings of the guard: additionally allowed functions, and the allowed schemas (empty for all)."""

    functions: frozenset[str] = frozenset()
    schemas: tuple[str, ...] = ()


def examine(statement: Statement, functions: Functions, rules: Rules) -> None:
    """Check that a statement calls no function with side effects and names no secret or forbidden relation.

    Raises:
        PermissionDenied: when it does; the message names the construct and the reason.
    """
    for name in statement.names:
        _examine_relation(name, functions, rules)
        if name.called:
            _examine_call(name, functions, rules)
        elif name.after_dot and name.text in functions.acting_on_rows:
            _examine_attribute(name, rules)


def unknown_functions(statement: Statement, functions: Functions) -> list[str]:
    """Called names that are missing in the cached catalogue, which then has to be read again."""
    return [
        name.text
        for name in statement.names
        if name.called and name.text not in functions.known and not _is_keyword(name, functions.keywords)
    ]


def refuse_unknown(statement: Statement, functions: Functions) -> None:
    """Check that all called names are functions, unless a name can be an alias with a column list.

    Raises:
        InvalidInput: when one is not; the message names it.
    """
    if statement.verb in ("insert", "merge") or statement.head not in QUERY_HEADS:
        return  # INTO t (a, b) and TABLE t (a int) look like calls; PostgreSQL itself refuses the others.
    unknown = set(unknown_functions(statement, functions))
    for name in statement.names:
        if name.called and name.text in unknown and not _can_declare(name, functions):
            raise InvalidInput(
                f"This database has no function {name.text!r}.",
                remedy=POSTGRESQL_FORM.get(name.text) or _nearest_functions(name.text, functions),
            )


def _nearest_functions(asked: str, functions: Functions) -> str:
    callable_names = functions.known - (functions.acting - HARMLESS) - RUNS_SQL
    near = difflib.get_close_matches(asked, callable_names, n=2, cutoff=0.8)
    if near:
        return f"Did you mean {' or '.join(sorted(near))}?"
    return "Check its spelling and argument types, or write the expression with other functions."


def _examine_relation(name: Name, functions: Functions, rules: Rules) -> None:
    if name.text in SECRET_RELATIONS:
        raise denied(f"{name.text} contains credentials or values that bypass grants, so this server does not read it.")
    if not rules.schemas:
        return
    if name.text.startswith("pg_stats"):
        raise denied(f"{name.text} contains values of all schemas, and this server may read only some schemas.")
    if name.before_dot and name.text in functions.schemas and name.text not in {*rules.schemas, *_CATALOGUES}:
        raise denied(f"The schema {name.text!r} is not among the allowed ones: {', '.join(rules.schemas)}.")


def _examine_call(name: Name, functions: Functions, rules: Rules) -> None:
    if _is_keyword(name, functions.reserved) or name.text in rules.functions:
        return
    if name.text in RUNS_SQL:
        raise denied(
            f"The function {name.text}() runs SQL given as text, which this server cannot check.",
            "Write that query itself.",
        )
    if name.text in _SAMPLING and name.before is not None and name.before.text == "tablesample":
        return
    if name.text in functions.acting and name.text not in HARMLESS:
        raise volatile_call(name.text, f"{name.text}()")


def _examine_attribute(name: Name, rules: Rules) -> None:
    if name.text not in HARMLESS and name.text not in rules.functions:
        raise volatile_call(name.text, f"{name.qualifier or '(...)'}.{name.text}")


def volatile_call(function: str, construct: str) -> PermissionDenied:
    """Failure for a call of a VOLATILE function; `construct` is the form of the call in the statement."""
    called = construct if construct == f"{function}()" else f"{construct} calls {function}(), which"
    return denied(
        f"{called} is VOLATILE, so it may have side effects; nothing was run.",
        "Use another function, or ask the person who runs this server to add it to DATABASE_ALLOWED_FUNCTIONS.",
    )


def denied(message: str, remedy: str = "") -> PermissionDenied:
    """Failure for a statement that a rule of this server refuses."""
    return PermissionDenied(message, remedy=remedy)


def _is_keyword(name: Name, keywords: frozenset[str]) -> bool:
    """Whether a name is an unquoted keyword without a qualifier, so part of the grammar."""
    return name.plain and not name.after_dot and name.text in keywords


def _can_declare(name: Name, functions: Functions) -> bool:
    """Whether the name can declare an alias or WITH query with columns: `AS t(a)`, `) t(a)`, `, t(a) AS`."""
    before = name.before
    if before is None or name.after_dot:
        return False
    if before.kind is Kind.SYMBOL:
        return before.text in "),"
    return before.is_name and (before.text in _BEFORE_ALIAS or before.text not in functions.reserved)
