"""The files of one folder: listed, read, cut; and nothing outside of it, however it is asked for."""

import base64
import os
from pathlib import Path
from typing import Any

import pytest
from files_server.folder import BY_STEPS, MAX_READ_SIZE, Folder, uri_of
from files_server.server import SERVER
from mcp.client import Client
from mcp.shared.exceptions import MCPError
from mcp_chassis.failures import InvalidInput, NotFound
from mcp_chassis.settings import BadSettings
from mcp_chassis.testing import connected, data, failure, text

WAYS = [
    pytest.param(
        True, id="by steps", marks=pytest.mark.skipif(not BY_STEPS, reason="this system cannot open by steps")
    ),
    pytest.param(False, id="by the whole path"),
]


async def contents(client: Client, uri: str) -> Any:
    return (await client.read_resource(uri)).contents[0]


async def test_every_file_is_listed_with_its_type_and_no_link_is(client: Client, ground) -> None:
    found = data(await client.call_tool("list_files", {}))["items"]
    names = {item["uri"].rpartition("allowed/")[2]: item["mime_type"] for item in found}
    assert names == {"notes.md": "text/markdown", "pixel.png": "image/png", "sub/data.json": "application/json"}


async def test_a_long_list_goes_on_by_cursor(client: Client, ground) -> None:
    for number in range(230):
        (ground.allowed / f"{number:03}.txt").write_text("x")
    uris: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = data(await client.call_tool("list_files", cursor))
        uris += [item["uri"] for item in page["items"]]
        if "next_cursor" not in page:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert len(uris) == len(set(uris)) == 233


async def test_files_are_read_with_their_own_type_and_bytes_stay_bytes(client: Client, ground) -> None:
    notes = await contents(client, ground.uri("notes.md"))
    assert (notes.text, notes.mime_type) == ("# Notes\n", "text/markdown")
    assert (await contents(client, ground.uri("sub/data.json"))).text == '{"a": 1}'
    assert (await contents(client, ground.uri("within.md"))).text == "# Notes\n"
    pixel = await contents(client, ground.uri("pixel.png"))
    assert base64.b64decode(pixel.blob).startswith(b"\x89PNG")


OUTSIDE = [
    "{allowed}/../secret.txt",
    "{allowed}/sub/../../secret.txt",
    "{allowed}/%2e%2e/secret.txt",
    "{allowed}/..%2fsecret.txt",
    "{allowed}/%252e%252e/secret.txt",
    "{allowed}_evil/secret.txt",
    "{allowed}/link.txt",
    "{allowed}/way/secret.txt",
    "{allowed}/sub",
    "{allowed}",
    "{allowed}/nothing.txt",
    "{allowed}/notes.md/x",
    "{allowed}/no%00tes.md",
    "/etc/passwd",
    "/etc/passwd%00.md",
    "/proc/self/environ",
    "/",
    "//evil.example/share/x",
]


@pytest.mark.parametrize("path", OUTSIDE)
async def test_nothing_outside_of_the_folder_is_read(client: Client, ground, path: str) -> None:
    asked = path.format(allowed=ground.allowed)
    with pytest.raises(MCPError) as refused:
        await contents(client, f"file://{asked}")
    failed = failure(await client.call_tool("read_file", {"path": asked}))
    assert failed.code in {"RESOURCE_NOT_FOUND", "INVALID_INPUT"}
    for told in (str(refused.value), failed.message):
        assert "outside" not in told
        assert str(ground.allowed) not in told


@pytest.mark.parametrize("by_steps", WAYS)
def test_either_way_of_opening_reads_what_is_inside_and_nothing_else(ground, by_steps: bool) -> None:
    folder = Folder(ground.allowed, by_steps=by_steps)
    for name in ("notes.md", "within.md"):
        assert folder.read(f"{ground.allowed}/{name}")[0] == b"# Notes\n"
    os.mkfifo(ground.allowed / "pipe.txt")
    for path in [*OUTSIDE, "{allowed}/pipe.txt"]:
        with pytest.raises((NotFound, InvalidInput)):
            folder.read(path.format(allowed=ground.allowed))


@pytest.mark.parametrize("by_steps", WAYS)
@pytest.mark.parametrize("swapped", ["sub", "sub/data.json"])
def test_a_link_put_in_place_of_what_was_checked_is_not_followed(ground, by_steps: bool, swapped: str) -> None:
    (ground.evil / "data.json").write_text("outside")

    class Swapping(Folder):
        """A folder in which a link is swapped between the check and the opening."""

        def place(self, path: str) -> Path:
            checked = super().place(path)
            (ground.allowed / swapped).rename(ground.allowed / "away")
            (ground.allowed / swapped).symlink_to(ground.evil if swapped == "sub" else ground.evil / "data.json")
            return checked

    with pytest.raises(NotFound):
        Swapping(ground.allowed, by_steps=by_steps).read(f"{ground.allowed}/sub/data.json")


async def test_a_pipe_is_refused_without_blocking(client: Client, ground) -> None:
    os.mkfifo(ground.allowed / "pipe.txt")
    failed = failure(await client.call_tool("read_file", {"path": str(ground.allowed / "pipe.txt")}))
    assert failed.code == "INVALID_INPUT"


async def test_a_long_text_is_cut_visibly_and_read_on(client: Client, ground) -> None:
    (ground.allowed / "long.txt").write_text("a" * MAX_READ_SIZE + "b" * 5)
    path = str(ground.allowed / "long.txt")
    whole = (await contents(client, uri_of(Path(path)))).text
    assert whole.startswith("a" * MAX_READ_SIZE)
    last = whole.splitlines()[-1]
    assert last.startswith("[truncated] 5 more characters")
    assert f"start {MAX_READ_SIZE}" in last
    assert text(await client.call_tool("read_file", {"path": path, "start": MAX_READ_SIZE})) == "bbbbb"


async def test_a_text_of_exactly_the_limit_is_whole(client: Client, ground) -> None:
    (ground.allowed / "long.txt").write_text("a" * MAX_READ_SIZE)
    assert (await contents(client, ground.uri("long.txt"))).text == "a" * MAX_READ_SIZE


async def test_without_a_folder_nothing_is_read_and_the_variable_is_named() -> None:
    async with connected(SERVER) as client:
        failed = failure(await client.call_tool("list_files", {}))
    assert failed.code == "PERMISSION_DENIED"
    assert "ALLOWED_DIR" in failed.message


def test_a_folder_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="ALLOWED_DIR: must be a folder that exists"):
        SERVER.settings.load({"ALLOWED_DIR": str(tmp_path / "nowhere")})


async def test_a_start_beyond_the_end_is_refused_with_the_length(client: Client, ground) -> None:
    path = str(ground.allowed / "notes.md")
    assert text(await client.call_tool("read_file", {"path": path, "start": 8})) == ""
    refused = failure(await client.call_tool("read_file", {"path": path, "start": 9}))
    assert refused.message == "This file has 8 characters, fewer than start skips."


async def test_a_file_without_a_clear_encoding_is_refused_with_the_way_to_its_bytes(client: Client, ground) -> None:
    (ground.allowed / "odd.txt").write_bytes(b"\xe9")
    refused = failure(await client.call_tool("read_file", {"path": str(ground.allowed / "odd.txt")}))
    assert refused.message == "This file is not text, or its encoding is ambiguous; read it as a resource."
    assert base64.b64decode((await contents(client, ground.uri("odd.txt"))).blob) == b"\xe9"
