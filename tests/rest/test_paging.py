"""Every way in which APIs turn pages comes out as the one cursor a caller knows."""

import json
from pathlib import Path
from typing import Any

import pytest
from mcp_chassis.testing import Reply, ScriptedUpstream, connected, data, failure
from mcp_chassis.testing.requests import Request
from rest_mcp.assembly import server_of

BRIDGE = """
instructions = "Things."
[apis.things]
auth = false
rate = 10000
[[tools]]
name = "list_things"
description = "List things."
request = "GET /things"
answer = "list"
{result}
page = {page}
[[resources]]
uri = "things://all"
name = "all_things"
description = "All things."
request = "GET /things"
answer = "list"
{result}
page = {page}
"""
THINGS = list(range(1, 8))
SIZE = 3


def counted(items: list[int], **more: Any) -> Reply:
    return Reply(json={"items": items, **more})


def by_cursor(request: Request) -> Reply:
    start = int(request.query.get("after", "0"))
    items = THINGS[start : start + SIZE]
    rest = start + SIZE < len(THINGS)
    return counted(items, paging={"next": str(start + SIZE) if rest else None})


def by_page(request: Request) -> Reply:
    page = int(request.query.get("page", "1"))
    return counted(THINGS[(page - 1) * SIZE : page * SIZE])


def by_offset(request: Request) -> Reply:
    start = int(request.query.get("skip", "0"))
    return counted(THINGS[start : start + SIZE], total=len(THINGS))


def by_flag(request: Request) -> Reply:
    page = int(request.query.get("page", "0"))
    return counted(THINGS[page * SIZE : (page + 1) * SIZE], more=(page + 1) * SIZE < len(THINGS))


def with_ids(start: int, **more: Any) -> Reply:
    """Like Stripe: nothing but the last item says where the list goes on."""
    found = [{"id": f"thing_{number}", "number": number} for number in THINGS[start : start + SIZE]]
    return Reply(json={"items": found, **more})


def by_last(request: Request) -> Reply:
    start = int(request.query.get("starting_after", "thing_0").removeprefix("thing_"))
    return with_ids(start, has_more=start + SIZE < len(THINGS))


def by_last_alone(request: Request) -> Reply:
    return with_ids(int(request.query.get("starting_after", "0")))


def by_link(request: Request) -> Reply:
    page = int(request.query.get("p", "1"))
    following = f'<https://elsewhere.example/other?p={page + 1}&x=1>; rel="next"' if page * SIZE < len(THINGS) else ""
    return Reply(json=THINGS[(page - 1) * SIZE : page * SIZE], headers={"link": following})


INSIDE = 'result = "items"'
WAYS: dict[str, tuple[Any, str, str]] = {
    "cursor": (by_cursor, INSIDE, '{ kind = "cursor", parameter = "after", next = "paging.next" }'),
    "page": (by_page, INSIDE, '{ kind = "page", size = 3 }'),
    "page without a size": (by_page, INSIDE, '{ kind = "page" }'),
    "offset": (by_offset, INSIDE, '{ kind = "offset", parameter = "skip", size = 3, total = "total" }'),
    "flag": (by_flag, INSIDE, '{ kind = "page", first = 0, size = 3, more = "more" }'),
    "last": (
        by_last,
        INSIDE + '\nkeep = ["number"]',
        '{ kind = "last", parameter = "starting_after", more = "has_more", size = 3 }',
    ),
    "last without a flag": (
        by_last_alone,
        INSIDE + '\nkeep = ["number"]',
        '{ kind = "last", parameter = "starting_after", item = "number", size = 3 }',
    ),
    "link": (by_link, "", '{ kind = "link", size = 3, size_parameter = "per_page" }'),
}


@pytest.mark.parametrize("way", WAYS)
async def test_all_pages_are_read_once_each_and_the_last_one_ends(way: str, tmp_path: Path) -> None:
    script, result, page = WAYS[way]
    (tmp_path / "bridge.toml").write_text(BRIDGE.format(result=result, page=page))
    async with ScriptedUpstream() as upstream:
        upstream.answers("GET /things", script)
        async with connected(server_of(tmp_path / "bridge.toml"), env={"API_BASE_URL": upstream.url}) as client:
            found: list[int] = []
            cursor: dict[str, str] = {}
            while True:
                answer = data(await client.call_tool("list_things", cursor))
                found += [item["number"] if isinstance(item, dict) else item for item in answer["items"]]
                if "next_cursor" not in answer:
                    break
                cursor = {"cursor": answer["next_cursor"]}
            whole = json.loads((await client.read_resource("things://all")).contents[0].text)
    assert found == THINGS
    whole["items"] = [item["number"] if isinstance(item, dict) else item for item in whole["items"]]
    assert whole == {"items": THINGS, **({"total": 7} if way == "offset" else {})}
    assert len(upstream.requests) <= 8
    assert {request.path for request in upstream.requests} == {"/things"}


async def test_an_api_that_never_ends_its_list_does_not_hold_a_resource_for_ever(tmp_path: Path) -> None:
    (tmp_path / "bridge.toml").write_text(BRIDGE.format(result=INSIDE, page='{ kind = "cursor", next = "next" }'))
    async with ScriptedUpstream() as upstream:
        upstream.answers("GET /things", *[counted([1], next=f"page-{number}") for number in range(12)])
        async with connected(server_of(tmp_path / "bridge.toml"), env={"API_BASE_URL": upstream.url}) as client:
            whole = json.loads((await client.read_resource("things://all")).contents[0].text)
    assert (len(whole["items"]), whole["truncated"], len(upstream.requests)) == (10, True, 10)


@pytest.mark.parametrize(
    ("item", "sentence"),
    [("id", "sent the same page again"), ("number.of", "sent a last item without number.of")],
)
async def test_a_last_item_that_leads_nowhere_is_said_and_ends_no_list_in_silence(
    tmp_path: Path, item: str, sentence: str
) -> None:
    page = f'{{ kind = "last", parameter = "starting_after", item = "{item}", more = "has_more" }}'
    (tmp_path / "bridge.toml").write_text(BRIDGE.format(result=INSIDE, page=page))
    async with ScriptedUpstream() as upstream:
        upstream.answers("GET /things", with_ids(0, has_more=True))
        async with connected(server_of(tmp_path / "bridge.toml"), env={"API_BASE_URL": upstream.url}) as client:
            answer = await client.call_tool("list_things", {})
            if item == "id":
                answer = await client.call_tool("list_things", {"cursor": data(answer)["next_cursor"]})
    assert failure(answer).code == "UPSTREAM_ERROR"
    assert sentence in failure(answer).message
