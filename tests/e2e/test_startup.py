"""What a person sees who starts a server with a setting missing, empty or malformed."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from mcp_chassis.server import EXIT_BAD_SETTINGS
from mcp_chassis.settings import BadSettings, ServerSettings, variables
from mcp_chassis.testing.raw import RawClient, without_path
from servers import module, servers

MALFORMED = "mal formed \N{SKULL} value-7f3a"
Environment = Callable[..., dict[str, str]]


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """A host's bare environment, which finds no `.env` file of whoever runs this."""
    (tmp_path / "env").touch()
    return lambda **more: without_path(TOOLROLL_ENV_FILE=str(tmp_path / "env"), **more)


@pytest.mark.parametrize("name", servers())
def test_an_empty_setting_counts_as_one_that_is_missing(name: str) -> None:
    settings = servers()[name].settings
    missing = settings.load({}).model_dump()
    assert [each for each in names(settings) if settings.load({each: ""}).model_dump() != missing] == []


@pytest.mark.parametrize("name", servers())
def test_a_malformed_setting_is_named_and_its_value_never_shown(name: str) -> None:
    settings = servers()[name].settings
    problems = {variable: refusals(settings, variable) for variable in names(settings)}
    odd = {variable: told for variable, told in problems.items() if told not in ([], [variable])}
    assert odd == {}
    assert problems["MCP_LOG_LEVEL"] == ["MCP_LOG_LEVEL"]


@pytest.mark.parametrize("name", servers())
def test_a_server_with_nothing_set_starts_and_lists_its_tools(name: str, environment: Environment) -> None:
    with RawClient([sys.executable, "-m", module(name)], env=environment()) as client:
        client.initialize()
        assert client.list()


@pytest.mark.parametrize("name", servers())
def test_a_server_with_everything_malformed_says_so_in_one_line_each_and_ends(
    name: str, environment: Environment
) -> None:
    settings = servers()[name].settings
    first = [found[0] for field in settings.model_fields if (found := variables(settings, field))]
    malformed = dict.fromkeys(first, MALFORMED)
    with pytest.raises(BadSettings) as refused:
        settings.load(malformed)
    command, started_with = [sys.executable, "-m", module(name)], environment(**malformed)
    run = subprocess.run(command, env=started_with, input="", capture_output=True, text=True, timeout=240, check=False)
    assert run.returncode == EXIT_BAD_SETTINGS
    assert run.stdout == ""
    assert run.stderr.splitlines() == [f"{name} cannot start:", *refused.value.problems]
    assert {"MCP_LOG_LEVEL", "MCP_MAX_RESULT_CHARS"} <= {line.partition(":")[0] for line in refused.value.problems}


def test_an_env_file_that_is_not_there_is_named(environment: Environment) -> None:
    command = [sys.executable, "-m", "first_server"]
    nowhere = environment() | {"TOOLROLL_ENV_FILE": "/no/such/file"}
    run = subprocess.run(command, env=nowhere, input="", capture_output=True, text=True, timeout=240, check=False)
    assert run.returncode == EXIT_BAD_SETTINGS
    assert (run.stdout, run.stderr) == ("", "first-server cannot start:\nTOOLROLL_ENV_FILE: names no file\n")


def names(settings: type[ServerSettings]) -> list[str]:
    return [variable for field in settings.model_fields for variable in variables(settings, field)]


def refusals(settings: type[ServerSettings], variable: str) -> list[str]:
    """What is said to be wrong when one variable is malformed: names, or a whole line that shows a value."""
    try:
        settings.load({variable: MALFORMED})
    except BadSettings as refused:
        return [line if "7f3a" in line or "formed" in line else line.partition(": ")[0] for line in refused.problems]
    return []
