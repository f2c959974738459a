"""Reuse of results: the cache of reads, and the idempotency records of writes."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from mcp_types import CallToolResult

from mcp_chassis.pipeline.account import UpstreamAccount
from mcp_chassis.pipeline.read_cache import CallResult, ReadCache, Run, SharedResults, is_success
from mcp_chassis.pipeline.tool_call import ToolCall
from mcp_chassis.settings import ServerSettings
from mcp_chassis.storage.idempotency import Idempotency, Record, RecordKey, RecordStore, replayed


class ResultReuse:
    """Result cache and idempotency records of one server.

    Args:
        account: its name is part of the keys of records, because servers may share a store.
        records: creates the store of records on first use, so that servers that only read open no file.
        answers: the cache shared with other processes; None if this process has its own.
    """

    def __init__(
        self, account: UpstreamAccount, records: Callable[[], RecordStore], answers: SharedResults | None = None
    ) -> None:
        self._account = account
        self._reads = ReadCache(account, answers)
        self._open = records
        self._records: RecordStore | None = None
        self._writes: Idempotency | None = None

    async def answer(self, query: ToolCall, run: Run) -> CallResult:
        """The result of `run`, or an earlier one: from the cache for a read, by idempotency key for a write."""
        notes = query.tool.definition
        if notes.cache is not None:
            return await self._reads.result(query, run, notes.cache)
        try:
            return await (run() if query.idempotency_key is None else self._once(query, query.idempotency_key, run))
        finally:  # a failed write may have had its effect, so that results read before it are invalid
            await self._reads.outdate(notes.invalidates)

    async def once(self, query: ToolCall, key: str, run: Run) -> CallResult:
        """Run a write once under a key, as for an idempotency key."""
        return await self._once(query, key, run)

    async def recorded(self, query: ToolCall, key: str) -> CallToolResult | None:
        """The result that `once` stored under this key for the same arguments; None if there is none.

        Raises:
            OutcomeUnknown: when the outcome of that call is not known.
        """
        record = await self.found(query, key, time.time())
        if record is None or record.outcome is None or record.arguments_hash != query.fingerprint:
            return None
        return CallToolResult.model_validate(replayed(record.outcome))

    async def found(self, query: ToolCall, key: str, now: float) -> Record | None:
        """The record of this key for the caller and the tool."""
        return await self._store.find(self.name_of(query, key), now)

    async def remember(self, query: ToolCall, key: str, outcome: Mapping[str, Any], expires: float) -> None:
        """Store `outcome` under a key for the caller and the tool, bound to the arguments."""
        await self._store.keep(self.name_of(query, key), Record(query.fingerprint, expires, outcome))

    async def aclose(self) -> None:
        if self._records is not None:
            await self._records.aclose()

    async def _once(self, query: ToolCall, key: str, run: Run) -> CallResult:
        passing: list[CallResult] = []

        async def keepable() -> dict[str, Any] | None:
            answer = await run()
            if not is_success(answer):
                passing.append(answer)
                return None
            return answer.model_dump(mode="json", by_alias=True, exclude_none=True)

        if self._writes is None:
            self._writes = Idempotency(self._store)
        name = self.name_of(query, key)
        kept = await self._writes.once(*name, query.fingerprint, keepable)
        return passing[0] if kept is None else CallToolResult.model_validate(kept)

    @property
    def records(self) -> RecordStore:
        """The store of idempotency records and confirmation codes."""
        return self._store

    @property
    def _store(self) -> RecordStore:
        if self._records is None:
            self._records = self._open()
        return self._records

    def name_of(self, query: ToolCall, key: str) -> RecordKey:
        """The key in the store for a call with this idempotency key or code."""
        return RecordKey(query.principal, f"{self._account.name} {query.tool.name}", key)


def record_store_for(settings: ServerSettings) -> RecordStore:
    """The store of idempotency records that the settings choose: a file of the user, or this process's memory."""
    from mcp_chassis.storage.idempotency_records import FileRecordStore, MemoryRecordStore

    return FileRecordStore() if settings.idempotency_store == "file" else MemoryRecordStore()
