"""Requests for files, folders, blobs and trees of one repository."""

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
    """The entries of a folder; `sha` is the id of its tree, empty if GitHub returned only a list."""

    entries: Sequence[EntryRecord]
    sha: str = ""


class Contents:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def at(self, owner: str, repo: str, path: str, ref: str | None) -> ContentRecord | Folder:
        """Read the file or folder at a path on a branch, tag or commit, by default on the default branch."""
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
            text = f"{upstream} responded to the request to read the file without a usable 'type'."
            raise UpstreamError(text, remedy="Try again later.")
        return node

    async def raw(self, owner: str, repo: str, path: str, ref: str | None) -> bytes:
        """Read the bytes of the file at a path."""
        values = {"path": path}
        answer = await self._session.read(owner, repo, "/contents/{+path}", values, params={"ref": ref}, accept=RAW)
        return bytes_of(answer, "read the file")

    async def blob(self, owner: str, repo: str, sha: str) -> bytes:
        answer = await self._session.read(owner, repo, "/git/blobs/{sha}", {"sha": sha}, accept=RAW)
        return bytes_of(answer, "read the file")

    async def tree(self, owner: str, repo: str, sha: str) -> Sequence[EntryRecord]:
        """Read the entries of a folder by the id of its tree, which never change."""
        answer = await self._session.read(owner, repo, "/git/trees/{sha}", {"sha": sha})
        entries = answer.records(EntryRecord, operation=_READ_FOLDER, at="tree", noun="entries").items
        if answer.record(TreeRecord, operation=_READ_FOLDER).truncated:
            warn(f"GitHub lists only the first {len(entries)} entries of this folder.")
        return entries


def bytes_of(answer: Response, operation: str) -> bytes:
    """The body of a response that consists of the bytes of a file, a log or an archive.

    Raises:
        UpstreamError: if the response is a web page.
    """
    # GitHub sends no file with this media type: the page comes from a proxy.
    if "text/html" in answer.headers.get("content-type", ""):
        text = f"{answer.upstream} responded to the request to {operation} with a web page; a proxy may have sent it."
        raise UpstreamError(text, remedy="Try again later.")
    return answer.body


def decoded_base64(text: str) -> bytes:
    """Decode file content in base64.

    Raises:
        UpstreamError: if the text is not base64.
    """
    try:
        return base64.b64decode(text)
    except ValueError as exc:
        raise UpstreamError(
            "GitHub sent a file's content that is not valid base64.", remedy="Try again later."
        ) from exc


def git_hash(content: bytes) -> str:
    """The id of a blob with this content in a git repository that uses SHA-1."""
    return sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
