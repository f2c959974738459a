"""Example entries of every server for every host, with placeholders: the content of examples/host-configs."""

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
    """Texts of the example files by relative path: HOST/SERVER.json, and HOST/remote.json for a server over HTTP."""
    files: dict[str, str] = {}
    for host_name, host in HOSTS.items():
        suffix = SUFFIXES[host.format]
        for name, server in servers.items():
            files[f"{host_name}/{name}.{suffix}"] = local_example(host, server)
        server = next(iter(servers.values()))
        files[f"{host_name}/remote.{suffix}"] = remote_entry(host, server, URL).snippet(host)
    return files


def local_example(host: Host, server: Server[Any]) -> str:
    """An entry with placeholders for settings, and for secrets unless the host prompts for them."""
    settings = settings_in_entry(server.settings, {})
    to_fill_in = settings.unset if host.inputs else [*settings.unset, *settings.secrets]
    settings.values.update({name: f"YOUR_{name}" for name in to_fill_in})
    return local_entry(host, server, [UV, "--directory", CHECKOUT, "run", server.name], settings).snippet(host)
