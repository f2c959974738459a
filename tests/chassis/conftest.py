"""Fixtures of the core's own tests: a client in each era."""

from typing import Literal

import pytest

Era = Literal["modern", "legacy"]


@pytest.fixture(params=["modern", "legacy"])
def era(request: pytest.FixtureRequest) -> Era:
    return request.param
