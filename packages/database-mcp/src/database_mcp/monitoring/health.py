"""Health of a database: runs the checks, lists findings by severity, and names what could not be checked."""

from collections.abc import Sequence
from typing import Literal

from mcp_chassis.failures import ErrorCode, Failure
from mcp_chassis.results import Result

from database_mcp.client.driver import speaking
from database_mcp.client.protocols import Connection
from database_mcp.monitoring.checks import CHECKS, Check, CheckName

MAX_FINDINGS_OF_A_CHECK = 25
Severity = Literal["critical", "warning", "info"]
SEVERITIES: Sequence[Severity] = ("critical", "warning", "info")

# What a role without pg_read_all_stats sees as null, in the views that these checks read.
_HIDDEN_FROM_ROLE: Sequence[CheckName] = ("transactions", "replication")
_SEES_SQL = "SELECT pg_has_role('pg_read_all_stats', 'USAGE') AS all, pg_is_in_recovery() AS replica"


class Finding(Result):
    """`fix` is SQL that mends it, for a person to run."""

    check: CheckName
    severity: Severity
    object: str
    problem: str
    fix: str | None = None


class SkippedCheck(Result):
    """A check that was not run or saw a part only, and why."""

    check: CheckName
    reason: str


class Health(Result):
    """`checked` were run; findings come worst first.

    `abandoned_statements` ended neither at their limit nor by a cancel.
    """

    database: str | None = None
    status: Literal["ok", "warning", "critical"]
    checked: list[CheckName]
    skipped: list[SkippedCheck] | None = None
    findings: list[Finding]
    more_findings: int | None = None
    abandoned_statements: int | None = None


async def examine_health(connection: Connection, names: Sequence[CheckName] | None) -> Health:
    """Run the checks of these names (all without), the worst findings first."""
    chosen = [check for check in CHECKS if not names or check.name in names]
    sees = (await connection.fetch(_SEES_SQL))[0]
    found: list[Finding] = []
    skipped: list[SkippedCheck] = []
    cut = 0
    for check in chosen:
        try:
            findings = await _run(connection, check)
        except Failure as failure:
            if failure.code in (ErrorCode.SERVICE_UNAVAILABLE, ErrorCode.TIMEOUT):
                raise
            skipped.append(SkippedCheck(check=check.name, reason=failure.message))
            continue
        cut += max(len(findings) - MAX_FINDINGS_OF_A_CHECK, 0)
        found += findings[:MAX_FINDINGS_OF_A_CHECK]
        if not sees["all"] and check.name in _HIDDEN_FROM_ROLE:
            reason = "Sessions of other roles are hidden from this role: GRANT pg_read_all_stats to it."
            skipped.append(SkippedCheck(check=check.name, reason=reason))
    found.sort(key=lambda finding: SEVERITIES.index(finding.severity))
    status = found[0].severity if found and found[0].severity != "info" else "ok"
    not_run = {each.check for each in skipped if each.check not in _HIDDEN_FROM_ROLE or sees["all"]}
    checked: list[CheckName] = [check.name for check in chosen if check.name not in not_run]
    return Health(status=status, checked=checked, skipped=skipped or None, findings=found, more_findings=cut or None)


async def _run(connection: Connection, check: Check) -> list[Finding]:
    """The findings of one check, inside a savepoint, so that a failing one leaves the others their transaction."""
    await connection.execute("SAVEPOINT a_check")
    try:
        with speaking():
            rows = await connection.fetch(check.sql)
    except Failure:
        await connection.execute("ROLLBACK TO SAVEPOINT a_check")
        raise
    await connection.execute("RELEASE SAVEPOINT a_check")
    return [
        Finding(check=check.name, severity=severity, object=thing, problem=problem, fix=fix)
        for severity, thing, problem, fix in sorted(rows, key=lambda row: SEVERITIES.index(row[0]))
    ]
