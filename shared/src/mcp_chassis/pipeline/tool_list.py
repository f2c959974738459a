"""The list of tools that a caller sees, and notifications of changes to it.

A tool that the server's credential is known not to permit is left out of lists. It can still be called, because the
upstream's own refusal is more precise, and because a host may use an older list.
"""

import logging
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from mcp.server.lowlevel import NotificationOptions
from mcp.server.lowlevel import Server as LowLevelServer
from mcp.server.mcpserver import Context
from mcp.server.models import InitializationOptions
from mcp.server.subscriptions import SubscriptionBus, ToolsListChanged
from mcp.shared.exceptions import MCPError
from mcp_types import Tool as WireTool
from mcp_types import ToolListChangedNotification
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS

from mcp_chassis.failures import Failure
from mcp_chassis.pipeline.tool_registry import ToolRegistry
from mcp_chassis.pipeline.transport import Authorizer

logger = logging.getLogger(__name__)


class ToolList:
    """The tools offered, without those that cannot be used.

    Args:
        inventory: every tool these settings offer.
        gate: admits the current caller.
        bus: carries the event of a changed list to streams of subscriptions.
        unusable: returns the tools known to be unusable, by name with the reason.
    """

    def __init__(
        self, inventory: ToolRegistry, gate: Authorizer, bus: SubscriptionBus, unusable: Callable[[], Mapping[str, str]]
    ) -> None:
        self._inventory = inventory
        self._gate = gate
        self._bus = bus
        self._unusable = unusable
        self._announced: Mapping[str, str] = {}

    def visible(self) -> list[WireTool]:
        """The tools that the current caller may call on its connection and that are not known to be unusable."""
        unusable = self._unusable()
        return [tool for tool in self._inventory.visible(self._gate) if tool.name not in unusable]

    @asynccontextmanager
    async def announcing_changes(self, ctx: Context[Any, Any]) -> AsyncGenerator[None]:
        """Notify hosts, before the response to `ctx`, if the list changes inside the block.

        Since 2026-07-28 the event is sent on the streams subscribed to it. In earlier revisions it accompanies the
        response to this request, because over HTTP there is no other channel to the host.
        """
        try:
            yield
        except (Failure, MCPError):
            await self._announce(ctx)
            raise
        await self._announce(ctx)

    async def _announce(self, ctx: Context[Any, Any]) -> None:
        known = self._unusable()
        if not known and not self._announced:
            return
        offered = {tool.name for tool in self._inventory.wire}
        unusable = {name: reason for name, reason in known.items() if name in offered}
        if unusable.keys() == self._announced.keys():
            return
        self._announced = unusable
        logger.info("tools left out of lists: %s", "; ".join(map(" ".join, unusable.items())) or "none")
        await self._bus.publish(ToolsListChanged())
        if ctx.protocol_version in HANDSHAKE_PROTOCOL_VERSIONS:
            await ctx.session.send_notification(ToolListChangedNotification(), ctx.request_id)


def declare_changes(server: LowLevelServer[Any]) -> None:
    """Declare in the handshake of earlier revisions that hosts are notified of changes to the list of tools."""
    make = server.create_initialization_options

    def options(
        notification_options: NotificationOptions | None = None,
        experimental_capabilities: dict[str, dict[str, Any]] | None = None,
        extensions: dict[str, dict[str, Any]] | None = None,
    ) -> InitializationOptions:
        return make(
            notification_options or NotificationOptions(tools_changed=True), experimental_capabilities, extensions
        )

    # the SDK's HTTP transport asks for the options itself and has no parameter for them
    server.create_initialization_options = options
