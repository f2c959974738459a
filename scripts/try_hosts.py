"""Trial of the entries with the hosts themselves: each one whose command is here lists what `config --write` wrote.

try_hosts.py FOLDER... looks for the commands in these folders (such as node_modules/.bin) besides PATH. No host needs a
model or an account for its list. Exit code 1 when a host that is here does not list both entries.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from servers import ROOT

SERVER = "timezone-mcp"
URL = "http://127.0.0.1:9/mcp"
SECONDS = 120
VERSION = re.compile(r"\d+\.\d+\.\d+[\w.-]*")


@dataclass(frozen=True)
class Listing:
    """The command of a host that lists its servers, and the one that prints its version."""

    command: tuple[str, ...]
    shows_kind: bool = True
    """Whether the list tells the command or address of an entry."""

    @property
    def version(self) -> tuple[str, ...]:
        return (self.command[0], "--version")


LISTINGS: Mapping[str, Listing] = {
    "claude-code": Listing(("claude", "mcp", "list")),
    "codex": Listing(("codex", "mcp", "list")),
    "gemini-cli": Listing(("gemini", "mcp", "list")),
    "qwen-code": Listing(("qwen", "mcp", "list")),
    "opencode": Listing(("opencode", "mcp", "list")),
    "copilot-cli": Listing(("copilot", "mcp", "get", SERVER)),
    "amp": Listing(("amp", "mcp", "list")),
    "cline-cli": Listing(("cline", "config", "mcp", "--json"), shows_kind=False),
}


def main(*folders: str) -> int:
    search = os.pathsep.join([*(str(Path(folder).resolve()) for folder in folders), os.environ["PATH"]])
    results = [tried(host, listing, search) for host, listing in LISTINGS.items()]
    print("\n".join(line for line, _ in results))
    return int(not all(good for _, good in results))


def tried(host: str, listing: Listing, search: str) -> tuple[str, bool]:
    """One line on a host, and whether nothing is wrong with it."""
    if shutil.which(listing.command[0], path=search) is None:
        return f"{host:<12} not here", True
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "HOME": home, "PATH": search, "XDG_CONFIG_HOME": f"{home}/.config", "CI": "1"}
        version = VERSION.search(run(listing.version, environment, home))
        local = listed(host, listing, (), environment, home)
        remote = listed(host, listing, ("--url", URL), environment, home)
    kinds = not listing.shows_kind or (URL not in local and URL in remote)
    good = SERVER in local and SERVER in remote and kinds
    return f"{host:<12} {version[0] if version else '?':<24} {'lists both' if good else 'DOES NOT'}", good


def listed(host: str, listing: Listing, more: Sequence[str], environment: Mapping[str, str], home: str) -> str:
    written = [str(ROOT / ".venv" / "bin" / SERVER), "config", host, "--write", *more]
    subprocess.run(written, env=environment, check=True, capture_output=True)
    return run(listing.command, environment, home)


def run(command: Sequence[str], environment: Mapping[str, str], folder: str) -> str:
    done = subprocess.run(
        command, env=environment, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False, input=""
    )
    return done.stdout + done.stderr


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
