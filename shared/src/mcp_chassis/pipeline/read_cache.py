"""Cache of the results of reads, per principal and credential, with single flight and invalidation by writes."""

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple, Protocol, TypeGuard

import anyio
from mcp_types import CallToolResult, InputRequiredResult

from mcp_chassis.failures import Failure
from mcp_chassis.output.dated import dated, moment
from mcp_chassis.output.warnings import collecting
from mcp_chassis.pipeline.account import UpstreamAccount
from mcp_chassis.pipeline.tool_call import ToolCall
from mcp_chassis.storage.cache import Cache, canonical
from mcp_chassis.telemetry.observer import announce_reuse

CallResult = CallToolResult | InputRequiredResult
Run = Callable[[], Awaitable[CallResult]]


class CacheSlot(NamedTuple):
    """A slot of the shared cache with its content; `place` is None if nothing can be stored.

    `asked_at` is the time of the look-up by the clock of the shared cache, in microseconds.
    """

    place: str | None
    answer: Mapping[str, Any] | None
    asked_at: int = 0


class SharedResults(Protocol):
    """Result cache shared between processes. No method raises; on an error the upstream is called.

    `keep` does not replace a result whose read began later in another process.
    """

    async def find(self, tool: str, principal: str, arguments: str) -> CacheSlot:
        """The slot for these arguments with the stored result, if there is one."""
        ...

    async def keep(self, found: CacheSlot, answer: Mapping[str, Any], seconds: float) -> None:
        """Store a result for `seconds` in the slot of its look-up."""
        ...

    async def outdate(self, tool: str) -> None:
        """Invalidate the stored results of a tool."""
        ...


class NoResults:
    """`SharedResults` that stores nothing, for processes that cannot learn of each other's writes."""

    async def find(self, tool: str, principal: str, arguments: str) -> CacheSlot:
        return CacheSlot(None, None)

    async def keep(self, found: CacheSlot, answer: Mapping[str, Any], seconds: float) -> None:
        return None

    async def outdate(self, tool: str) -> None:
        return None


class ReadResult(NamedTuple):
    """A result and the time of its read; `storable` if it is complete, `reused` if another process read it."""

    answer: CallToolResult
    as_of: str
    storable: bool = True
    reused: bool = False


class ReadCache:
    """The results of one server's reads that declare a time to live.

    Failures, questions to the host and results with warnings are not stored. A result from the cache has the time of
    its read in `as_of`.

    Args:
        account: returns the digest of the credential that a call uses.
        shared: the cache shared by processes; None if this process has its own.
        clock: returns the Unix time in seconds.
    """

    def __init__(
        self, account: UpstreamAccount, shared: SharedResults | None, clock: Callable[[], float] = time.time
    ) -> None:
        self._account = account
        self._shared = shared
        self._clock = clock
        self._cache = Cache[ReadResult]()

    async def result(self, query: ToolCall, run: Run, seconds: float) -> CallResult:
        """The result of `run`, or one for the same arguments that is at most `seconds` old."""
        try:
            owner = await self._owner(query)
        except Failure:
            return await run()  # which fails with what is missing, or asks the host to sign in
        tool, arguments = query.tool.name, query.cached_by
        if not query.fresh and (known := self._cache.found(tool, arguments, owner)) is not None:
            return await _reused(tool, known)
        # Only the shared cache learns of invalidation by other processes. With one, this process stores nothing.
        own_seconds = seconds if self._shared is None else 0.0
        try:
            read = await self._cache.get(
                tool,
                arguments,
                owner,
                lambda: self._read(query, owner, run, seconds),
                ttl=lambda read: own_seconds if read.storable else 0.0,
                fresh=query.fresh,
            )
        except _NotShared as passing:
            return passing.answer
        return await _reused(tool, read) if read.reused else read.answer

    async def outdate(self, tools: tuple[str, ...]) -> None:
        """Drop the results of these tools, in every process."""
        for tool in tools:
            self._cache.invalidate(tool)
        if self._shared is not None and tools:
            with anyio.CancelScope(shield=True):
                for tool in tools:
                    await self._shared.outdate(tool)

    async def _owner(self, query: ToolCall) -> str:
        return f"{query.principal} {await self._account.credential(query.principal)}"

    async def _read(self, query: ToolCall, owner: str, run: Run, seconds: float) -> ReadResult:
        """The result of `run`, or one from the shared cache."""
        if self._shared is None:
            return await self._new(query, owner, run)
        slot = await self._shared.find(query.tool.name, owner, canonical(query.cached_by))
        if slot.answer is not None and not query.fresh:
            return ReadResult(CallToolResult.model_validate(slot.answer["result"]), slot.answer["as_of"], reused=True)
        read = await self._new(query, owner, run)
        if read.storable:
            result = read.answer.model_dump(mode="json", by_alias=True, exclude_none=True)
            await self._shared.keep(slot, {"result": result, "as_of": read.as_of}, seconds)
        return read

    async def _new(self, query: ToolCall, owner: str, run: Run) -> ReadResult:
        as_of = moment(self._clock())
        with collecting() as warnings:
            answer = await run()
        if not is_success(answer):
            raise _NotShared(answer)
        return ReadResult(answer, as_of, storable=not warnings and await self._owner(query) == owner)


async def _reused(tool: str, read: ReadResult) -> CallToolResult:
    await announce_reuse(tool, read.as_of)
    return dated(read.answer, read.as_of)


class _NotShared(Exception):
    """Carries a result that other callers must not share: a failed one, or a request to the host."""

    def __init__(self, answer: CallResult) -> None:
        super().__init__()
        self.answer = answer


def is_success(answer: CallResult) -> TypeGuard[CallToolResult]:
    return isinstance(answer, CallToolResult) and not answer.is_error
