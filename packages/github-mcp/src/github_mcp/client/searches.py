"""Requests of GitHub's search, restricted to the allow-list or one repository; the results are filtered as well."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from mcp_chassis.accounts.signed_in_secret import on_behalf_of
from mcp_chassis.failures import Failure, InvalidInput
from mcp_chassis.http.records import Record
from mcp_chassis.http.response import Response
from mcp_chassis.output.warnings import warn

from github_mcp.allowed_repositories import sole_owner
from github_mcp.client.list_pages import ListPage, next_position, params_at
from github_mcp.client.session import JSON, Session, Values
from github_mcp.records.issues import IssueRecord, repository_of
from github_mcp.records.pull_requests import CountRecord
from github_mcp.records.repositories import RepositoryRecord
from github_mcp.records.searches import CodeHitRecord

TEXT_MATCH_JSON = "application/vnd.github.text-match+json"
INCOMPLETE_SEARCH = "GitHub stopped this search at its time limit, so results may be missing. Narrow the query."

Hit = TypeVar("Hit", bound=Record)


class Searches:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def repositories(
        self, query: str, *, size: int, sort: str | None = None, position: str | None = None
    ) -> ListPage[RepositoryRecord]:
        first = {"q": self._session.allowed.narrowed(query), "sort": sort, "per_page": size}
        answer = await self._ask("/search/repositories", params_at(position, first), rate_limit="searches")
        return self._hits(answer, RepositoryRecord, "repositories", lambda hit: hit.full_name)

    async def code(self, query: str, *, size: int, position: str | None = None) -> ListPage[CodeHitRecord]:
        first = {"q": self._session.allowed.narrowed(query), "per_page": size}
        params = params_at(position, first)
        answer = await self._ask("/search/code", params, accept=TEXT_MATCH_JSON, rate_limit="code searches")
        return self._hits(answer, CodeHitRecord, "files", lambda hit: hit.repository.full_name)

    async def issues(self, query: str, *, size: int, sort: str | None = None, page: int = 1) -> ListPage[IssueRecord]:
        """One page of a search for issues and pull requests in all allowed repositories."""
        return await self._issues(self._session.allowed.narrowed(query), size, sort, page)

    async def issues_within(
        self, owner: str, repo: str, query: str, *, size: int, sort: str | None, page: int
    ) -> ListPage[IssueRecord]:
        """One page of a search for issues and pull requests of one repository, using its present name."""
        allowed = self._session.allowed
        return await self._within(owner, repo, lambda name: allowed.within(name, query), size, sort, page)

    async def issues_of_any_words(
        self, owner: str, repo: str, words: Sequence[str], *, size: int
    ) -> ListPage[IssueRecord]:
        """Search for issues of one repository that contain at least one of the words, in GitHub's order."""
        alternatives = " OR ".join(word if word.isalnum() else f'"{word}"' for word in words)
        return await self._within(owner, repo, lambda name: f"repo:{name} is:issue ({alternatives})", size, None, 1)

    async def _within(
        self, owner: str, repo: str, query: Callable[[str], str], size: int, sort: str | None, page: int
    ) -> ListPage[IssueRecord]:
        """Search in one repository with a query built from its present name; warn if it was renamed."""
        allowed = self._session.allowed
        full_name = f"{owner}/{repo}"
        if not allowed.everything:
            allowed.check(full_name)
            full_name = await self._session.real_name(owner, repo)
            allowed.check(full_name)
        text = query(full_name)
        try:
            found = await self._issues(text, size, sort, page, full_name)
        except InvalidInput:
            if (new_name := await self._new_name(owner, repo, full_name)) is None:
                raise
        else:
            if found.items or (new_name := await self._new_name(owner, repo, full_name)) is None:
                return found
        warn(f"{owner}/{repo} was renamed to {new_name}.")
        return await self._issues(query(new_name), size, sort, page, new_name)

    async def _new_name(self, owner: str, repo: str, searched: str) -> str | None:
        """The present name of a repository if it differs from the searched one, else None."""
        try:
            name = await self._session.real_name(owner, repo)
        except Failure:
            return None
        return name if name.lower() != searched.lower() else None

    async def _issues(
        self, query: str, size: int, sort: str | None, page: int, within: str | None = None
    ) -> ListPage[IssueRecord]:
        params = {"q": query, "sort": sort, "per_page": size, "page": page if page > 1 else None}
        answer = await self._ask("/search/issues", params, accept=JSON, rate_limit="searches")
        return self._hits(answer, IssueRecord, "issues", repository_of, within)

    async def _ask(self, path: str, params: Values, **options: Any) -> Response:
        """Send a search with the account or installation of the owner that the query names."""
        with on_behalf_of(sole_owner(str(params.get("q", "")))):
            return await self._session.get(path, params=params, **options)

    def _hits(
        self, answer: Response, kind: type[Hit], noun: str, name: Callable[[Hit], str], within: str | None = None
    ) -> ListPage[Hit]:
        operation = f"search {noun}"
        outer = answer.record(CountRecord, operation=operation)
        found = answer.records(kind, operation=operation, at="items", noun=noun)
        if outer.incomplete_results:
            warn(INCOMPLETE_SEARCH)
        self._session.notices.warn_of_partial_results(answer.headers)
        hits = [hit for hit in found.items if self._belongs(name(hit), within)]
        counted = len(hits) == len(found.items) and (self._session.allowed.everything or within is not None)
        return ListPage(hits, next_position(answer), outer.total_count if counted else None)

    def _belongs(self, full_name: str, within: str | None) -> bool:
        if not full_name:
            return self._session.allowed.everything
        inside = within is None or full_name.lower() == within.lower()
        return inside and self._session.allowed.allows(full_name)
