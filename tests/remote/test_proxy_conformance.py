"""The authorization scenarios of the protocol's makers' conformance suite, at the authorization proxy."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx2
import pytest
import services
from ports import reserved_port
from remote_proxy import ConsentingBrowser, proxied

pytestmark = pytest.mark.services


@pytest.mark.parametrize("version", ["2025-11-25", "2026-07-28"])
async def test_every_check_of_the_authorization_scenarios_passes(version: str, tmp_path: Path) -> None:
    port = reserved_port()
    callback = f"http://127.0.0.1:{port}/callback"
    async with proxied("entra", tmp_path) as proxy, httpx2.AsyncClient(trust_env=False) as http:
        metadata = {"redirect_uris": [callback], "token_endpoint_auth_method": "none"}
        client = (await http.post(f"{proxy.url}/register", json=metadata)).json()
        options = ["--url", proxy.url, "--client-id", client["client_id"], "--port", str(port)]
        options += ["--resource", proxy.mcp, "--spec-version", version, "-o", str(tmp_path / "out")]
        await _run(options, callback)
    checks = {check["id"]: check["status"] for check in _checks(tmp_path / "out")}
    assert checks == {
        "authorization-server-metadata": "SUCCESS",
        "authorization-server-metadata-cimd": "SUCCESS",
        "authorization-code-grant": "SUCCESS",
    }


async def _run(options: list[str], callback: str) -> None:
    """Run the suite; a person opens the URL that it prints, and the suite is called back."""
    suite = services.npm_package("@modelcontextprotocol/conformance") / "dist" / "index.js"
    child = await asyncio.create_subprocess_exec(
        services.node(), str(suite), "authorization", *options, stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    printed: list[str] = []
    while line := (await child.stdout.readline()).decode():
        printed.append(line)
        if "/authorize?" in line:
            browser = ConsentingBrowser("ann", callback=callback)
            await browser.open(line.strip())
            async with httpx2.AsyncClient(trust_env=False) as http:
                await http.get(callback, params=browser.came_back)
    assert await child.wait() == 0, "".join(printed)


def _checks(folder: Path) -> list[dict[str, Any]]:
    return [check for report in folder.rglob("checks.json") for check in json.loads(report.read_text())]
