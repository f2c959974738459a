"""Files and folders as pages of text. Pages after the first show the content that the first page was read from."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from mcp_chassis.failures import Conflict, InvalidInput, NotFound
from mcp_chassis.output.warnings import warn
from mcp_chassis.results import TextPage

from github_mcp.client import GitHubClient
from github_mcp.client.contents import Folder, decoded_base64, git_hash
from github_mcp.file_texts import FilePosition, page_of_text, position_of_line
from github_mcp.records.contents import ContentRecord, EntryRecord

MAX_FILE_BYTES = 10 * 1024 * 1024
MAX_LISTED_ENTRIES = 1000  # of a folder, in a response of GitHub's contents API


@dataclass(frozen=True)
class FolderPosition:
    """Position in the list of a folder: the id of its tree, and the index of the first entry of a page."""

    tree: str
    entry: int


@dataclass(frozen=True)
class FileContent:
    """The bytes of a file; `sha` is the id of the blob that contains them, empty if no blob does."""

    content: bytes
    sha: str = ""

    @property
    def identity(self) -> str:
        return git_hash(self.content)


class FileReader:
    """Reader of the file or folder at one path of a repository."""

    def __init__(self, github: GitHubClient, owner: str, repo: str, path: str, ref: str | None) -> None:
        self._github = github
        self._owner, self._repo = owner, repo
        self._path, self._ref = path.strip("/"), ref

    async def first_page(self, start: int, lines: int) -> TextPage:
        """The page of a file from line `start` on, or the first page of a folder's list."""
        node = await self._github.contents.at(self._owner, self._repo, self._path, self._ref)
        if isinstance(node, Folder):
            folder = await self._whole_folder(node)
            return listing(self._path, folder, 0, lines)
        if node.type == "submodule" or (node.type != "file" and node.submodule_git_url):
            return TextPage(f"{self._path} is a submodule: {node.submodule_git_url or 'another repository'}")
        if node.type == "symlink":
            return TextPage(
                f"{self._path} is a symbolic link to {node.target or 'a target that GitHub does not report'}"
            )
        if node.type != "file":
            return TextPage(f"{self._path} is a {node.type}, not a file")
        found = await self._content(node)
        position = position_of_line(found.content, found.identity, start, by_path=not found.sha)
        return self._page(found, position, lines, node)

    async def next_page(self, text: str, lines: int) -> TextPage:
        """The page at the position in a cursor."""
        fields = json.loads(text)
        if len(fields) == 2:
            position = FolderPosition(*fields)
            contents = self._github.contents
            if position.tree:
                entries = await contents.tree(self._owner, self._repo, position.tree)
                return listing(self._path, Folder(entries, position.tree), position.entry, lines)
            node = await contents.at(self._owner, self._repo, self._path, self._ref)
            return listing(self._path, node if isinstance(node, Folder) else Folder([]), position.entry, lines)
        place = FilePosition(*fields)
        return self._page(await self._again(place), place, lines, None)

    def _page(self, found: FileContent, position: FilePosition, lines: int, node: ContentRecord | None) -> TextPage:
        name = self._path
        if node is not None and not found.sha and node.sha:
            name += f" (not blob {node.sha[:7]}: GitHub followed a symbolic link)"
        return page_of_text(name, found.content, position, lines=lines, characters=self._github.page_chars)

    async def _content(self, node: ContentRecord) -> FileContent:
        """The bytes of a file; files above 1 MB, which come without content, are read as a blob."""
        if node.encoding == "base64" and (node.content or not node.size):
            content = decoded_base64(node.content)
            if git_hash(content) == node.sha:
                return FileContent(content, node.sha)
            if node.size is None or len(content) >= node.size:
                return FileContent(content)
            return await self._longer_content(node, content)
        if node.size is not None and node.size > MAX_FILE_BYTES:
            raise InvalidInput(
                f"This file has {node.size / 1024 / 1024:.0f} MiB; this server reads up to 10 MiB.",
                remedy="Use search_code to find the part you need.",
            )
        return await self._large_content(node)

    async def _longer_content(self, node: ContentRecord, content: bytes) -> FileContent:
        """The whole file if GitHub sent fewer bytes than its size; with a warning if it cannot be read as a blob."""
        try:
            return await self._large_content(node)
        except NotFound:
            warn(f"GitHub sent only {len(content)} of the {node.size} bytes of this file.")
            return FileContent(content)

    async def _large_content(self, node: ContentRecord) -> FileContent:
        contents = self._github.contents
        if node.sha:
            try:
                content = await contents.blob(self._owner, self._repo, node.sha)
            except NotFound:
                content = None
            if content is not None and (git_hash(content) == node.sha or len(content) == node.size):
                return FileContent(content, node.sha if git_hash(content) == node.sha else "")
        return FileContent(await contents.raw(self._owner, self._repo, self._path, self._ref))

    async def _again(self, position: FilePosition) -> FileContent:
        """Read the content of an earlier page again.

        Raises:
            Conflict: if the file has other content now.
        """
        contents = self._github.contents
        if not position.by_path:
            content = await contents.blob(self._owner, self._repo, position.sha)
            if git_hash(content) == position.sha:
                return FileContent(content, position.sha)
        content = await contents.raw(self._owner, self._repo, self._path, self._ref)
        if git_hash(content) != position.sha:
            raise Conflict("The file has changed since its first page was read.", remedy="Start again without cursor.")
        return FileContent(content)

    async def _whole_folder(self, folder: Folder) -> Folder:
        if len(folder.entries) < MAX_LISTED_ENTRIES or not folder.sha:
            return folder
        return Folder(await self._github.contents.tree(self._owner, self._repo, folder.sha), folder.sha)


async def file_page(
    github: GitHubClient,
    owner: str,
    repo: str,
    path: str,
    *,
    ref: str | None,
    start: int,
    lines: int,
    position: str | None,
) -> TextPage:
    """The page of a file or of a folder's list at a position; from line `start` on if there is no position."""
    reader = FileReader(github, owner, repo, path, ref)
    return await (reader.first_page(start, lines) if position is None else reader.next_page(position, lines))


def listing(path: str, folder: Folder, start: int, lines: int) -> TextPage:
    """One page of the list of a folder: folders end in a slash, files have their size in bytes."""
    entries = folder.entries
    shown = entries[start : start + lines]
    end = start + len(shown)
    count = f"{len(entries)} entries" if len(shown) == len(entries) else f"entries {start + 1}-{end} of {len(entries)}"
    if not folder.sha and len(entries) >= MAX_LISTED_ENTRIES:
        count += " or more: GitHub does not list further entries"
    rest = json.dumps([folder.sha, end], separators=(",", ":")) if end < len(entries) else None
    return TextPage("\n".join([f"{path}/ {count}", *map(_entry_line, shown)]), rest)


def entry_names(entries: Sequence[EntryRecord]) -> list[str]:
    """Names of the entries of a folder; those of folders end in a slash."""
    return [f"{each.label}/" if each.type in ("dir", "tree") else each.label for each in entries]


def _entry_line(entry: EntryRecord) -> str:
    if entry.type in ("dir", "tree"):
        return f"{entry.label}/"
    if entry.is_submodule:
        return f"{entry.label} (submodule)"
    if entry.type == "symlink" or entry.mode == "120000":
        return f"{entry.label} (symbolic link)"
    if entry.type in ("file", "blob"):
        return f"{entry.label} {entry.size if entry.size is not None else '(size unknown)'}"
    return f"{entry.label} ({entry.type or 'kind unknown'})"
