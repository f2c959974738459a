"""Log notifications to the host of a call: retries, waits, fallbacks, stages, use of caches, upstream requests.

Since 2026-07-28 the lowest level is in the `_meta` of each request; in earlier revisions `logging/setLevel` sets it for
the connection. A host that set no level receives no messages.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from typing import Any, get_args

import anyio
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server as LowLevelServer
from mcp.server.mcpserver import Context
from mcp_types import (
    LOG_LEVEL_META_KEY,
    EmptyResult,
    LoggingLevel,
    LoggingMessageNotification,
    LoggingMessageNotificationParams,
    SetLevelRequestParams,
)
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from mcp_chassis.telemetry.metrics import METRICS, Metrics
from mcp_chassis.telemetry.observer import observed_by
from mcp_chassis.telemetry.redaction import scrub_log

LEVELS: tuple[LoggingLevel, ...] = get_args(LoggingLevel)
"""The levels in ascending order, from `debug` to `emergency`."""


class HostLog:
    """Sender of log notifications.

    Args:
        name: the name of the logger in notifications, which is the server's.
        tidy: removes invisible characters and secrets from a text.
    """

    def __init__(self, name: str, tidy: Callable[[str], str]) -> None:
        self._name = name
        self._tidy = tidy
        self._level: LoggingLevel | None = None

    def serve(self, server: LowLevelServer[Any]) -> None:
        """Handle `logging/setLevel`. Only for transports with a persistent connection, which has the level."""
        server.add_request_handler("logging/setLevel", SetLevelRequestParams, self._set_level)

    async def announce(self, ctx: Context[Any, Any], level: LoggingLevel, text: str) -> None:
        """Notify the host of the call `ctx` if it has requested this level; secrets are removed from the text."""
        if ctx.protocol_version is None:  # called by a program, not by a host
            return
        wanted = self._wanted(ctx.protocol_version, ctx.request_context.meta)
        if wanted is None or LEVELS.index(level) < LEVELS.index(wanted):
            return
        params = LoggingMessageNotificationParams(level=level, logger=self._name, data=scrub_log(self._tidy(text)))
        with suppress(anyio.ClosedResourceError, anyio.BrokenResourceError):  # the host has gone; the call continues
            await ctx.session.send_notification(LoggingMessageNotification(params=params), ctx.request_id)

    def observing(self, ctx: Context[Any, Any]) -> AbstractContextManager[None]:
        """Inside the block, count upstream attempts and notify the host of the call `ctx` of waits."""
        return observed_by(_CallObserver(self, ctx))

    def _wanted(self, version: str, meta: Mapping[str, Any] | None) -> LoggingLevel | None:
        if version not in MODERN_PROTOCOL_VERSIONS:
            return self._level
        asked = (meta or {}).get(LOG_LEVEL_META_KEY)
        return asked if asked in LEVELS else None

    async def _set_level(self, ctx: ServerRequestContext[Any, Any], params: SetLevelRequestParams) -> EmptyResult:
        self._level = params.level
        return EmptyResult()


class _CallObserver:
    """The observer of one call: counts attempts and notifies the host of waits."""

    def __init__(self, log: HostLog, ctx: Context[Any, Any], metrics: Metrics = METRICS) -> None:
        self._log = log
        self._ctx = ctx
        self._metrics = metrics

    def attempted(self, upstream: str, outcome: str, seconds: float) -> None:
        self._metrics.attempted(upstream, outcome, seconds)

    async def waiting(self, upstream: str, message: str) -> None:
        self._metrics.waited(upstream)
        await self.announce("warning", message)

    async def announce(self, level: LoggingLevel, message: str) -> None:
        await self._log.announce(self._ctx, level, message)
