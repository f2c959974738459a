"""Every server starts from the entry that its command line prints, as a host starts it: with an empty PATH."""

import json
from typing import Any

import pytest
from mcp_chassis.cli import main
from mcp_chassis.cli.every_server import installed
from mcp_chassis.cli.hosts.catalog import HOSTS
from mcp_chassis.cli.hosts.documents import FORMATS
from mcp_chassis.testing.raw import RawClient, without_path
from services import require

SERVERS = sorted(installed())


@pytest.fixture(autouse=True)
def _uv() -> None:
    require("uv")


def _entry(server: str, host: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The entry as a person copies it from the terminal."""
    assert main([server, "config", host]) == 0
    parsed = FORMATS[HOSTS[host].format].parse(capsys.readouterr().out)
    return parsed[HOSTS[host].parent][server]


@pytest.mark.parametrize("server", SERVERS)
def test_a_server_starts_from_its_printed_entry_with_an_empty_path(
    server: str, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = _entry(server, "claude-desktop", capsys)
    # A test neither installs nor asks the network; a host's own start may.
    env = without_path(**entry.get("env", {}), UV_NO_SYNC="1", UV_OFFLINE="1")
    with RawClient([entry["command"], *entry["args"]], env=env) as client:
        assert client.initialize(timeout=240)["serverInfo"]["name"] == server
        assert client.list()
    assert client.process.returncode == 0


@pytest.mark.parametrize("server", SERVERS)
def test_every_host_is_told_the_same_command(server: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = {json.dumps(_command(_entry(server, host, capsys))) for host in HOSTS}
    assert len(told) == 1


def _command(entry: dict[str, Any]) -> list[str]:
    program = entry.get("command", entry.get("cmd"))
    return program if isinstance(program, list) else [program, *entry["args"]]
