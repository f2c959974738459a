"""Tools that list and read files, and the resource of one file."""

from itertools import islice
from typing import Annotated
from urllib.parse import quote, unquote

import anyio.to_thread
from mcp_chassis.failures import InvalidInput
from mcp_chassis.results import Content, Page, Result, TextPage
from mcp_chassis.tools import Connected, Cursor, reads, resource
from pydantic import Field

from files_server import encodings, walk
from files_server.folder import BINARY, MAX_READ_SIZE, Folder, is_text
from files_server.listing import RECENT_FILES, file_paths

PAGE_SIZE = 100
Files = Annotated[Folder, Connected]
FilePath = Annotated[str, Field(min_length=1, max_length=4096, description="The path in a file:/// address.")]
Start = Annotated[int, Field(ge=0, le=2**53 - 1, description="Characters to skip.")]


class File(Result):
    uri: str
    name: str
    size: int
    modified: str
    mime_type: str

    @classmethod
    def of(cls, entry: walk.Entry) -> "File":
        modified = entry.modified.isoformat(timespec="seconds")
        return cls(uri=entry.uri, name=entry.name, size=entry.size, modified=modified, mime_type=entry.mime_type)


class FilePage(Page):
    items: list[File]


@reads("List files", open_world=False)
async def list_files(files: Files, cursor: Cursor = None) -> FilePage:
    """List the files of the allowed folder. Read one with read_file or as a resource."""
    found = await anyio.to_thread.run_sync(lambda: list(islice(walk.files(files, cursor), PAGE_SIZE + 1)))
    shown = found[:PAGE_SIZE]
    more = len(found) > PAGE_SIZE
    return FilePage(items=[File.of(entry) for entry in shown], next_cursor=shown[-1].position if more else None)


@reads("Read a file", open_world=False)
async def read_file(path: FilePath, files: Files, start: Start = 0) -> TextPage:
    """Read a text file, at most a million characters at once."""
    raw, mime_type = await anyio.to_thread.run_sync(files.read, unquote(path, errors="surrogateescape"))
    if mime_type == BINARY:
        raise InvalidInput("This file is not text, or its encoding is ambiguous; read it as a resource.")
    if not is_text(mime_type):
        raise InvalidInput(f"This file is {mime_type}, not text; read it as a resource.")
    return TextPage(_cut(_text(raw), path, start))


@resource("file:///{+path}", "A file", mime_type="text/plain", complete={"path": file_paths}, entries=RECENT_FILES)
async def file(path: FilePath, files: Files) -> Content:
    """One file of the allowed folder, with its own MIME type."""
    raw, mime_type = await anyio.to_thread.run_sync(files.read, path)
    if is_text(mime_type):
        return Content(_cut(_text(raw), quote(path), 0), mime_type)
    if len(raw) > MAX_READ_SIZE:
        raise InvalidInput(
            f"This file has more than {MAX_READ_SIZE:,} bytes and is not text, which could be read in parts."
        )
    return Content(raw, mime_type)


def _text(raw: bytes) -> str:
    """Decode a file; if it is not UTF-8, a last line names the encoding.

    Raises:
        InvalidInput: it is not text in a known encoding.
    """
    found = encodings.decoded(raw)
    if found is None:
        raise InvalidInput("This file is not text in a known encoding; read it as a resource.")
    text, encoding = found
    return text if encoding == "utf-8" else f"{text}\n[encoding] read as {encoding}"


def _cut(text: str, path: str, start: int) -> str:
    """Return up to a million characters from `start`; if there are more, a last line says how to continue.

    Raises:
        InvalidInput: `start` is beyond the end of the text.
    """
    if start > len(text):
        raise InvalidInput(f"This file has {len(text):,} characters, fewer than start skips.")
    end = start + MAX_READ_SIZE
    if end >= len(text):
        return text[start:]
    continuation = f"read_file with path {path} and start {end}"
    return f"{text[start:end]}\n[truncated] {len(text) - end:,} more characters: {continuation}"
