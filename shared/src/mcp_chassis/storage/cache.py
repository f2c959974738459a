"""Cache of results with a time to live and single flight: concurrent calls for one key run once."""

import json
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Generic, NamedTuple, TypeVar

import anyio

from mcp_chassis.failures import Failure, TimedOut

Value = TypeVar("Value")

DEFAULT_TTL_SECONDS = 300.0


class Key(NamedTuple):
    """The cache key: results are never shared between principals."""

    tool: str
    arguments: str
    principal: str


class Cache(Generic[Value]):
    """LRU cache of at most `entries` results, each with its own time to live. Failures are not cached.

    A cached value is shared between callers and must not be changed. `clock` returns monotonic seconds.
    """

    def __init__(self, *, entries: int = 256, clock: Callable[[], float] = time.monotonic) -> None:
        from cachetools import TLRUCache

        self._entries: TLRUCache[Key, tuple[Value, float]] = TLRUCache(
            entries, ttu=lambda _, entry, now: now + entry[1], timer=clock
        )
        self._flights: dict[Key, _Flight[Value]] = {}

    async def get(
        self,
        tool: str,
        arguments: Mapping[str, Any],
        principal: str,
        make: Callable[[], Awaitable[Value]],
        *,
        ttl: float | Callable[[Value], float] = DEFAULT_TTL_SECONDS,
        fresh: bool = False,
    ) -> Value:
        """The cached result, that of a running `make`, or a new one, which is cached for `ttl` seconds.

        Args:
            ttl: the seconds, or a function of the new result; with 0 only callers already waiting share the result.
            fresh: always make a new result, which replaces the cached one.

        Raises:
            Failure: of `make`, for all callers that waited for it. When the caller that runs it is cancelled or its
                time is up, the next one runs its own.
        """
        key = Key(tool, canonical(arguments), principal)
        if fresh:
            self._entries.pop(key, None)
            return await self._make(key, make, ttl)
        while key not in self._entries:
            flight = self._flights.get(key)
            if flight is None:
                return await self._make(key, make, ttl)
            await flight.finished.wait()
            if flight.failure is not None and not isinstance(flight.failure, TimedOut):
                raise flight.failure
            if flight.values:
                return flight.values[0]
        return self._entries[key][0]

    def found(self, tool: str, arguments: Mapping[str, Any], principal: str) -> Value | None:
        """The cached result; None if there is none."""
        entry = self._entries.get(Key(tool, canonical(arguments), principal))
        return None if entry is None else entry[0]

    def invalidate(self, tool: str | None = None) -> None:
        """Drop the results of one tool, or all. A result that is being made is returned but not cached."""
        for results in (self._entries, self._flights):
            for key in [key for key in results if tool in {None, key.tool}]:
                results.pop(key, None)

    async def _make(
        self, key: Key, make: Callable[[], Awaitable[Value]], ttl: float | Callable[[Value], float]
    ) -> Value:
        flight = self._flights[key] = _Flight[Value]()
        try:
            value = await make()
        except Failure as failure:
            flight.failure = failure
            raise
        else:
            flight.values.append(value)
            if self._flights.get(key) is flight:
                self._entries[key] = (value, ttl(value) if callable(ttl) else ttl)
            return value
        finally:
            if self._flights.get(key) is flight:
                del self._flights[key]
            flight.finished.set()


class _Flight(Generic[Value]):
    """One running `make`. It finishes with neither value nor failure when its caller was cancelled."""

    def __init__(self) -> None:
        self.finished = anyio.Event()
        self.values: list[Value] = []
        self.failure: Failure | None = None


def canonical(arguments: Mapping[str, Any]) -> str:
    """JSON of the arguments with sorted keys: equal arguments give equal texts."""
    return json.dumps(arguments, sort_keys=True, separators=(",", ":"), default=str)
