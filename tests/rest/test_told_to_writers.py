"""Sentences of the commands for the writer of a bridge file: what is meant, what is known, and why not."""

import json
from pathlib import Path
from typing import Any

import anyio.to_thread
import pytest
from mcp_chassis.settings import BadSettings
from mcp_chassis.testing import Reply, ScriptedUpstream
from openapi_bridges import operation, post, written
from rest_mcp.assembly import server_of
from rest_mcp.bad_bridge import BadBridge
from rest_mcp.openapi.document import Document
from rest_mcp.openapi.proposal import proposed
from rest_programs import run

TEXT = {"type": "string"}
pytestmark = pytest.mark.slow


def shape(*required: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, **({"required": list(required)} if required else {})}


BODY = shape(name=TEXT, strategy=shape(fundingModel=TEXT))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nam", "is not a parameter of the operation; it has name, strategy. Did you mean name?"),
        ("funding_model", "but a field inside of strategy; it has name, strategy."),
    ],
)
def test_a_parameter_that_an_operation_lacks_is_refused_with_those_it_has(tmp_path: Path, name: str, said: str) -> None:
    path = written(tmp_path, post(BODY), entry=f"[tools.parameters]\n{name} = {{ hidden = true }}\n")
    with pytest.raises(BadBridge, match=r"with request, define others") as refused:
        server_of(path)
    assert said in str(refused.value)


def things(**more: Any) -> dict[str, Any]:
    schema = shape("id", id=TEXT, end=TEXT) | more
    answer = {"200": {"description": "ok", "content": {"application/json": {"schema": schema}}}}
    return {"/x": {"get": operation("get_x", responses=answer)}, "/y": {"post": operation("post_y")}}


async def checked(folder: Path, paths: dict[str, Any], keep: str, entry: str = "", **environment: str) -> Any:
    path = written(folder, paths)
    own = f'[[tools]]\noperation = "get_x"\nsafe = true\n{keep}\n{entry}[[tools]]\noperation = "post_y"\n'
    path.write_text(path.read_text().split("[[tools]]")[0] + own)
    async with ScriptedUpstream() as upstream:
        upstream.answers("GET /", Reply(404))
        upstream.answers("GET /x", Reply(json={"id": "7"}))
        given = {"API_BASE_URL": upstream.url, "API_TOKEN": "t"} | environment
        given = {name: value for name, value in given.items() if value}
        return await anyio.to_thread.run_sync(lambda: run("check", "--bridge", str(path), **given))


async def test_a_field_that_the_document_does_not_require_may_be_left_out(tmp_path: Path) -> None:
    told = await checked(tmp_path, things(), 'keep = ["id", "end"]')
    assert "ok      get_x: answers as the bridge says, without end, which may be left out" in told.stderr
    assert told.returncode == 0


@pytest.mark.parametrize(("optional", "code"), [("", 4), ('optional = ["end"]\n', 0)])
async def test_a_field_is_missed_where_neither_document_nor_file_calls_it_optional(
    tmp_path: Path, optional: str, code: int
) -> None:
    told = await checked(tmp_path, things(required=["id", "end"]), 'keep = ["id", "end"]', optional)
    assert ("differs get_x: no answer has end" in told.stderr) is (code == 4)
    assert told.returncode == code


def test_optional_names_kept_fields_alone(tmp_path: Path) -> None:
    with pytest.raises(BadBridge, match="names mood under optional but not under keep"):
        server_of(written(tmp_path, things(), entry='keep = ["id"]\noptional = ["mood"]\n'))


async def test_check_says_why_each_tool_was_not_called_and_what_the_root_answered(tmp_path: Path) -> None:
    told = await checked(tmp_path, things(), "")
    assert "not called: post_y (it writes)" in told.stderr
    assert "it answered GET / with RESOURCE_NOT_FOUND" in told.stdout


async def test_check_names_a_secret_that_is_not_set(tmp_path: Path) -> None:
    told = await checked(tmp_path, things(), "", API_TOKEN="")
    assert "not set    API_TOKEN" in told.stdout


def test_check_gives_the_reason_for_each_tool_that_it_does_not_call() -> None:
    told = run("check", "--bridge", "examples/support-api/bridge.toml")
    assert "get_ticket (it needs ticket_id)" in told.stderr
    assert "No bridge file is named" not in told.stderr


@pytest.mark.parametrize("words", [["tools"], ["--help"], ["check"]])
def test_a_command_without_a_bridge_says_that_it_is_the_demonstration(words: list[str]) -> None:
    assert "this is the demonstration" in run(*words).stderr


def test_help_of_check_names_the_exit_codes() -> None:
    told = " ".join(run("check", "--help").stdout.split())
    assert "Exit codes: 0 everything works, 2 a setting is invalid" in told
    assert "Also 4 where the bridge differs" in told


def test_an_address_may_be_http_on_this_machine_and_the_refusal_says_so(tmp_path: Path) -> None:
    path = written(tmp_path, things(), api="oauth = {}\n")
    settings = server_of(path).settings
    assert settings.load({"API_TOKEN_URL": "http://127.0.0.1:1/token"})
    with pytest.raises(BadSettings, match="API_TOKEN_URL: must be an https URL, or http on this machine"):
        settings.load({"API_TOKEN_URL": "http://issuer.example/token"})


@pytest.mark.parametrize(
    ("servers", "address"),
    [
        ([{"url": "https://api.example/v1"}], "https://api.example/v1"),
        (
            [{"url": "https://api.example{basePath}", "variables": {"basePath": {"default": "/sell/v1"}}}],
            "https://api.example/sell/v1",
        ),
        ([], None),
        ([None], None),
    ],
)
def test_inspect_tells_the_address_of_the_document(servers: list[Any], address: str | None) -> None:
    whole = {"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "servers": servers, "paths": things()}
    told = [
        each for each in proposed(Document(json.loads(json.dumps(whole))), "api.json", 10).warnings if "address" in each
    ]
    assert told == (
        [f"the document's address is {address}: set API_BASE_URL to it, or to another one"] if address else []
    )
