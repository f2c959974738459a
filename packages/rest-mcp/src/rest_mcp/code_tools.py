"""Tools implemented in Python, which installed packages offer through the entry point group `rest_mcp.tools`."""

from collections.abc import Awaitable, Callable
from importlib.metadata import entry_points
from typing import Any, cast

from rest_mcp.bad_bridge import BadBridge

ENTRY_POINTS = "rest_mcp.tools"
Function = Callable[..., Awaitable[Any]]


def offered_code(name: str) -> Function:
    """Load the tool that an installed package offers as `name`. A bridge file cannot name code in any other way.

    Raises:
        BadBridge: no installed package offers the name, or several do.
    """
    found = [entry for entry in entry_points(group=ENTRY_POINTS) if entry.name == name]
    if len(found) != 1:
        many = "several installed packages offer" if found else "no installed package offers"
        raise BadBridge(f"tools: {many} a tool called {name} in code")
    return cast("Function", found[0].load())
