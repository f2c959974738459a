"""The servers of this workspace, found by entry point, and the folders they live in."""

from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, cast

from mcp_chassis.server import ENTRY_POINTS, Server

ROOT = Path(__file__).resolve().parents[1]


def servers() -> dict[str, Server[Any]]:
    """Every installed server by its name, in alphabetical order."""
    found = {entry.name: cast("Server[Any]", entry.load()) for entry in entry_points(group=ENTRY_POINTS)}
    return dict(sorted(found.items()))


def summary(name: str) -> str:
    """The one line that the package of a server says about itself."""
    [entry] = entry_points(group=ENTRY_POINTS, name=name)
    return str(entry.dist.metadata["Summary"]) if entry.dist else ""


def folder(name: str) -> Path:
    """The folder of the workspace member that brings the server `name`."""
    return _folders()[name]


def module(name: str) -> str:
    """The name under which a server's package is imported."""
    return name.replace("-", "_")


def _folders() -> Mapping[str, Path]:
    projects = [*ROOT.glob("packages/*/pyproject.toml"), *ROOT.glob("examples/*/pyproject.toml")]
    return {path.parent.name: path.parent for path in projects}
