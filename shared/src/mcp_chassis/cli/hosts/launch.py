"""The command with which a host starts a server: absolute, and independent of the host's PATH and folder."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from mcp_chassis.environment import checkout_root
from mcp_chassis.server import Server

UV_NAMES = ("uv", "uv.exe")
CACHED_ENVIRONMENTS = ("archive-v", "environments-v", "builds-v")
SECONDS_TO_ASK_UV = 30
MANAGERS = (
    ("PYENV_ROOT", ".pyenv", ("versions/*/bin/uv",)),
    ("ASDF_DATA_DIR", ".asdf", ("installs/uv/*/bin/uv",)),
    ("MISE_DATA_DIR", ".local/share/mise", ("installs/uv/*/uv", "installs/uv/*/*/uv")),
)
"""Version managers: the variable with their folder, its default below the home folder, and glob patterns of uv."""
PRINT_UV = "import os; print(os.environ['UV'])"


class NoCommand(Exception):
    """Neither uv nor the server's own command is found; the message says what to install."""


def command_for(server: Server[Any]) -> list[str]:
    """The program and arguments that start a server from any folder.

    By preference it is the server's command beside the running interpreter. An environment of `uvx` is a cache that uv
    removes, so there it is `uv tool run` with the same version. `uv run` is used only in a checkout without the
    command, because uv stays resident beside the server with 25 MB.

    Raises:
        NoCommand: when neither uv nor the server's own command is found.
    """
    if is_cached_environment(Path(sys.prefix)):
        requirement = f"{server.distribution or server.name}=={server.version}"
        return [uv(None), "tool", "run", "--from", requirement, server.name]
    installed = shutil.which(server.name, path=str(Path(sys.executable).parent))
    if installed is None and (root := checkout_root()):
        return [uv(root), "--directory", str(root), "run", "--no-sync", "--no-dev", server.name]
    installed = installed or shutil.which(server.name)
    if installed is None:
        raise NoCommand(f"{server.name} is neither beside {sys.executable} nor on the PATH: install it.")
    return [str(Path(installed).absolute())]


def is_cached_environment(prefix: Path) -> bool:
    """Whether an environment is in uv's cache, as those of `uvx` are."""
    return any(part.startswith(CACHED_ENVIRONMENTS) for part in prefix.parts)


def uv(root: Path | None) -> str:
    """The absolute path of uv itself, never of a version manager's shim, which needs that manager's PATH.

    Raises:
        NoCommand: when uv is not found.
    """
    found = os.environ.get("UV") or shutil.which("uv") or (_own(root) if root else None)
    if found is None:
        raise NoCommand("uv is not found: install it, or run `make setup` in the checkout, which brings its own.")
    path = Path(found).absolute()
    if not is_shim(path):
        return str(path)
    installed = _started_by(path) or _elsewhere() or (_own(root) if root else None)
    if installed is None:
        raise NoCommand(
            f"{path} is a version manager's shim, and the uv that it starts is not found: install uv itself."
        )
    return installed


def _elsewhere() -> str | None:
    """The first uv on the PATH that is not a shim, else the newest one installed by a version manager."""
    folders = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    named = [folder / name for folder in folders for name in UV_NAMES]
    kept = [
        place
        for variable, usual, patterns in MANAGERS
        for pattern in patterns
        for place in (Path(os.environ[variable]) if variable in os.environ else Path.home() / usual).glob(pattern)
    ]
    newest_first = sorted(kept, key=lambda place: place.stat().st_mtime, reverse=True)
    found = (place for place in (*named, *newest_first) if place.is_file() and not is_shim(place))
    return next((str(place.absolute()) for place in found), None)


def _own(root: Path) -> str | None:
    places = [root / ".tools" / "uv" / folder / name for folder in ("bin", "Scripts") for name in UV_NAMES]
    return next((str(place) for place in places if place.exists()), None)


def is_shim(path: Path) -> bool:
    """Whether a program called uv is a script, or a link to a program of another name, such as mise."""
    try:
        if path.resolve().name not in UV_NAMES:
            return True
        with path.open("rb") as program:
            return program.read(2) == b"#!"
    except OSError:
        return False


def _started_by(shim: Path) -> str | None:
    """The path of the uv that a shim starts, from the variable UV that uv sets for its child processes."""
    ask = [
        str(shim),
        "run",
        "--quiet",
        "--no-project",
        "--offline",
        "--python",
        sys.executable,
        "python",
        "-c",
        PRINT_UV,
    ]
    try:
        done = subprocess.run(  # noqa: S603, the person's own uv
            ask, capture_output=True, text=True, timeout=SECONDS_TO_ASK_UV, check=True, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None
