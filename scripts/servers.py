"""The servers of this workspace, found by entry point, and the folders they live in."""

import tomllib
from collections.abc import Mapping
from importlib.metadata import entry_points, metadata
from pathlib import Path
from typing import Any, cast

from mcp_chassis.server import ENTRY_POINTS, Server

ROOT = Path(__file__).resolve().parents[1]


def servers() -> dict[str, Server[Any]]:
    """Every installed server by its distribution's name, in alphabetical order."""
    found = {entry.name: cast("Server[Any]", entry.load()) for entry in entry_points(group=ENTRY_POINTS)}
    return dict(sorted(found.items()))


def summary(distribution: str) -> str:
    """The one line a package says about itself."""
    return str(metadata(distribution)["Summary"])


def folder(distribution: str) -> Path:
    """The folder of the workspace member that declares `distribution`."""
    return _folders()[distribution]


def module(distribution: str) -> str:
    """The name under which a distribution is imported."""
    return distribution.replace("-", "_")


def _folders() -> Mapping[str, Path]:
    projects = [*ROOT.glob("packages/*/pyproject.toml"), *ROOT.glob("examples/*/pyproject.toml")]
    return {str(tomllib.loads(path.read_text())["project"]["name"]): path.parent for path in projects}
