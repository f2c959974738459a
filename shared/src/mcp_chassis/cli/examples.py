"""The entries of every server for every host, with values to fill in: the content of examples/host-configs."""

from collections.abc import Mapping
from typing import Any

from mcp_chassis.cli.hosts.catalog import HOSTS, Host
from mcp_chassis.cli.hosts.entries import local_entry, remote_entry, settings_in_entry
from mcp_chassis.server import Server

UV = "/absolute/path/to/uv"
CHECKOUT = "/absolute/path/to/toolroll"
URL = "https://tools.example.com/mcp"
SUFFIXES = {"jsonc": "json", "toml": "toml", "yaml": "yaml"}


def examples(servers: Mapping[str, Server[Any]]) -> dict[str, str]:
    """The text of each file by its path below the folder: HOST/SERVER.json, and HOST/remote.json for any over HTTP."""
    files: dict[str, str] = {}
    for host_name, host in HOSTS.items():
        suffix = SUFFIXES[host.format]
        for name, server in servers.items():
            files[f"{host_name}/{name}.{suffix}"] = local_example(host, server)
        server = next(iter(servers.values()))
        files[f"{host_name}/remote.{suffix}"] = remote_entry(host, server, URL).snippet(host)
    return files


def local_example(host: Host, server: Server[Any]) -> str:
    """An entry whose settings are to be filled in; a host that asks for secrets has none to fill in."""
    settings = settings_in_entry(server.settings, {})
    to_fill_in = settings.unset if host.inputs else [*settings.unset, *settings.secrets]
    settings.values.update({name: f"YOUR_{name}" for name in to_fill_in})
    return local_entry(host, server, [UV, "--directory", CHECKOUT, "run", server.name], settings).snippet(host)
