"""The same write asked twice is done once."""

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
CUT_OFF = "A call with this idempotency_key was cut off in the middle. It may have happened: check before a new key."

logger = logging.getLogger(__name__)

Run = Callable[[], Awaitable[dict[str, Any] | None]]


class RecordKey(NamedTuple):
    """What a key belongs to: two principals never meet in one record."""

    principal: str
    tool: str
    key: str


@dataclass(frozen=True)
class Record:
    """What is known of one key; `outcome` is None while its call is under way, until `expires` (time of day)."""

    arguments_hash: str
    expires: float
    outcome: Mapping[str, Any] | None = None


class RecordStore(Protocol):
    """Where records are kept. Each method is one atomic step, also between processes."""

    async def claim(self, name: RecordKey, record: Record, now: float) -> Record | None:
        """Put `record` where there is none; else give the one there. An expired outcome is none."""
        ...

    async def find(self, name: RecordKey, now: float) -> Record | None:
        """The record there; an expired outcome is none."""
        ...

    async def keep(self, name: RecordKey, record: Record) -> None: ...

    async def drop(self, name: RecordKey) -> None: ...

    async def aclose(self) -> None: ...


class Idempotency:
    """Runs a write once for each key within 24 hours.

    Args:
        clock: the time of day in seconds.
        lease: seconds after which a process that died in the middle of a call is noticed.
    """

    def __init__(
        self, records: RecordStore, *, clock: Callable[[], float] = time.time, lease: float = LEASE_SECONDS
    ) -> None:
        self._records = records
        self._clock = clock
        self._lease = lease
        self._locks: dict[RecordKey, anyio.Lock] = {}

    async def once(self, principal: str, tool: str, key: str, arguments_hash: str, run: Run) -> dict[str, Any] | None:
        """The result of `run`, or the one that the same key has had. Two at once: one waits for the other.

        Args:
            run: gives a result that JSON can hold, or None while it still asks for input, which is not kept.

        Raises:
            InvalidInput: when the key has been used with other arguments.
            OutcomeUnknown: of `run`, kept like a result; also after a call with this key was cut off in the middle.
            Failure: any other of `run`; it is not kept.
        """
        name = RecordKey(principal, tool, key)
        async with self._alone(name):
            found = await self._found(name, arguments_hash)
            return await self._run(name, arguments_hash, run) if found is None else replayed(found)

    async def _found(self, name: RecordKey, arguments_hash: str) -> Mapping[str, Any] | None:
        """The outcome that is there already; None when the key is now ours."""
        while True:
            now = self._clock()
            ours = Record(arguments_hash, now + self._lease)
            record = await self._records.claim(name, ours, now)
            if record is None:
                return None
            if record.arguments_hash != arguments_hash:
                raise InvalidInput("This idempotency_key was used with other arguments; use a new key for a new call.")
            if record.outcome is not None:
                return record.outcome
            if record.expires <= now:
                return {"unknown": CUT_OFF}
            await anyio.sleep(0.1)

    async def _run(self, name: RecordKey, arguments_hash: str, run: Run) -> dict[str, Any] | None:
        outcome: Mapping[str, Any] | None = None
        begun = False
        renewing = asyncio.get_running_loop().create_task(self._renew(name, arguments_hash))
        try:
            await anyio.lowlevel.checkpoint_if_cancelled()
            begun = True
            result = await run()
        except OutcomeUnknown as unknown:
            outcome = {"unknown": unknown.message, "details": unknown.details}
            raise
        except anyio.get_cancelled_exc_class():
            outcome = {"unknown": CUT_OFF} if begun else None
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
        """A record that cannot be written must not hide what the call has done."""
        try:
            if outcome is None:
                await self._records.drop(name)
            else:
                await self._records.keep(name, Record(arguments_hash, self._clock() + RETENTION_SECONDS, outcome))
        except Unavailable:
            logger.warning("the outcome of a call could not be kept for its idempotency key")

    @asynccontextmanager
    async def _alone(self, name: RecordKey) -> AsyncGenerator[None]:
        lock = self._locks.setdefault(name, anyio.Lock())
        try:
            async with lock:
                yield
        finally:
            if not lock.statistics().tasks_waiting and not lock.locked():
                self._locks.pop(name, None)


def replayed(outcome: Mapping[str, Any]) -> dict[str, Any]:
    """The result of a kept outcome.

    Raises:
        OutcomeUnknown: when it was not known.
    """
    if "unknown" in outcome:
        raise OutcomeUnknown(outcome["unknown"], remedy="", details=outcome.get("details"))
    return outcome["result"]
