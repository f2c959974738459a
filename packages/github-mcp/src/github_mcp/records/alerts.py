"""Records of security alerts on dependencies, code and secrets, without the secrets themselves."""

from mcp_chassis.http.records import Record


class PackageRecord(Record, frozen=True):
    name: str = ""
    ecosystem: str = ""


class DependencyRecord(Record, frozen=True):
    package: PackageRecord = PackageRecord()
    manifest_path: str = ""


class AdvisoryRecord(Record, frozen=True):
    ghsa_id: str = ""
    cve_id: str | None = None
    summary: str = ""
    severity: str = ""


class PatchedVersionRecord(Record, frozen=True):
    identifier: str = ""


class VulnerabilityRecord(Record, frozen=True):
    vulnerable_version_range: str = ""
    first_patched_version: PatchedVersionRecord | None = None


class RuleRecord(Record, frozen=True):
    id: str | None = None
    severity: str | None = None
    security_severity_level: str | None = None
    description: str = ""


class LocationRecord(Record, frozen=True):
    path: str = ""
    start_line: int | None = None


class InstanceRecord(Record, frozen=True):
    location: LocationRecord | None = None


class AlertRecord(Record, frozen=True):
    """A security alert of Dependabot, code scanning or secret scanning; the fields of other kinds are absent."""

    number: int
    state: str = ""
    created_at: str | None = None
    html_url: str = ""
    dependency: DependencyRecord | None = None
    security_advisory: AdvisoryRecord | None = None
    security_vulnerability: VulnerabilityRecord | None = None
    rule: RuleRecord | None = None
    most_recent_instance: InstanceRecord | None = None
    secret_type_display_name: str | None = None
    validity: str | None = None
    first_location_detected: LocationRecord | None = None
