"""Making a commit out of git's objects. Only moving the branch has an effect, and doing that twice has none."""

import re
from collections.abc import Sequence
from typing import Any

from mcp_chassis.failures import Conflict, InvalidInput, NotFound, UpstreamError
from mcp_chassis.upstream.retry import Repeat

from github_mcp.client.session import LookUp, Session, Write
from github_mcp.known_reasons import EmptyRepository
from github_mcp.records.contents import TreeRecord
from github_mcp.records.git import CommitObjectRecord, RefRecord, ShaRecord, TreeEntryRecord

_HARMLESS = "Nothing points to what may have been stored; the same call can be made again safely."


class Commits:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def branch_head(self, owner: str, repo: str, branch: str) -> str | None:
        """The commit a branch points to; None where there is no such branch."""
        try:
            answer = await self._session.read(owner, repo, "/git/ref/heads/{+branch}", {"branch": branch})
        except EmptyRepository:
            raise
        except NotFound:
            return None
        found = answer.record(RefRecord, operation="read the branch")
        return found.object.sha if found.ref in ("", f"refs/heads/{branch}") else None

    async def require_repository(self, owner: str, repo: str) -> None:
        """Raise `NotFound` where it is the repository that is missing, and not a branch in it."""
        await self._session.require(owner, repo)

    async def get(self, owner: str, repo: str, sha: str) -> CommitObjectRecord:
        answer = await self._session.read(owner, repo, "/git/commits/{sha}", {"sha": sha})
        return answer.record(CommitObjectRecord, operation="read the commit")

    async def entries(self, owner: str, repo: str, tree: str) -> Sequence[TreeEntryRecord]:
        answer = await self._session.read(owner, repo, "/git/trees/{sha}", {"sha": tree})
        found = answer.records(TreeEntryRecord, operation="read the tree", at="tree", noun="entries")
        if found.skipped or answer.record(TreeRecord, operation="read the tree").truncated:
            raise UpstreamError("GitHub does not list this folder whole, so it cannot be said what is in it.")
        return found.items

    async def create_blob(self, owner: str, repo: str, content: str) -> str:
        """A blob of base64 content; the same content is the same blob, so it may be made twice."""
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
        """Point a branch to a commit that has its present head as parent.

        Raises:
            Conflict: when the branch has moved meanwhile, or is protected.
        """
        sent = {"sha": commit, "force": False}
        write = Write(
            "PATCH",
            "/git/refs/heads/{+branch}",
            {"branch": branch},
            sent,
            proof=RefRecord,
            recover=self._at_commit(owner, repo, branch, commit),
            check="Look at the branch with list_commits before trying again.",
        )
        try:
            answer = await self._session.write(owner, repo, write)
        except InvalidInput as refused:
            if await self.branch_head(owner, repo, branch) == commit:
                return
            raise _refused("moved", refused) from refused
        if answer.record(RefRecord, operation="move the branch").object.sha != commit:
            raise UpstreamError("GitHub took the change, and its answer names another commit.")

    def _at_commit(self, owner: str, repo: str, branch: str, commit: str) -> LookUp:
        async def look_up() -> dict[str, Any] | None:
            return {"object": {"sha": commit}} if await self.branch_head(owner, repo, branch) == commit else None

        return look_up

    async def create_branch(self, owner: str, repo: str, branch: str, commit: str) -> None:
        """A new branch at a commit.

        Raises:
            Conflict: when there is one at another commit.
        """
        look_up = self._at_commit(owner, repo, branch, commit)
        sent = {"ref": f"refs/heads/{branch}", "sha": commit}
        check = "Look at the branch with list_commits before trying again."
        try:
            write = Write("POST", "/git/refs", {}, sent, proof=RefRecord, recover=look_up, check=check)
            await self._session.write(owner, repo, write)
        except InvalidInput as refused:
            raise _refused("created", refused) from refused


def _refused(what: str, refused: InvalidInput) -> Conflict:
    """The failure of a branch that GitHub did not move or create; a rule of the repository stays where it is."""
    rule = re.search(r"(?i)rule violation|protected|required|pull request", refused.message) is not None
    remedy = "Commit to another branch and open a pull request." if rule else "Read it again."
    return Conflict(f"The branch was not {what}: {refused.message}", remedy=remedy)
