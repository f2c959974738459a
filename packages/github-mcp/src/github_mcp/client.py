"""GitHub's REST API as the tools need it: what is asked, where, and in which lane."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from uuid import uuid4

from mcp_chassis.failures import Failure
from mcp_chassis.http.json_api import JsonApi
from mcp_chassis.http.response import Response
from mcp_chassis.results import Result
from mcp_chassis.storage.cache import Cache

from github_mcp.allowed_repositories import AllowedRepositories
from github_mcp.models.lists import Json
from github_mcp.rate_limit_notices import RateLimitNotices

JSON = "application/vnd.github+json"
TEXT_MATCH_JSON = "application/vnd.github.text-match+json"
MAX_PAGE_SIZE = 100
LOOKUP_WINDOW = timedelta(hours=1)
MAX_LOOKUP_PAGES = 3
NAME_CACHE_TTL_SECONDS = 60.0  # seconds
INCOMPLETE_SEARCH = "GitHub ran out of time for this search, so results may be missing."

Answered = TypeVar("Answered", bound=Result)
Params = Mapping[str, object]


@dataclass(frozen=True)
class Found:
    """One page of a list, and the query of the next."""

    items: list[Json]
    following: str | None
    total: int | None = None
    warnings: tuple[str, ...] = ()

    @property
    def rest(self) -> dict[str, Any]:
        """What a `Page` says beside its items."""
        return {"next_cursor": self.following, "warnings": list(self.warnings) or None}


class GitHubClient:
    """One credential's view of GitHub. Every request that names a repository passes `place`, and so the allow-list.

    Args:
        page_chars: characters of text that fit into one result.
    """

    def __init__(
        self, http: JsonApi, allowed: AllowedRepositories, notices: RateLimitNotices, *, page_chars: int
    ) -> None:
        self.allowed = allowed
        self.notices = notices
        self.page_chars = page_chars
        self._http = http
        self._names: Cache[str] = Cache()

    def with_notices(self, result: Answered) -> Answered:
        """The result with what its reader should know about this server's limits."""
        notices = self.notices.current()
        if not notices:
            return result
        known: list[str] = getattr(result, "warnings", None) or []
        return result.model_copy(update={"warnings": [*known, *notices]})

    async def get(
        self,
        path: str,
        values: Params | None = None,
        *,
        params: Params | None = None,
        accept: str = JSON,
        rate_limit: str | None = None,
    ) -> Response:
        answer = await self._http.get(path, values, params=params, headers={"accept": accept}, rate_limit=rate_limit)
        self.notices.record(answer.headers)
        return answer

    async def read(
        self,
        owner: str,
        repo: str,
        tail: str = "",
        values: Params | None = None,
        *,
        params: Params | None = None,
        accept: str = JSON,
    ) -> Response:
        """Read something of one repository; `tail` follows `/repos/{owner}/{repo}`."""
        place = await self.place(owner, repo)
        return await self.get(
            f"/repos/{{owner}}/{{repo}}{tail}", {**place, **(values or {})}, params=params, accept=accept
        )

    async def place(self, owner: str, repo: str) -> dict[str, str]:
        """Where the repository is, if it may be touched under the name asked for and under its real one.

        A renamed repository answers to its old name, so with an allow-list the real name is looked up first.
        """
        if self.allowed.everything:
            return {"owner": owner, "repo": repo}
        self.allowed.check(f"{owner}/{repo}")
        where = {"owner": owner, "repo": repo}

        async def look_up() -> str:
            return (await self.get("/repos/{owner}/{repo}", where)).json["full_name"]

        full_name = await self._names.get("place", where, "", look_up, ttl=NAME_CACHE_TTL_SECONDS)
        self.allowed.check(full_name)
        real_owner, _, real_name = full_name.partition("/")
        return {"owner": real_owner, "repo": real_name}

    async def repository(self, owner: str, repo: str) -> Json:
        self.allowed.check(f"{owner}/{repo}")
        repository: Json = (await self.get("/repos/{owner}/{repo}", {"owner": owner, "repo": repo})).json
        self.allowed.check(repository["full_name"])
        return repository

    async def own_repositories(self, size: int, position: str | None) -> Found:
        first = {"affiliation": "owner", "sort": "pushed", "direction": "desc", "per_page": size}
        answer = await self.get("/user/repos", params=json.loads(position) if position else first)
        warnings = self.notices.partial(answer.headers)
        return Found(self._allowed_only(answer.json, _repository_name), _next_cursor(answer), warnings=warnings)

    async def search(
        self,
        what: str,
        query: str,
        *,
        size: int,
        position: str | None,
        within: str | None = None,
        sort: str | None = None,
    ) -> Found:
        """One page of a search, narrowed to the allow-list (or one repository) before and filtered after."""
        scoped = self.allowed.narrowed(query) if within is None else self.allowed.within(within, query)
        code = what == "code"
        answer = await self.get(
            f"/search/{what}",
            params=json.loads(position) if position else {"q": scoped, "sort": sort, "per_page": size},
            accept=TEXT_MATCH_JSON if code else JSON,
            rate_limit="code searches" if code else "searches",
        )
        found = answer.json
        kept = self._allowed_only(found["items"], _NAME_OF[what])
        late = (INCOMPLETE_SEARCH,) if found["incomplete_results"] else ()
        total = found["total_count"] if self.allowed.everything else None
        return Found(kept, _next_cursor(answer), total, late + self.notices.partial(answer.headers))

    def _allowed_only(self, items: list[Json], name: Callable[[Json], str]) -> list[Json]:
        return [item for item in items if self.allowed.allows(name(item))]

    async def issue(self, owner: str, repo: str, number: int) -> Json:
        return (await self.read(owner, repo, "/issues/{number}", {"number": number})).json

    async def create_issue(self, owner: str, repo: str, body: str, **sent: object) -> Response:
        place = await self.place(owner, repo)
        check = "Look for its title with list_issues before trying again."
        return await self._create("/repos/{owner}/{repo}/issues", place, body, sent, check)

    async def add_comment(self, owner: str, repo: str, number: int, body: str) -> Response:
        place = {**await self.place(owner, repo), "number": number}
        check = "Look at the latest comments with get_issue before trying again."
        return await self._create("/repos/{owner}/{repo}/issues/{number}/comments", place, body, {}, check)

    async def create_pull(self, owner: str, repo: str, body: str, **sent: object) -> Response:
        place = await self.place(owner, repo)
        check = "Look for it with list_issues and type pr before trying again."
        return await self._create("/repos/{owner}/{repo}/pulls", place, body, sent, check)

    async def _create(self, path: str, where: Params, body: str, sent: Params, check: str) -> Response:
        """Create something whose body ends in a hidden mark, by which it is found again if the answer is lost."""
        mark = f"<!-- toolroll:{uuid4().hex} -->"

        async def recover() -> Json | None:
            return await self._find_marked(path, where, mark)

        chosen = {name: value for name, value in sent.items() if value not in ([], None)}
        answer = await self._http.post(
            path,
            where,
            json={**chosen, "body": f"{body}\n\n{mark}"},
            headers={"accept": JSON},
            rate_limit="writes",
            recover=recover,
            check=check,
        )
        self.notices.record(answer.headers)
        return answer

    async def _find_marked(self, path: str, where: Params, mark: str) -> Json | None:
        """What bears the mark, through the list endpoint: search would not know it yet."""
        params: Params | None = await self._lookup_params(path)
        for _ in range(MAX_LOOKUP_PAGES):
            answer = await self.get(path, where, params=params)
            for item in answer.json:
                if mark in (item.get("body") or ""):
                    return item
            params = answer.page("next")
            if params is None:
                return None
        return None

    async def _lookup_params(self, path: str) -> Params:
        """Where to look: what this credential's owner made within the last hour, by GitHub's own clock.

        An installation token has no user; the look-up does without, newest first.
        """
        try:
            user = await self.get("/user")
            since = (parsedate_to_datetime(user.headers["date"]) - LOOKUP_WINDOW).strftime("%Y-%m-%dT%H:%M:%SZ")
            recent = {"since": since}
            creator = {"creator": user.json["login"]}
        except (Failure, KeyError, ValueError):
            recent, creator = {}, {}
        if path.endswith("/comments"):
            return {"per_page": MAX_PAGE_SIZE, **recent}
        newest = {"per_page": 30, "state": "all", "sort": "created", "direction": "desc"}
        return newest if path.endswith("/pulls") else {**newest, **recent, **creator}

    async def update_issue(self, owner: str, repo: str, number: int, changes: Params) -> Json:
        place = await self.place(owner, repo)
        answer = await self._http.patch(
            "/repos/{owner}/{repo}/issues/{number}",
            {**place, "number": number},
            json=changes,
            headers={"accept": JSON},
            rate_limit="writes",
            check="It may have happened; the same call can be made again safely.",
        )
        self.notices.record(answer.headers)
        return answer.json


def repository_of(issue: Json) -> str:
    """The full name in an issue's `repository_url`."""
    return "/".join(str(issue["repository_url"]).rsplit("/", 2)[1:])


def _repository_name(hit: Json) -> str:
    return hit["full_name"]


def _code_name(hit: Json) -> str:
    return hit["repository"]["full_name"]


_NAME_OF: Mapping[str, Callable[[Json], str]] = {
    "repositories": _repository_name,
    "issues": repository_of,
    "code": _code_name,
}


def _next_cursor(answer: Response) -> str | None:
    params = answer.page("next")
    return None if params is None else json.dumps(params, separators=(",", ":"))
