"""Creation of issues, comments and pull requests exactly once, using a hidden mark at the end of their text."""

from collections.abc import Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any, cast

from mcp_chassis.failures import Failure
from mcp_chassis.http.records import Record
from mcp_chassis.http.response import Response

from github_mcp.client.list_pages import MAX_PAGE_SIZE
from github_mcp.client.session import Session, Values, Write
from github_mcp.marks import new_mark
from github_mcp.records.accounts import SignedInRecord

LOOKUP_WINDOW = timedelta(hours=1)
MAX_LOOKUP_PAGES = 3


async def create_marked(
    session: Session,
    owner: str,
    repo: str,
    tail: str,
    values: Values,
    *,
    body: str,
    fields: Values,
    proof: type[Record],
    check: str,
) -> Response:
    """Create an issue, comment or pull request; if the response is lost, a hidden mark in its body finds it."""
    mark = new_mark()
    lookup = MarkLookup(session, owner, repo, tail, values, mark)
    sent = {name: value for name, value in fields.items() if value not in ([], None)}
    text = f"{body}\n\n{mark}"
    return await session.write(
        owner,
        repo,
        Write("POST", tail, values, {**sent, "body": text}, proof=proof, recover=lookup.find, check=check),
    )


class MarkLookup:
    """Lookup of the entry with a mark in GitHub's lists, since GitHub's search indexes new entries with a delay."""

    def __init__(self, session: Session, owner: str, repo: str, tail: str, values: Values, mark: str) -> None:
        self._session = session
        self._owner, self._repo = owner, repo
        self._tail, self._values = tail, values
        self._mark = mark

    async def find(self) -> Mapping[str, Any] | None:
        """The marked entry among those of the last hour, or None; reads up to `MAX_LOOKUP_PAGES` pages."""
        params: Values | None = await self._first_page()
        for _ in range(MAX_LOOKUP_PAGES):
            answer = await self._session.read(self._owner, self._repo, self._tail, self._values, params=params)
            if (found := self._marked(answer.json)) is not None:
                return found
            params = answer.page("next")
            if params is None:
                return None
        return None

    async def find_last(self) -> Mapping[str, Any] | None:
        """The marked entry on the last page of a list that GitHub always sorts oldest first, or None."""
        params: Values = {"per_page": MAX_PAGE_SIZE}
        answer = await self._session.read(self._owner, self._repo, self._tail, self._values, params=params)
        last = answer.page("last")
        if last is not None:
            answer = await self._session.read(self._owner, self._repo, self._tail, self._values, params=last)
        return self._marked(answer.json)

    async def find_newest(self) -> Mapping[str, Any] | None:
        """The marked entry on the first page of a list that GitHub can sort newest first, or None."""
        params: Values = {"per_page": MAX_PAGE_SIZE, "sort": "created", "direction": "desc"}
        answer = await self._session.read(self._owner, self._repo, self._tail, self._values, params=params)
        return self._marked(answer.json)

    def _marked(self, entries: Any) -> Mapping[str, Any] | None:
        """The entry with the mark as raw JSON, which replaces the body of the lost response; None if there is none."""
        if not isinstance(entries, list):
            return None
        for entry in cast("list[Any]", entries):
            if isinstance(entry, dict) and self._mark in str(cast("dict[str, Any]", entry).get("body")):
                return cast("dict[str, Any]", entry)
        return None

    async def _first_page(self) -> Values:
        """URL query for entries that this credential's account created within the last hour by GitHub's clock.

        An installation token has no account: the query then only sorts by newest first.
        """
        try:
            answer = await self._session.get("/user")
            since = (parsedate_to_datetime(answer.headers["date"]) - LOOKUP_WINDOW).strftime("%Y-%m-%dT%H:%M:%SZ")
            recent = {"since": since}
            creator = {"creator": answer.record(SignedInRecord, operation="find the account").login}
        except (Failure, KeyError, ValueError):
            recent, creator = {}, {}
        if self._tail.endswith("/comments"):
            return {"per_page": MAX_PAGE_SIZE, **recent}
        newest = {"per_page": 30, "state": "all", "sort": "created", "direction": "desc"}
        return newest if self._tail.endswith("/pulls") else {**newest, **recent, **creator}
