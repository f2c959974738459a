"""The part that the probes of all Python libraries share: read a target, connect, make a call, print JSON."""

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
    """Connect to the target named on standard input."""
    given = json.load(sys.stdin)
    tools, result = asyncio.run(asyncio.wait_for(connect(given["target"], given["call"]), SECONDS))
    print(json.dumps({"version": version(distribution), "tools": tools, "text": str(result)}), flush=True)
