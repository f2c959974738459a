"""Cache of results in Redis, shared by replicas. While Redis cannot be reached, each replica calls the upstream."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from mcp_chassis.pipeline.read_cache import CacheSlot
from mcp_chassis.remote.redis.client import PREFIX, RedisClient, RedisUnavailable

_FIND = """
local edition = redis.call('GET', KEYS[1]) or '0'
local now = redis.call('TIME')
return {edition, now[1] * 1000000 + now[2], redis.call('GET', KEYS[2] .. edition)}
"""
_KEEP = """
local stored = redis.call('GET', KEYS[1])
if stored and tonumber(string.match(stored, '^%d+')) > tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. ARGV[2], 'PX', ARGV[3])
return 1
"""


class RedisResultCache:
    """Cached results of one server. Each tool has an edition number; a write that invalidates results increments it.

    Args:
        link: to Redis.
        mount: the server's name.
    """

    def __init__(self, link: RedisClient, mount: str) -> None:
        self._link = link
        self._mount = mount
        self._owed: set[str] = set()

    async def find(self, tool: str, principal: str, arguments: str) -> CacheSlot:
        """The slot for these arguments with the cached result, if there is one."""
        digest = hashlib.sha256(json.dumps([self._mount, tool, principal, arguments]).encode()).hexdigest()
        place = f"{PREFIX}:results:{digest}:"
        try:
            await self._pay()
            edition, now, found = await self._link.ask(lambda redis: redis.eval(_FIND, 2, self._edition(tool), place))
        except RedisUnavailable:
            return CacheSlot(None, None)
        return CacheSlot(place + edition.decode(), json.loads(found.partition(b" ")[2]) if found else None, now)

    async def keep(self, found: CacheSlot, answer: Mapping[str, Any], seconds: float) -> None:
        """Store a result in its slot, whose edition is that of before the upstream was called.

        A result whose slot was looked up later is not replaced, because it was read later.
        """
        place, text, left = found.place, json.dumps(answer), max(1, int(seconds * 1000))
        if place is not None:
            try:
                await self._link.ask(lambda redis: redis.eval(_KEEP, 1, place, str(found.asked_at), text, str(left)))
            except RedisUnavailable:
                return

    async def outdate(self, tool: str) -> None:
        """Invalidate the results of a tool; if Redis cannot be reached, that is done before its next use."""
        self._owed.add(tool)
        try:
            await self._pay()
        except RedisUnavailable:
            return

    async def _pay(self) -> None:
        for tool in list(self._owed):
            await self._link.ask(lambda redis, tool=tool: redis.incr(self._edition(tool)))
            self._owed.discard(tool)

    def _edition(self, tool: str) -> str:
        return f"{PREFIX}:edition:{self._mount}:{tool}"
