"""The Slack of npm's `emulate`, and the methods of the server's that it offers."""

import asyncio
import contextlib
import logging
import re
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from ports import reserved_port
from services import node, npm_package
from slack_mcp.client.methods import METHODS

TOKEN = "test_token_admin"
SEED = """slack:
  users:
    - name: dora
      real_name: Dora Bell
      email: dora@acme.example
  channels:
    - name: general
    - name: random
"""
ROUTE = re.compile(r'app\.(?:get|post)\("/api/([\w.]+)"')


@contextlib.asynccontextmanager
async def emulated_slack(folder: Path) -> AsyncIterator[dict[str, str]]:
    """The environment of a server whose Slack is emulate, with a second person in it."""
    port = reserved_port()
    seed = folder / "seed.yaml"
    await asyncio.to_thread(seed.write_text, SEED)
    program = npm_package("emulate") / "dist" / "index.js"
    arguments = ("--service", "slack", "--port", str(port), "--seed", str(seed))
    process = await asyncio.create_subprocess_exec(node(), str(program), *arguments, stdout=PIPE, stderr=PIPE)
    try:
        # Its own addresses, of uploads for one, are of localhost.
        url = f"http://localhost:{port}/api"
        await _answering(url)
        yield {"SLACK_BOT_TOKEN": TOKEN, "SLACK_API_URL": url, "SLACK_POSTS_PER_SECOND": "1000"}
    finally:
        process.terminate()
        await process.communicate()


async def _answering(url: str) -> None:
    async with httpx2.AsyncClient(transport=httpx2.AsyncHTTPTransport(retries=20)) as http:
        await http.post(f"{url}/api.test")


def offered_methods() -> set[str]:
    """The methods which the server uses and emulate offers."""
    programs = (npm_package("emulate") / "dist").glob("*.js")
    routes = {name for program in programs for name in ROUTE.findall(program.read_text(encoding="utf-8"))}
    return routes & set(METHODS)


def asked(log: pytest.LogCaptureFixture) -> dict[str, set[int]]:
    """The statuses of the answers by method, as the HTTP client logged them at INFO."""
    statuses: dict[str, set[int]] = {}
    for record in log.records:
        if record.name.startswith("httpx") and record.levelno == logging.INFO and isinstance(record.args, tuple):
            _, url, _, status, _ = record.args
            statuses.setdefault(urlsplit(str(url)).path.removeprefix("/api/"), set()).add(int(str(status)))
    return statuses
