"""Requests that build a commit from git objects: blobs, a tree and a commit, then a branch that points to it."""

import re
from collections.abc import Sequence
from typing import Any

from mcp_chassis.failures import Conflict, InvalidInput, NotFound, UpstreamError
from mcp_chassis.upstream.retry import Repeat

from github_mcp.client.session import LookUp, Session, Write
from github_mcp.known_reasons import EmptyRepository
from github_mcp.records.contents import TreeRecord
from github_mcp.records.git import CommitObjectRecord, RefRecord, ShaRecord, TreeEntryRecord

# Objects without a branch have no visible effect, and pointing a branch to the same commit twice has none either.
_HARMLESS = "No branch was changed; the same call can be made again safely."


class Commits:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def branch_head(self, owner: str, repo: str, branch: str) -> str | None:
        """The id of the commit that a branch points to; None if the branch does not exist."""
        try:
            answer = await self._session.read(owner, repo, "/git/ref/heads/{+branch}", {"branch": branch})
        except EmptyRepository:
            raise
        except NotFound:
            return None
        found = answer.record(RefRecord, operation="read the branch")
        return found.object.sha if found.ref in ("", f"refs/heads/{branch}") else None

    async def require_repository(self, owner: str, repo: str) -> None:
        """Raise `NotFound` if the repository itself is missing."""
        await self._session.require(owner, repo)

    async def get(self, owner: str, repo: str, sha: str) -> CommitObjectRecord:
        answer = await self._session.read(owner, repo, "/git/commits/{sha}", {"sha": sha})
        return answer.record(CommitObjectRecord, operation="read the commit")

    async def entries(self, owner: str, repo: str, tree: str) -> Sequence[TreeEntryRecord]:
        answer = await self._session.read(owner, repo, "/git/trees/{sha}", {"sha": tree})
        found = answer.records(TreeEntryRecord, operation="read the tree", at="tree", noun="entries")
        if found.skipped or answer.record(TreeRecord, operation="read the tree").truncated:
            raise UpstreamError(
                "GitHub returned only a part of a folder's entries, so nothing was changed.",
                remedy="Use git for this folder.",
            )
        return found.items

    async def create_blob(self, owner: str, repo: str, content: str) -> str:
        """Create a blob of base64 content and return its id, which is the same for the same content."""
        return await self._create(owner, repo, "/git/blobs", {"content": content, "encoding": "base64"})

    async def create_tree(self, owner: str, repo: str, base: str, entries: Sequence[dict[str, Any]]) -> str:
        return await self._create(owner, repo, "/git/trees", {"base_tree": base, "tree": list(entries)})

    async def create_commit(self, owner: str, repo: str, message: str, tree: str, parent: str) -> str:
        sent = {"message": message, "tree": tree, "parents": [parent]}
        return await self._create(owner, repo, "/git/commits", sent)

    async def _create(self, owner: str, repo: str, tail: str, sent: dict[str, Any]) -> str:
        write = Write("POST", tail, {}, sent, proof=ShaRecord, check=_HARMLESS, repeat=Repeat.ONCE)
        answer = await self._session.write(owner, repo, write)
        return answer.record(ShaRecord, operation="store the change").sha

    async def move_branch(self, owner: str, repo: str, branch: str, commit: str) -> None:
        """Point a branch to a commit whose parent is the present head of the branch.

        Raises:
            Conflict: if the branch has another head by now, or is protected.
        """
        sent = {"sha": commit, "force": False}
        write = Write(
            "PATCH",
            "/git/refs/heads/{+branch}",
            {"branch": branch},
            sent,
            proof=RefRecord,
            recover=self._at_commit(owner, repo, branch, commit),
            check="Check the branch with list_commits before trying again.",
        )
        try:
            answer = await self._session.write(owner, repo, write)
        except InvalidInput as refused:
            if await self.branch_head(owner, repo, branch) == commit:
                return
            raise _refused("moved", refused) from refused
        if answer.record(RefRecord, operation="move the branch").object.sha != commit:
            text = "GitHub's response names another commit than the new one."
            raise UpstreamError(text, remedy="Check the branch with list_commits before trying again.")

    def _at_commit(self, owner: str, repo: str, branch: str, commit: str) -> LookUp:
        async def look_up() -> dict[str, Any] | None:
            return {"object": {"sha": commit}} if await self.branch_head(owner, repo, branch) == commit else None

        return look_up

    async def create_branch(self, owner: str, repo: str, branch: str, commit: str) -> None:
        """Create a branch at a commit.

        Raises:
            Conflict: if the branch exists at another commit.
        """
        look_up = self._at_commit(owner, repo, branch, commit)
        sent = {"ref": f"refs/heads/{branch}", "sha": commit}
        check = "Check the branch with list_commits before trying again."
        try:
            write = Write("POST", "/git/refs", {}, sent, proof=RefRecord, recover=look_up, check=check)
            await self._session.write(owner, repo, write)
        except InvalidInput as refused:
            raise _refused("created", refused) from refused


def _refused(action: str, refused: InvalidInput) -> Conflict:
    """The failure for a branch that GitHub did not move or create; the remedy depends on GitHub's reason."""
    rule = re.search(r"(?i)rule violation|protected|required|pull request", refused.message) is not None
    remedy = "Commit to another branch and open a pull request." if rule else "Read the branch again, then edit."
    return Conflict(f"The branch was not {action}: {refused.message}", remedy=remedy)
