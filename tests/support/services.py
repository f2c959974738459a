"""What some tests need from the machine: skipped with a reason where it is missing, failed where CI promised it."""

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NODE_PACKAGES = ROOT / ".tools" / "node" / "node_modules"
POSTGRES_DSN = os.environ.get("TOOLROLL_TEST_POSTGRES", "postgresql://toolroll:toolroll@127.0.0.1:5432/toolroll_test")
SBIN = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
REDIS_URL = os.environ.get("TOOLROLL_TEST_REDIS", "redis://127.0.0.1:6379")


def require(name: str) -> None:
    """Go on only if the service `name` is here: skip with the reason, or fail when REQUIRE_SERVICES=1."""
    reason = missing(name)
    if reason is None:
        return
    if os.environ.get("REQUIRE_SERVICES") == "1":
        pytest.fail(f"REQUIRE_SERVICES=1, but {reason}", pytrace=False)
    pytest.skip(reason)


@cache
def missing(name: str) -> str | None:
    """Why `name` cannot be used here, or None."""
    return PROBES[name]()


def npm_package(name: str) -> Path:
    """The folder of an npm package of scripts/node/package.json; skips or fails where it is not installed."""
    require("npm packages")
    return NODE_PACKAGES / name


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
    return None if _listens(5432) else "no PostgreSQL listens on 127.0.0.1:5432"


def _postgres_programs() -> str | None:
    return None if list(Path("/usr/lib/postgresql").glob("15/bin/pg_ctl")) else "PostgreSQL 15's programs are not here"


def _redis() -> str | None:
    return None if _listens(6379) else "no Redis listens on 127.0.0.1:6379"


def _nginx() -> str | None:
    return None if shutil.which("nginx", path=SBIN) else "nginx is not installed"


def _haproxy() -> str | None:
    return None if shutil.which("haproxy", path=SBIN) else "haproxy is not installed"


def _pgbouncer() -> str | None:
    return None if shutil.which("pgbouncer", path=SBIN) else "pgbouncer is not installed"


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


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
    "postgres programs": _postgres_programs,
    "redis": _redis,
}
