"""No credential shows up anywhere: every server, every tool good and bad, every fault, with everything logged."""

import asyncio
import itertools
import json
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from typing import Any

import pytest
from canaries import canary, environment, planted, sightings, worn
from forked import ForkedClient, run_forked
from mcp_chassis.settings import ServerSettings, is_secret, variables
from mcp_chassis.testing.raw import without_path
from mcp_chassis.testing.replies import Reply
from mcp_chassis.testing.requests import Request
from mcp_chassis.testing.upstream import ScriptedUpstream
from plausible import arguments_for
from servers import module, servers

IMPATIENT = {
    "MCP_RETRY_ATTEMPTS": "1",
    "MCP_CALL_DEADLINE": "5",
    "MCP_OUTBOUND_RATE": "1e6",
}
TALKATIVE = {"MCP_LOG_LEVEL": "DEBUG", "MCP_DEBUG": "1", "MCP_IDEMPOTENCY_STORE": "memory"}
STATUSES = (200, 200, 401, 403, 404, 422, 429, 500, 502)
Texts = dict[str, str]


@pytest.fixture
async def upstream() -> AsyncGenerator[ScriptedUpstream]:
    """Answers everything with each status and fault in turn, and echoes the headers it was sent."""
    turns = itertools.count()

    def echo(request: Request) -> Reply:
        turn = next(turns)
        body = {
            "echo": request.headers,
            "ok": turn % 2 == 0,
            "items": [request.headers],
            "message": str(request.headers),
        }
        if turn % 5 == 4:
            return Reply(text=f"<html>{request.headers}</html>", ending="truncated" if turn % 2 else "whole")
        return Reply(STATUSES[turn % len(STATUSES)], json=body)

    async with ScriptedUpstream() as scripted:
        scripted.answers("*", echo)
        yield scripted


@pytest.mark.parametrize("name", servers())
async def test_no_credential_leaves_a_server_except_into_requests(
    name: str, upstream: ScriptedUpstream, tmp_path: Path
) -> None:
    settings = servers()[name].settings
    canaries = planted(settings)
    told = environment(canaries, "127.0.0.1") | addresses(settings, upstream.url)
    texts = await asyncio.to_thread(everything_written, name, told, tmp_path)
    texts |= {f"upstream {number}": written(request) for number, request in enumerate(upstream.requests)}
    texts |= malformed_starts(name, settings, canaries, tmp_path)
    assert sightings(canaries, texts) == []
    assert bool(upstream.requests) == any(address == upstream.url for address in told.values())
    assert '"tools/call"' in texts["stderr"]
    assert texts["replies"].count('"isError"') > 1


async def test_the_search_finds_a_control_that_a_server_did_repeat(tmp_path: Path) -> None:
    control = canary()
    told = environment({"FIRST_UNUSED": canary()}, "127.0.0.1")
    texts = await asyncio.to_thread(everything_written, "first-server", told, tmp_path, {"expression": control})
    assert any("itself in replies" in sighting for sighting in sightings({"control": control}, texts))


def test_the_search_finds_a_credential_in_every_dress() -> None:
    control = canary()
    unseen = [dress for dress, text in worn(control).items() if not sightings({"control": control}, {dress: text})]
    assert unseen == []


def everything_written(name: str, told: dict[str, str], folder: Path, good: Mapping[str, Any] | None = None) -> Texts:
    """What a server's process answers, logs and is called while every tool is called well and badly."""
    log = folder / "stderr"
    with log.open("wb") as stderr:
        started = bare(folder, **IMPATIENT, **TALKATIVE, **told)
        client = ForkedClient([module(name)], env=started, stderr=stderr.fileno()).start()
        replies: list[object] = [client.initialize()]
        tools = client.list()
        for tool in tools:
            wanted = good or arguments_for(tool["inputSchema"])
            tries = [wanted, wanted, {}, {"no_such": 1}, {key: [None] for key in tool["inputSchema"]["properties"]}]
            replies += [client.call(tool["name"], arguments) for arguments in tries]
        replies += [client.request("resources/read", {"uri": each["uri"]}) for each in client.list("resources")]
        replies += [client.request("prompts/get", {"name": each["name"]}) for each in client.list("prompts")]
        called = Path(f"/proc/{client.process.pid}/cmdline")
        command = called.read_text() if called.exists() else ""
        client.stop()
    texts = {"replies": json.dumps(replies), "notifications": json.dumps(client.notifications)}
    return texts | {"command": command, "stderr": log.read_text()}


def malformed_starts(name: str, settings: type[ServerSettings], canaries: Mapping[str, str], folder: Path) -> Texts:
    """What is said when each credential is malformed itself, and when everything else is."""
    others = {names[0]: "\N{SKULL} 7f" for field in settings.model_fields if (names := variables(settings, field))}
    broken = {variable: f"{value} \N{SKULL}" for variable, value in canaries.items()}
    return {
        "all others malformed": start(name, bare(folder, **(others | environment(canaries, "")))),
        "credentials malformed": start(name, bare(folder, **(broken | {"MCP_LOG_LEVEL": "LOUD"}))),
    }


def start(name: str, told: dict[str, str]) -> str:
    run = run_forked([module(name)], told)
    assert run.returncode != 0
    return run.stdout + run.stderr


def bare(folder: Path, **told: str) -> dict[str, str]:
    (folder / "env").touch()
    return without_path(TOOLROLL_ENV_FILE=str(folder / "env"), **told)


def addresses(settings: type[ServerSettings], address: str) -> dict[str, str]:
    """Every address a server calls by default, pointed at the scripted upstream."""
    fields = settings.model_fields.items()
    called = [field for field, info in fields if str(info.default).startswith("https://") and not is_secret(info)]
    return {variables(settings, field)[0]: address for field in called} | {"TIMEZONE_BACKEND": "opentimezone"}


def written(request: Request) -> str:
    """A request as an upstream's access log keeps it: where it went and what it carried, without its headers."""
    return f"{request.method} {request.target} {request.body.decode(errors='replace')}"
