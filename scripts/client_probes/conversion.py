"""The part that the probes of all Python frameworks share: read the servers, convert, print one line of JSON."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from importlib.metadata import version
from typing import Any

Convert = Callable[[dict[str, Any]], Awaitable[Sequence[str]]]
"""Converts the tools of one server, given as `{server, command, environment}`; the names, those refused with a reason.

A refused tool is `name: reason`.
"""


def run(distribution: str, convert: Convert) -> None:
    """Convert the tools of every server named on standard input."""
    print(json.dumps(asyncio.run(_report(distribution, convert))))


async def _report(distribution: str, convert: Convert) -> dict[str, Any]:
    found: dict[str, str] = {}
    for server in json.load(sys.stdin):
        for entry in await convert(server):
            name, _, reason = entry.partition(": ")
            found[f"{server['server']} {name}"] = reason
    refused = [f"{name}: {reason}" for name, reason in found.items() if reason]
    return {"version": version(distribution), "tools": len(found), "refused": refused}
