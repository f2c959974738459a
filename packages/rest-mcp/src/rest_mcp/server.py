"""The REST server, built from its bridge file when `SERVER` is first accessed."""

import functools
from pathlib import Path
from typing import Any

from mcp_chassis.environment import full_environment
from mcp_chassis.server import Server

from rest_mcp.assembly import STARTER, server_of
from rest_mcp.settings import RestSettings


@functools.cache
def server_in_use() -> Server[RestSettings]:
    """Build the server of the bridge file that `REST_BRIDGE` names; without one, of the support desk.

    If the named file does not exist, this is the support desk too, and the settings report the missing file.

    Raises:
        BadBridge: with one sentence for each rule the file breaks.
    """
    return server_of(path_in_use())


def path_in_use() -> Path:
    """The path of the bridge file that is used: `REST_BRIDGE` if that file exists, else the support desk's."""
    named = Path(full_environment().get("REST_BRIDGE") or STARTER)
    return named if named.is_file() else STARTER


def __getattr__(name: str) -> Any:
    """Build `SERVER` at its first access, so that an import reads no file."""
    if name != "SERVER":
        raise AttributeError(name)
    return server_in_use()
