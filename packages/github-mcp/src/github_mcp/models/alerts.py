"""Results about security alerts: a table with one row for each alert."""

from github_mcp.models.tables import Cell, Table
from github_mcp.records.alerts import AlertRecord, LocationRecord


class AlertPage(Table):
    """A table of security alerts of one kind, newest first."""


def dependency_row(alert: AlertRecord) -> dict[str, Cell]:
    dependency, advisory, vulnerability = alert.dependency, alert.security_advisory, alert.security_vulnerability
    patched = vulnerability.first_patched_version if vulnerability else None
    return {
        "number": alert.number,
        "severity": advisory.severity if advisory else None,
        "package": dependency.package.name if dependency else None,
        "vulnerable": vulnerability.vulnerable_version_range if vulnerability else None,
        "patched": patched.identifier if patched else None,
        "manifest": dependency.manifest_path if dependency else None,
        "summary": advisory.summary if advisory else None,
        "advisory": (advisory.cve_id or advisory.ghsa_id) if advisory else None,
        "state": alert.state,
        "created_at": alert.created_at,
    }


def code_row(alert: AlertRecord) -> dict[str, Cell]:
    rule, instance = alert.rule, alert.most_recent_instance
    return {
        "number": alert.number,
        "severity": (rule.security_severity_level or rule.severity) if rule else None,
        "rule": rule.id if rule else None,
        "description": rule.description if rule else None,
        "place": _place(instance.location) if instance else None,
        "state": alert.state,
        "created_at": alert.created_at,
    }


def secret_row(alert: AlertRecord) -> dict[str, Cell]:
    """The row of a secret scanning alert, without the secret."""
    return {
        "number": alert.number,
        "secret_type": alert.secret_type_display_name,
        "validity": alert.validity,
        "place": _place(alert.first_location_detected),
        "state": alert.state,
        "created_at": alert.created_at,
    }


def _place(location: LocationRecord | None) -> str | None:
    if location is None or not location.path:
        return None
    return location.path if location.start_line is None else f"{location.path}:{location.start_line}"
