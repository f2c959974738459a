"""Hostile statements in execute_query have no effect, with the shipped role and as superuser."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from database_mcp.connection import connect as connect_all
from database_mcp.databases import Databases
from database_mcp.queries.execution import QueryRequest, execute
from database_mcp.server import SERVER
from database_mcp.settings import DatabaseSettings
from mcp_chassis.failures import Failure
from mcp_chassis.results import compact
from mcp_chassis.testing import connected, failure, text
from postgres_hostile import grammar, statements
from postgres_places import Place
from postgres_victim import Victim, fresh_traces, meet, prepare, traces
from volume import in_volume, volume

REFUSED = {"PERMISSION_DENIED", "INVALID_INPUT", "RESOURCE_NOT_FOUND"}


@pytest.fixture(scope="module")
def prepared(postgres: Place, tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, str, str, Path]:
    folder = postgres.folder.parent
    return postgres, *prepare(postgres, folder), folder


@pytest.fixture(params=["superuser", "shipped role"])
async def attacked(request: pytest.FixtureRequest, prepared: tuple[Place, str, str, Path]) -> AsyncGenerator[Any]:
    """A victim database, and the environment of a server that attacks it with the role of the parameter."""
    place, database, reader, folder = prepared
    victim = await meet(place, database, reader, folder)
    superuser = request.param == "superuser"
    env = {"DATABASE_URL": victim.dsn(superuser=superuser), "DATABASE_ALLOW_PRIVILEGED_ROLE": str(superuser).lower()}
    yield victim, env
    victim.bystander.terminate()


async def test_no_hostile_statement_changes_data_or_leaves_session_state(attacked: tuple[Victim, dict[str, str]]):
    victim, env = attacked
    templates = statements()
    survived: list[str] = []
    async with connected(SERVER, env=env) as client:
        for template in templates:
            result = await client.call_tool("execute_query", {"query": victim.fill(template), "timeout_seconds": 5})
            if not result.is_error or failure(result).code not in REFUSED or victim.leaked(text(result)):
                survived.append(f"{template} -> {text(result)[:200]}")
    assert survived == []
    assert await victim.look() == victim.before
    assert not victim.target.exists()


@in_volume
async def test_generated_statements_change_no_data_and_leave_no_session_state(
    attacked: tuple[Victim, dict[str, str]],
):
    victim, env = attacked
    async with running(env) as databases:
        generated = (victim.fill(each) for each in grammar(volume(20_000), seed=victim.place.version))
        leaks = await attack(databases, victim, generated)
        left = {await databases.get(None).pool.run(traces, seconds=10) for _ in range(5)}
    assert leaks == []
    assert left == {await fresh_traces(env["DATABASE_URL"])}
    assert await victim.look() == victim.before
    assert not victim.target.exists()


async def test_the_check_of_the_victim_database_detects_real_changes(attacked: tuple[Victim, dict[str, str]]):
    victim, _ = attacked
    for harm in ("DELETE FROM victim.accounts WHERE id = 1", "SELECT victim.act()", "CREATE TABLE victim.more (x int)"):
        await victim.bystander.execute(f"BEGIN; {harm}")
        seen = await victim.look()
        await victim.bystander.execute("ROLLBACK")
        assert seen != victim.before
    assert await victim.look() == victim.before


@asynccontextmanager
async def running(env: dict[str, str]) -> AsyncGenerator[Databases]:
    async with connect_all(DatabaseSettings.load(env)) as databases:
        yield databases


async def attack(databases: Databases, victim: Victim, hostile: Iterable[str]) -> list[str]:
    """Run all statements with eight concurrent callers on one pool; returns the leaks found."""
    waiting = iter(hostile)
    leaks: list[str] = []

    async def attacker() -> None:
        for statement in waiting:
            try:
                result = await execute(databases.get(None), QueryRequest(statement, seconds=5))
            except Failure as failed:
                answer = failed.text()
            else:
                answer = compact(result)
            leaks.extend(f"{statement} -> {answer[:200]}" for _ in victim.leaked(answer))

    await asyncio.gather(*(attacker() for _ in range(8)))
    return leaks
