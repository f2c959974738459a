"""Requests for commits, branches, tags and comparisons."""

from collections.abc import Sequence

from mcp_chassis.failures import PermissionDenied

from github_mcp.client.list_pages import MAX_PAGE_SIZE, ListPage, next_position, params_at
from github_mcp.client.session import Session, Values
from github_mcp.known_reasons import EmptyRepository
from github_mcp.records.git import ComparisonRecord, NamedRefRecord, ShaRecord
from github_mcp.records.repositories import CommitRecord

SHA_CHARS = 40


class History:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def commits(self, owner: str, repo: str, params: Values, position: str | None) -> ListPage[CommitRecord]:
        """One page of commits, newest first; empty for an empty repository."""
        try:
            answer = await self._session.read(owner, repo, "/commits", params=params_at(position, params))
        except EmptyRepository:
            return ListPage([])
        found = answer.records(CommitRecord, operation="list commits", noun="commits")
        return ListPage(found.items, next_position(answer))

    async def whole_sha(self, owner: str, repo: str, ref: str) -> str:
        """The full id of a commit, given by the beginning of its id, a branch or a tag."""
        if len(ref) == SHA_CHARS:
            return ref
        answer = await self._session.read(owner, repo, "/commits/{ref}", {"ref": ref})
        return answer.record(ShaRecord, operation="find the commit").sha

    async def branches(self, owner: str, repo: str, size: int, position: str | None) -> ListPage[NamedRefRecord]:
        return await self._refs(owner, repo, "/branches", size, position)

    async def tags(self, owner: str, repo: str, size: int, position: str | None) -> ListPage[NamedRefRecord]:
        return await self._refs(owner, repo, "/tags", size, position)

    async def compare(
        self, owner: str, repo: str, base: str, head: str
    ) -> tuple[ComparisonRecord, Sequence[CommitRecord]]:
        """The comparison with the first 300 changed files since the merge base, and its newest commits.

        Raises:
            PermissionDenied: for a branch of a fork if there is an allow-list.
        """
        # The repository of a fork may have any name. GitHub lists the oldest commits first, and files on page 1 only.
        if ":" in f"{base}{head}" and not self._session.allowed.everything:
            raise PermissionDenied(
                "With GITHUB_ALLOWED_REPOS this server compares only refs of the repository itself, not of forks.",
                remedy="For a pull request of a fork use get_pull_request_diff.",
            )
        first = await self._compared(owner, repo, base, head, 1)
        last = -(-(first.total_commits or 0) // MAX_PAGE_SIZE)
        if last <= 1:
            return first, first.commits
        before = first if last == 2 else await self._compared(owner, repo, base, head, last - 1)
        newest = await self._compared(owner, repo, base, head, last)
        return first, [*before.commits, *newest.commits]

    async def _compared(self, owner: str, repo: str, base: str, head: str, page: int) -> ComparisonRecord:
        values, params = {"between": f"{base}...{head}"}, {"per_page": MAX_PAGE_SIZE, "page": page}
        answer = await self._session.read(owner, repo, "/compare/{between}", values, params=params)
        return answer.record(ComparisonRecord, operation="compare the commits")

    async def _refs(
        self, owner: str, repo: str, tail: str, size: int, position: str | None
    ) -> ListPage[NamedRefRecord]:
        answer = await self._session.read(owner, repo, tail, params=params_at(position, {"per_page": size}))
        found = answer.records(NamedRefRecord, operation=f"list {tail[1:]}", noun=tail[1:])
        return ListPage(found.items, next_position(answer))
