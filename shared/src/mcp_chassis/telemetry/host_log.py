"""Log messages to the host about a call: retries, waits, fallbacks, stages.

Since 2026-07-28 a request says in its `_meta` from which level on it wants them; before, `logging/setLevel` said so
for the whole connection. Who never asked is told nothing.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, get_args

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
"""From `debug` to `emergency`."""


class HostLog:
    """What a host hears about its calls.

    Args:
        name: the logger's name in messages: the server's.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._level: LoggingLevel | None = None

    def serve(self, server: LowLevelServer[Any]) -> None:
        """Offer `logging/setLevel`; only where a connection lasts, for the level is the connection's."""
        server.add_request_handler("logging/setLevel", SetLevelRequestParams, self._set_level)

    async def announce(self, ctx: Context[Any, Any], level: LoggingLevel, text: str) -> None:
        """Tell the host whose call `ctx` is, where it asked for messages of this level; secrets are removed."""
        if ctx.protocol_version is None:  # called by a program, not by a host
            return
        wanted = self._wanted(ctx.protocol_version, ctx.request_context.meta)
        if wanted is None or LEVELS.index(level) < LEVELS.index(wanted):
            return
        params = LoggingMessageNotificationParams(level=level, logger=self._name, data=scrub_log(text))
        await ctx.session.send_notification(LoggingMessageNotification(params=params), ctx.request_id)

    def observing(self, ctx: Context[Any, Any]) -> AbstractContextManager[None]:
        """Inside, attempts are counted and the host whose call `ctx` is hears of waits."""
        return observed_by(_Telling(self, ctx))

    def _wanted(self, version: str, meta: Mapping[str, Any] | None) -> LoggingLevel | None:
        if version not in MODERN_PROTOCOL_VERSIONS:
            return self._level
        asked = (meta or {}).get(LOG_LEVEL_META_KEY)
        return asked if asked in LEVELS else None

    async def _set_level(self, ctx: ServerRequestContext[Any, Any], params: SetLevelRequestParams) -> EmptyResult:
        self._level = params.level
        return EmptyResult()


class _Telling:
    """The observer of one call: counts attempts, and tells the call's host of waits."""

    def __init__(self, log: HostLog, ctx: Context[Any, Any], metrics: Metrics = METRICS) -> None:
        self._log = log
        self._ctx = ctx
        self._metrics = metrics

    def attempted(self, upstream: str, outcome: str, seconds: float) -> None:
        self._metrics.attempted(upstream, outcome, seconds)

    async def waiting(self, upstream: str, message: str) -> None:
        self._metrics.waited(upstream)
        await self._log.announce(self._ctx, "warning", message)
