"""The walk behind list_files: each file once, from any position, and no more of the folder than a page needs."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from files_server.folder import Folder
from files_server.walk import files
from mcp_chassis.testing import data, text

pytestmark = pytest.mark.slow

ONE_PAGE = """
import sys
from itertools import islice
from pathlib import Path
from files_server.folder import Folder
from files_server.walk import files

read = []
sys.addaudithook(lambda event, details: read.append(details[0]) if event == "os.scandir" else None)
for entry in islice(files(Folder(Path(sys.argv[1])), sys.argv[2]), 3):
    print(entry.path)
print(*read, sep=chr(10))
"""
"""In a process of its own: an audit hook, which hears of every folder that is read, can never be removed."""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Ten folders of ten files; among their names such as sort differently as texts and as steps."""
    root = tmp_path.resolve() / "tree"
    for number in range(10):
        (root / f"{number}").mkdir(parents=True)
        for name in range(10):
            (root / f"{number}" / f"{name}.txt").touch()
    for name in ("5.txt", "5-x", "5!"):
        (root / name).touch()
    return root


def names(root: Path, after: str | None = None) -> Iterator[str]:
    return (entry.path.relative_to(root).as_posix() for entry in files(Folder(root), after))


def test_from_every_position_the_walk_goes_on_with_the_very_next_file(tree: Path) -> None:
    found = list(files(Folder(tree)))
    assert len(found) == 103
    for place, entry in enumerate(found):
        following = next(files(Folder(tree), entry.position), None)
        assert following == (found[place + 1] if place + 1 < len(found) else None)


def test_a_page_reads_no_folder_before_its_position_and_none_after_its_end(tree: Path) -> None:
    command = [sys.executable, "-c", ONE_PAGE, str(tree), "6/8.txt"]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=240)
    shown, read = ["6/9.txt", "7/0.txt", "7/1.txt"], ["", "6", "7"]
    assert run.stdout.splitlines() == [str(tree / name) for name in [*shown, *read]]


def test_a_page_goes_on_after_a_position_that_was_removed_or_is_another_kind_of_entry(tree: Path) -> None:
    (tree / "3" / "4.txt").unlink()
    assert next(names(tree, "3/4.txt")) == "3/5.txt"
    (tree / "3" / "4.txt").mkdir()
    (tree / "3" / "4.txt" / "new.txt").touch()
    assert next(names(tree, "3/4.txt")) == "3/4.txt/new.txt"
    assert next(names(tree, "2zzz/a/b")) == "3/0.txt"


def test_what_vanishes_during_the_walk_is_left_out(tree: Path) -> None:
    walk = names(tree)
    assert next(walk) == "0/0.txt"
    (tree / "0" / "1.txt").unlink()
    for file in (tree / "1").iterdir():
        file.unlink()
    (tree / "1").rmdir()
    assert list(walk)[:10] == [*(f"0/{name}.txt" for name in range(2, 10)), "2/0.txt", "2/1.txt"]


@pytest.fixture
def strange(ground: Any) -> list[Path]:
    """Names that are no text, and one that looks as if it were quoted."""
    found = [Path(os.fsdecode(os.fsencode(ground.allowed) + b"/\xff%03d.txt" % number)) for number in range(101)]
    found.append(ground.allowed / "100%20.txt")
    for number, path in enumerate(found):
        path.write_text(f"{number}")
    return found


async def test_names_that_are_no_text_or_look_quoted_are_listed_paged_and_read(
    client: Any, ground: Any, strange: list[Path]
) -> None:
    page = data(await client.call_tool("list_files", {}))
    rest = data(await client.call_tool("list_files", {"cursor": page["next_cursor"]}))
    uris = [item["uri"].removeprefix("file://") for item in page["items"] + rest["items"]]
    assert len(set(uris)) == len(strange) + 3
    assert text(await client.call_tool("read_file", {"path": uris[-1]})) == "100"
    quoted = f"{ground.allowed}/100%2520.txt"
    assert quoted in uris
    assert text(await client.call_tool("read_file", {"path": quoted})) == "101"
    assert (await client.read_resource(f"file://{quoted}")).contents[0].text == "101"
