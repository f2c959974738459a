"""PostgreSQL servers for the database tests, and the DSN of the sample shop."""

from collections.abc import Iterator

import pytest
from postgres_places import Place, embedded, system


@pytest.fixture(scope="session")
def postgres18() -> Iterator[Place]:
    with embedded() as place:
        yield place


@pytest.fixture(scope="session")
def postgres15() -> Iterator[Place]:
    with system() as place:
        yield place


@pytest.fixture(scope="session")
def shop(postgres18: Place) -> str:
    """DSN of the sample shop with its least-privilege role."""
    return postgres18.dsn("shop", "mcp_ro")


@pytest.fixture(params=["postgres18", pytest.param("postgres15", marks=pytest.mark.services)], scope="session")
def postgres(request: pytest.FixtureRequest) -> Place:
    """Each of the two PostgreSQL versions in turn."""
    return request.getfixturevalue(request.param)
