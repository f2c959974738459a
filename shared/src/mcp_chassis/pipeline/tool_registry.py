"""Registry of a server's tools: those offered under its settings, and the reason why others are not."""

from typing import Any

from mcp_types import Tool as WireTool

from mcp_chassis.failures import PermissionDenied
from mcp_chassis.pipeline.bound_function import BoundFunction, InvalidDefinition, wire_tool
from mcp_chassis.pipeline.narrowing import current_narrowing
from mcp_chassis.pipeline.transport import Authorizer
from mcp_chassis.server import Server
from mcp_chassis.settings import ServerSettings
from mcp_chassis.tools import ArgumentMark, ToolDefinition


class ToolRegistry:
    """Tools by name, in the order the server declares them.

    Raises:
        InvalidDefinition: two tools share a name, a write that is not idempotent has no `idempotency_key`, or one
            with confirmation no `confirm`.
        BadSettings: when the settings name a tool that does not exist.
    """

    def __init__(self, server: Server[Any], settings: ServerSettings) -> None:
        self._tools: dict[str, BoundFunction[ToolDefinition]] = {}
        self._withheld = {tool.__name__: "is switched off on this server" for tool in server.every_tool}
        for tool in (BoundFunction(function, ToolDefinition) for function in server.offered(settings)):
            if tool.name in self._tools:
                raise InvalidDefinition(f"two tools are called {tool.name}")
            if not (
                tool.definition.read_only or tool.definition.idempotent or ArgumentMark.IDEMPOTENCY_KEY in tool.roles
            ):
                raise InvalidDefinition(f"{tool.name} is not idempotent, so it needs a parameter idempotency_key")
            if tool.definition.confirm is not None and ArgumentMark.CONFIRMATION not in tool.roles:
                raise InvalidDefinition(f"{tool.name} asks for confirmation, so it needs a parameter confirm")
            if settings.read_only and not tool.definition.read_only:
                self._withheld[tool.name] = "changes something, and this server is read-only"
            elif tool.definition.offered(settings):
                self._tools[tool.name] = tool
        self.wire: list[WireTool] = [wire_tool(tool) for tool in self._tools.values()]

    def __contains__(self, name: str) -> bool:
        """Whether the server has a tool of this name, offered or not."""
        return name in self._tools or name in self._withheld

    def visible(self, gate: Authorizer) -> list[WireTool]:
        """The tools that the current caller may call on its connection."""
        notes = {name: tool.definition for name, tool in self._tools.items()}
        left = current_narrowing()
        return [
            tool
            for tool in self.wire
            if gate.admits(notes[tool.name].permission, tool.name) and left.admits(tool.name, notes[tool.name])
        ]

    def permission(self, name: str) -> str:
        """The permission that a call needs; `read` for a tool that is not offered."""
        return self._tools[name].definition.permission if name in self._tools else "read"

    def tool(self, name: str) -> BoundFunction[ToolDefinition]:
        """The offered tool called `name`.

        Raises:
            PermissionDenied: when this configuration does not offer it, or the connection leaves it out.
        """
        if name not in self._tools:
            raise PermissionDenied(f"{name} {self._withheld[name]}.", remedy="Do not retry.")
        if not current_narrowing().admits(name, self._tools[name].definition):
            raise PermissionDenied(f"{name} is left out of this connection by its address or headers.", remedy="")
        return self._tools[name]
