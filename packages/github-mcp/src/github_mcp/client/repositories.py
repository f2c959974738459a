"""Requests for repositories: properties, languages, latest release, commits, README and collaborators."""

from mcp_chassis.failures import NotFound
from mcp_chassis.http.records import read_record

from github_mcp.client.list_pages import MAX_PAGE_SIZE, ListPage, PartialList, next_position, params_at
from github_mcp.client.session import Session, Values
from github_mcp.known_reasons import EmptyRepository
from github_mcp.records.contents import ContentRecord
from github_mcp.records.repositories import (
    CollaboratorRecord,
    CommitRecord,
    LanguagesRecord,
    PermissionRecord,
    ReleaseRecord,
    RepositoryRecord,
)

EVERY_AFFILIATION = "owner,collaborator,organization_member"


class Repositories:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, owner: str, repo: str) -> RepositoryRecord:
        self._session.allowed.check(f"{owner}/{repo}")
        answer = await self._session.read(owner, repo)
        repository = answer.record(RepositoryRecord, operation="read the repository")
        self._session.allowed.check(repository.full_name)
        return repository

    async def of_account(
        self, size: int, position: str | None = None, *, affiliation: str | None = None
    ) -> ListPage[RepositoryRecord]:
        """One page of the repositories that the signed-in account owns or may access, newest push first.

        `affiliation` restricts them to own ones, those of organisations, or those it collaborates in.
        """
        first = {
            "affiliation": affiliation or EVERY_AFFILIATION,
            "sort": "pushed",
            "direction": "desc",
            "per_page": size,
        }
        answer = await self._session.get("/user/repos", params=params_at(position, first))
        self._session.notices.warn_of_partial_results(answer.headers)
        found = answer.records(RepositoryRecord, operation="list repositories", noun="repositories")
        allowed = [each for each in found.items if self._allows(each)]
        self._session.warn_of_outside(len(found.items) - len(allowed), "repositories")
        return ListPage(allowed, next_position(answer))

    async def permission(self, owner: str, repo: str, login: str) -> str:
        """The permission of an account in a repository: admin, write, read or none."""
        tail, values = "/collaborators/{login}/permission", {"login": login}
        answer = await self._session.read(owner, repo, tail, values)
        return answer.record(PermissionRecord, operation="read a permission").permission

    async def collaborators(self, owner: str, repo: str, pages: int) -> PartialList[CollaboratorRecord]:
        """The collaborators of a repository, from at most `pages` pages of a hundred."""
        found: list[CollaboratorRecord] = []
        params: Values | None = {"per_page": MAX_PAGE_SIZE}
        for _ in range(pages):
            answer = await self._session.read(owner, repo, "/collaborators", params=params)
            page = answer.records(CollaboratorRecord, operation="list the collaborators", noun="collaborators")
            found += page.items
            params = answer.page("next")
            if params is None or page.skipped:
                return PartialList(found, complete=not page.skipped)
        return PartialList(found, complete=False)

    async def languages(self, owner: str, repo: str) -> dict[str, int]:
        """The number of bytes of code by language."""
        answer = await self._session.read(owner, repo, "/languages")
        operation = "read the languages"
        record = read_record({"bytes_of": answer.json}, LanguagesRecord, upstream=answer.upstream, operation=operation)
        return record.bytes_of

    async def latest_release(self, owner: str, repo: str) -> ReleaseRecord | None:
        """GitHub's latest release; None if there is none."""
        try:
            answer = await self._session.read(owner, repo, "/releases/latest")
        except NotFound:
            return None
        return answer.record(ReleaseRecord, operation="read the latest release")

    async def commits(self, owner: str, repo: str, count: int) -> list[CommitRecord]:
        """The newest commits of the default branch; empty for an empty repository."""
        try:
            answer = await self._session.read(owner, repo, "/commits", params={"per_page": count})
        except EmptyRepository:
            return []
        return answer.records(CommitRecord, operation="list commits", noun="commits").items

    async def readme(self, owner: str, repo: str) -> ContentRecord | None:
        """The README of the default branch; None if there is none."""
        try:
            answer = await self._session.read(owner, repo, "/readme")
        except NotFound:
            return None
        return answer.record(ContentRecord, operation="read the README")

    def _allows(self, repository: RepositoryRecord) -> bool:
        return self._session.allowed.allows(repository.full_name)
