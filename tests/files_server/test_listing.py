"""The files in the list of resources, latest change first, and completed paths."""

import os
from pathlib import Path
from typing import Any

import pytest
from files_server import walk
from files_server.folder import Folder
from files_server.listing import MAX_LISTED
from files_server.server import SERVER
from mcp.client import Client
from mcp.shared.exceptions import MCPError
from mcp_chassis.failures import TimedOut
from mcp_chassis.testing import connected
from mcp_types import Resource, ResourceTemplateReference

DIAGNOSTICS = "server://diagnostics"
TEMPLATE = ResourceTemplateReference(uri="file:///{+path}")


def write(place: Path, changed: int) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("x")
    os.utime(place, (changed, changed))


async def listed(client: Client) -> list[list[Resource]]:
    pages = [await client.list_resources()]
    while pages[-1].next_cursor:
        pages.append(await client.list_resources(cursor=pages[-1].next_cursor))
    return [[entry for entry in page.resources if str(entry.uri) != DIAGNOSTICS] for page in pages]


async def completed(client: Client, prefix: str) -> list[str]:
    return (await client.complete(TEMPLATE, {"name": "path", "value": prefix})).completion.values


async def test_files_are_listed_page_by_page_the_latest_change_first(client: Client, ground) -> None:
    for number in range(230):
        write(ground.allowed / f"deep/{number % 7}/{number:03}.txt", 2_000_000_000 + number)
    pages = await listed(client)
    names = [entry.name for page in pages for entry in page]
    assert [len(page) for page in pages] == [100, 100, 33]
    assert names[:230] == [f"deep/{number % 7}/{number:03}.txt" for number in reversed(range(230))]
    assert sorted(names[230:]) == ["notes.md", "pixel.png", "sub/data.json"]


async def test_a_listed_file_has_a_relative_name_an_absolute_address_its_type_size_and_change(
    client: Client, ground
) -> None:
    kinds = {"a.tsx": "text/x-typescript", "b.mts": "text/x-typescript", "c.cts": "text/x-typescript", "d.yml": None}
    for name in kinds:
        write(ground.allowed / "src" / name, 2_000_000_000)
    entries = {entry.name: entry for page in await listed(client) for entry in page}
    assert {name: entries[f"src/{name}"].mime_type for name in kinds} == {**kinds, "d.yml": "application/yaml"}
    entry = entries["src/a.tsx"]
    assert str(entry.uri) == ground.uri("src/a.tsx")
    assert entry.size == 1
    assert entry.annotations is not None
    assert entry.annotations.last_modified == "2033-05-18T03:33:20+00:00"
    assert (await client.read_resource(str(entry.uri))).contents[0].mime_type == "text/x-typescript"


async def test_a_listed_file_that_is_no_text_has_the_type_with_which_it_is_read(client: Client, ground) -> None:
    kinds = {
        "a.webp": "image/webp",
        "b.woff2": "font/woff2",
        "c.sqlite": "application/vnd.sqlite3",
        "d.flac": "audio/flac",
        "e.mjs": "text/javascript",
        "f.ipynb": "application/x-ipynb+json",
        "g.sql": "application/sql",
    }
    for name, kind in kinds.items():
        (ground.allowed / name).write_bytes(
            b"{}" if "json" in kind or "text" in kind or "sql" in name else b"\x00\xff\xfe"
        )
    (ground.allowed / "c.sqlite").write_bytes(b"SQLite format 3\x00\xff")
    uris = {entry.name: str(entry.uri) for page in await listed(client) for entry in page}
    entries = {entry.name: entry.mime_type for page in await listed(client) for entry in page}
    assert {name: entries[name] for name in kinds} == kinds
    read = {name: (await client.read_resource(uris[name])).contents[0].mime_type for name in kinds}
    assert read == kinds


async def test_a_file_changed_between_two_pages_costs_no_other_file(client: Client, ground) -> None:
    for number in range(150):
        write(ground.allowed / f"{number:03}.txt", 2_000_000_000 + number)
    first = await client.list_resources()
    write(ground.allowed / "000.txt", 2_100_000_000)
    second = await client.list_resources(cursor=first.next_cursor)
    names = {entry.name for page in (first, second) for entry in page.resources}
    assert {f"{number:03}.txt" for number in range(1, 150)} <= names


async def test_at_most_a_thousand_files_are_listed(client: Client, ground) -> None:
    for number in range(MAX_LISTED + 5):
        write(ground.allowed / f"{number}.txt", 2_000_000_000 + number)
    names = [entry.name for page in await listed(client) for entry in page]
    assert len(names) == len(set(names)) == MAX_LISTED
    assert names[-1] == "5.txt"


async def test_without_a_folder_only_the_diagnostics_are_listed() -> None:
    async with connected(SERVER) as client:
        page = await client.list_resources()
        assert [str(entry.uri) for entry in page.resources] == [DIAGNOSTICS]
        assert page.next_cursor is None
        assert await completed(client, "") == []


def test_a_folder_too_large_for_the_walk_is_told_with_the_tool_to_use(ground) -> None:
    clock = iter([0.0, walk.WALK_SECONDS + 1])
    with pytest.raises(TimedOut, match="list_files"):
        walk.recent(Folder(ground.allowed), 1, clock=lambda: next(clock))


async def test_paths_are_completed_folder_by_folder_from_either_beginning(client: Client, ground) -> None:
    write(ground.allowed / "sub" / "a b%.md", 1)
    root = str(ground.allowed).lstrip("/")
    assert await completed(client, "no") == [f"{root}/notes.md"]
    assert await completed(client, "su") == [f"{root}/sub/"]
    assert await completed(client, "sub/") == [f"{root}/sub/a%20b%25.md", f"{root}/sub/data.json"]
    assert await completed(client, f"{root}/sub/d") == [f"{root}/sub/data.json"]
    assert await completed(client, f"/{root}/n") == [f"{root}/notes.md"]
    assert {f"{root}/notes.md", f"{root}/sub/"} <= set(await completed(client, root[:5]))
    assert await completed(client, "sub/a%20b") == [f"{root}/sub/a%20b%25.md"]


@pytest.mark.parametrize("prefix", ["../", "sub/../../", "way/", "/etc/pass", "nothing", "link", "a\0b/"])
async def test_nothing_outside_of_the_folder_is_completed(client: Client, ground, prefix: str) -> None:
    assert await completed(client, prefix) == []


async def test_a_completed_path_is_an_address_that_can_be_read(client: Client, ground) -> None:
    (ground.allowed / "a b%20é.md").write_text("whole")
    [path] = await completed(client, "a b")
    assert (await client.read_resource(f"file:///{path}")).contents[0].text == "whole"


@pytest.mark.parametrize("cursor", ["", "entries-of-1", "entries-of-x", "bm9uc2Vuc2U"])
async def test_a_cursor_of_no_list_is_refused_with_what_to_do(client: Client, ground, cursor: str) -> None:
    with pytest.raises(MCPError, match="does not belong to this query") as refused:
        await client.list_resources(cursor=cursor)
    data: Any = refused.value.error.data
    assert data["code"] == "INVALID_INPUT"
