"""SQL that begins every transaction of this server, with its transaction-local settings."""

import re

from database_mcp.target import Target


def begin(target: Target, seconds: float, *, mode: str = "READ ONLY", jit: bool = True) -> str:
    """SQL with BEGIN and all limits as transaction-local settings, which a rollback undoes.

    `jit` is off for catalogue queries, which it slows down by seconds with thousands of tables.
    `standard_conforming_strings` is set since the scan of quotes relies on it; the output formats are set since results
    are text.
    """
    settings = {
        "statement_timeout": str(round(seconds * 1000)),
        "lock_timeout": str(round(min(seconds, target.limits.lock_timeout) * 1000)),
        "idle_in_transaction_session_timeout": str(round((seconds + 5) * 1000)),
        "standard_conforming_strings": "on",
        "bytea_output": "hex",
        "DateStyle": "ISO",
        "extra_float_digits": "3",
    }
    if not jit:
        settings["jit"] = "off"
    if target.limits.work_mem is not None:
        settings["work_mem"] = f"'{target.limits.work_mem}'"
    if target.limits.random_page_cost is not None:
        settings["random_page_cost"] = str(target.limits.random_page_cost)
    if target.rules.schemas:
        settings["search_path"] = ", ".join(quoted(schema) for schema in target.rules.schemas)
    return f"BEGIN {mode}; " + "; ".join(f"SET LOCAL {name} = {value}" for name, value in settings.items())


def quoted(name: str) -> str:
    """A name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def readable(name: str) -> str:
    """A name as an SQL identifier, quoted only if PostgreSQL requires it."""
    return name if re.fullmatch(r"[a-z_][a-z0-9_]*", name) else quoted(name)
