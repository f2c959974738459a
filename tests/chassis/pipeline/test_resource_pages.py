"""The list of resources in pages: fixed ones, then the entries of templates, and what happens when they cannot come."""

import dataclasses
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from mcp.client import Client
from mcp.shared.exceptions import MCPError
from mcp_chassis.failures import Unavailable
from mcp_chassis.listing import Entry, EntryPage, Listing
from mcp_chassis.pipeline.dispatch import Dispatch
from mcp_chassis.pipeline.transport import TransportServices
from mcp_chassis.server import Server
from mcp_chassis.stdio.recording import answers_of
from mcp_chassis.testing import connected
from mcp_chassis.tools import resource
from sample_server import SAMPLE

PAGES = {None: (["a", "b"], "c"), "c": (["c"], None)}


class Shelf:
    """The source of the entries; `fails` makes it unavailable."""

    fails = False

    async def page(self, connection: Any, position: str | None) -> EntryPage:
        if self.fails:
            raise Unavailable("The shelf is closed.")
        names, following = PAGES[position]
        return EntryPage([Entry(f"shelf://{name}", f"\u202e{name}") for name in names], following)


def server(shelf: Shelf, *, asks_upstream: bool, templates: int = 1) -> Server[Any]:
    async def on_shelf(name: str) -> str:
        """A thing on the shelf."""
        return name

    marked = [
        resource(f"shelf{number}://{{name}}", "Thing", entries=Listing(shelf.page, asks_upstream=asks_upstream))
        for number in range(templates)
    ]
    functions = [mark(named(on_shelf, f"on_shelf_{number}")) for number, mark in enumerate(marked)]
    return dataclasses.replace(SAMPLE, resources=tuple(functions))


def named(function: Any, name: str) -> Any:
    async def copy(name: str) -> str:
        return await function(name)

    copy.__name__, copy.__doc__ = name, function.__doc__
    return copy


async def pages(client: Client) -> list[list[str]]:
    found = [await client.list_resources()]
    while found[-1].next_cursor:
        found.append(await client.list_resources(cursor=found[-1].next_cursor))
    return [[entry.name for entry in page.resources] for page in found]


async def test_entries_follow_the_fixed_resources_on_the_first_page_and_go_on_by_cursor(era):
    async with connected(server(Shelf(), asks_upstream=False), era=era) as client:
        assert await pages(client) == [["server_diagnostics", "a", "b"], ["c"]]


async def test_entries_of_an_upstream_begin_behind_the_first_page(era):
    async with connected(server(Shelf(), asks_upstream=True), era=era) as client:
        assert await pages(client) == [["server_diagnostics"], ["a", "b"], ["c"]]


async def test_templates_are_listed_one_after_another(era):
    async with connected(server(Shelf(), asks_upstream=False, templates=2), era=era) as client:
        assert await pages(client) == [["server_diagnostics", "a", "b"], ["c"], ["a", "b"], ["c"]]


async def test_entries_that_cannot_be_listed_are_left_to_the_next_page_which_fails(era):
    shelf = Shelf()
    async with connected(server(shelf, asks_upstream=False), era=era) as client:
        shelf.fails = True
        first = await client.list_resources()
        with pytest.raises(MCPError, match="The shelf is closed") as failed:
            await client.list_resources(cursor=first.next_cursor)
        shelf.fails = False
        second = await client.list_resources(cursor=first.next_cursor)
    assert [entry.name for entry in first.resources] == ["server_diagnostics"]
    assert failed.value.error.data["code"] == "SERVICE_UNAVAILABLE"
    assert [entry.name for entry in second.resources] == ["a", "b"]


async def test_a_cursor_of_another_process_begins_the_entries_but_does_not_go_on_with_them(era):
    async with connected(server(Shelf(), asks_upstream=True), era=era) as client:
        start = (await client.list_resources()).next_cursor
        following = (await client.list_resources(cursor=start)).next_cursor
    async with connected(server(Shelf(), asks_upstream=True), era=era) as client:
        assert [entry.name for entry in (await client.list_resources(cursor=start)).resources] == ["a", "b"]
        with pytest.raises(MCPError, match="cursor does not belong"):
            await client.list_resources(cursor=following)


@pytest.mark.parametrize("asks_upstream", [True, False])
async def test_a_record_contains_the_list_of_resources_only_if_it_is_constant(asks_upstream: bool):
    built = server(Shelf(), asks_upstream=asks_upstream)
    answers = await answers_of(built, built.settings.load({}))
    lists = [methods.get("resources/list") for methods in answers.values()]
    assert [listed is not None for listed in lists] == [asks_upstream] * len(lists)
    if asks_upstream:
        [recorded] = {json.loads(listed)["nextCursor"] for listed in lists}
        async with connected(built) as client:
            assert (await client.list_resources()).next_cursor == recorded


async def test_a_caller_without_the_permission_gets_an_empty_list():
    class Nothing:
        def check(self, permission: str, tool: str | None = None) -> None:
            raise AssertionError(permission)

        def admits(self, permission: str, tool: str | None = None) -> bool:
            return False

    built = server(Shelf(), asks_upstream=False)
    app = Dispatch(built, built.settings.load({}), TransportServices(gate=Nothing()))
    async with Client(app, mode="2026-07-28") as client:
        assert (await client.list_resources()).resources == []


async def test_an_entry_is_listed_with_its_type_size_and_time_and_the_template_gives_what_it_leaves_out(era):
    changed = datetime(2026, 11, 29, 9, 15, 0, 750_000, tzinfo=UTC)
    entries = [Entry("shelf0://a", "a\u200b", "text/plain", 7, changed), Entry("shelf0://b", "b")]

    class Described(Shelf):
        async def page(self, connection: Any, position: str | None) -> EntryPage:
            return EntryPage(entries)

    async with connected(server(Described(), asks_upstream=False), era=era) as client:
        page = await client.list_resources()
    assert page.next_cursor is None
    first, second = (entry.model_dump(mode="json", exclude_none=True) for entry in page.resources[1:])
    assert first == {
        "uri": "shelf0://a",
        "name": "a",
        "mime_type": "text/plain",
        "size": 7,
        "annotations": {"last_modified": "2026-11-29T09:15:00+00:00"},
    }
    assert second == {"uri": "shelf0://b", "name": "b", "mime_type": "application/json"}


@pytest.mark.parametrize("cursor", ["entries-of-2", "entries-of-x", "entries-of-", "2", "entries-of--1"])
async def test_a_cursor_of_no_template_is_refused(cursor: str):
    async with connected(server(Shelf(), asks_upstream=True, templates=2)) as client:
        with pytest.raises(MCPError, match="cursor does not belong"):
            await client.list_resources(cursor=cursor)
