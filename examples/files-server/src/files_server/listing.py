"""The list of resources, most recently changed files first, and the completion of file paths."""

import json
from collections.abc import Mapping, Sequence

import anyio.to_thread
from mcp_chassis.listing import Entry, EntryPage, Listing

from files_server import walk
from files_server.folder import Folder

PAGE = 100
MAX_LISTED = 1_000
"""Maximum number of files in the list of resources. The tool list_files returns all."""


async def recent_files(folder: Folder, position: str | None) -> EntryPage:
    """One page of the most recently changed files."""
    if not folder.is_set:
        return EntryPage(())
    listed, before = _parsed(position)
    found = await anyio.to_thread.run_sync(walk.recent, folder, PAGE + 1, before, abandon_on_cancel=True)
    shown, listed = found[:PAGE], listed + PAGE
    goes_on = len(found) > PAGE and listed < MAX_LISTED
    return EntryPage(
        [Entry(file.uri, file.name, file.mime_type, file.size, file.modified) for _, file in shown],
        json.dumps([listed, *shown[-1][0]]) if goes_on else None,
    )


async def file_paths(folder: Folder, prefix: str, chosen: Mapping[str, str]) -> Sequence[str]:
    if not folder.is_set:
        return ()
    return await anyio.to_thread.run_sync(walk.completed, folder, prefix)


def _parsed(position: str | None) -> tuple[int, walk.Moment | None]:
    """Parse a cursor into the number of files listed so far and the last of them."""
    if position is None:
        return 0, None
    listed, changed, path = json.loads(position)
    return listed, (changed, path)


RECENT_FILES = Listing(recent_files, asks_upstream=False)
