"""Health of a database: runs the checks, sorts findings by severity, and reports checks that failed."""

from collections.abc import Sequence
from typing import Literal

from mcp_chassis.failures import ErrorCode, Failure
from mcp_chassis.results import Result

from database_mcp.client.driver import translated_errors
from database_mcp.client.protocols import Connection, Row
from database_mcp.monitoring.checks import CHECKS, Check, CheckName

MAX_FINDINGS_OF_A_CHECK = 25
Severity = Literal["critical", "warning", "info"]
SEVERITIES: Sequence[Severity] = ("critical", "warning", "info")

# Views of these checks show nulls to a role without pg_read_all_stats.
_HIDDEN_FROM_ROLE: Sequence[CheckName] = ("transactions", "replication")
_SEES_SQL = """
SELECT pg_has_role('pg_read_all_stats', 'USAGE') AS all,
       (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname !~ '^pg_'
          AND CASE WHEN c.relkind = 'S' THEN NOT has_sequence_privilege(c.oid, 'SELECT, USAGE') END) AS sequences
"""
_SESSIONS_HIDDEN = "Sessions of other roles are hidden from this role: GRANT it pg_read_all_stats."


class Finding(Result):
    """A problem. `fix`: SQL for a person to run."""

    check: CheckName
    severity: Severity
    object: str
    problem: str
    fix: str | None = None


class SkippedCheck(Result):
    """A check that did not run or saw only a part, with the reason."""

    check: CheckName
    reason: str


class Health(Result):
    """Findings, worst first. `checked`: checks that ran.

    `abandoned_statements`: statements that ignored their time limit and a cancel.
    """

    database: str | None = None
    status: Literal["ok", "warning", "critical"]
    checked: list[CheckName]
    skipped: list[SkippedCheck] | None = None
    findings: list[Finding]
    more_findings: int | None = None
    abandoned_statements: int | None = None


async def examine_health(connection: Connection, names: Sequence[CheckName] | None) -> Health:
    """Run the named checks, or all for None; findings are sorted by severity, worst first."""
    chosen = [check for check in CHECKS if not names or check.name in names]
    partial = _seen_in_part((await connection.fetch(_SEES_SQL))[0])
    found: list[Finding] = []
    failed: dict[CheckName, str] = {}
    cut = 0
    for check in chosen:
        try:
            findings = await _run(connection, check)
        except Failure as failure:
            if failure.code in (ErrorCode.SERVICE_UNAVAILABLE, ErrorCode.TIMEOUT):
                raise
            failed[check.name] = failure.message
            continue
        cut += max(len(findings) - MAX_FINDINGS_OF_A_CHECK, 0)
        found += findings[:MAX_FINDINGS_OF_A_CHECK]
    found.sort(key=lambda finding: SEVERITIES.index(finding.severity))
    reasons = {**partial, **failed}
    skipped = [SkippedCheck(check=each.name, reason=reasons[each.name]) for each in chosen if each.name in reasons]
    return Health(
        status=found[0].severity if found and found[0].severity != "info" else "ok",
        checked=[check.name for check in chosen if check.name not in failed],
        skipped=skipped or None,
        findings=found,
        more_findings=cut or None,
    )


def _seen_in_part(sees: Row) -> dict[CheckName, str]:
    """Checks for which this role sees only a part of the data, with the reason."""
    found: dict[CheckName, str] = {}
    if not sees["all"]:
        found |= dict.fromkeys(_HIDDEN_FROM_ROLE, _SESSIONS_HIDDEN)
    if sees["sequences"]:
        found["sequences"] = f"{sees['sequences']} sequences are hidden from this role: GRANT it SELECT on them."
    return found


async def _run(connection: Connection, check: Check) -> list[Finding]:
    """Findings of one check, run in a savepoint, so that a failed check does not abort the transaction."""
    await connection.execute("SAVEPOINT a_check")
    try:
        with translated_errors():
            rows = await connection.fetch(check.sql)
    except Failure:
        await connection.execute("ROLLBACK TO SAVEPOINT a_check")
        raise
    await connection.execute("RELEASE SAVEPOINT a_check")
    return [
        Finding(check=check.name, severity=severity, object=thing, problem=problem, fix=fix)
        for severity, thing, problem, fix in sorted(rows, key=lambda row: SEVERITIES.index(row[0]))
    ]
