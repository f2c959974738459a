"""Memory of who has read texts of strangers: per process over stdio, per principal for a time over HTTP."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Protocol

from mcp_chassis.pipeline.caller import LOCAL_PRINCIPAL
from mcp_chassis.storage.idempotency import Record, RecordKey, RecordStore

MAX_PRINCIPALS = 100_000
FOREVER = float("inf")


class SharedTaint(Protocol):
    """Memory that replicas share."""

    async def until(self, principal: str, now: float) -> float: ...
    async def remember(self, principal: str, until: float) -> None: ...


class Taint:
    """Knows for each principal until when what it read counts.

    Args:
        seconds: for which a principal over HTTP counts; the caller of stdio counts as long as the process lives.
        shared: where replicas keep it; None where this process is alone.
        clock: the time of day in seconds.
    """

    def __init__(
        self, seconds: float, shared: SharedTaint | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self._seconds = seconds
        self._shared = shared
        self._clock = clock
        self._until: OrderedDict[str, float] = OrderedDict()

    @property
    def known(self) -> Mapping[str, float]:
        return self._until

    async def remember(self, principal: str) -> None:
        """Note that a principal was given texts of strangers."""
        until = FOREVER if principal == LOCAL_PRINCIPAL else self._clock() + self._seconds
        before = self._until.pop(principal, 0.0)
        self._until[principal] = until
        while len(self._until) > MAX_PRINCIPALS:
            self._until.popitem(last=False)
        if self._shared is not None and principal != LOCAL_PRINCIPAL and before < until - self._seconds / 10:
            await self._shared.remember(principal, until)

    async def holds(self, principal: str) -> bool:
        """Whether a principal was given texts of strangers not too long ago."""
        now = self._clock()
        if self._until.get(principal, 0.0) > now:
            return True
        if self._shared is None or principal == LOCAL_PRINCIPAL:
            return False
        return await self._shared.until(principal, now) > now


class RecordedTaint:
    """Memory shared by replicas, beside their idempotency records.

    Args:
        server: whose callers they are.
        records: the store, made on first use.
    """

    def __init__(self, server: str, records: Callable[[], RecordStore]) -> None:
        self._server = server
        self._records = records

    async def until(self, principal: str, now: float) -> float:
        record = await self._records().find(self._key(principal), now)
        return 0.0 if record is None else record.expires

    async def remember(self, principal: str, until: float) -> None:
        await self._records().keep(self._key(principal), Record("", until, {"read": "texts of strangers"}))

    def _key(self, principal: str) -> RecordKey:
        return RecordKey(principal, f"{self._server} flow", "untrusted")
