"""`rest-mcp check` holds a bridge against its document and the live API; `inspect` proposes one."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from mcp_chassis.cli import main
from mcp_chassis.cli.hosts.entries import settings_in_entry
from mcp_chassis.settings import BadSettings
from rest_mcp.assembly import STARTER, server_of
from rest_mcp.bridge_file import read
from rest_mcp.openapi.differences import differences
from rest_programs import run
from support_api.application import OPENAPI
from support_api_desk import Running

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "support-api" / "bridge.toml"
WRITTEN = ROOT / "packages" / "rest-mcp" / "src" / "rest_mcp" / "starter.toml"
POSITIONS = {"starting_after": "string", "ending_before": "string", "limit": "integer"}


async def test_check_reports_that_a_valid_bridge_matches_document_and_api(desk: Running) -> None:
    import anyio.to_thread

    told = await anyio.to_thread.run_sync(lambda: run("check", "--bridge", str(EXAMPLE), **desk.environment))
    assert "differs" not in told.stderr
    assert "ok      list_tickets: answers as the bridge says" in told.stderr
    assert told.returncode == 0, told.stdout


async def test_check_names_the_tools_whose_live_answers_differ(desk: Running, tmp_path: Path) -> None:
    import anyio.to_thread

    (tmp_path / "bridge.toml").write_text(WRITTEN.read_text().replace('"email", "status"]', '"email", "mood"]'))
    told = await anyio.to_thread.run_sync(
        lambda: run("check", f"--bridge={tmp_path / 'bridge.toml'}", **desk.environment)
    )
    assert "differs list_users: no answer has mood" in told.stderr
    assert told.returncode == 4


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ('request = "GET /users"\nanswer', 'request = "GET /people"\nanswer', "the document has no GET /people"),
        ("status = { enum", "mood = { enum", "the document knows no parameter mood"),
        ('"email", "status"]', '"email", "mood"]', "no answer has the field mood"),
        ("subject = { max_length = 200 }\n", "", "the API needs subject, and nothing sends it"),
    ],
)
def test_each_difference_from_the_document_is_named(before: str, after: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "openapi.json").write_bytes(OPENAPI.read_bytes())
    text = WRITTEN.read_text().replace("[apis.support]", '[apis.support]\ndocument = "openapi.json"')
    (tmp_path / "bridge.toml").write_text(text)
    assert differences(read(tmp_path / "bridge.toml"), tmp_path) == []
    (tmp_path / "bridge.toml").write_text(text.replace(before, after, 1))
    assert sentence in " ".join(differences(read(tmp_path / "bridge.toml"), tmp_path))


def test_inspect_proposes_a_bridge_that_loads_and_counts_what_its_tools_cost(tmp_path: Path) -> None:
    told = run("inspect", str(OPENAPI), "--tools", "5")
    assert "7 operations; these are proposed:" in told.stderr
    assert "tokens in 5 tools" in told.stderr
    (tmp_path / "openapi.json").write_bytes(OPENAPI.read_bytes())
    (tmp_path / "proposed.toml").write_text(told.stdout)
    proposed = read(tmp_path / "proposed.toml")
    assert [part.name for part in proposed.requests][:2] == ["list_tickets", "get_ticket"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["inspect", "nowhere.json"], "the document nowhere.json cannot be read"),
        (["--bridge"], "--bridge: names no file"),
        (["--bridge", "nowhere.toml"], "REST_BRIDGE: names no file"),
    ],
)
def test_a_file_that_is_not_there_ends_the_command_with_a_sentence(arguments: list[str], sentence: str) -> None:
    told = run(*arguments)
    assert told.returncode == 2
    assert sentence in told.stderr
    assert "Traceback" not in told.stderr


def test_an_entry_for_a_host_names_the_bridge_its_address_and_its_key() -> None:
    named = server_of(EXAMPLE).settings
    found = settings_in_entry(named, {"API_BASE_URL": "https://desk.example/v1"})
    assert found.values == {"API_BASE_URL": "https://desk.example/v1", "REST_BRIDGE": str(EXAMPLE)}
    assert found.secrets == ["API_TOKEN"]
    assert settings_in_entry(server_of(STARTER).settings, {}).unset == ["API_BASE_URL"]
    with pytest.raises(BadSettings, match="REST_BRIDGE: names no file"):
        named.load({"REST_BRIDGE": "nowhere.toml"})


def test_inspect_pages_by_the_last_items_id_where_nothing_else_says_how_a_list_goes_on(tmp_path: Path) -> None:
    charge = {"type": "object", "properties": {"id": {"type": "string"}, "amount": {"type": "integer"}}}
    page = {"has_more": {"type": "boolean"}, "data": {"type": "array", "items": charge}}
    answer = {"content": {"application/json": {"schema": {"type": "object", "properties": page}}}, "description": "ok"}
    asked = [{"name": name, "in": "query", "schema": {"type": kind}} for name, kind in POSITIONS.items()]
    operation = {
        "operationId": "listCharges",
        "summary": "List charges",
        "parameters": asked,
        "responses": {"200": answer},
    }
    document = {"openapi": "3.0.3", "info": {"title": "x", "version": "1"}, "paths": {"/charges": {"get": operation}}}
    (tmp_path / "openapi.json").write_text(json.dumps(document))
    (tmp_path / "bridge.toml").write_text(run("inspect", str(tmp_path / "openapi.json")).stdout)
    paging = read(tmp_path / "bridge.toml").requests[0].page
    assert paging is not None
    assert (paging.kind, paging.parameter, paging.item, paging.more) == ("last", "starting_after", "id", "has_more")


def test_a_tool_that_may_destroy_is_listed_as_such(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tools"], server_of(STARTER)) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if "update_ticket_status" in line]
    assert ["destroys" in line for line in lines] == [True]


def test_help_names_the_bridge_option_and_inspect() -> None:
    run = subprocess.run([sys.executable, "-m", "rest_mcp", "--help"], capture_output=True, text=True, check=True)
    assert "--bridge FILE" in run.stdout
    assert "inspect DOCUMENT" in run.stdout
    assert "serve" in run.stdout
