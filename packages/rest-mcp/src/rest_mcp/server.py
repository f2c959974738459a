"""The REST server: its table of contents is a bridge file, read when the server is first asked for."""

import functools
from pathlib import Path
from typing import Any

from mcp_chassis.environment import full_environment
from mcp_chassis.server import Server

from rest_mcp.assembly import STARTER, server_of
from rest_mcp.settings import RestSettings


@functools.cache
def server_in_use() -> Server[RestSettings]:
    """The server of the bridge that `REST_BRIDGE` names; of the support desk, which is the quick start, without one.

    A name without a file behind it is told by the settings, beside whatever else is wrong with them.

    Raises:
        BadBridge: with one sentence for each rule the file breaks.
    """
    return server_of(path_in_use())


def path_in_use() -> Path:
    """The bridge file that counts."""
    named = Path(full_environment().get("REST_BRIDGE") or STARTER)
    return named if named.is_file() else STARTER


def __getattr__(name: str) -> Any:
    """`SERVER` is made when it is first asked for: nothing is read at import."""
    if name != "SERVER":
        raise AttributeError(name)
    return server_in_use()
