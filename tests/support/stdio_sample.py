"""The transport's sample server as a process of its own."""

import os
import subprocess
from pathlib import Path

from forked import ForkedClient
from mcp_chassis.testing.raw import RawClient

PROGRAM = Path(__file__).with_name("stdio_server.py")


class StdioSample:
    """Starts raw clients of the sample server, and tells what happened inside it."""

    def __init__(self, notes: Path) -> None:
        self._notes = notes
        self._clients: list[RawClient] = []

    command: tuple[str, ...] = (PROGRAM.stem,)
    client: type[RawClient] = ForkedClient

    def start(
        self,
        version: str = "2025-11-25",
        *,
        stderr: int = subprocess.DEVNULL,
        asks_for: str | None = None,
        **variables: str,
    ) -> RawClient:
        """A client whose handshake is done; the newest revision's requests ask for messages of a level."""
        env = self.env(**variables)
        client = self.client(self.command, version=version, env=env, stderr=stderr, log_level=asks_for)
        self._clients.append(client.start())
        client.initialize()
        return client

    def env(self, **variables: str) -> dict[str, str]:
        return {**os.environ, "SAMPLE_NOTES": str(self._notes), **variables}

    def notes(self) -> list[str]:
        """What the server noted so far: its connection opened and closed, a call cancelled."""
        return self._notes.read_text().splitlines()

    def end(self) -> None:
        for client in self._clients:
            client.process.kill()
            client.process.wait()


def begin(client: RawClient, tool: str, **arguments: object) -> int:
    """Send a call that reports when it has begun, and wait for that; its id."""
    token = f"{tool} {len(client.notifications)}"
    params = {"name": tool, "arguments": arguments, "_meta": {"progressToken": token}}
    identifier = client.begin("tools/call", params)
    client.notifications.append(client.receive())
    if client.notifications[-1].get("params", {}).get("progressToken") != token:
        raise AssertionError(f"{tool} has not begun: {client.notifications[-1]}")
    return identifier
