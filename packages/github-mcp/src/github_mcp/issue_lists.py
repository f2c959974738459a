"""Lists of issues and pull requests of one repository, from GitHub's list endpoint or its search."""

import json
import re
from dataclasses import dataclass, replace
from typing import Literal

from mcp_chassis.output.warnings import warn

from github_mcp.client import GitHubClient
from github_mcp.client.list_pages import MAX_PAGE_SIZE, ListPage
from github_mcp.records.issues import IssueRecord

Kind = Literal["issue", "pr", "all"]

MAX_PAGES_PER_LISTING = 5  # pages of a hundred entries, read in one call to find enough of one kind
_QUOTED = re.compile(r'"[^"]*"?')
_KIND = re.compile(r"(?i)(?:^|[\s(])(?:is|type):(issue|pr|pull-request)\b")
_STATE = re.compile(r"(?i)(?:^|[\s(])-?(?:is:(?:open|closed|merged|unmerged)\b|(?:state|closed|merged|reason):)")
_SORT = re.compile(r"(?i)(?:^|\s)sort:")


@dataclass(frozen=True)
class Listing:
    """Filter, order, page size and position of a requested list of issues or pull requests."""

    kind: Kind
    state: str
    sort: str
    size: int
    position: str | None


async def list_issues_of_kind(github: GitHubClient, owner: str, repo: str, listing: Listing) -> ListPage[IssueRecord]:
    """The next page of issues, pull requests or both, from GitHub's list endpoint.

    GitHub lists both kinds together, so up to `MAX_PAGES_PER_LISTING` pages are read to find enough of one kind.
    """
    page_size = listing.size if listing.kind == "all" else MAX_PAGE_SIZE
    first = {"state": listing.state, "sort": listing.sort, "direction": "desc", "per_page": page_size}
    params, skip = json.loads(listing.position) if listing.position else (first, 0)
    found: list[IssueRecord] = []
    for _ in range(MAX_PAGES_PER_LISTING):
        entries, following = await github.issues.page(owner, repo, params)
        for index, issue in enumerate(entries.items[skip:], skip):
            if listing.kind != "all" and (issue.pull_request is not None) != (listing.kind == "pr"):
                continue
            if len(found) == listing.size:
                return ListPage(found, json.dumps([params, index]))
            found.append(issue)
        params, skip = following, 0
        if params is None:
            return ListPage(found)
        if len(found) == listing.size:
            break
    if not found:
        noun = "pull request" if listing.kind == "pr" else "issue"
        warn(f"No {noun} is among the {MAX_PAGES_PER_LISTING * MAX_PAGE_SIZE} entries read; continue with next_cursor.")
    return ListPage(found, json.dumps([params, 0]))


async def search_issues(
    github: GitHubClient, owner: str, repo: str, query: str, listing: Listing
) -> ListPage[IssueRecord]:
    """One page of a search for issues or pull requests of one repository.

    GitHub's search finds one kind at a time: for both, the results of two searches are merged.
    """
    plain = _QUOTED.sub(" ", query)
    text = with_state(query, listing.state)
    search = _Search(github, owner, repo, text, replace(listing, sort="" if _SORT.search(plain) else listing.sort))
    if _KIND.search(plain):
        return await search.page("")
    if listing.kind == "all":
        return await search.merged_page()
    return await search.page(f" is:{listing.kind}")


def with_state(query: str, state: str) -> str:
    """Add the qualifier of a state to a query, unless the query contains one or the state is `all`."""
    return query if state == "all" or _STATE.search(_QUOTED.sub(" ", query)) else f"{query} state:{state}"


def complete_query(query: str, kind: Kind, state: str) -> str:
    """Add the qualifiers of a kind and a state to a query, unless it contains its own."""
    text = with_state(query, state)
    return text if _KIND.search(_QUOTED.sub(" ", query)) else f"{text} is:{kind}"


class _Search:
    """A search for issues and pull requests in one repository, read in pages."""

    def __init__(self, github: GitHubClient, owner: str, repo: str, text: str, listing: Listing) -> None:
        self._github = github
        self._owner, self._repo = owner, repo
        self._text = text
        self._listing = listing

    async def page(self, qualifier: str) -> ListPage[IssueRecord]:
        """The page of results at the position of the listing."""
        number = int(self._listing.position or 1)
        found = await self.found(qualifier, number)
        return replace(found, next_position=str(number + 1) if found.next_position else None)

    async def merged_page(self) -> ListPage[IssueRecord]:
        """The next results of the searches for issues and for pull requests, merged in the requested order."""
        positions = json.loads(self._listing.position) if self._listing.position else [[1, 0], [1, 0]]
        parts = [_SearchedKind(self, kind, *at) for kind, at in zip(("issue", "pr"), positions, strict=True)]
        merged: list[IssueRecord] = []
        while len(merged) < self._listing.size:
            heads = [(part, head) for part in parts if (head := await part.head()) is not None]
            if not heads:
                break
            part, head = max(heads, key=lambda pair: self._rank(pair[1]))
            merged.append(head)
            part.offset += 1
        rest = [await part.head() is not None for part in parts]
        totals = [part.total for part in parts]
        total = None if None in totals else sum(each or 0 for each in totals)
        ends = [[part.page, part.offset] for part in parts]
        return ListPage(merged, json.dumps(ends) if any(rest) else None, total)

    def _rank(self, issue: IssueRecord) -> tuple[int, str]:
        if self._listing.sort == "comments":
            return issue.comments or 0, ""
        return 0, (issue.updated_at if self._listing.sort == "updated" else issue.created_at) or ""

    async def found(self, qualifier: str, number: int) -> ListPage[IssueRecord]:
        """Page `number` of GitHub's results, counted from 1."""
        text, size, sort = f"{self._text}{qualifier}", self._listing.size, self._listing.sort or None
        return await self._github.searches.issues_within(
            self._owner, self._repo, text, size=size, sort=sort, page=number
        )


class _SearchedKind:
    """Iterator over the search results of one kind from a position on."""

    def __init__(self, search: _Search, kind: str, page: int, offset: int) -> None:
        self.page, self.offset = page, offset
        self.total: int | None = None
        self._search = search
        self._qualifier = f" is:{kind}"
        self._found: ListPage[IssueRecord] | None = None

    async def head(self) -> IssueRecord | None:
        """The next result, without consuming it; None after the last. Reads at most one further page."""
        found = self._found or await self._read()
        if self.offset >= len(found.items) and found.next_position:
            self.page, self.offset = self.page + 1, 0
            found = await self._read()
        return found.items[self.offset] if self.offset < len(found.items) else None

    async def _read(self) -> ListPage[IssueRecord]:
        self._found = await self._search.found(self._qualifier, self.page)
        self.total = self._found.total
        return self._found
