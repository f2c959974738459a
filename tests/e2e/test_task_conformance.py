"""The conformance suite's scenarios for tasks, against fixtures built on the core, over HTTP and over stdio."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import services

pytestmark = pytest.mark.services

SUPPORT = Path(__file__).parents[1] / "support"
SERVER = str(SUPPORT / "conformance_server.py")
BRIDGE = str(SUPPORT / "conformance_bridge.py")
SCENARIOS = [
    "tasks-lifecycle",
    "tasks-capability-negotiation",
    "tasks-wire-fields",
    "tasks-request-state-removal",
    "tasks-mrtr-input",
    "tasks-request-headers",
    "tasks-dispatch-and-envelope",
    "tasks-status-notifications",
    "tasks-required-task-error",
    "tasks-mrtr-composition",
]
OF_HTTP = {"tasks-request-headers"}
TIMEOUT_MS = "100000"


@pytest.fixture(scope="module", params=["http", "stdio"])
def url(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    services.require("npm packages")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        descriptor = listening.fileno()
        over_http = [sys.executable, SERVER, str(descriptor)]
        over_stdio = [sys.executable, BRIDGE, str(descriptor), sys.executable, SERVER, "stdio"]
        command = over_http if request.param == "http" else over_stdio
        process = subprocess.Popen(command, pass_fds=[descriptor], stderr=subprocess.DEVNULL)
        yield request.param, f"http://127.0.0.1:{listening.getsockname()[1]}/mcp"
        process.terminate()
        process.wait()


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_check_of_a_scenario_passes(url: tuple[str, str], scenario: str, tmp_path: Path) -> None:
    transport, address = url
    if transport == "stdio" and scenario in OF_HTTP:
        pytest.skip("stdio has no headers")
    suite = services.npm_package("@modelcontextprotocol/conformance") / "dist" / "index.js"
    options = ["--url", address, "--scenario", scenario, "--spec-version", "2026-07-28", "--force"]
    command = [services.node(), str(suite), "server", *options, "--timeout", TIMEOUT_MS, "-o", str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    checks = [check for report in tmp_path.glob("*/checks.json") for check in json.loads(report.read_text())]
    failed = [f"{each['id']}: {each.get('errorMessage')}" for each in checks if _failed(each)]
    assert failed == []
    assert checks, run.stdout[-2000:]
    assert run.returncode == 0, run.stdout[-2000:]


def _failed(check: dict[str, object]) -> bool:
    return check["status"] not in {"SUCCESS", "INFO", "SKIPPED"}
