"""The inspector of the protocol's makers, in strict mode, over the installed commands in both eras."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import services
from mcp_chassis.testing.raw import without_path
from servers import module, servers
from volume import FULL, in_volume

pytestmark = pytest.mark.services

ERAS = ["legacy", "modern"]
JUDGED = [(name, era) for name in servers() for era in ERAS if FULL or era == "modern" or name == "timezone-mcp"]
"""Servers and eras whose lists are judged: a tool's schema is the same in both, so that `make soak` has the rest."""
DONE = {0, 5}
"""A failed result of a tool is a 5."""
EXPLAIN_DST = ["--prompt-name", "explain_dst", "--prompt-args", "timezone=Europe/Paris"]


@pytest.fixture(params=ERAS)
def era(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of one configuration for all, so that a server's later starts find a record of its first."""
    return tmp_path_factory.mktemp("inspector")


@in_volume
@pytest.mark.parametrize(("name", "era"), JUDGED)
def test_the_inspector_finds_nothing_to_complain_of(name: str, era: str, folder: Path) -> None:
    tools = inspected(name, era, folder, "tools/list")["tools"]
    assert tools
    assert inspected(name, era, folder, "resources/list")["resources"]


def test_the_inspector_calls_a_tool_and_reads_a_failure(era: str, folder: Path) -> None:
    asked = {"date_time": "2026-07-01T09:00", "from_timezone": "Asia/Tokyo", "to_timezone": "Europe/Paris"}
    answer = called(asked, era, folder)
    assert "02:00" in answer["structuredContent"]["answer"]
    failed = called(asked | {"from_timezone": "Nowhere/City"}, era, folder)
    assert failed["isError"] is True
    assert json.loads(failed["content"][0]["text"])["error"]["code"] in {"INVALID_INPUT", "RESOURCE_NOT_FOUND"}


def test_the_inspector_reads_a_resource_and_gets_a_prompt(era: str, folder: Path) -> None:
    read = inspected("first-server", era, folder, "resources/read", "--uri", "greeting://world")
    assert read["contents"][0]["text"] == "Hello, world!"
    prompt = inspected("timezone-mcp", era, folder, "prompts/get", *EXPLAIN_DST)
    assert prompt["messages"]
    assert inspected("timezone-mcp", era, folder, "resources/templates/list")["resourceTemplates"]
    assert inspected("timezone-mcp", era, folder, "prompts/list")["prompts"]


def called(arguments: dict[str, str], era: str, folder: Path) -> dict[str, Any]:
    call = ["--tool-name", "convert_timezone", "--tool-args-json", json.dumps(arguments)]
    return inspected("timezone-mcp", era, folder, "tools/call", *call)


def inspected(name: str, era: str, folder: Path, method: str, *more: str) -> dict[str, Any]:
    """The result of one method in the inspector's command line, which ends with 6 where a schema is not portable."""
    inspector = services.npm_package("@modelcontextprotocol/inspector")
    program = inspector / json.loads((inspector / "package.json").read_text())["bin"]["mcp-inspector"]
    strict = ["--strict"] if method == "tools/list" else []
    options = ["--cli", *strict, "--format", "json", "-q", "--protocol-era", era, "--stored-auth-only"]
    target = [sys.executable, "-m", module(name)]
    (folder / "env").touch()
    environment = without_path(TOOLROLL_ENV_FILE=str(folder / "env"), MCP_CATALOG_PATH=str(folder / "catalog.json"))
    command = [services.node(), str(program), *options, *target, "--method", method, *more]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=False)
    assert run.returncode in DONE, run.stderr
    return json.loads(run.stdout)["result"]
