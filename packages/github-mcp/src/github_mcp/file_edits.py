"""Commits of edits to several files, refused if a file or the branch is not in the state that the caller has read."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mcp_chassis.failures import Conflict, InvalidInput, NotFound

from github_mcp.client import GitHubClient
from github_mcp.client.contents import git_hash
from github_mcp.known_reasons import EmptyRepository
from github_mcp.records.git import TreeEntryRecord
from github_mcp.text_edits import replaced

MAX_FILE_BYTES = 10 * 1024 * 1024
NEW_FILE_MODE = "100644"
_LINK_MODES = {"120000": "a symbolic link", "160000": "a submodule", "040000": "a folder"}


@dataclass(frozen=True)
class FileEdit:
    """An edit of one file: `content` or `base64` replaces it, `old` and `new` replace a part, `delete` removes it.

    `blob` is the blob id that the file must have before the edit, or the beginning of this id.
    """

    path: str
    content: str | None = None
    base64: str | None = None
    old: str | None = None
    new: str | None = None
    delete: bool = False
    blob: str | None = None

    def check(self) -> None:
        """Check that exactly one kind of edit is given.

        Raises:
            InvalidInput: if none or several are given, or `old` is empty.
        """
        ways = [self.content is not None, self.base64 is not None, self.old is not None, self.delete]
        if sum(ways) != 1 or (self.old is None) != (self.new is None):
            raise InvalidInput(f"{self.path}: give one of content, base64, delete, or old together with new.")
        if self.old == "":
            raise InvalidInput(f"{self.path}: old is empty; give content to write the whole file.")


class Editor:
    """Writer of commits with file edits to branches of one repository."""

    def __init__(self, github: GitHubClient, owner: str, repo: str) -> None:
        self._commits, self._contents = github.commits, github.contents
        self._owner, self._repo = owner, repo
        self._trees: dict[str, dict[str, TreeEntryRecord]] = {}

    async def commit(
        self, branch: str, message: str, edits: Sequence[FileEdit], *, expected_head: str | None, start: str | None
    ) -> tuple[str, bool]:
        """Commit edits to a branch; return the id of the new commit, and whether the branch was created.

        Raises:
            Conflict: if the branch is not at `expected_head`, or a file not at its `blob`.
            InvalidInput: if no file would change.
        """
        head = await self._present_head(branch)
        created = head is None
        parent = head or await self._start(branch, start)
        if expected_head and not parent.startswith(expected_head):
            raise Conflict(
                f"{branch} is at {parent[:12]}, not at {expected_head[:12]}.", remedy="Read the files again, then edit."
            )
        tree = (await self._commits.get(self._owner, self._repo, parent)).tree.sha
        entries = [await self._entry(tree, path, group) for path, group in _by_path(edits).items()]
        new_tree = await self._commits.create_tree(self._owner, self._repo, tree, entries)
        if new_tree == tree:
            text = "Nothing would change: the files already have this content."
            raise InvalidInput(text, remedy="Read the files to see whether the edit was made already.")
        commit = await self._commits.create_commit(self._owner, self._repo, message, new_tree, parent)
        move = self._commits.create_branch if created else self._commits.move_branch
        await move(self._owner, self._repo, branch, commit)
        return commit, created

    async def _present_head(self, branch: str) -> str | None:
        try:
            return await self._commits.branch_head(self._owner, self._repo, branch)
        except EmptyRepository as empty:
            raise NotFound(
                "The repository is empty: it has no commit that could be the parent of a new one.",
                remedy="Make the first commit with git or on GitHub's website.",
            ) from empty

    async def _start(self, branch: str, start: str | None) -> str:
        name = start.removeprefix("refs/heads/") if start else None
        head = await self._commits.branch_head(self._owner, self._repo, name) if name else None
        if head is None:
            await self._commits.require_repository(self._owner, self._repo)
            raise NotFound(
                f"There is no branch {start or branch}.", remedy="Give an existing branch as start_branch to create it."
            )
        return head

    async def _entry(self, tree: str, path: str, edits: Sequence[FileEdit]) -> dict[str, Any]:
        """The entry of the new tree for one file, with all its edits applied in order."""
        there = await self._find(tree, path)
        if there is not None and there.mode in _LINK_MODES:
            raise InvalidInput(
                f"{path} is {_LINK_MODES[there.mode]}, which this tool does not edit.", remedy="Use git."
            )
        for blob in filter(None, (edit.blob for edit in edits)):
            if there is None or not (there.sha or "").startswith(blob.lower()):
                raise Conflict(f"{path} is no longer at blob {blob[:12]}.", remedy="Read the file again, then edit.")
        mode = there.mode if there is not None and there.mode else NEW_FILE_MODE
        entry = {"path": path, "mode": mode, "type": "blob"}
        if edits[0].delete:
            if there is None:
                raise NotFound(f"There is no file {path} to delete.", remedy="List its folder with get_file.")
            return {**entry, "sha": None}
        content = await self._new_content(path, there, edits)
        encoded = base64.b64encode(content).decode()
        return {**entry, "sha": await self._commits.create_blob(self._owner, self._repo, encoded)}

    async def _new_content(self, path: str, there: TreeEntryRecord | None, edits: Sequence[FileEdit]) -> bytes:
        first = edits[0]
        if first.base64 is not None:
            try:
                return base64.b64decode(first.base64, validate=True)
            except ValueError as exc:
                text = f"{path}: the value of base64 cannot be decoded."
                raise InvalidInput(text, remedy="Send the file's bytes in standard base64.") from exc
        if first.content is not None:
            return first.content.encode()
        content = await self._present_content(path, there)
        for edit in edits:
            content = replaced(path, content, edit.old or "", edit.new or "")
        return content

    async def _present_content(self, path: str, there: TreeEntryRecord | None) -> bytes:
        if there is None or there.sha is None:
            raise NotFound(f"There is no file {path} to change.", remedy="Give content to create it.")
        content = await self._contents.blob(self._owner, self._repo, there.sha)
        if git_hash(content) != there.sha:
            raise Conflict(f"GitHub sent another content of {path} than the repository has, so it was not changed.")
        return content

    async def _find(self, tree: str, path: str) -> TreeEntryRecord | None:
        """The tree entry at a path, or None; symbolic links and submodules in the path are not followed.

        Raises:
            InvalidInput: if a part of the path is not a folder.
        """
        *folders, name = path.split("/")
        for depth, folder in enumerate(folders):
            entry = (await self._entries(tree)).get(folder)
            if entry is None:
                return None
            if entry.type != "tree" or entry.sha is None:
                text = f"{'/'.join(folders[: depth + 1])} is not a folder, so {path} cannot be in it."
                raise InvalidInput(text, remedy="List folders with get_file.")
            tree = entry.sha
        return (await self._entries(tree)).get(name)

    async def _entries(self, tree: str) -> dict[str, TreeEntryRecord]:
        if tree not in self._trees:
            found = await self._commits.entries(self._owner, self._repo, tree)
            self._trees[tree] = {entry.path: entry for entry in found}
        return self._trees[tree]


def _by_path(edits: Sequence[FileEdit]) -> dict[str, list[FileEdit]]:
    """Group edits by file, in order.

    Raises:
        InvalidInput: if an edit is incomplete, or one of several edits of a file has no `old` and `new`.
    """
    groups: dict[str, list[FileEdit]] = {}
    for edit in edits:
        edit.check()
        groups.setdefault(edit.path.strip("/"), []).append(edit)
    for path, group in groups.items():
        if len(group) > 1 and any(edit.old is None for edit in group):
            raise InvalidInput(f"{path}: several edits of one file must all give old and new.")
    return groups
