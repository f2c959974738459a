"""Batching: items submitted within a short time share one executor call; each caller receives its own value."""

import asyncio
import contextvars
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Any, Generic, TypeVar

import anyio

from mcp_chassis.failures import Failure, InternalError, UpstreamError
from mcp_chassis.telemetry.metrics import current_server
from mcp_chassis.telemetry.observer import Level, Observer, current_observer, observed_by
from mcp_chassis.telemetry.redaction import secrets_of_call

Item = TypeVar("Item")
Value = TypeVar("Value")

Execute = Callable[[Sequence[Item]], Awaitable[Sequence[Value | Failure]]]

MAX_KEYS = 8
MAX_NOTICE_SECONDS = 1.0
"""Seconds for which the host of one caller may delay messages about the shared call."""


class Batcher(Generic[Item, Value]):
    """Collects the items submitted within `seconds`, at most `most`, for one call of `execute`.

    `execute` returns a value or a `Failure` for each item, in their order. It is shared: if a caller is cancelled, the
    others still get their values, and it is cancelled with the last one. The hosts of all callers are notified of its
    requests.
    """

    def __init__(self, execute: Execute[Item, Value], *, seconds: float = 0.1, most: int = 10) -> None:
        self._execute = execute
        self._seconds = seconds
        self._most = most
        self._open: _Group[Item, Value] | None = None

    async def submit(self, item: Item) -> Value:
        """Add an item to the current batch, and return its value.

        Raises:
            Failure: the item's own, or that of the whole call.
        """
        group = self._open
        if group is None or group.full.is_set():
            group = self._open = _Group(self._most)
            group.task = asyncio.get_running_loop().create_task(self._run(group), context=_shared_context())
            group.task.add_done_callback(group.ended)
        return await group.wait_for(item)

    async def _run(self, group: "_Group[Item, Value]") -> None:
        try:
            async with asyncio.timeout(self._seconds):
                await group.full.wait()
        except TimeoutError:
            group.full.set()
        waiting = [(item, caller) for item, caller in group.items if not caller.done()]
        if not waiting:
            return
        try:
            with observed_by(_Observers({caller: group.observers[caller] for _, caller in waiting})):
                values = await self._execute([item for item, _ in waiting])
        except Failure as failure:
            values = [failure] * len(waiting)
        if len(values) != len(waiting):
            values = [UpstreamError("The response to a batch does not have one result for each item.")] * len(waiting)
        for (_, caller), value in zip(waiting, values, strict=True):
            _give(caller, value)


class KeyedBatcher(Generic[Item, Value]):
    """Batches by key, such as an account: items with different keys are never in one call.

    Args:
        execute, seconds, most: see `Batcher`.
        max_keys: number of most recently used keys whose batches accept more items.
    """

    def __init__(
        self, execute: Execute[Item, Value], *, seconds: float = 0.1, most: int = 10, max_keys: int = MAX_KEYS
    ) -> None:
        self._execute, self._seconds, self._most = execute, seconds, most
        self._max_keys = max_keys
        self._batchers: OrderedDict[str, Batcher[Item, Value]] = OrderedDict()

    async def submit(self, key: str, item: Item) -> Value:
        """Add an item to the current batch of its key, and return its value.

        Raises:
            Failure: the item's own, or that of the whole call.
        """
        batcher = self._batchers.get(key) or Batcher(self._execute, seconds=self._seconds, most=self._most)
        self._batchers[key] = batcher
        self._batchers.move_to_end(key)
        if len(self._batchers) > self._max_keys:
            self._batchers.popitem(last=False)  # callers that wait in it still get their values
        return await batcher.submit(item)


class _Group(Generic[Item, Value]):
    """The items of one executor call, and the callers that wait for them."""

    def __init__(self, most: int) -> None:
        self.items: list[tuple[Item, asyncio.Future[Value]]] = []
        self.observers: dict[asyncio.Future[Value], Observer] = {}
        self.full = asyncio.Event()
        self.task: asyncio.Task[None] | None = None
        self._most = most

    async def wait_for(self, item: Item) -> Value:
        caller: asyncio.Future[Value] = asyncio.get_running_loop().create_future()
        self.items.append((item, caller))
        self.observers[caller] = current_observer()
        if len(self.items) >= self._most:
            self.full.set()
        try:
            return await caller
        finally:
            if self.task is not None and all(each.done() for _, each in self.items) and self.full.is_set():
                self.task.cancel()

    def ended(self, task: asyncio.Task[None]) -> None:
        """Pass an unexpected exception of the executor to the callers that still wait.

        This module cancels the task only when no caller waits, so that a cancelled task with waiting callers is a bug
        too.
        """
        bug = InternalError() if task.cancelled() else task.exception()
        for _, caller in self.items:
            if bug is not None and not caller.done():
                caller.set_exception(bug)


def _shared_context() -> contextvars.Context:
    """A context with the server and the secrets of the call, without its deadline: each caller has its own."""
    context = contextvars.Context()
    context.run(current_server.set, current_server.get())
    context.run(secrets_of_call.set, secrets_of_call.get())
    return context


class _Observers:
    """Observers of the callers that still wait: attempts are counted once, and each host is notified."""

    def __init__(self, observers: Mapping["asyncio.Future[Value]", Observer]) -> None:
        self._observers = observers

    def attempted(self, upstream: str, outcome: str, seconds: float) -> None:
        next(iter(self._observers.values())).attempted(upstream, outcome, seconds)

    async def waiting(self, upstream: str, message: str) -> None:
        await self._each(lambda observer: observer.waiting(upstream, message))

    async def announce(self, level: Level, message: str) -> None:
        await self._each(lambda observer: observer.announce(level, message))

    async def _each(self, tell: Callable[[Observer], Coroutine[Any, Any, None]]) -> None:
        """Call `tell` once for each observer, even if its call waits for several items."""
        waiting = {id(observer): observer for caller, observer in self._observers.items() if not caller.done()}
        with anyio.move_on_after(MAX_NOTICE_SECONDS):
            async with anyio.create_task_group() as hosts:
                for observer in waiting.values():
                    hosts.start_soon(tell, observer)


def _give(caller: "asyncio.Future[Value]", value: Value | Failure) -> None:
    if caller.done():
        return
    if isinstance(value, Failure):
        caller.set_exception(value)
    else:
        caller.set_result(value)
