"""A scripted upstream on a real socket, and the core's API client pointed at it."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from mcp_chassis.http.json_api import JsonApi
from mcp_chassis.testing.upstream import ScriptedUpstream
from mcp_chassis.upstream.policy import Policy
from mcp_chassis.upstream.service import Upstream

QUICK = Policy(rate=10_000, retry_base=0.01, retry_base_limited=0.01, unsent_base=0.02, read_timeout=1)
"""The waits of reliability.md in small: what is asserted is order and number, never speed."""

Client = Callable[..., JsonApi]


@pytest.fixture
async def upstream() -> AsyncGenerator[ScriptedUpstream]:
    async with ScriptedUpstream() as scripted:
        yield scripted


@pytest.fixture
async def client(upstream: ScriptedUpstream) -> AsyncGenerator[Client]:
    """Makes an API client: figures of the policy and options of `Upstream` and `JsonApi` by name."""
    async with AsyncExitStack() as opened:

        def make(address: str = "", **options: Any) -> JsonApi:
            figures = {name: options.pop(name) for name in list(options) if name in Policy.model_fields}
            ours = {name: options.pop(name) for name in ("rate_limits", "rng", "clock", "observer") if name in options}
            service = Upstream("Acme", policy=QUICK.model_copy(update=figures), **ours)
            api = JsonApi(address or upstream.url, upstream=service, **options)
            opened.push_async_callback(api.aclose)
            return api

        yield make
