"""Files, folders, blobs and trees of one repository."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha1

from mcp_chassis.failures import UpstreamError
from mcp_chassis.http.records import read_records
from mcp_chassis.http.response import Response
from mcp_chassis.output.warnings import warn

from github_mcp.client.session import Session
from github_mcp.records.contents import ContentRecord, EntryRecord, TreeRecord

OBJECT_JSON = "application/vnd.github.object+json"
RAW = "application/vnd.github.raw+json"
_READ_FOLDER = "list the folder"


@dataclass(frozen=True)
class Folder:
    """The entries of a folder; `sha` is its tree, empty where GitHub answers with a bare list."""

    entries: Sequence[EntryRecord]
    sha: str = ""


class Contents:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def at(self, owner: str, repo: str, path: str, ref: str | None) -> ContentRecord | Folder:
        """What lies at a path, on a branch, tag or commit; the default branch without one."""
        tail, values = ("/contents/{+path}", {"path": path}) if path else ("/contents/", {})
        answer = await self._session.read(owner, repo, tail, values, params={"ref": ref}, accept=OBJECT_JSON)
        data, upstream = answer.json, answer.upstream
        if isinstance(data, list):
            listed = read_records(data, EntryRecord, upstream=upstream, operation=_READ_FOLDER, noun="entries")
            return Folder(listed.items)
        node = answer.record(ContentRecord, operation="read the file")
        if node.type == "dir" or "entries" in data:
            listed = answer.records(EntryRecord, operation=_READ_FOLDER, at="entries", noun="entries")
            return Folder(listed.items, node.sha)
        if not node.type:
            raise UpstreamError(f"{upstream} responded to the request to read the file without a usable 'type'.")
        return node

    async def raw(self, owner: str, repo: str, path: str, ref: str | None) -> bytes:
        """The bytes of a file at a path."""
        values = {"path": path}
        answer = await self._session.read(owner, repo, "/contents/{+path}", values, params={"ref": ref}, accept=RAW)
        return bytes_of(answer, "read the file")

    async def blob(self, owner: str, repo: str, sha: str) -> bytes:
        answer = await self._session.read(owner, repo, "/git/blobs/{sha}", {"sha": sha}, accept=RAW)
        return bytes_of(answer, "read the file")

    async def tree(self, owner: str, repo: str, sha: str) -> Sequence[EntryRecord]:
        """A folder by its tree: the same entries whenever it is asked for."""
        answer = await self._session.read(owner, repo, "/git/trees/{sha}", {"sha": sha})
        entries = answer.records(EntryRecord, operation=_READ_FOLDER, at="tree", noun="entries").items
        if answer.record(TreeRecord, operation=_READ_FOLDER).truncated:
            warn(f"GitHub lists only the first {len(entries)} entries of this folder.")
        return entries


def bytes_of(answer: Response, operation: str) -> bytes:
    """The body of a response that holds a file, a log or an archive as it is.

    Raises:
        UpstreamError: when it is a web page, such as that of a proxy: GitHub sends no file under that media type.
    """
    if "text/html" in answer.headers.get("content-type", ""):
        raise UpstreamError(f"{answer.upstream} responded to the request to {operation} with a web page.")
    return answer.body


def decoded_base64(text: str) -> bytes:
    """The bytes that GitHub wraps in base64.

    Raises:
        UpstreamError: when it is none.
    """
    try:
        return base64.b64decode(text)
    except ValueError as exc:
        raise UpstreamError("GitHub sent a file's content in a form that cannot be decoded.") from exc


def git_hash(content: bytes) -> str:
    """The id that git gives to a blob of this content (SHA-1 repositories)."""
    return sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
