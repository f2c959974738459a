"""The commands as people type them."""

import asyncio
import json
import sys
from pathlib import Path

import httpx2
import pytest
from mcp_chassis.cli import main
from mcp_chassis.testing import data
from remote_http import ERAS, process, session

pytestmark = pytest.mark.slow

COMMANDS = Path(sys.executable).parent


@pytest.mark.parametrize("era", ERAS)
async def test_an_installed_server_is_served_over_http_by_its_own_command(era: str) -> None:
    command = ["-m", "first_server", "serve", "--transport", "http", "--host", "127.0.0.1", "--port", "0"]
    async with process(command=command) as server, session(f"{server.url}/mcp", era) as client:
        result = await client.call_tool("calculate", {"expression": "6 * 7"})
        server.end()
        code = await server.ended()
    assert data(result) == {"result": 42}
    assert code == 0


async def test_toolroll_serves_several_servers_in_one_process() -> None:
    command = [str(COMMANDS / "toolroll"), "serve", "--port", "0", "first-server", "timezone-mcp"]
    async with process(command=command) as server, httpx2.AsyncClient(base_url=server.url, trust_env=False) as http:
        health = await http.get("/health")
        for era in ERAS:
            async with session(f"{server.url}/timezone/mcp", era) as client:
                assert (await client.list_tools()).tools
            async with session(f"{server.url}/first-server/mcp", era) as client:
                assert data(await client.call_tool("calculate", {"expression": "6 * 7"})) == {"result": 42}
        server.end()
        code = await server.ended()
    assert health.json() == {"status": "ok", "server": "toolroll"}
    assert code == 0


async def test_the_error_for_a_server_that_is_not_installed_lists_the_installed_ones() -> None:
    async with process(command=[str(COMMANDS / "toolroll"), "serve", "telegraph"]) as server:
        assert await server.ended() == 2
    assert "There is no server called telegraph; installed are" in server.messages[-1]


def test_sse_is_refused_naming_http(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["serve", "--transport", "sse"])
    assert "http" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("host", "key"),
    [("claude-code", "YOUR_KEY"), ("cursor", "YOUR_KEY"), ("vscode", "${input:first-server-key}")],
)
def test_config_prints_the_entry_of_a_server_that_runs_elsewhere(
    host: str, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["first-server", "config", host, "--url", "https://tools.example.com/mcp"]) == 0
    written = json.loads(capsys.readouterr().out)
    entry = next(iter(next(each for each in written.values() if isinstance(each, dict)).values()))
    assert entry["url"] == "https://tools.example.com/mcp"
    assert entry["headers"] == {"Authorization": f"Bearer {key}"}
    assert "command" not in entry


async def test_a_key_created_by_the_command_is_accepted_by_the_server(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    child = await asyncio.create_subprocess_exec(
        COMMANDS / "toolroll", "keys", "new", "ci", "read", "--file", file, stdout=asyncio.subprocess.PIPE
    )
    key = (await child.communicate())[0].decode().strip()
    async with (
        process(environment={"MCP_API_KEYS_FILE": str(file)}) as server,
        session(f"{server.url}/mcp", "modern", key=key) as client,
    ):
        tools = await client.list_tools()
    assert [tool.name for tool in tools.tools] == ["echo", "wait", "remember", "agree"]


async def test_serving_stdio_loads_nothing_of_http() -> None:
    code = (
        "import sys\nfrom first_server.server import SERVER\nfrom mcp_chassis.pipeline.dispatch import Dispatch"
        "\nimport mcp_chassis.stdio.command\nDispatch(SERVER, SERVER.settings.load())"
        "\nprint([m for m in HEAVY if m in sys.modules])"
    )
    heavy = ["mcp_chassis.remote", "redis", "limits", "sqlite3"]
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code.replace("HEAVY", repr(heavy)), stdout=asyncio.subprocess.PIPE
    )
    assert (await child.communicate())[0].decode().strip() == "[]"
