"""Rows of security alerts: the columns of each kind, and alerts with missing or malformed fields."""

from typing import Any

import pytest
from github_calls import HELLO, Use, rows
from mcp_chassis.testing import data, failure
from scripted_github import ScriptedGitHub

DEPENDENCY = {
    "number": 2,
    "state": "open",
    "created_at": "2026-01-02T03:04:05Z",
    "dependency": {"package": {"ecosystem": "pip", "name": "django"}, "manifest_path": "requirements.txt"},
    "security_advisory": {"ghsa_id": "GHSA-1", "cve_id": "CVE-2", "summary": "Leak", "severity": "high"},
    "security_vulnerability": {
        "vulnerable_version_range": "< 2.0.2",
        "first_patched_version": {"identifier": "2.0.2"},
    },
}
CODE = {
    "number": 4,
    "state": "open",
    "created_at": "2026-01-02T03:04:05Z",
    "rule": {"id": "js/zipslip", "severity": "error", "security_severity_level": "high", "description": "Zip"},
    "most_recent_instance": {"location": {"path": "a.ts", "start_line": 917}},
}
SECRET = {
    "number": 6,
    "state": "open",
    "created_at": "2026-01-02T03:04:05Z",
    "secret_type_display_name": "Adafruit IO Key",
    "secret": "aio_XXXXXXXXXXXXXXXXXXXXXXXXXXXX",
    "validity": "active",
    "first_location_detected": {"path": ".env", "start_line": 3},
}
AT = {"state": "open", "created_at": "2026-01-02T03:04:05Z"}
Read = Any


@pytest.fixture
def read(use: Use, github: ScriptedGitHub) -> Read:
    async def alerts(kind: str, answer: Any) -> Any:
        github.description = None
        github.fault("GET", f"/repos/octocat/hello/{kind}/alerts", status=200, body=answer)
        return await use("list_security_alerts", **HELLO, kind=kind)

    return alerts


@pytest.mark.parametrize(
    ("kind", "alert", "row"),
    [
        (
            "dependabot",
            DEPENDENCY,
            {
                "number": 2,
                "severity": "high",
                "package": "django",
                "vulnerable": "< 2.0.2",
                "patched": "2.0.2",
                "manifest": "requirements.txt",
                "summary": "Leak",
                "advisory": "CVE-2",
            },
        ),
        (
            "code-scanning",
            CODE,
            {"number": 4, "severity": "high", "rule": "js/zipslip", "description": "Zip", "place": "a.ts:917"},
        ),
        (
            "secret-scanning",
            SECRET,
            {"number": 6, "secret_type": "Adafruit IO Key", "validity": "active", "place": ".env:3"},
        ),
    ],
)
async def test_each_kind_of_alert_is_a_row_with_its_own_columns(
    read: Read, kind: str, alert: dict[str, Any], row: dict[str, Any]
) -> None:
    assert rows(await read(kind, [alert])) == [row | AT]


@pytest.mark.parametrize(
    ("kind", "alert", "column", "value"),
    [
        ("dependabot", DEPENDENCY | {"security_advisory": {"ghsa_id": "GHSA-1", "cve_id": None}}, "advisory", "GHSA-1"),
        ("code-scanning", CODE | {"rule": {"severity": "error", "security_severity_level": None}}, "severity", "error"),
        ("code-scanning", CODE | {"most_recent_instance": {"location": {"path": "a.ts"}}}, "place", "a.ts"),
        ("secret-scanning", SECRET | {"first_location_detected": {"path": ".env", "start_line": 0}}, "place", ".env:0"),
    ],
)
async def test_a_missing_field_of_an_alert_is_replaced_by_its_fallback(
    read: Read, kind: str, alert: dict[str, Any], column: str, value: str
) -> None:
    assert rows(await read(kind, [alert]))[0][column] == value


PARTS = [
    ("dependabot", DEPENDENCY, "dependency"),
    ("dependabot", DEPENDENCY, "security_advisory"),
    ("dependabot", DEPENDENCY, "security_vulnerability"),
    ("code-scanning", CODE, "rule"),
    ("code-scanning", CODE, "most_recent_instance"),
    ("secret-scanning", SECRET, "secret_type_display_name"),
    ("secret-scanning", SECRET, "first_location_detected"),
]


@pytest.mark.parametrize(("kind", "alert", "part"), PARTS)
@pytest.mark.parametrize("odd", ["missing", None, 7])
async def test_a_missing_null_or_malformed_part_of_an_alert_empties_only_its_columns(
    read: Read, kind: str, alert: dict[str, Any], part: str, odd: Any
) -> None:
    changed = {name: value for name, value in alert.items() if name != part} | ({} if odd == "missing" else {part: odd})
    result = await read(kind, [changed, {**alert, "number": 99}])
    first, second = rows(result)
    assert (first["number"], second["number"]) == (alert["number"], 99)
    assert {name for name in second if first[name] is None} != set()
    assert bool(data(result).get("warnings")) is (odd == 7)


@pytest.mark.parametrize("number", ["missing", None, "2"])
@pytest.mark.parametrize(("kind", "alert"), [("dependabot", DEPENDENCY), ("code-scanning", CODE)])
async def test_an_alert_without_its_number_is_left_out_and_counted(
    read: Read, kind: str, alert: dict[str, Any], number: Any
) -> None:
    odd = {name: value for name, value in alert.items() if name != "number"}
    result = await read(kind, [odd if number == "missing" else {**odd, "number": number}, alert])
    assert [row["number"] for row in rows(result)] == [alert["number"]]
    assert "1 of 2 alerts" in data(result)["warnings"][0]


@pytest.mark.parametrize("answer", [{}, None, "text", {"alerts": []}])
async def test_a_response_that_is_not_a_list_of_alerts_is_an_upstream_error(read: Read, answer: Any) -> None:
    error = failure(await read("dependabot", answer))
    assert error.code == "UPSTREAM_ERROR"
    assert "list the alerts" in error.message


async def test_an_empty_list_of_alerts_has_no_items(read: Read) -> None:
    assert data(await read("dependabot", []))["items"] == []
