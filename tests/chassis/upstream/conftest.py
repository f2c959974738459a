"""Fixtures of the tests of upstreams: a clock that moves when somebody sleeps by it, and an upstream that uses it."""

import pytest
from mcp_chassis.upstream.policy import Policy
from mcp_chassis.upstream.service import Upstream
from upstream_calls import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def acme(clock):
    def make(*, rate_limits=None, observer=None, **figures) -> Upstream:
        policy = Policy(**{"rate": 1e6, **figures})
        return Upstream(
            "Acme", policy=policy, rate_limits=rate_limits, clock=clock, sleep=clock.sleep, observer=observer
        )

    return make
