"""Settings of every test: the event loop, and how hypothesis searches."""

import os

import pytest
from hypothesis import HealthCheck, settings
from volume import FULL

DEPENDS_ON_LOAD = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
IN_CI = os.environ.get("REQUIRE_SERVICES") == "1" or bool(os.environ.get("CI"))

settings.register_profile("local", deadline=None, suppress_health_check=DEPENDS_ON_LOAD)
settings.register_profile("ci", settings.get_profile("local"), derandomize=True, database=None, print_blob=True)
settings.register_profile("soak", settings.get_profile("local"), max_examples=2_000, database=None, print_blob=True)
settings.load_profile("soak" if FULL else "ci" if IN_CI else "local")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
