"""The conformance suite of the protocol's makers, against fixtures built on the core, in both eras over HTTP."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import services

pytestmark = pytest.mark.services

SERVER = Path(__file__).parents[1] / "support" / "conformance_server.py"
FEWEST_SCENARIOS = 30


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    services.require("npm packages")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        descriptor = listening.fileno()
        process = subprocess.Popen([sys.executable, SERVER, str(descriptor)], pass_fds=[descriptor])
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/mcp"
        process.terminate()
        process.wait()


@pytest.mark.parametrize("version", ["2025-11-25", "2026-07-28"])
def test_every_check_of_the_conformance_suite_passes(url: str, version: str, tmp_path: Path) -> None:
    suite = services.npm_package("@modelcontextprotocol/conformance") / "dist" / "index.js"
    options = ["--url", url, "--suite", "all", "--spec-version", version, "-o", str(tmp_path)]
    command = [services.node(), str(suite), "server", *options]
    run = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    reports = list(tmp_path.glob("server-*/checks.json"))
    checks = [(report.parent.name, check) for report in reports for check in json.loads(report.read_text())]
    failed = [f"{name}: {check['id']}: {check.get('errorMessage')}" for name, check in checks if _failed(check)]
    assert failed == []
    assert len(reports) >= FEWEST_SCENARIOS
    assert run.returncode == 0, run.stdout[-2000:]


def _failed(check: dict[str, object]) -> bool:
    return check["status"] not in {"SUCCESS", "INFO", "SKIPPED"}
