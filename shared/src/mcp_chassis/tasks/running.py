"""One call that may become a task: its rounds, its cancellation and its notifications.

Uses private parts of the SDK's session, since there is no public way to derive one session from another.
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
"""Time that a cancelled call has to end."""


class Stop(Enum):
    """The reason why a call is cancelled."""

    BY_OWNER = "its owner cancelled it"
    BY_PROCESS = "its process ends"
    LOST = "its record says that it has ended, or is gone"


class RunningCall:
    """One call in one or more rounds: each set of responses to its questions starts another round.

    Args:
        handle: handles a round.
        ctx: the context of the original request.
        params: the parameters of the original request.
        allowance: the time for all rounds together.
        tell: receives the progress messages once the call is a task.
    """

    def __init__(
        self, handle: Handle, ctx: AnyRequest, params: CallToolRequestParams, allowance: Allowance, tell: Told
    ) -> None:
        self._handle = handle
        self._ctx = _going_on(ctx, self, tell)
        self.params = params
        self.allowance = allowance
        self.task: Task | None = None
        """The task's initial record; None until the call becomes a task."""
        self.changed = asyncio.Event()
        """Set when the record may have changed or the call is to stop."""
        self.stop: Stop | None = None
        self.is_waiting = False
        self.round = 0
        self.next_report = 0.0
        self._job: asyncio.Task[Any]
        self.begin(params)

    def begin(self, params: CallToolRequestParams) -> None:
        """Start a round."""
        with self.allowance.given():
            self._job = asyncio.create_task(self._round(params))

    @property
    def suffix(self) -> str:
        """Suffix of the question keys of this round, so that a late response cannot match a later round's question."""
        return f"-{self.round}"

    async def within(self, seconds: float) -> bool:
        """Wait for the end of the round for at most `seconds`; return whether it ended."""
        done, _ = await asyncio.wait({self._job}, timeout=seconds)
        return bool(done)

    async def result(self) -> Any:
        """Wait for the round and return its result.

        Raises:
            MCPError: the round ended with a protocol error.
        """
        await asyncio.wait({self._job})
        return self._job.result()

    def end(self, why: Stop) -> None:
        """Cancel the round, or the wait for responses."""
        self.stop = self.stop or why
        self._job.cancel()
        self.changed.set()

    async def cancelled(self) -> None:
        """Cancel the round and wait up to `CLEANUP_SECONDS` for its end."""
        self._job.cancel()
        await asyncio.wait({self._job}, timeout=CLEANUP_SECONDS)

    async def settled(self) -> asyncio.Task[Any] | None:
        """Wait for the round; return its asyncio task, or None if it was cancelled or did not stop in time."""
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
    """Return the request's context with a session that can still send notifications once the call is a task.

    The response with the task closes the request's own channel. From then on notifications use the connection's
    channel, if there is one, and the record has the last progress message.
    """
    session = ctx.session
    channel: Any = _Channel(session._request_outbound, session._connection, ctx, call, tell)  # noqa: SLF001
    return dataclasses.replace(ctx, session=ServerSession(channel, session._connection, request_meta=ctx.meta))  # noqa: SLF001


class _Channel:
    """Outbound channel of a call: that of its request, or that of the connection once the call is a task."""

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
