"""Background probes of a server's dependencies, started when `/metrics` is read."""

import asyncio
import contextvars
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import anyio

from mcp_chassis.server import Probe
from mcp_chassis.telemetry.metrics import serving_as

logger = logging.getLogger(__name__)

INTERVAL_SECONDS = 30.0
"""Minimum seconds between the starts of two probes."""
LIMIT_SECONDS = 20.0
NOT_CONFIGURED = "not configured"


@dataclass
class ProbeResult:
    """The last probe: the Unix time of its end, its duration in seconds, and whether each dependency was reached."""

    ended_at: float
    seconds: float
    reached: dict[str, bool] = field(default_factory=dict[str, bool])


class UpstreamProbe:
    """The probe of one server. Nothing waits for it: the metrics report the last result.

    Args:
        server: the short name of the server.
        probe: makes the probe.
        clock: returns monotonic seconds.
    """

    def __init__(
        self,
        server: str,
        probe: Callable[[], Awaitable[Sequence[Probe]]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.last: ProbeResult | None = None
        self._server = server
        self._probe = probe
        self._clock = clock
        self._begun: float | None = None
        self._task: asyncio.Task[None] | None = None

    def refresh(self) -> None:
        """Start a probe in the background unless one is running or recent."""
        is_recent = self._begun is not None and self._clock() - self._begun < INTERVAL_SECONDS
        if is_recent or (self._task and not self._task.done()):
            return
        self._begun = self._clock()
        # A new context, because the probe must not have the credential and the trace of the reader of the metrics.
        self._task = asyncio.create_task(self._run(), context=contextvars.Context())
        self._task.add_done_callback(self._ended)

    async def stop(self) -> None:
        """Cancel a running probe and wait for its end."""
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        reached = dict.fromkeys(self.last.reached if self.last else (), False)
        began = self._clock()
        with serving_as(self._server), anyio.move_on_after(LIMIT_SECONDS):
            probes = await self._probe()
            reached = {probe.name: probe.status == "ok" for probe in probes if probe.status != NOT_CONFIGURED}
        self.last = ProbeResult(time.time(), self._clock() - began, reached)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (error := task.exception()):
            logger.error("The probe of %s failed with a bug.", self._server, exc_info=error)
