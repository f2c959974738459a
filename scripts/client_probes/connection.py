"""The part that the probes of all Python libraries share: read the target, connect by each transport, print JSON."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from typing import Any

SECONDS = 60
Connect = Callable[[dict[str, Any], dict[str, Any]], Awaitable[tuple[int, Any]]]
"""Connects to a target, `{command, environment}` or `{url}`, and makes one call; the number of tools and the result."""


def run(distribution: str, connect: Connect) -> None:
    """Connect over stdio and HTTP to the targets named on standard input."""
    given = json.load(sys.stdin)
    print(json.dumps(asyncio.run(_report(distribution, connect, given))), flush=True)


async def _report(distribution: str, connect: Connect, given: dict[str, Any]) -> dict[str, Any]:
    targets = {"stdio": given["stdio"], "HTTP": {"url": given["url"]}}
    transports = {name: await _tried(connect, target, given["call"]) for name, target in targets.items()}
    return {"version": version(distribution), "transports": transports}


async def _tried(connect: Connect, target: dict[str, Any], call: dict[str, Any]) -> dict[str, Any]:
    try:
        async with asyncio.timeout(SECONDS):
            tools, result = await connect(target, call)
    except Exception as exc:  # noqa: BLE001 - every failure of a library is a row of the table
        return {"problem": f"{type(exc).__name__}: {exc}"[:200]}
    return {"tools": tools, "text": str(result)}
