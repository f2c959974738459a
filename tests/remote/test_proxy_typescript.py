"""The TypeScript SDK's clients, on which most hosts stand, sign in through the authorization proxy."""

import asyncio
from pathlib import Path
from urllib.parse import urlencode

import pytest
import services
from remote_proxy import ConsentingBrowser, proxied

pytestmark = pytest.mark.services


@pytest.mark.parametrize("generation", ["sdk", "client"])
async def test_a_typescript_client_registers_signs_in_calls_a_tool_and_refreshes(
    generation: str, tmp_path: Path
) -> None:
    packages = services.npm_package(f"@modelcontextprotocol/{generation}").parent.parent
    script = Path(__file__).parents[1] / "support" / "typescript_sign_in.mjs"
    pipe = asyncio.subprocess.PIPE
    async with proxied("google", tmp_path) as proxy:
        command = [services.node(), str(script), str(packages), generation, proxy.mcp]
        child = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=pipe)
        assert child.stdin is not None
        assert child.stdout is not None
        url = (await child.stdout.readline()).decode().strip()
        browser = ConsentingBrowser("ann")
        if url:
            await browser.open(url)
        output, errors = await child.communicate(f"{urlencode(browser.came_back)}\n".encode())
    lines = output.decode().splitlines()
    assert child.returncode == 0, errors.decode()
    assert [line for line in lines if "hello read write" in line] == lines[:2]
    assert lines[2] == "refreshed"
