"""Settings of every test: the event loop, hypothesis's search, and reports that may cross processes."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from certificates import company_certificate
from hypothesis import HealthCheck, settings
from volume import FULL

STARTS_PROGRAMS = {"bridge", "emulate", "emulated", "host", "postgres", "postgres15", "postgres18", "sample"}
DEPENDS_ON_LOAD = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
WITHOUT_TLS = {"faults", "github", "remote", "rest", "slack", "timezone"}
IN_CI = os.environ.get("REQUIRE_SERVICES") == "1" or bool(os.environ.get("CI"))

CACHE = tempfile.mkdtemp(prefix="toolroll-cache-")
"""The cache folder of the servers that this process starts: their records are no other worker's and nobody's own."""

atexit.register(shutil.rmtree, CACHE, ignore_errors=True)
os.environ.setdefault("UV_CACHE_DIR", str(Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "uv"))
os.environ["XDG_CACHE_HOME"] = CACHE

settings.register_profile("local", deadline=None, suppress_health_check=DEPENDS_ON_LOAD)
settings.register_profile("ci", settings.get_profile("local"), derandomize=True, database=None, print_blob=True)
settings.register_profile("soak", settings.get_profile("local"), max_examples=2_000, database=None, print_blob=True)
settings.load_profile("soak" if FULL else "ci" if IN_CI else "local")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The file of a certificate authority that nobody knows."""
    return str(company_certificate(tmp_path_factory.mktemp("authority")) / "ca.pem")


@pytest.fixture(autouse=True)
def _one_authority(request: pytest.FixtureRequest, authority: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where upstreams are on loopback without TLS, a client loads one authority and not the hundreds of the system."""
    if request.path.parent.name in WITHOUT_TLS:
        monkeypatch.setenv("SSL_CERT_FILE", authority)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that start programs: all of e2e, and users of such a fixture; others mark themselves."""
    for item in items:
        if item.path.parent.name == "e2e" or STARTS_PROGRAMS & set(getattr(item, "fixturenames", ())):
            item.add_marker("slow")


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, Any, Any]:
    """Escape lone surrogates of logged and printed texts, which execnet cannot send from a worker."""
    return encodable((yield))


def encodable(value: Any) -> Any:
    """The same value with every text in it encodable as UTF-8."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {encodable(key): encodable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(encodable, value))
    return value
