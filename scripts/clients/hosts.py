"""Trials of entries with the hosts themselves: each one lists what `config --write` wrote, and adds a server itself.

No host needs a model or an account for that. Some also connect when they list.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mcp_chassis.cli.hosts.catalog import HOSTS
from mcp_chassis.cli.hosts.documents import FORMATS
from mcp_chassis.cli.hosts.place import Place
from servers import ROOT

from clients import environments
from clients.environments import FOLDER, NotInstalled, search_path
from clients.http_server import http_server

SERVER = "timezone-mcp"
COMMAND = str(ROOT / ".venv" / "bin" / SERVER)
HOSTS_FOLDER = FOLDER / "hosts"
SECONDS = 120
CONNECTED = re.compile(r"(?<!dis)(?<!not )connected", re.IGNORECASE)
VERSION = re.compile(r"\d+\.\d+\.\d+(?:-[\w-]+)?")
URL = "{url}"
MAY_RUN = {"CI": "1", "GEMINI_CLI_TRUST_WORKSPACE": "true"}
"""Gemini CLI starts no server in a folder that the person has not declared trusted."""


@dataclass(frozen=True)
class Trial:
    """The commands of a host: the npm package that brings it, its list of servers, and those that add one.

    Args:
        package: the package of npm.
        listing: lists the servers; connects to them too where the output says so.
        local, remote: add a server that is started, or reached over HTTP, without asking anything.
        shows_kind: whether the list tells the command or address of an entry.
    """

    package: str
    listing: tuple[str, ...]
    local: tuple[str, ...] = ()
    remote: tuple[str, ...] = ()
    shows_kind: bool = True


_USER = ("--scope", "user")
TRIALS: Mapping[str, Trial] = {
    "claude-code": Trial(
        "@anthropic-ai/claude-code",
        ("claude", "mcp", "list"),
        ("claude", "mcp", "add", *_USER, SERVER, "--", COMMAND),
        ("claude", "mcp", "add", *_USER, "--transport", "http", SERVER, URL),
    ),
    "codex": Trial(
        "@openai/codex",
        ("codex", "mcp", "list"),
        ("codex", "mcp", "add", SERVER, "--", COMMAND),
        ("codex", "mcp", "add", SERVER, "--url", URL),
    ),
    "gemini-cli": Trial(
        "@google/gemini-cli",
        ("gemini", "mcp", "list"),
        ("gemini", "mcp", "add", *_USER, SERVER, COMMAND),
        ("gemini", "mcp", "add", *_USER, "--transport", "http", SERVER, URL),
    ),
    "qwen-code": Trial(
        "@qwen-code/qwen-code",
        ("qwen", "mcp", "list"),
        ("qwen", "mcp", "add", *_USER, SERVER, COMMAND),
        ("qwen", "mcp", "add", *_USER, "--transport", "http", SERVER, URL),
    ),
    "opencode": Trial(
        "opencode-ai",
        ("opencode", "mcp", "list"),
        ("opencode", "mcp", "add", SERVER, "--", COMMAND),
        ("opencode", "mcp", "add", SERVER, "--url", URL),
    ),
    "copilot-cli": Trial(
        "@github/copilot",
        ("copilot", "mcp", "get", SERVER),
        ("copilot", "mcp", "add", SERVER, "--", COMMAND),
        ("copilot", "mcp", "add", "--transport", "http", SERVER, URL),
    ),
    "amp": Trial(
        "@sourcegraph/amp",
        ("amp", "mcp", "list"),
        ("amp", "mcp", "add", SERVER, "--", COMMAND),
        ("amp", "mcp", "add", SERVER, URL),
    ),
    "cline-cli": Trial("cline", ("cline", "config", "mcp", "--json"), shows_kind=False),
}
DOCUMENTS: Mapping[str, str] = {
    "claude-desktop": "[quickstart for users](https://modelcontextprotocol.io/quickstart/user); "
    "remote: the README of mcp-remote",
    "cursor": "[Model Context Protocol](https://docs.cursor.com/context/mcp)",
    "vscode": "[MCP configuration reference](https://code.visualstudio.com/docs/copilot/reference/mcp-configuration)",
    "zed": "[Model Context Protocol](https://zed.dev/docs/ai/mcp)",
    "windsurf": "[Cascade, MCP](https://docs.windsurf.com/windsurf/cascade/mcp)",
    "goose": "[configuration files](https://block.github.io/goose/docs/guides/config-files)",
    "lm-studio": "[use MCP servers](https://lmstudio.ai/docs/app/mcp)",
    "jetbrains": "[Junie, MCP](https://www.jetbrains.com/help/junie/model-context-protocol-mcp.html); "
    "a version of that page says that Junie starts commands only: a remote entry may need mcp-remote",
    "kiro": "[MCP configuration](https://kiro.dev/docs/mcp/configuration/)",
    "cline": "[configuring MCP servers](https://docs.cline.bot/mcp/configuring-mcp-servers); its CLI has the same form",
    "roo": "[using MCP in Roo](https://docs.roocode.com/features/mcp/using-mcp-in-roo)",
    "continue": "[MCP](https://docs.continue.dev/customize/deep-dives/mcp); the schema in the npm package of its CLI",
    "warp": "[MCP](https://docs.warp.dev/knowledge-and-collaboration/mcp)",
}
"""The document that the entry of each host follows that cannot be installed here."""


def trial(host: str) -> dict[str, Any]:
    """The version, and for each kind of entry whether the host lists it, connects, and writes the same by itself."""
    chosen = TRIALS[host]
    try:
        environments.npm_folder("hosts", [chosen.package])
        with http_server(SERVER) as url, tempfile.TemporaryDirectory() as home:
            version = VERSION.search(_run((chosen.listing[0], "--version"), Path(home)))
            kinds = {"stdio": _kind(host, chosen.local), "HTTP": _kind(host, chosen.remote, url)}
    except NotInstalled as exc:
        return {"problem": f"not installed: {exc}"}
    except subprocess.TimeoutExpired:
        return {"problem": f"no answer within {SECONDS} s"}
    return {"version": version[0] if version else "?", "kinds": kinds}


def is_good(report: Mapping[str, Any]) -> bool:
    """Whether the host lists both entries and writes them as we do."""
    kinds = report.get("kinds", {}).values()
    return bool(kinds) and all(kind["listed"] and kind["same"] in (None, True) for kind in kinds)


def _kind(host: str, adding: Sequence[str], url: str | None = None) -> dict[str, Any]:
    """The trial of a local entry, or of a remote one with `url`."""
    chosen = TRIALS[host]
    shown = (url or COMMAND) if chosen.shows_kind else SERVER
    with _home() as home:
        ours = _written(host, url, home)
        listed = _run(chosen.listing, home)
    kind = {"listed": SERVER in listed and shown in listed, "connected": bool(CONNECTED.search(listed))}
    return {**kind, "same": _added(host, adding, url).items() <= ours.items() if adding else None}


def _written(host: str, url: str | None, home: Path) -> dict[str, Any]:
    """The entry that `config --write` writes."""
    remote = ("--url", url, "--no-key") if url else ()
    _run((COMMAND, "config", host, "--write", *remote), home, check=True)
    return {"env": {}, **_entry(host, home)}


def _added(host: str, adding: Sequence[str], url: str | None) -> dict[str, Any]:
    """The entry that the host's own command writes."""
    with _home() as home:
        _run([url or part if part == URL else part for part in adding], home)
        return _entry(host, home)


def _entry(host: str, home: Path) -> dict[str, Any]:
    """The server's entry in the host's file; one that equals no other if there is none."""
    found = HOSTS[host]
    path = found.file(Place(sys.platform, home, {}))
    if not path.exists():
        return {"missing": str(path)}
    document = FORMATS[found.format].parse(path.read_text(encoding="utf-8"))
    return document.get(found.parent, {}).get(SERVER, {"missing": SERVER})


@contextmanager
def _home() -> Generator[Path]:
    """An empty home folder. A host may still write into it while it ends."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _run(command: Sequence[str], home: Path, *, check: bool = False) -> str:
    own = {"HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config"), "PATH": search_path(HOSTS_FOLDER)}
    environment = {**os.environ, **MAY_RUN, **own}
    done = subprocess.run(
        command,
        env=environment,
        cwd=home,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=check,
        stdin=subprocess.DEVNULL,
    )
    return done.stdout + done.stderr
