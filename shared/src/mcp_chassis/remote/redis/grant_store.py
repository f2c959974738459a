"""Grants in Redis, shared by all replicas."""

import asyncio
import contextlib
import json
import secrets
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any

from mcp_chassis.failures import Unavailable
from mcp_chassis.remote.accounts.store import LOCK_SECONDS, Owner, unavailable
from mcp_chassis.remote.redis.client import PREFIX, RedisClient, RedisUnavailable

_POLL_SECONDS = 0.05
_RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"
_REPLACE_GRANT = """if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3]) return 1"""
_REPLACE_TEXT = """if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL') return 1"""
_ONCE = f"{PREFIX}:once:"
_SCAN_COUNT = 1_000
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

    async def replace(self, owner: Owner, old: str, new: str) -> bool:
        arguments = (self._name, json.dumps(owner), old, new)
        return bool(await self._ask(lambda redis: redis.eval(_REPLACE_GRANT, 1, *arguments)))

    async def drop(self, owner: Owner) -> bool:
        return bool(await self._ask(lambda redis: redis.hdel(self._name, json.dumps(owner))))

    async def all(self) -> Mapping[Owner, str]:
        found: dict[bytes, bytes] = await self._ask(lambda redis: redis.hgetall(self._name))
        owners = {tuple(json.loads(owner)): sealed.decode() for owner, sealed in found.items()}
        return {(mount, principal): sealed for (mount, principal), sealed in sorted(owners.items())}

    async def put_once(self, name: str, sealed: str, seconds: int) -> bool:
        name = f"{_ONCE}{name}"
        return bool(await self._ask(lambda redis: redis.set(name, sealed, px=seconds * 1000, nx=True)))

    async def put_for(self, name: str, sealed: str, seconds: int) -> None:
        await self._ask(lambda redis: redis.set(f"{_ONCE}{name}", sealed, px=seconds * 1000))

    async def put_again(self, name: str, sealed: str, seconds: int) -> bool:
        again = await self._ask(lambda redis: redis.set(f"{_ONCE}{name}", sealed, px=seconds * 1000, xx=True))
        return bool(again)

    async def replace_text(self, name: str, old: str, new: str) -> bool:
        return bool(await self._ask(lambda redis: redis.eval(_REPLACE_TEXT, 1, f"{_ONCE}{name}", old, new)))

    async def texts(self, prefix: str) -> Mapping[str, str]:
        found: dict[str, str] = {}
        async for names in self._pages(f"{_ONCE}{prefix}*"):
            sealed = await self._texts(names)
            pairs = zip(names, sealed, strict=True)
            found |= {name.decode().removeprefix(_ONCE): text.decode() for name, text in pairs if text is not None}
        return dict(sorted(found.items()))

    async def _pages(self, pattern: str) -> AsyncGenerator[list[bytes]]:
        """The names that match a pattern, page by page; a name may come twice, and a page may be empty."""
        cursor = 0
        while True:
            cursor, names = await self._page(cursor, pattern)
            yield names
            if cursor == 0:
                return

    async def _page(self, cursor: int, pattern: str) -> tuple[int, list[bytes]]:
        return await self._ask(lambda redis: redis.scan(cursor, match=pattern, count=_SCAN_COUNT))

    async def _texts(self, names: list[bytes]) -> list[bytes | None]:
        return await self._ask(lambda redis: redis.mget(names)) if names else []

    async def read(self, name: str) -> str | None:
        found = await self._ask(lambda redis: redis.get(f"{_ONCE}{name}"))
        return None if found is None else found.decode()

    async def take(self, name: str) -> str | None:
        found = await self._ask(lambda redis: redis.eval(_TAKE, 1, f"{_ONCE}{name}"))
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
