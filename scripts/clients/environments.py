"""Environments of the trials below .tools/clients: one for each library and framework, one for all hosts."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from servers import ROOT

FOLDER = ROOT / ".tools" / "clients"
NODE, NODE_VERSION, BINARIES = FOLDER / "node", "22", Path("node_modules", ".bin")
PROBES = ROOT / "scripts" / "client_probes"
INSTALL_SECONDS = 1_200
MAX_REASON_CHARS = 200


class NotInstalled(Exception):
    """The packages of a trial could not be installed; the text is the reason."""


def python(uv: str, name: str, requirements: Sequence[str]) -> tuple[str, ...]:
    """Install distributions of Python into an environment of their own; return the command of its probe.

    Raises:
        NotInstalled: when that fails.
    """
    folder = FOLDER / name
    interpreter = folder / "bin" / "python"
    if not interpreter.exists():
        _run([uv, "venv", "--quiet", "--python", sys.executable, str(folder)])
    # Without the workspace's own pins, which are for the servers.
    _run([uv, "--no-config", "pip", "install", "--quiet", "--upgrade", "--python", str(interpreter), *requirements])
    return (str(interpreter), str(PROBES / f"{name.replace('-', '_')}_probe.py"))


def node(name: str, requirements: Sequence[str]) -> tuple[str, ...]:
    """The same for packages of npm."""
    folder = npm_folder(name, requirements)
    return (_program("node"), str(PROBES / f"{name.replace('-', '_')}_probe.mjs"), str(folder))


def npm_folder(name: str, requirements: Sequence[str]) -> Path:
    """Install packages of npm; return the folder.

    Raises:
        NotInstalled: when that fails.
    """
    _install(NODE, [f"node@{NODE_VERSION}"])
    return _install(FOLDER / name, requirements)


def search_path(*folders: Path) -> str:
    """The value of PATH in which Node.js of the trials is found first, then the programs of these folders.

    npm installs old versions of packages that need a newer Node.js than the one that runs it.
    """
    return os.pathsep.join([str(NODE / BINARIES), *(str(folder / BINARIES) for folder in folders), os.environ["PATH"]])


def _install(folder: Path, requirements: Sequence[str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    quiet = ("--no-audit", "--no-fund", "--loglevel=error")
    newest = (each if "@" in each[1:] else f"{each}@latest" for each in requirements)
    _run([_program("npm"), "install", "--prefix", str(folder), *quiet, *newest])
    return folder


def _program(name: str) -> str:
    found = shutil.which(name, path=search_path())
    if found is None:
        raise NotInstalled(f"{name} is not here")
    return found


def _run(command: Sequence[str]) -> None:
    environment = {**os.environ, "PATH": search_path()}
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise NotInstalled(f"not installed within {INSTALL_SECONDS} s") from None
    if done.returncode != 0:
        raise NotInstalled(last_line(done.stderr))


def last_line(text: str) -> str:
    """The last line of an output, cut; it fits a cell of a table."""
    lines = text.strip().splitlines() or ["no reason given"]
    return lines[-1].replace("|", " ")[:MAX_REASON_CHARS]
