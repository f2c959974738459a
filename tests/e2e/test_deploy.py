"""The files of deploy/, each judged by the program that reads it, or by a server that runs with what they set."""

import asyncio
import os
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from database_mcp.server import SERVER as DATABASE
from mcp_chassis.remote.in_flight import InFlightRequests
from mcp_chassis.remote.prometheus import exposition
from mcp_chassis.remote.settings import RemoteSettings
from mcp_chassis.settings import variables
from mcp_chassis.telemetry.metrics import Metrics
from mcp_chassis.testing import connected
from postgres_places import PROGRAMS, Place, script, system
from servers import ROOT, servers
from services import SBIN, require

DEPLOY = ROOT / "deploy"
KUBERNETES = "1.37"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
MANIFESTS: list[dict[str, Any]] = [
    manifest
    for path in sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    for manifest in yaml.safe_load_all(path.read_text())
]
CONTAINERS = [
    container
    for manifest in MANIFESTS
    if manifest["kind"] == "Deployment"
    for container in manifest["spec"]["template"]["spec"]["containers"]
]


def test_kubernetes_takes_every_manifest() -> None:
    for manifest in MANIFESTS:
        kubernetes_validate.validate(manifest, KUBERNETES, strict=True)


def test_every_image_has_a_tag_that_names_a_version() -> None:
    images = [service["image"] for service in COMPOSE["services"].values()] + [each["image"] for each in CONTAINERS]
    assert [image for image in images if not re.search(r":v?\d+(\.\d+)*(-\w+)?$", image)] == []


def test_every_variable_that_a_container_gets_is_a_setting() -> None:
    known = {"POD_IP"} | {name for settings in all_settings() for name in names(settings)}
    given = {entry["name"] for each in CONTAINERS for entry in each["env"]} | COMPOSE["services"]["one"][
        "environment"
    ].keys()
    assert {name for name in given if name.removesuffix("_FILE") not in known and name not in known} == set()


def test_the_secret_that_the_manifest_asks_for_has_every_file_that_a_container_reads() -> None:
    described = (DEPLOY / "kubernetes" / "toolroll.yaml").read_text(encoding="utf-8").partition("apiVersion")[0]
    made = set(re.findall(r"--from-(?:file|literal)=([\w-]+)", described))
    read = {entry["value"] for each in CONTAINERS for entry in each["env"] if entry["name"].endswith("_FILE")}
    assert {Path(path).name for path in read} == made


def test_every_file_that_compose_mounts_is_there() -> None:
    mounted = [volume for service in COMPOSE["services"].values() for volume in service.get("volumes", ())]
    files = [volume.partition(":")[0] for volume in mounted if volume.startswith(".")]
    assert files
    assert [file for file in files if not (DEPLOY / file).is_file()] == []


def test_the_dockerfile_has_no_finding() -> None:
    hadolint = Path(sysconfig.get_path("scripts")) / "hadolint"
    assert judged(hadolint, DEPLOY / "Dockerfile") == ""


@pytest.mark.parametrize("name", ["prometheus.yaml", "prometheus-kubernetes.yaml"])
def test_prometheus_takes_its_configuration_and_the_alerts(name: str, tmp_path: Path) -> None:
    promtool = installed("promtool")
    key = tmp_path / "key"
    key.write_text("tr_key")
    for path in (name, "alerts.yaml"):
        text = (DEPLOY / path).read_text(encoding="utf-8").replace("/run/keys/toolroll", str(key))
        (tmp_path / path).write_text(text, encoding="utf-8")
    assert "SUCCESS" in judged(promtool, "check", "config", tmp_path / name)


BUG = 'mcp_calls_total{outcome="internal_error",server="github",tool="get_issue"}'
QUIET = 'mcp_calls_total{outcome="ok",server="github",tool="get_issue"}'
LOST = 'mcp_tasks_ended_total{outcome="lost",server="github",tool="get_job_logs"}'
FAILED = 'mcp_tasks_ended_total{outcome="failed",server="github",tool="get_job_logs"}'
OUT_OF_REACH = 'mcp_upstream_probe_ok{server="github",upstream="GitHub"}'


@pytest.mark.parametrize(
    ("series", "values", "minutes", "alert", "fires"),
    [
        (BUG, "_x30 1x60", 32, "InternalErrors", True),  # the first sample of the series is its first error
        (BUG, "_x30 1x60", 60, "InternalErrors", False),
        (BUG, "1x30 2x60", 32, "InternalErrors", True),
        (BUG, "2x90", 60, "InternalErrors", False),
        (QUIET, "0+1x90", 60, "InternalErrors", False),
        (LOST, "_x30 1x60", 32, "TasksLost", True),
        (LOST, "1x30 2x60", 32, "TasksLost", True),
        (LOST, "2x90", 60, "TasksLost", False),
        (FAILED, "0+1x90", 60, "TasksLost", False),
        (FAILED, "0+1x90", 60, "TasksFail", True),
        (LOST, "0+1x90", 60, "TasksFail", False),
        (OUT_OF_REACH, "0x20", 10, "UpstreamOutOfReach", True),
        (OUT_OF_REACH, "1x20", 10, "UpstreamOutOfReach", False),
    ],
)
def test_an_alert_fires_when_it_should(
    series: str, values: str, minutes: int, alert: str, fires: bool, tmp_path: Path
) -> None:
    promtool = installed("promtool")
    labels = {"server": "github", **({"upstream": "GitHub"} if "upstream" in series else {})}
    rules = yaml.safe_load((DEPLOY / "alerts.yaml").read_text(encoding="utf-8"))["groups"][0]["rules"]
    (rule,) = [rule for rule in rules if rule["alert"] == alert]
    summary = rule["annotations"]["summary"]
    for name, value in labels.items():
        summary = summary.replace(f"{{{{ $labels.{name} }}}}", value)
    expected = {"exp_labels": {**labels, **rule["labels"]}, "exp_annotations": {"summary": summary}}
    case = {
        "interval": "1m",
        "input_series": [{"series": series, "values": values}],
        "alert_rule_test": [
            {"eval_time": f"{minutes}m", "alertname": alert, "exp_alerts": [expected] if fires else []}
        ],
    }
    plan = {"rule_files": [str(DEPLOY / "alerts.yaml")], "evaluation_interval": "1m", "tests": [case]}
    (tmp_path / "plan.yaml").write_text(yaml.safe_dump(plan), encoding="utf-8")
    assert "SUCCESS" in judged(promtool, "test", "rules", tmp_path / "plan.yaml")


def test_the_dashboard_and_the_rules_ask_for_what_metrics_has() -> None:
    files = [(DEPLOY / name).read_text(encoding="utf-8") for name in ("grafana-dashboard.json", "alerts.yaml")]
    asked = {name for text in files for name in re.findall(r"\b(?:mcp|process)_\w+", text)}
    page = exposition({"github": Metrics()}, InFlightRequests())
    known = {name for line in page.splitlines() if line.startswith("# TYPE") for name in series_of(*line.split()[2:])}
    assert asked - known == set()


def series_of(name: str, kind: str) -> set[str]:
    """The names of the series of one metric."""
    return {f"{name}_{part}" for part in ("bucket", "count", "sum")} if kind == "histogram" else {name}


def test_nginx_takes_its_configuration(tmp_path: Path) -> None:
    nginx = installed("nginx")
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    for name, here in {"one:8080": "127.0.0.1:8081", "two:8080": "127.0.0.1:8082", "/run/": f"{tmp_path}/"}.items():
        text = text.replace(name, here)
    (tmp_path / "nginx.conf").write_text(text, encoding="utf-8")
    judged(nginx, "-t", "-q", "-e", tmp_path / "log", "-c", tmp_path / "nginx.conf", "-g", "user root;")


@pytest.fixture(scope="module")
def postgres() -> Iterator[Place]:
    with system() as place:
        yield place


async def test_the_databases_first_start_makes_a_role_that_can_run_a_query_and_no_more(postgres: Place) -> None:
    password, owner = "0123456789abcdef", postgres.dsn("toolroll", "toolroll")
    await asyncio.to_thread(script, postgres.uri, "CREATE ROLE toolroll SUPERUSER LOGIN", "CREATE DATABASE toolroll")
    for file in initialising():
        psql(owner, file, READER_PASSWORD=password)
    ask_for_passwords(postgres)
    url = COMPOSE["services"]["one"]["environment"]["DATABASE_URL"]
    url = re.sub(r"\$\{READER_PASSWORD:[^}]*\}", password, url).replace(
        "postgres:5432", "{}:{}".format(*postgres.address)
    )
    async with connected(DATABASE, env={"DATABASE_URL": url}) as client:
        result = await client.call_tool("execute_query", {"query": "SELECT current_user AS role"})
        refused = await client.call_tool("execute_query", {"query": "CREATE TABLE t (a int)"})
    assert result.structured_content is not None
    assert result.structured_content["rows"] == [["mcp_ro"]]
    assert refused.is_error


def initialising() -> list[Path]:
    """The files that PostgreSQL's image runs at its first start, in its order."""
    mounts = [volume.split(":") for volume in COMPOSE["services"]["postgres"]["volumes"]]
    files = {Path(target).name: DEPLOY / source for source, target, *_ in mounts if "initdb.d" in target}
    return [files[name] for name in sorted(files)]


def psql(dsn: str, file: Path, **environment: str) -> None:
    command = [PROGRAMS / "psql", "--no-psqlrc", "-v", "ON_ERROR_STOP=1", "-f", file, dsn]
    run = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


def ask_for_passwords(place: Place) -> None:
    """Make the cluster, which trusts everybody here, ask the reader for its password."""
    rules = place.folder / "pg_hba.conf"
    rules.write_text(f"host all mcp_ro 127.0.0.1/32 scram-sha-256\n{rules.read_text()}")


def installed(program: str) -> str:
    require(program)
    return str(shutil.which(program, path=SBIN))


def judged(command: Path | str, *arguments: Path | str) -> str:
    """The output of a program that finds nothing wrong."""
    run = subprocess.run([command, *arguments], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def all_settings() -> list[Any]:
    return [RemoteSettings, *(server.settings for server in servers().values())]


def names(settings: Any) -> list[str]:
    return [name for field in settings.model_fields for name in variables(settings, field)]
