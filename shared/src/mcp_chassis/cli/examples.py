"""The entries of every server for every host, with places to fill in: what examples/host-configs holds."""

from collections.abc import Mapping
from typing import Any

from mcp_chassis.cli.host_entries import HOSTS, entry_for
from mcp_chassis.server import Server

UV = "/absolute/path/to/uv"
CHECKOUT = "/absolute/path/to/toolroll"


def examples(servers: Mapping[str, Server[Any]]) -> dict[str, str]:
    """The text of each file by its path below the folder: HOST/SERVER.json, or .toml."""
    files: dict[str, str] = {}
    for host_name, host in HOSTS.items():
        for name, server in servers.items():
            suffix = "toml" if host.form == "toml" else "json"
            entry = entry_for(host, server, [UV, "--directory", CHECKOUT, "run", name])
            files[f"{host_name}/{name}.{suffix}"] = host.snippet(name, entry)
    return files
