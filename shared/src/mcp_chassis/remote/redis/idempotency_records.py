"""Idempotency records in Redis, shared by replicas. While it cannot be reached, writes with a key are refused."""

import hashlib
import json
import time
from typing import Any

from mcp_chassis.failures import Unavailable
from mcp_chassis.remote.redis.client import PREFIX, RedisClient, RedisUnavailable
from mcp_chassis.storage.idempotency import RETENTION_SECONDS, Record, RecordKey

_CLAIM = """
local found = redis.call('GET', KEYS[1])
if found then return found end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return false
"""


class RedisRecordStore:
    """Records of one server.

    Args:
        link: to Redis.
        mount: the server's name.
    """

    def __init__(self, link: RedisClient, mount: str) -> None:
        self._link = link
        self._mount = mount

    async def claim(self, name: RecordKey, record: Record, now: float) -> Record | None:
        """Store `record` and return None, or return the record that exists; one atomic step for all replicas.

        Raises:
            Unavailable: when Redis cannot be reached.
        """
        key, text = self._key(name), _text(record)
        try:
            found = await self._link.ask(
                lambda redis: redis.eval(_CLAIM, 1, key, text, str(int(RETENTION_SECONDS * 1000)))
            )
        except RedisUnavailable as exc:
            raise _refused() from exc
        return None if found is None else _record(found)

    async def find(self, name: RecordKey, now: float) -> Record | None:
        """The record, None if there is none or it has expired. Raises Unavailable when Redis cannot be reached."""
        key = self._key(name)
        try:
            found = await self._link.ask(lambda redis: redis.get(key))
        except RedisUnavailable as exc:
            raise _refused() from exc
        return None if found is None else _record(found)

    async def keep(self, name: RecordKey, record: Record) -> None:
        """Store a record until it expires. Raises Unavailable when Redis cannot be reached."""
        key, text, left = self._key(name), _text(record), max(1, int((record.expires - time.time()) * 1000))
        try:
            await self._link.ask(lambda redis: redis.set(key, text, px=left))
        except RedisUnavailable as exc:
            raise _refused() from exc

    async def drop(self, name: RecordKey) -> None:
        """Delete a record. Raises Unavailable when Redis cannot be reached."""
        key = self._key(name)
        try:
            await self._link.ask(lambda redis: redis.delete(key))
        except RedisUnavailable as exc:
            raise _refused() from exc

    async def aclose(self) -> None:
        return None  # the link is the process's

    def _key(self, name: RecordKey) -> str:
        digest = hashlib.sha256(json.dumps([self._mount, *name]).encode()).hexdigest()
        return f"{PREFIX}:idempotency:{digest}"


def _text(record: Record) -> str:
    return json.dumps([record.arguments_hash, record.expires, record.outcome])


def _record(text: Any) -> Record:
    return Record(*json.loads(text))


def _refused() -> Unavailable:
    return Unavailable(
        "This server cannot use its store of idempotency keys; the upstream was not called.",
        remedy="Try again in a moment, or call without idempotency_key.",
        retry_after_seconds=5,
    )
