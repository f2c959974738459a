"""Results kept for a while, and one question at a time for each of them."""

import json
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Generic, NamedTuple, TypeVar

import anyio

from mcp_chassis.failures import Failure

Value = TypeVar("Value")

DEFAULT_TTL_SECONDS = 300.0


class Key(NamedTuple):
    """What a result depends on; the principal keeps one caller's results from another."""

    tool: str
    arguments: str
    principal: str


class Cache(Generic[Value]):
    """At most `entries` results, each for its own time; the least used go first. Failures are never kept.

    What it gives is shared between callers: it must not be changed. `clock` gives seconds that only grow.
    """

    def __init__(self, *, entries: int = 256, clock: Callable[[], float] = time.monotonic) -> None:
        from cachetools import TLRUCache

        self._kept: TLRUCache[Key, tuple[Value, float]] = TLRUCache(
            entries, ttu=lambda _, kept, now: now + kept[1], timer=clock
        )
        self._flights: dict[Key, _Flight[Value]] = {}

    async def get(
        self,
        tool: str,
        arguments: Mapping[str, Any],
        principal: str,
        make: Callable[[], Awaitable[Value]],
        *,
        ttl: float = DEFAULT_TTL_SECONDS,
    ) -> Value:
        """The kept result, the one that is being made, or a new one; it is kept for `ttl` seconds.

        Raises:
            Failure: of `make`, to all who waited for it. When the caller who made it is cancelled, another makes it.
        """
        key = Key(tool, canonical(arguments), principal)
        while key not in self._kept:
            flight = self._flights.get(key)
            if flight is None:
                return await self._make(key, make, ttl)
            await flight.over.wait()
            if flight.failure is not None:
                raise flight.failure
            if flight.values:
                return flight.values[0]
        return self._kept[key][0]

    def invalidate(self, tool: str | None = None) -> None:
        """Forget the results of one tool, or of all; what is being made is given to those who wait and not kept."""
        for held in (self._kept, self._flights):
            for key in [key for key in held if tool in {None, key.tool}]:
                held.pop(key, None)

    async def _make(self, key: Key, make: Callable[[], Awaitable[Value]], ttl: float) -> Value:
        flight = self._flights[key] = _Flight[Value]()
        try:
            value = await make()
        except Failure as failure:
            flight.failure = failure
            raise
        else:
            flight.values.append(value)
            if self._flights.get(key) is flight:
                self._kept[key] = (value, ttl)
            return value
        finally:
            if self._flights.get(key) is flight:
                del self._flights[key]
            flight.over.set()


class _Flight(Generic[Value]):
    """One result being made: over without value or failure when its maker was cancelled."""

    def __init__(self) -> None:
        self.over = anyio.Event()
        self.values: list[Value] = []
        self.failure: Failure | None = None


def canonical(arguments: Mapping[str, Any]) -> str:
    """The same text for the same arguments, whatever their order."""
    return json.dumps(arguments, sort_keys=True, separators=(",", ":"), default=str)
