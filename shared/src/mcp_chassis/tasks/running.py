"""One call that may go on as a task: its rounds, its end, and what it tells its host meanwhile.

Uses private parts of the SDK's session, as there is no public way to make one session out of another.
"""
# pyright: reportPrivateUsage=false

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Mapping
from enum import Enum
from typing import Any

from mcp.server.context import ServerRequestContext
from mcp.server.session import ServerSession
from mcp.shared.dispatcher import CallOptions, DispatchContext
from mcp.shared.jsonrpc_dispatcher import progress_token_from_params
from mcp_types import CallToolRequestParams

from mcp_chassis.deadline import Allowance
from mcp_chassis.tasks.record import Task

AnyRequest = ServerRequestContext[Any, Any]
Handle = Callable[[AnyRequest, CallToolRequestParams], Awaitable[Any]]
Told = Callable[["RunningCall", str], Awaitable[None]]

CLEANUP_SECONDS = 1.5
"""How long a call that is cancelled may take to end."""


class Stop(Enum):
    """The reason why a call is cancelled."""

    BY_OWNER = "its owner cancelled it"
    BY_PROCESS = "its process ends"
    LOST = "its record says that it has ended, or is gone"


class RunningCall:
    """One call: a round for each time that the host has answered its questions.

    Args:
        handle: answers a round.
        ctx: the request that it began with.
        params: of the call as it came.
        allowance: the seconds that all rounds have.
        tell: takes each report of progress once it is a task.
    """

    def __init__(
        self, handle: Handle, ctx: AnyRequest, params: CallToolRequestParams, allowance: Allowance, tell: Told
    ) -> None:
        self._handle = handle
        self._ctx = _going_on(ctx, self, tell)
        self.params = params
        self.allowance = allowance
        self.task: Task | None = None
        """The record as it began; None until the call becomes a task."""
        self.changed = asyncio.Event()
        """Set when the record may have been changed by others, or the call is to end."""
        self.stop: Stop | None = None
        self.is_waiting = False
        self.round = 0
        self.next_report = 0.0
        self._job: asyncio.Task[Any]
        self.begin(params)

    def begin(self, params: CallToolRequestParams) -> None:
        """Begin a round."""
        with self.allowance.given():
            self._job = asyncio.create_task(self._round(params))

    @property
    def suffix(self) -> str:
        """What this round's keys of questions end in, so that a late answer to an earlier one is none to a later."""
        return f"-{self.round}"

    async def within(self, seconds: float) -> bool:
        """Whether the round ends within so many seconds."""
        done, _ = await asyncio.wait({self._job}, timeout=seconds)
        return bool(done)

    async def result(self) -> Any:
        """The answer of the round.

        Raises:
            MCPError: of the protocol.
        """
        await asyncio.wait({self._job})
        return self._job.result()

    def end(self, why: Stop) -> None:
        """Cancel the round or the waiting for an answer."""
        self.stop = self.stop or why
        self._job.cancel()
        self.changed.set()

    async def cancelled(self) -> None:
        """Cancel the round and wait a moment for its end."""
        self._job.cancel()
        await asyncio.wait({self._job}, timeout=CLEANUP_SECONDS)

    async def settled(self) -> asyncio.Task[Any] | None:
        """The round once it has ended; None where it was cancelled, or was to be and has not ended in time."""
        stopped = asyncio.create_task(self._stopped())
        try:
            await asyncio.wait({self._job, stopped}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopped.cancel()
        return self._job if self._job.done() and not self._job.cancelled() else None

    async def _round(self, params: CallToolRequestParams) -> Any:
        return await self._handle(self._ctx, params)

    async def _stopped(self) -> None:
        while self.stop is None:
            await self.changed.wait()
            if self.stop is None:
                self.changed.clear()
        await asyncio.sleep(CLEANUP_SECONDS)


def _going_on(ctx: AnyRequest, call: RunningCall, tell: Told) -> AnyRequest:
    """The request, with a session whose notifications go on once the call is a task.

    The answer that names the task ends the request's own channel: after it they take the connection's, where there is
    one, and the record holds the last report of progress.
    """
    session = ctx.session
    channel: Any = _Channel(session._request_outbound, session._connection, ctx, call, tell)  # noqa: SLF001
    return dataclasses.replace(ctx, session=ServerSession(channel, session._connection, request_meta=ctx.meta))  # noqa: SLF001


class _Channel:
    """The channel of a request, until the request is answered with a task."""

    def __init__(
        self,
        own: DispatchContext[Any],
        connection: Any,
        ctx: AnyRequest,
        call: RunningCall,
        tell: Told,
    ) -> None:
        self._own = own
        self._connection = connection
        self._token = progress_token_from_params(ctx.params)
        self._call = call
        self._tell = tell

    def __getattr__(self, name: str) -> Any:
        return getattr(self._own, name)

    async def notify(self, method: str, params: Mapping[str, Any] | None, opts: CallOptions | None = None) -> None:
        channel = self._connection.outbound if self._call.task else self._own
        await channel.notify(method, params, opts)

    async def progress(self, progress: float, total: float | None = None, message: str | None = None) -> None:
        if self._call.task is None:
            await self._own.progress(progress, total, message)
            return
        await self._tell(self._call, message or (f"{progress:g}" if total is None else f"{progress:g} of {total:g}"))
        if self._token is not None:
            found = {"progressToken": self._token, "progress": progress, "total": total, "message": message}
            await self.notify(
                "notifications/progress", {key: value for key, value in found.items() if value is not None}
            )
