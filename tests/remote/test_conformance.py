"""The conformance suite of the protocol's makers at the real servers over HTTP: with keys through a proxy, and without.

Most scenarios call fixture tools, which real servers do not have; those run against fixtures in tests/e2e. Here the
generic ones must pass, and every other failure must be one of those listed with its reason.
"""

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from typing import Any

import pytest
import services
from remote_balancer import balanced
from remote_http import process

pytestmark = pytest.mark.services
KEY = "tr_the-key-of-the-conformance-suite-012345"
SERVERS = ["github", "slack", "timezone", "database"]
GENERIC = {
    "2026-07-28": {
        "tools-list",
        "resources-list",
        "prompts-list",
        "sep-2164-resource-not-found",
        "dns-rebinding-protection",
        "http-header-validation",
        "server-sse-multiple-streams",
        "input-required-result-unsupported-methods",
    },
    "2025-11-25": {
        "server-initialize",
        "ping",
        "tools-list",
        "resources-list",
        "prompts-list",
        "dns-rebinding-protection",
    },
}
_TIMED = re.compile(r"-\d{4}-\d\d-\d\dT.*")
FIXTURES = "calls tools, prompts or resources of the suite's own"
EXPECTED = {
    "logging-set-level": "a request has no channel for later messages in the older eras over HTTP",
    "resources-subscribe": "likewise: subscriptions of the older eras are for stdio",
    "resources-unsubscribe": "likewise",
    "server-stateless": "its last checks call fixture tools that change the lists of tools and prompts",
    "server-sse": "there is no session to resume in the older eras, as nothing is kept between requests",
    "caching": "its one failing check reads a resource of the upstream, which is not there",
    "completion-complete": FIXTURES,
    "json-schema-2020-12": FIXTURES,
    "http-custom-header-server-validation": FIXTURES,
    **dict.fromkeys(("tools-call", "prompts-get", "resources-read", "resources-templates-read"), FIXTURES),
    **dict.fromkeys(("elicitation", "input-required-result"), FIXTURES),
}
"""Scenarios that may fail, by the beginning of their names."""


@contextlib.asynccontextmanager
async def _serving(folder: Path, *, authenticated: bool) -> AsyncGenerator[str]:
    """The address of all product servers in one process; behind a proxy that has the key where one is needed."""
    nowhere = {"GITHUB_API_URL": "http://127.0.0.1:9", "SLACK_API_URL": "http://127.0.0.1:9", "MCP_CALL_DEADLINE": "3"}
    env = {**nowhere, "MCP_API_KEY": KEY if authenticated else ""}
    async with contextlib.AsyncExitStack() as stack:
        running = await stack.enter_async_context(process("serve", *SERVERS, module="mcp_chassis", environment=env))
        if not authenticated:
            yield running.url
            return
        port = int(running.url.rpartition(":")[2])
        yield await stack.enter_async_context(balanced("nginx", [port], folder, header=f"X-API-Key {KEY}"))


@pytest.mark.parametrize("version", list(GENERIC))
@pytest.mark.parametrize("authenticated", [True, False], ids=["behind a key", "without authentication"])
async def test_the_generic_scenarios_pass_at_every_server(authenticated: bool, version: str, tmp_path: Path) -> None:
    async with _serving(tmp_path, authenticated=authenticated) as url:
        suites = [_checks(f"{url}/{server}/mcp", version, tmp_path / server) for server in SERVERS]
        found = dict(zip(SERVERS, await asyncio.gather(*suites), strict=True))
    assert {server: _unexpected(failed) for server, failed in found.items()} == {server: {} for server in SERVERS}
    passed = {server: _passed(failed) & GENERIC[version] for server, failed in found.items()}
    assert passed == dict.fromkeys(SERVERS, GENERIC[version])


def _unexpected(found: Mapping[str, list[str]]) -> dict[str, list[str]]:
    known = tuple(EXPECTED)
    return {name: failed for name, failed in found.items() if failed and not name.startswith(known)}


def _passed(found: Mapping[str, list[str]]) -> set[str]:
    return {name for name, failed in found.items() if not failed}


async def _checks(url: str, version: str, folder: Path) -> dict[str, list[str]]:
    """The failed checks of each scenario."""
    suite = services.npm_package("@modelcontextprotocol/conformance") / "dist" / "index.js"
    options = ["--url", url, "--suite", "all", "--spec-version", version, "-o", str(folder / "out")]
    child = await asyncio.create_subprocess_exec(
        services.node(), str(suite), "server", *options, stdout=asyncio.subprocess.DEVNULL
    )
    await child.wait()
    return {_scenario(report): _failed(json.loads(report.read_text())) for report in _reports(folder)}


def _reports(folder: Path) -> list[Path]:
    return list(folder.glob("out/server-*/checks.json"))


def _scenario(report: Path) -> str:
    return _TIMED.sub("", report.parent.name.removeprefix("server-"))


def _failed(checks: list[dict[str, Any]]) -> list[str]:
    return [check["id"] for check in checks if check["status"] not in {"SUCCESS", "INFO", "SKIPPED"}]
