"""GitHub and Slack with accounts of their callers' own, at upstreams we did not write: npm's `emulate`."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import services
from github_mcp.server import SERVER as GITHUB
from ports import reserved_pair
from remote_acting import GRANT_KEY, sign_in_there
from remote_balancer import listening
from remote_http import answer, post, served
from slack_mcp.server import SERVER as SLACK

pytestmark = pytest.mark.services
KEYS = "tr_alice=*\ntr_bob=*\n"


@contextlib.asynccontextmanager
async def emulated() -> AsyncGenerator[tuple[str, str]]:
    """The addresses of its GitHub and its Slack."""
    program, port = services.npm_package("emulate") / "dist" / "index.js", reserved_pair()
    command = [services.node(), str(program), "--service", "github,slack", "--port", str(port)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.DEVNULL)
    try:
        await listening(port, process)
        await listening(port + 1, process)
        yield f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port + 1}"
    finally:
        process.kill()
        await process.wait()


def _environment(github: str, slack: str, folder: Path) -> dict[str, str]:
    (folder / "keys").write_text(KEYS)
    return {
        "MCP_PUBLIC_URL": "http://localhost:8080",
        "MCP_API_KEYS_FILE": str(folder / "keys"),
        "MCP_GRANT_KEYS": GRANT_KEY,
        "MCP_GRANTS_FILE": str(folder / "grants.sqlite3"),
        "GITHUB_API_URL": github,
        "GITHUB_CLIENT_ID": "toolroll",
        "GITHUB_CLIENT_SECRET": "github-secret",
        "GITHUB_AUTHORIZE_URL": f"{github}/login/oauth/authorize",
        "GITHUB_TOKEN_URL": f"{github}/login/oauth/access_token",
        "SLACK_API_URL": f"{slack}/api",
        "SLACK_POSTS_PER_SECOND": "1000",
        "SLACK_CLIENT_ID": "toolroll",
        "SLACK_CLIENT_SECRET": "slack-secret",
        "SLACK_AUTHORIZE_URL": f"{slack}/oauth/v2/authorize",
        "SLACK_TOKEN_URL": f"{slack}/api/oauth.v2.access",
    }


@pytest.mark.parametrize(
    ("path", "call"),
    [
        ("/github/mcp", {"name": "search_repositories", "arguments": {}}),
        ("/slack/mcp", {"name": "send_message", "arguments": {"channel": "#general", "text": "hello"}}),
    ],
)
async def test_a_caller_signs_in_and_acts_there_and_another_is_still_asked(
    path: str, call: dict, tmp_path: Path
) -> None:
    async with emulated() as (github, slack):
        env = _environment(github, slack, tmp_path)
        async with served({"/github": GITHUB, "/slack": SLACK}, env) as http:
            before = answer(await post(http, "modern", "tools/call", call, {"x-api-key": "tr_alice"}, path))["result"]
            assert "auth_required" in before["content"][0]["text"]
            url = before["content"][0]["text"].partition('"authorize_url":"')[2].partition('"')[0]
            page = await sign_in_there(http, url, "admin")
            after = answer(await post(http, "modern", "tools/call", call, {"x-api-key": "tr_alice"}, path))["result"]
            other = answer(await post(http, "modern", "tools/call", call, {"x-api-key": "tr_bob"}, path))["result"]
    assert "You are signed in" in page.text
    assert not after["isError"], after
    assert "auth_required" in other["content"][0]["text"]
