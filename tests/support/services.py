"""What some tests need from the machine: skipped with a reason where it is missing, failed where CI promised it."""

import asyncio
import os
import shutil
import subprocess
import warnings
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import asyncpg
import pytest

ROOT = Path(__file__).parents[2]
NODE_PACKAGES = ROOT / ".tools" / "node" / "node_modules"
POSTGRES_DSN = os.environ.get("TOOLROLL_TEST_POSTGRES", "postgresql://toolroll:toolroll@127.0.0.1:5432/toolroll_test")
PROBE_TIMEOUT_SECONDS = 10
SBIN = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"


def require(name: str) -> None:
    """Go on only if the service `name` is here: skip with the reason, or fail when REQUIRE_SERVICES=1."""
    reason = missing(name)
    if reason is not None:
        _fail_if_required(reason)
        pytest.skip(reason)


def available(name: str) -> bool:
    """Whether a test that only profits from the service `name` has it; without it a warning, or with
    REQUIRE_SERVICES=1 a failure, says what was not checked."""
    reason = missing(name)
    if reason is not None:
        _fail_if_required(reason)
        warnings.warn(f"checked less than possible: {reason}", stacklevel=2)
    return reason is None


def _fail_if_required(reason: str) -> None:
    if os.environ.get("REQUIRE_SERVICES") == "1":
        pytest.fail(f"REQUIRE_SERVICES=1, but {reason}", pytrace=False)


@cache
def missing(name: str) -> str | None:
    """Why `name` cannot be used here, or None."""
    return PROBES[name]()


def npm_package(name: str) -> Path:
    """A folder or file of the npm packages of scripts/node/package.json; skips or fails where it is not installed."""
    require("npm packages")
    path = NODE_PACKAGES / name
    if not path.exists():
        reason = f"npm's {name} is not installed: run `make node`"
        _fail_if_required(reason)
        pytest.skip(reason)
    return path


def node() -> str:
    """The Node 22 that npm brought."""
    require("npm packages")
    return str(NODE_PACKAGES / ".bin" / "node")


def _npm_packages() -> str | None:
    if not shutil.which("node"):
        return "node is not installed"
    if not (NODE_PACKAGES / ".package-lock.json").exists():
        return "the npm packages are not installed: run `make node`"
    answer = subprocess.run([NODE_PACKAGES / ".bin" / "node", "--version"], capture_output=True, text=True, check=False)
    return None if answer.stdout.startswith("v22.") else "npm's node@22 does not run here"


def _postgres() -> str | None:
    """Asked in a thread of its own, because a test's event loop may be running in this one."""
    with ThreadPoolExecutor(1) as thread:
        refusal = thread.submit(asyncio.run, _postgres_refusal()).result()
    variable = "TOOLROLL_TEST_POSTGRES, or the default of tests/support/services.py"
    return refusal and f"the PostgreSQL of {variable}, lets nobody in: {refusal}"


async def _postgres_refusal() -> str | None:
    try:
        connection = await asyncpg.connect(POSTGRES_DSN, timeout=PROBE_TIMEOUT_SECONDS)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as refused:
        return f"{type(refused).__name__}: {refused}"
    await connection.close()
    return None


def _postgres_programs() -> str | None:
    return None if list(Path("/usr/lib/postgresql").glob("15/bin/pg_ctl")) else "PostgreSQL 15's programs are not here"


def _redis() -> str | None:
    return None if shutil.which("redis-server") else "redis-server is not installed"


def _nginx() -> str | None:
    return None if shutil.which("nginx", path=SBIN) else "nginx is not installed"


def _haproxy() -> str | None:
    return None if shutil.which("haproxy", path=SBIN) else "haproxy is not installed"


def _pgbouncer() -> str | None:
    return None if shutil.which("pgbouncer", path=SBIN) else "pgbouncer is not installed"


def _promtool() -> str | None:
    return None if shutil.which("promtool", path=SBIN) else "Prometheus's promtool is not installed"


def _uv() -> str | None:
    here = os.environ.get("UV") or shutil.which("uv") or (ROOT / ".tools" / "uv" / "bin" / "uv").exists()
    return None if here else "uv is not installed"


PROBES: Mapping[str, Callable[[], str | None]] = {
    "uv": _uv,
    "haproxy": _haproxy,
    "pgbouncer": _pgbouncer,
    "nginx": _nginx,
    "npm packages": _npm_packages,
    "postgres": _postgres,
    "promtool": _promtool,
    "postgres programs": _postgres_programs,
    "redis": _redis,
}
