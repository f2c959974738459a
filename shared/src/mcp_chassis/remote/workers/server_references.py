"""References to servers: texts by which another process of the same program finds the same `Server`."""

import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from mcp_chassis.server import ENTRY_POINTS, Server
from mcp_chassis.settings import BadSettings

Servers = Mapping[str, Server[Any]]


def references_of(servers: Servers) -> dict[str, str]:
    """The reference of each server, `module:attribute`, by the server's path.

    Raises:
        BadSettings: when a server is in no variable of a module, so that no other process can find it.
    """
    return {path: _reference_of(server) for path, server in servers.items()}


def servers_of(references: Mapping[str, str]) -> dict[str, Server[Any]]:
    """The servers of references, by path."""
    return {path: _at(reference) for path, reference in references.items()}


def _reference_of(server: Server[Any]) -> str:
    for entry in entry_points(group=ENTRY_POINTS, name=server.name):
        if entry.load() is server:
            return entry.value
    for reference, found in _in_modules():
        if found is server:
            return reference
    raise BadSettings([f"MCP_WORKERS: {server.name} has to be in a variable of a module for more than one process"])


def _in_modules() -> Iterator[tuple[str, object]]:
    for name, module in list(sys.modules.items()):
        for attribute, value in list(getattr(module, "__dict__", {}).items()):
            yield f"{name}:{attribute}", value


def _at(reference: str) -> Server[Any]:
    module, _, attribute = reference.partition(":")
    return getattr(import_module(module), attribute)
