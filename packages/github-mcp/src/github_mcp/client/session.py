"""Requests to GitHub's REST API with one credential: allow-list, rate limits, media types, renamed repositories."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mcp_chassis.accounts.signed_in_secret import on_behalf_of
from mcp_chassis.failures import Failure, NotFound, PermissionDenied
from mcp_chassis.http.json_api import JsonApi
from mcp_chassis.http.records import Record
from mcp_chassis.http.response import Response
from mcp_chassis.output.warnings import warn
from mcp_chassis.storage.cache import Cache
from mcp_chassis.upstream.retry import Repeat

from github_mcp.allowed_repositories import AllowedRepositories
from github_mcp.errors import Moved, Transferred
from github_mcp.rate_limit_notices import RateLimitNotices
from github_mcp.records.issues import IssueRecord, repository_of
from github_mcp.records.repositories import RepositoryNameRecord

JSON = "application/vnd.github+json"
NAME_CACHE_TTL_SECONDS = 60.0
_ISSUE = re.compile(r"/issues/(\d+)(?=/|$)")

Values = Mapping[str, object]
LookUp = Callable[[], Awaitable[Mapping[str, Any] | None]]


@dataclass(frozen=True)
class Write:
    """A request that changes data, and how to find out its effect if the response is lost.

    `proof` is the record that the response must parse as; `recover` looks up the effect; `check` is the remedy in the
    failure if the effect is unknown; `repeat` is when to send the request again, by default according to the method.
    """

    method: str
    tail: str
    values: Values
    json: object = None
    proof: type[Record] | None = None
    recover: LookUp | None = None
    check: str = ""
    repeat: Repeat | None = None


class Session:
    """Sender of REST requests with one credential; `read` and `write` check the repository against the allow-list.

    GitHub returns 301 or 307 for a renamed repository and for a transferred issue. The redirect to a renamed repository
    is followed, with a warning that contains the new name; a transferred issue is the failure `Transferred`.
    """

    def __init__(self, http: JsonApi, allowed: AllowedRepositories, notices: RateLimitNotices) -> None:
        self.allowed = allowed
        self.notices = notices
        self._http = http
        self._names: Cache[str] = Cache()

    async def get(
        self,
        path: str,
        values: Values | None = None,
        *,
        params: Values | None = None,
        accept: str = JSON,
        rate_limit: str | None = None,
        tail_bytes: int | None = None,
        stored_elsewhere: bool = False,
    ) -> Response:
        """Send a GET request for a path that belongs to no repository.

        Args:
            stored_elsewhere: whether to follow a redirect to the same origin, where an Enterprise Server stores files.
        """
        answer = await self._http.get(
            path,
            values,
            params=params,
            headers={"accept": accept},
            rate_limit=rate_limit,
            tail_bytes=tail_bytes,
            follow_same_origin=stored_elsewhere,
        )
        self.notices.record(answer.headers)
        return answer

    async def read(
        self, owner: str, repo: str, tail: str = "", values: Values | None = None, **options: Any
    ) -> Response:
        """Send a GET request for `/repos/{owner}/{repo}{tail}`; `options` are those of `get`."""
        values = values or {}
        with on_behalf_of(owner):
            place = await self._place(owner, repo)
            try:
                return await self.get(f"/repos/{{owner}}/{{repo}}{tail}", {**place, **values}, **options)
            except Moved as moved:
                prefix = await self._renamed(owner, repo, moved, values)
                return await self.get(f"{prefix}{tail}", values, **options)

    async def read_stored(self, owner: str, repo: str, tail: str, values: Values, **options: Any) -> Response:
        """Send a GET request for a file that GitHub redirects to its file store, such as a log."""
        try:
            return await self.read(owner, repo, tail, values, **options)
        except Moved:
            return await self.read(owner, repo, tail, values, stored_elsewhere=True, **options)

    async def write(self, owner: str, repo: str, write: Write) -> Response:
        """Send a request that changes data of one repository.

        Raises:
            Transferred: if the issue was moved to another repository; nothing was changed.
            OutcomeUnknown: if it is unknown whether the change was made.
        """
        with on_behalf_of(owner):
            place = await self._place(owner, repo)
            try:
                return await self._send(f"/repos/{{owner}}/{{repo}}{write.tail}", {**place, **write.values}, write)
            except Moved as moved:
                prefix = await self._renamed(owner, repo, moved, write.values)
                return await self._send(f"{prefix}{write.tail}", write.values, write)

    async def send(self, write: Write) -> Response:
        """Send a request that changes data of no repository; `tail` is the whole path."""
        return await self._send(write.tail, write.values, write)

    async def real_name(self, owner: str, repo: str) -> str:
        """The present full name of a repository, cached for `NAME_CACHE_TTL_SECONDS`."""
        where = {"owner": owner, "repo": repo}

        async def look_up() -> str:
            return (await self._repository(where)).full_name

        with on_behalf_of(owner):
            return await self._names.get("name", where, "", look_up, ttl=NAME_CACHE_TTL_SECONDS)

    def warn_of_outside(self, count: int, noun: str) -> None:
        """Warn that the allow-list removed this number of entries from a page; nothing for 0."""
        if count:
            warn(f"GITHUB_ALLOWED_REPOS leaves out {count} {noun} of this page.")

    async def require(self, owner: str, repo: str) -> None:
        """Check that a repository exists and can be read, to find out whether a 404 was about the repository itself.

        Raises:
            NotFound, PermissionDenied: if it is missing, hidden or refused.
        """
        try:
            with on_behalf_of(owner):
                await self._repository({"owner": owner, "repo": repo})
        except (NotFound, PermissionDenied):
            raise
        except Failure:
            return

    async def _place(self, owner: str, repo: str) -> dict[str, str]:
        """Owner and name for the request path: the present ones if there is an allow-list, else the given ones."""
        if self.allowed.everything:
            return {"owner": owner, "repo": repo}
        self.allowed.check(f"{owner}/{repo}")
        full_name = await self.real_name(owner, repo)
        self.allowed.check(full_name)
        real_owner, _, real_name = full_name.partition("/")
        return {"owner": real_owner, "repo": real_name}

    async def _repository(self, where: Values) -> RepositoryNameRecord:
        operation = "find the repository"
        try:
            return (await self.get("/repos/{owner}/{repo}", where)).record(RepositoryNameRecord, operation=operation)
        except Moved as moved:
            return (await self.get(_prefix(moved))).record(RepositoryNameRecord, operation=operation)

    async def _renamed(self, owner: str, repo: str, moved: Moved, values: Values) -> str:
        """The path prefix for the new name of a renamed repository.

        Raises:
            Transferred: if the redirect is that of a transferred issue.
            PermissionDenied: if the new repository is not on the allow-list.
        """
        prefix, issue = _prefix(moved), _ISSUE.search(moved.path)
        number = int(issue.group(1)) if issue else None
        if number is not None and "number" in values:
            name = await self._name_of_issue(prefix, number)
            self._check_new_place(name, "The issue was transferred to")
            if number != values["number"] or name.lower() != (await self.real_name(owner, repo)).lower():
                raise Transferred(f"{owner}/{repo}", int(str(values["number"])), name, number)
        else:
            answer = await self.get(prefix)
            name = answer.record(RepositoryNameRecord, operation="find the repository").full_name
            self._check_new_place(name, "The repository was renamed to")
        warn(f"{owner}/{repo} was renamed to {name}.")
        return prefix

    async def _name_of_issue(self, prefix: str, number: int) -> str:
        answer = await self.get(f"{prefix}/issues/{{number}}", {"number": number})
        name = repository_of(answer.record(IssueRecord, operation="find the issue"))
        if not name:
            text = "This issue was transferred, and GitHub does not report its new repository."
            raise NotFound(text, remedy="Ask the person in which repository it is now.")
        return name

    def _check_new_place(self, name: str, event: str) -> None:
        if not self.allowed.allows(name):
            raise PermissionDenied(
                f"{event} a repository outside GITHUB_ALLOWED_REPOS, so this server neither reads nor changes it.",
                remedy="Choose another one; only the person who runs the server can change the list.",
            )

    async def _send(self, path: str, values: Values, write: Write) -> Response:
        answer = await self._http.request(
            write.method,
            path,
            values,
            json=write.json,
            headers={"accept": JSON},
            rate_limit="writes",
            recover=write.recover,
            check=write.check,
            proof=write.proof,
            repeat=write.repeat,
            follow_same_origin=False,
        )
        self.notices.record(answer.headers)
        return answer


def _prefix(moved: Moved) -> str:
    """The path of the repository in the address of a redirect.

    Raises:
        Moved: if the address is not that of a repository.
    """
    if moved.repository is None:
        raise moved
    return moved.repository
