"""Tasks in Redis, shared by replicas. While it cannot be reached, no call becomes a task and none can be queried."""

import hashlib
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from mcp_chassis.failures import Unavailable
from mcp_chassis.remote.redis.client import PREFIX, Commands, RedisClient, RedisUnavailable
from mcp_chassis.tasks.record import Task
from mcp_chassis.tasks.store import Limits

Answer = TypeVar("Answer")
DAY_MS = 24 * 3600 * 1000

_ADD = """
for _, set in ipairs({KEYS[1], KEYS[2]}) do redis.call('ZREMRANGEBYSCORE', set, '-inf', ARGV[1]) end
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[6]) or redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[7]) then
    return 0
end
redis.call('SET', KEYS[3], ARGV[4], 'PX', ARGV[5])
for _, set in ipairs({KEYS[1], KEYS[2]}) do
    redis.call('ZADD', set, ARGV[2], ARGV[3])
    redis.call('PEXPIRE', set, ARGV[5])
end
return 1
"""
_REPLACE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
if ARGV[4] == '1' then redis.call('ZREM', KEYS[2], ARGV[5]) end
return 1
"""
_NUDGE = """
redis.call('RPUSH', KEYS[1], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
"""
_NUDGED = """
local notes = redis.call('LRANGE', KEYS[1], 0, -1)
redis.call('DEL', KEYS[1])
return notes
"""
_BEAT = "redis.call('SET', KEYS[1], redis.call('TIME')[1], 'PX', ARGV[1])"
_SILENCE = """
local last = redis.call('GET', KEYS[1])
return last and redis.call('TIME')[1] - last
"""
"""Times are by the clock of Redis, since the clocks of replicas may differ."""
_UNFINISHED = "return redis.call('ZRANGE', KEYS[1], 0, -1)"


class RedisTaskStore:
    """Tasks of one server.

    Args:
        link: the client of Redis.
        mount: the server's name.
        clock: returns the Unix time in seconds.
    """

    shared = True

    def __init__(self, link: RedisClient, mount: str, clock: Callable[[], float] = time.time) -> None:
        self._link = link
        self._prefix = f"{PREFIX}:tasks:{mount}"
        self._clock = clock

    async def add(self, task: Task, limits: Limits) -> bool:
        now = self._clock()
        expires, left = str(task.expires), str(self._left(task))
        keys = self._unfinished(task.owner), self._kept(task.owner), self._task(task.id)
        most = str(limits.unfinished), str(limits.kept)
        values = str(now), expires, task.id, task.to_text(), left, *most
        return bool(await self._ask(lambda redis: redis.eval(_ADD, 3, *keys, *values)))

    async def find(self, task_id: str) -> Task | None:
        text = await self._ask(lambda redis: redis.get(self._task(task_id)))
        return None if text is None else Task.of_text(text)

    async def replace(self, before: Task, after: Task) -> bool:
        keys = self._task(before.id), self._unfinished(before.owner)
        values = before.to_text(), after.to_text(), str(self._left(after)), str(int(after.ended)), after.id
        return bool(await self._ask(lambda redis: redis.eval(_REPLACE, 2, *keys, *values)))

    async def unfinished(self, owner: str) -> list[str]:
        found: list[bytes] = await self._ask(lambda redis: redis.eval(_UNFINISHED, 1, self._unfinished(owner)))
        return [each.decode() for each in found]

    async def nudge(self, replica: str, task_id: str) -> None:
        await self._ask(lambda redis: redis.eval(_NUDGE, 1, self._notes(replica), task_id, str(DAY_MS)))

    async def nudged(self, replica: str) -> list[str]:
        found: list[bytes] = await self._ask(lambda redis: redis.eval(_NUDGED, 1, self._notes(replica)))
        return list(dict.fromkeys(each.decode() for each in found))

    async def beat(self, replica: str) -> None:
        await self._ask(lambda redis: redis.eval(_BEAT, 1, self._sign(replica), str(DAY_MS)))

    async def silence(self, replica: str) -> float | None:
        found = await self._ask(lambda redis: redis.eval(_SILENCE, 1, self._sign(replica)))
        return None if found is None else float(found)

    async def _ask(self, question: Callable[[Commands], Awaitable[Answer]]) -> Answer:
        try:
            return await self._link.ask(question)
        except RedisUnavailable as exc:
            raise Unavailable("This server cannot reach its store of tasks.", retry_after_seconds=1) from exc

    def _left(self, task: Task) -> int:
        """The milliseconds until a task expires."""
        return max(1, int((task.expires - self._clock()) * 1000))

    def _task(self, task_id: str) -> str:
        return f"{self._prefix}:one:{task_id}"

    def _kept(self, owner: str) -> str:
        return f"{self._prefix}:kept:{_digest(owner)}"

    def _unfinished(self, owner: str) -> str:
        return f"{self._prefix}:unfinished:{_digest(owner)}"

    def _sign(self, replica: str) -> str:
        return f"{self._prefix}:beat:{replica}"

    def _notes(self, replica: str) -> str:
        return f"{self._prefix}:notes:{replica}"


def _digest(owner: str) -> str:
    """Digest of a principal for the names of keys, since principals may contain any character."""
    return hashlib.sha256(owner.encode(errors="surrogatepass")).hexdigest()
