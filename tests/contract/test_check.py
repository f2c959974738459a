"""`check` of every server is red when something does not work, and says which variable is missing or why it failed."""

import io
from collections.abc import Mapping
from contextlib import redirect_stdout
from typing import Any

import pytest
from mcp_chassis.cli.check import check, has_upstream
from mcp_chassis.server import Server
from mcp_chassis.settings import OPTIONAL_CREDENTIAL, ServerSettings, is_secret, variables
from servers import servers

NOWHERE = "http://127.0.0.1:9"
REASON = "connection was refused"
PREFIXES = {"GITHUB_TOKEN": "ghp_", "SLACK_BOT_TOKEN": "xoxb-"}
"""Beginnings that servers look for in their tokens."""


def addresses(settings: type[ServerSettings]) -> list[str]:
    """The variables that hold the address of an upstream."""
    found = [name for name, info in settings.model_fields.items() if "_https" in repr((info.annotation, info.metadata))]
    return [variables(settings, name)[0] for name in found]


def credentials(settings: type[ServerSettings]) -> list[str]:
    """The variables of the server's own credentials that it cannot do without."""
    own = [name for name in settings.model_fields if name not in ServerSettings.model_fields]
    needed = [name for name in own if is_secret(settings.model_fields[name]) and not _optional(settings, name)]
    return [variables(settings, name)[0] for name in needed]


def _optional(settings: type[ServerSettings], name: str) -> bool:
    return settings.model_fields[name].json_schema_extra == OPTIONAL_CREDENTIAL


async def checked(server: Server[Any], environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Any:
    for field in server.settings.model_fields:
        for variable in variables(server.settings, field):
            monkeypatch.delenv(variable, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with redirect_stdout(io.StringIO()):
        return await check(server)


REACHING = {name: server for name, server in servers().items() if addresses(server.settings)}


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    (tmp_path / "env").touch()
    monkeypatch.setenv("TOOLROLL_ENV_FILE", str(tmp_path / "env"))


@pytest.mark.parametrize("name", REACHING)
async def test_an_upstream_out_of_reach_is_red_with_its_reason(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    server = REACHING[name]
    environment = dict.fromkeys(addresses(server.settings), NOWHERE)
    secrets = {variable: f"{PREFIXES.get(variable, '')}x" for variable in credentials(server.settings)}
    quick = {"TIMEZONE_BACKEND": "opentimezone", "MCP_RETRY_BASE": "0.01"}
    report = await checked(server, environment | secrets | quick, monkeypatch)
    assert report.exit_code == 4
    assert any(REASON in probe.message for probe in report.connectivity if probe.status == "failed")


@pytest.mark.parametrize(
    ("name", "variable"),
    [("slack-mcp", "SLACK_BOT_TOKEN"), ("rest-mcp", "API_BASE_URL"), ("files-server", "ALLOWED_DIR")],
)
async def test_what_is_needed_and_not_set_is_red_by_its_variable(
    name: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = await checked(servers()[name], {}, monkeypatch)
    assert report.exit_code == 3
    assert variable in report.missing


def test_every_server_with_an_upstream_declares_a_probe(found: dict[str, Server[Any]]) -> None:
    assert [name for name, server in found.items() if has_upstream(server.settings) and server.probe is None] == []


def test_every_server_says_for_people_what_it_is(found: dict[str, Server[Any]]) -> None:
    silent = [name for name, each in found.items() if not (each.title and each.description and each.website)]
    assert silent == []
