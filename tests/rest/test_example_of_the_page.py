"""The whole example of docs/rest.md, run as it stands there against a server on this machine."""

import json
import re
import shlex
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import Any

import anyio.to_thread
import pytest
from mcp_chassis.testing import Reply, ScriptedUpstream, connected, data
from rest_mcp.assembly import server_of
from rest_programs import ROOT, run

PAGE = (ROOT / "docs" / "rest.md").read_text()
SECTION = PAGE.split("## A whole example")[1].split("\n## ")[0]
FILE, SHELL = (re.findall(rf"```{kind}\n(.*?)```", SECTION, re.DOTALL)[0] for kind in ("toml", "sh"))
VARIABLES = dict(line.removeprefix("export ").split("=") for line in SHELL.splitlines() if line.startswith("export "))
ORDERS = [{"id": 9, "state": "open", "customer": {"name": "Ann", "city": "Ulm"}}, {"id": 8, "state": "open", "sum": 3}]


@pytest.fixture
async def shop() -> AsyncGenerator[ScriptedUpstream]:
    async with ScriptedUpstream() as upstream:
        upstream.answers("GET /api/v1/", Reply(404))
        upstream.answers("GET /api/v1/orders", Reply(json={"orders": ORDERS, "total": 3}))
        upstream.answers("POST /api/v1/orders", Reply(201, headers={"location": "/api/v1/orders/10"}))
        yield upstream


@pytest.fixture
def bridge(tmp_path: Path) -> Path:
    (tmp_path / "shop.toml").write_text(FILE)
    return tmp_path / "shop.toml"


def environment(shop: ScriptedUpstream) -> dict[str, str]:
    return {name: value.replace("https://shop.example", shop.url) for name, value in VARIABLES.items()}


def commands() -> Iterator[tuple[list[str], Any]]:
    """The commands of the page, each with the result that stands below it."""
    lines = [line for line in SHELL.splitlines() if not line.startswith("export ")]
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        if not line.startswith("#"):
            yield shlex.split(line)[1:], json.loads(below.removeprefix("# ")) if below.startswith("#") else None


@pytest.mark.slow
async def test_the_commands_of_the_page_do_what_stands_there(shop: ScriptedUpstream, bridge: Path) -> None:
    results: list[Any] = []
    for words, expected in commands():
        given = [str(bridge) if word == "shop.toml" else word for word in words]
        told = await anyio.to_thread.run_sync(lambda given=given: run(*given, **environment(shop)))
        assert told.returncode == 0, told
        if expected is not None:
            found = json.loads(told.stdout)
            results.append(expected)
            assert {name: "..." if name == "next_cursor" else value for name, value in found.items()} == expected
    assert len(results) == 2
    written = next(each for each in shop.requests if each.method == "POST")
    assert json.loads(written.body) == {"customer": {"name": "Bo"}, "articles": ["tea"]}
    assert written.headers["authorization"] == "Bearer the-token"


async def test_the_list_of_the_page_goes_on_until_its_total(shop: ScriptedUpstream, bridge: Path) -> None:
    async with connected(server_of(bridge), env=environment(shop)) as client:
        first = data(await client.call_tool("list_orders", {}))
        shop.answers("GET /api/v1/orders", Reply(json={"orders": ORDERS[:1], "total": 3}))
        last = data(await client.call_tool("list_orders", {"cursor": first["next_cursor"]}))
    assert shop.requests[-1].query == {"limit": "2", "offset": "2"}
    assert (len(last["items"]), "next_cursor" in last) == (1, False)


async def test_a_key_is_kept_by_the_server_where_the_api_has_no_header_for_it(
    shop: ScriptedUpstream, bridge: Path
) -> None:
    order = {"customer_name": "Bo", "articles": ["tea"], "idempotency_key": "one"}
    async with connected(server_of(bridge), env=environment(shop)) as client:
        results = [data(await client.call_tool("create_order", order)) for _ in range(2)]
    assert results[0] == {"done": True, "id": "10"}
    assert results[1]["id"] == "10"
    posts = [each for each in shop.requests if each.method == "POST"]
    assert len(posts) == 1
    assert not any("one" in value for value in posts[0].headers.values())


@pytest.mark.slow
async def test_a_secret_that_is_not_set_is_named_by_check_and_by_a_call(shop: ScriptedUpstream, bridge: Path) -> None:
    given = {**environment(shop), "SHOP_TOKEN": ""}
    check = await anyio.to_thread.run_sync(lambda: run("--bridge", str(bridge), "check", **given))
    assert (check.returncode, "not set    SHOP_TOKEN" in check.stdout) == (3, True)
    call = await anyio.to_thread.run_sync(lambda: run("--bridge", str(bridge), "call", "list_orders", **given))
    assert (call.returncode, "SHOP_TOKEN" in call.stderr) == (1, True)


def kinds() -> list[str]:
    return re.findall(r"`(\{ kind = .*? \})` \|", PAGE.split("### Paging")[1].split("\n### ")[0])


@pytest.mark.parametrize("page", kinds())
def test_every_page_of_the_table_is_understood(bridge: Path, page: str) -> None:
    bridge.write_text(re.sub(r"^page = .*$", f"page = {page}", FILE, flags=re.MULTILINE))
    assert server_of(bridge)


def test_the_table_of_pages_has_every_kind() -> None:
    from typing import get_args

    from rest_mcp.paging import Paging

    assert {re.findall(r'kind = "(\w+)"', page)[0] for page in kinds()} == {
        *get_args(Paging.model_fields["kind"].annotation)
    }
