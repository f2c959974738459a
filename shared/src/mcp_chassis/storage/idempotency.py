"""Idempotency keys: calls with the same key and arguments run once within 24 hours."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import anyio
import anyio.lowlevel

from mcp_chassis.failures import InvalidInput, OutcomeUnknown, Unavailable

RETENTION_SECONDS = 24 * 3600.0
LEASE_SECONDS = 15.0
INTERRUPTED = "A call with this idempotency_key was interrupted. It may have happened: check before using a new key."

logger = logging.getLogger(__name__)

Run = Callable[[], Awaitable[dict[str, Any] | None]]


class RecordKey(NamedTuple):
    """The identity of a record: principal, tool and key, so that principals never share a record."""

    principal: str
    tool: str
    key: str


@dataclass(frozen=True)
class Record:
    """The state of one key; `outcome` is None while its call runs. `expires` is a Unix time in seconds."""

    arguments_hash: str
    expires: float
    outcome: Mapping[str, Any] | None = None


class RecordStore(Protocol):
    """Store of records. Each method is atomic, also between processes."""

    async def claim(self, name: RecordKey, record: Record, now: float) -> Record | None:
        """Store `record` and return None, or return the record that exists; an expired outcome does not count."""
        ...

    async def find(self, name: RecordKey, now: float) -> Record | None:
        """The record that exists; an expired outcome does not count."""
        ...

    async def keep(self, name: RecordKey, record: Record) -> None:
        """Store a record, replacing one of the same key."""
        ...

    async def drop(self, name: RecordKey) -> None:
        """Delete the record of a key."""
        ...

    async def aclose(self) -> None: ...


class Idempotency:
    """Runs the write of each key once within 24 hours.

    Args:
        records: the store.
        clock: returns the Unix time in seconds.
        lease: seconds after which the call of a process that died counts as interrupted.
    """

    def __init__(
        self, records: RecordStore, *, clock: Callable[[], float] = time.time, lease: float = LEASE_SECONDS
    ) -> None:
        self._records = records
        self._clock = clock
        self._lease = lease
        self._locks: dict[RecordKey, anyio.Lock] = {}

    async def once(self, principal: str, tool: str, key: str, arguments_hash: str, run: Run) -> dict[str, Any] | None:
        """The result of `run`, or the stored result of the key. Concurrent calls with one key wait for each other.

        Args:
            run: returns a result that is JSON, or None if there is none to store (a failure, a question).

        Raises:
            InvalidInput: when the key was used with other arguments.
            OutcomeUnknown: raised by `run`, and stored like a result; also after an interrupted call with this key.
            Failure: any other that `run` raises; not stored.
        """
        name = RecordKey(principal, tool, key)
        async with self._locked(name):
            found = await self._claim(name, arguments_hash)
            return await self._run(name, arguments_hash, run) if found is None else replayed(found)

    async def _claim(self, name: RecordKey, arguments_hash: str) -> Mapping[str, Any] | None:
        """The stored outcome of the key, or None when this call now owns it."""
        while True:
            now = self._clock()
            own = Record(arguments_hash, now + self._lease)
            record = await self._records.claim(name, own, now)
            if record is None:
                return None
            if record.arguments_hash != arguments_hash:
                raise InvalidInput("This idempotency_key was used with other arguments; use a new key for a new call.")
            if record.outcome is not None:
                return record.outcome
            if record.expires <= now:
                return {"unknown": INTERRUPTED}
            await anyio.sleep(0.1)

    async def _run(self, name: RecordKey, arguments_hash: str, run: Run) -> dict[str, Any] | None:
        outcome: Mapping[str, Any] | None = None
        started = False
        renewing = asyncio.get_running_loop().create_task(self._renew(name, arguments_hash))
        try:
            await anyio.lowlevel.checkpoint_if_cancelled()
            started = True
            result = await run()
        except OutcomeUnknown as unknown:
            outcome = {"unknown": unknown.message, "details": unknown.details}
            raise
        except anyio.get_cancelled_exc_class():
            outcome = {"unknown": INTERRUPTED} if started else None
            raise
        else:
            outcome = None if result is None else {"result": result}
            return result
        finally:
            renewing.cancel()
            with anyio.CancelScope(shield=True):
                await asyncio.wait([renewing])
                await self._settle(name, arguments_hash, outcome)

    async def _renew(self, name: RecordKey, arguments_hash: str) -> None:
        while True:
            await asyncio.sleep(self._lease / 3)
            with suppress(Unavailable):
                await self._records.keep(name, Record(arguments_hash, self._clock() + self._lease))

    async def _settle(self, name: RecordKey, arguments_hash: str, outcome: Mapping[str, Any] | None) -> None:
        """Store the outcome. An error of the store is only logged: it must not replace the result of the call."""
        try:
            if outcome is None:
                await self._records.drop(name)
            else:
                await self._records.keep(name, Record(arguments_hash, self._clock() + RETENTION_SECONDS, outcome))
        except Unavailable:
            logger.warning("The outcome of a call could not be stored under its idempotency key.")

    @asynccontextmanager
    async def _locked(self, name: RecordKey) -> AsyncGenerator[None]:
        lock = self._locks.setdefault(name, anyio.Lock())
        try:
            async with lock:
                yield
        finally:
            if not lock.statistics().tasks_waiting and not lock.locked():
                self._locks.pop(name, None)


def replayed(outcome: Mapping[str, Any]) -> dict[str, Any]:
    """The result in a stored outcome.

    Raises:
        OutcomeUnknown: when the outcome was not known.
    """
    if "unknown" in outcome:
        raise OutcomeUnknown(outcome["unknown"], remedy="", details=outcome.get("details"))
    return outcome["result"]
