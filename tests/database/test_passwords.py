"""Passwords in separate settings, and passwords from a command that runs for each connection."""

import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from database_asks import ask, query, refused
from database_mcp.server import SERVER
from mcp_chassis.testing import connected
from postgres_places import Place, script, system, with_connection

ROLES = "CREATE ROLE rotating LOGIN PASSWORD 'first'; CREATE ROLE steady LOGIN PASSWORD 'kept';"
END_ALL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'rotating'"
CHANGE = "ALTER ROLE rotating PASSWORD 'second'"
NOTING = """
import pathlib, sys
file = pathlib.Path(sys.argv[1])
print(file.read_text())
file.with_suffix(".runs").open("a").write("x")
"""
pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def asking() -> Iterator[Place]:
    """A server with two roles that need passwords."""
    with system() as place:
        script(place.dsn(), ROLES)
        rules = place.folder / "pg_hba.conf"
        rules.write_text("host all rotating,steady 127.0.0.1/32 scram-sha-256\n" + rules.read_text())
        script(place.dsn(), "SELECT pg_reload_conf()")
        yield place


def printing(file: Path) -> str:
    """A command that prints the file's content and records each of its runs."""
    return shlex.join([sys.executable, "-c", NOTING, str(file)])


async def test_a_password_command_runs_for_each_connection(asking: Place, tmp_path: Path):
    password = tmp_path / "password"
    password.write_text("first")
    env = {
        "DATABASE_URL": asking.dsn(user="rotating"),
        "DATABASE_PASSWORD_COMMAND": printing(password),
        "DATABASE_POOL_MAX": "1",
        "DATABASE_LISTEN": "false",
        "DATABASE_IDLE_LIFETIME": "300",
    }
    async with connected(SERVER, env=env) as client:
        assert (await query(client, "SELECT current_user"))["rows"] == [["rotating"]]
        runs = len(password.with_suffix(".runs").read_text())
        await with_connection(
            asking.dsn(), lambda one: one.execute(f"ALTER ROLE rotating PASSWORD 'second'; {END_ALL}")
        )
        password.write_text("second")
        assert (await query(client, "SELECT current_user"))["rows"] == [["rotating"]]
        assert len(password.with_suffix(".runs").read_text()) > runs
        password.write_text("wrong")
        await with_connection(asking.dsn(), lambda one: one.execute(END_ALL))
        failure = await refused(client, "execute_query", query="SELECT 1")
    assert "rejected the server's credentials" in failure.message
    assert "wrong" not in failure.message


NEXT_LINE = """
import pathlib, sys
file = pathlib.Path(sys.argv[1])
first, _, others = file.read_text().partition(" ")
print(first)
file.write_text(others or first)
"""


async def test_a_password_that_changed_while_a_connection_was_opened_is_read_again_once(asking: Place, tmp_path: Path):
    passwords = tmp_path / "passwords"
    env = {
        "DATABASE_URL": asking.dsn(user="steady"),
        "DATABASE_PASSWORD_COMMAND": shlex.join([sys.executable, "-c", NEXT_LINE, str(passwords)]),
        "DATABASE_LISTEN": "false",
    }
    passwords.write_text("expired kept")
    async with connected(SERVER, env=env) as client:
        assert (await query(client, "SELECT current_user"))["rows"] == [["steady"]]
    passwords.write_text("expired revoked kept")
    async with connected(SERVER, env=env) as client:
        failure = await refused(client, "execute_query", query="SELECT 1")
    assert failure.code == "AUTHENTICATION_FAILED"


async def test_each_database_can_have_a_separate_password(asking: Place, tmp_path: Path):
    (tmp_path / "secret").write_text("kept\n")
    env = {
        "DATABASE_URL": asking.dsn(user="steady"),
        "DATABASE_PASSWORD": "kept",
        "DATABASE_URL_TWO": asking.dsn(user="steady"),
        "DATABASE_PASSWORD_TWO_FILE": str(tmp_path / "secret"),
        "DATABASE_URL_THREE": asking.dsn(user="steady"),
        "DATABASE_PASSWORD_THREE_COMMAND": "echo kept",
        "DATABASE_URL_FOUR": asking.dsn(user="steady"),
        "DATABASE_PASSWORD_FOUR_COMMAND": "false",
    }
    async with connected(SERVER, env=env) as client:
        for name in ("default", "two", "three"):
            assert (await query(client, "SELECT 1", database=name))["rows"] == [[1]]
        failure = await refused(client, "execute_query", query="SELECT 1", database="four")
        states = (await ask(client, "list_databases"))["databases"]
    assert "DATABASE_PASSWORD_FOUR_COMMAND exited with code 1" in failure.message
    assert [state["name"] for state in states if "problem" in state] == ["four"]
