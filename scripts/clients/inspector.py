"""Trial of the MCP Inspector: its command line lists the tools of a server and calls one, in the entry's own words."""

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from clients import environments
from clients.environments import FOLDER, NotInstalled, last_line, search_path
from clients.hosts import COMMAND
from clients.http_server import http_server
from clients.libraries import CALL, SERVER

PACKAGE = "@modelcontextprotocol/inspector"
SECONDS = 120


def trial() -> dict[str, Any]:
    """The version, and for each transport the number of tools and the text of a call; or the problem."""
    try:
        folder = environments.npm_folder("inspector", [PACKAGE])
    except NotInstalled as exc:
        return {"problem": f"not installed: {exc}"}
    package = json.loads((folder / "node_modules" / PACKAGE / "package.json").read_text(encoding="utf-8"))
    with http_server(SERVER) as url:
        transports = {"stdio": _tried((COMMAND,)), "HTTP": _tried((url, "--transport", "http"))}
    return {"version": package["version"], "transports": transports}


def _tried(target: tuple[str, ...]) -> dict[str, Any]:
    call = ("--tool-name", str(CALL["name"]), "--tool-args-json", json.dumps(CALL["arguments"]))
    try:
        listed = _result(target, "tools/list")
        called = _result(target, "tools/call", *call)
    except (subprocess.SubprocessError, ValueError, KeyError) as exc:
        return {"problem": last_line(str(exc))}
    return {"tools": len(listed["tools"]), "text": called["content"][0]["text"]}


def _result(target: tuple[str, ...], method: str, *more: str) -> dict[str, Any]:
    options = ("--cli", "--format", "json", "-q", "--stored-auth-only")
    command = ("mcp-inspector", *options, *target, "--method", method, *more)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        environment = {
            "HOME": folder,
            "PATH": search_path(FOLDER / "inspector"),
            "MCP_CATALOG_PATH": str(Path(folder) / "catalog.json"),
        }
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False, cwd=folder
        )
    try:
        return json.loads(done.stdout)["result"]
    except (ValueError, KeyError):
        raise ValueError(last_line(done.stderr or done.stdout)) from None
