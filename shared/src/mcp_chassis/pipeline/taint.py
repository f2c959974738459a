"""Record of principals that were given untrusted text: for the process over stdio, for a limited time over HTTP."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Protocol

from mcp_chassis.pipeline.caller import LOCAL_PRINCIPAL
from mcp_chassis.storage.idempotency import Record, RecordKey, RecordStore

MAX_PRINCIPALS = 100_000
FOREVER = float("inf")


class SharedTaint(Protocol):
    """Record that replicas share: the Unix time until which a principal counts, 0 for an unknown one."""

    async def until(self, principal: str, now: float) -> float: ...
    async def remember(self, principal: str, until: float) -> None: ...


class Taint:
    """Records until when each principal counts as having been given untrusted text.

    Args:
        seconds: how long a principal over HTTP counts; the caller over stdio counts until the process exits.
        shared: the record that replicas share; None if there are none.
        clock: returns the Unix time in seconds.
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
        """Record that a principal was given untrusted text."""
        until = FOREVER if principal == LOCAL_PRINCIPAL else self._clock() + self._seconds
        before = self._until.pop(principal, 0.0)
        self._until[principal] = until
        while len(self._until) > MAX_PRINCIPALS:
            self._until.popitem(last=False)
        if self._shared is not None and principal != LOCAL_PRINCIPAL and before < until - self._seconds / 10:
            await self._shared.remember(principal, until)

    async def holds(self, principal: str) -> bool:
        """Whether a principal was recently given untrusted text."""
        now = self._clock()
        if self._until.get(principal, 0.0) > now:
            return True
        if self._shared is None or principal == LOCAL_PRINCIPAL:
            return False
        return await self._shared.until(principal, now) > now


class RecordedTaint:
    """Record shared by replicas in the store of idempotency records.

    Args:
        server: the name of the server, part of the keys.
        records: returns the store.
    """

    def __init__(self, server: str, records: Callable[[], RecordStore]) -> None:
        self._server = server
        self._records = records

    async def until(self, principal: str, now: float) -> float:
        record = await self._records().find(self._key(principal), now)
        return 0.0 if record is None else record.expires

    async def remember(self, principal: str, until: float) -> None:
        await self._records().keep(self._key(principal), Record("", until, {"read": "untrusted text"}))

    def _key(self, principal: str) -> RecordKey:
        return RecordKey(principal, f"{self._server} flow", "untrusted")
