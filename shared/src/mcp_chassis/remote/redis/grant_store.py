"""Grants in Redis, shared by all replicas."""

import asyncio
import contextlib
import json
import secrets
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any

from mcp_chassis.failures import Unavailable
from mcp_chassis.remote.accounts.store import Owner, unavailable
from mcp_chassis.remote.redis.client import PREFIX, RedisClient, RedisUnavailable

LOCK_SECONDS = 15
_POLL_SECONDS = 0.05
_RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"
_TAKE = "local found = redis.call('GET', KEYS[1]) redis.call('DEL', KEYS[1]) return found"


class RedisGrantStore:
    """`GrantStore` in Redis, shared by all replicas."""

    def __init__(self, link: RedisClient) -> None:
        self._link = link
        self._name = f"{PREFIX}:grants"
        self._locks: dict[Owner, asyncio.Lock] = {}

    async def grant(self, owner: Owner) -> str | None:
        found = await self._ask(lambda redis: redis.hget(self._name, json.dumps(owner)))
        return None if found is None else found.decode()

    async def put(self, owner: Owner, sealed: str) -> None:
        await self._ask(lambda redis: redis.hset(self._name, json.dumps(owner), sealed))

    async def drop(self, owner: Owner) -> bool:
        return bool(await self._ask(lambda redis: redis.hdel(self._name, json.dumps(owner))))

    async def all(self) -> Mapping[Owner, str]:
        found: dict[bytes, bytes] = await self._ask(lambda redis: redis.hgetall(self._name))
        owners = {tuple(json.loads(owner)): sealed.decode() for owner, sealed in found.items()}
        return {(mount, principal): sealed for (mount, principal), sealed in sorted(owners.items())}

    async def put_once(self, name: str, sealed: str, seconds: int) -> bool:
        name = f"{PREFIX}:once:{name}"
        return bool(await self._ask(lambda redis: redis.set(name, sealed, px=seconds * 1000, nx=True)))

    async def put_for(self, name: str, sealed: str, seconds: int) -> None:
        await self._ask(lambda redis: redis.set(f"{PREFIX}:once:{name}", sealed, px=seconds * 1000))

    async def read(self, name: str) -> str | None:
        found = await self._ask(lambda redis: redis.get(f"{PREFIX}:once:{name}"))
        return None if found is None else found.decode()

    async def take(self, name: str) -> str | None:
        found = await self._ask(lambda redis: redis.eval(_TAKE, 1, f"{PREFIX}:once:{name}"))
        return None if found is None else found.decode()

    @contextlib.asynccontextmanager
    async def locked(self, owner: Owner) -> AsyncGenerator[None]:
        lock = self._locks.setdefault(owner, asyncio.Lock())  # within a process only one waits for the lock in Redis
        async with lock, self._locked_in_redis(owner):
            yield

    @contextlib.asynccontextmanager
    async def _locked_in_redis(self, owner: Owner) -> AsyncGenerator[None]:
        name, mine = f"{PREFIX}:alone:{json.dumps(owner)}", secrets.token_hex(8)
        while True:
            if await self._ask(lambda redis: redis.set(name, mine, px=LOCK_SECONDS * 1000, nx=True)):
                break
            await asyncio.sleep(_POLL_SECONDS)
        try:
            yield
        finally:
            with contextlib.suppress(Unavailable):
                await self._ask(lambda redis: redis.eval(_RELEASE, 1, name, mine))

    async def aclose(self) -> None:
        return None  # the link is the process's

    async def _ask(self, question: Callable[[Any], Any]) -> Any:
        try:
            return await self._link.ask(question)
        except RedisUnavailable as exc:
            raise unavailable() from exc
