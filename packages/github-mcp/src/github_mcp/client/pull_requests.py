"""Requests for pull requests, their diffs, files, reviews and checks, and for creating and merging them."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any, TypeVar

from mcp_chassis.failures import Conflict, NotFound
from mcp_chassis.http.records import Record
from mcp_chassis.http.response import Response
from mcp_chassis.upstream.retry import Repeat

from github_mcp.client.creation import create_marked
from github_mcp.client.list_pages import MAX_PAGE_SIZE, PartialList
from github_mcp.client.session import Session, Values, Write
from github_mcp.field_errors import shortened
from github_mcp.records.issues import CreatedIssueRecord
from github_mcp.records.pull_requests import (
    ChangedFileRecord,
    CheckRunRecord,
    CheckSuiteRecord,
    CountRecord,
    MergeBaseRecord,
    MergedRecord,
    PullRequestRecord,
    ReviewRecord,
    StatusRecord,
)

DIFF = "application/vnd.github.diff"
MAX_CHECK_PAGES = 10  # pages of a hundred: GitHub keeps the last thousand check runs of a commit
MAX_REVIEW_PAGES = 3

Entry = TypeVar("Entry", bound=Record)


class PullRequests:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, owner: str, repo: str, number: int) -> PullRequestRecord:
        """Read a pull request.

        Raises:
            NotFound: if it is missing, or the number is that of an issue.
        """
        try:
            answer = await self._session.read(owner, repo, "/pulls/{number}", {"number": number})
        except NotFound as exc:
            raise NotFound(
                f"GitHub has no pull request {number} in {owner}/{repo}: it is missing, an issue, or this token cannot "
                "read it.",
                remedy="Find numbers with list_issues and type pr.",
            ) from exc
        return answer.record(PullRequestRecord, operation="read the pull request")

    async def create(self, owner: str, repo: str, body: str, **fields: object) -> Response:
        fork_owner, _, branch = str(fields["head"]).rpartition(":")
        if fork_owner and branch:
            self._session.allowed.check(f"{fork_owner}/{repo}")
        check = "Look for it with list_issues and type pr before trying again."
        return await create_marked(
            self._session, owner, repo, "/pulls", {}, body=body, fields=fields, proof=CreatedIssueRecord, check=check
        )

    async def merge(self, owner: str, repo: str, number: int, head: str, method: str) -> str:
        """Merge a pull request and return the id of the merge commit.

        Raises:
            Conflict: if GitHub does not merge it, or its head is no longer `head`.
        """

        async def look_up() -> Mapping[str, Any] | None:
            pull = await self.get(owner, repo, number)
            return {"sha": pull.merge_commit_sha or head, "merged": True} if pull.merged or pull.merged_at else None

        write = Write(
            "PUT",
            "/pulls/{number}/merge",
            {"number": number},
            {"sha": head, "merge_method": method},
            proof=MergedRecord,
            recover=look_up,
            check="Check the pull request's state with get_issue before trying again.",
            repeat=Repeat.NEVER,
        )
        answer = await self._session.write(owner, repo, write)
        record = answer.record(MergedRecord, operation="merge the pull request")
        if not record.merged:
            raise Conflict(f'GitHub did not merge the pull request. It says: "{shortened(record.message)}".')
        return record.sha

    async def diff(self, owner: str, repo: str, number: int) -> str:
        """The whole unified diff of a pull request at its present head."""
        answer = await self._session.read(owner, repo, "/pulls/{number}", {"number": number}, accept=DIFF)
        return answer.body.decode("utf-8", "replace")

    async def diff_between(self, owner: str, repo: str, base: str, head: str) -> str:
        """The whole unified diff from the merge base of two commits to the second commit."""
        values = {"between": f"{base}...{head}"}
        answer = await self._session.read(owner, repo, "/compare/{between}", values, accept=DIFF)
        return answer.body.decode("utf-8", "replace")

    async def merge_base(self, owner: str, repo: str, base: str, head: str) -> str:
        values = {"between": f"{base}...{head}"}
        answer = await self._session.read(owner, repo, "/compare/{between}", values, params={"per_page": 1})
        record = answer.record(MergeBaseRecord, operation="compare the branches")
        return record.merge_base_commit.sha

    async def files(
        self, owner: str, repo: str, number: int, start: int
    ) -> AsyncGenerator[tuple[int, ChangedFileRecord]]:
        """Yield the changed files from an index on, each with its index."""
        page = start // MAX_PAGE_SIZE
        while True:
            params = {"per_page": MAX_PAGE_SIZE, "page": page + 1}
            answer = await self._session.read(owner, repo, "/pulls/{number}/files", {"number": number}, params=params)
            found = answer.records(ChangedFileRecord, operation="list the changed files", noun="files")
            for index, file in enumerate(found.items, page * MAX_PAGE_SIZE):
                if index >= start:
                    yield index, file
            if answer.page("next") is None:
                return
            page += 1

    async def reviews(self, owner: str, repo: str, number: int) -> PartialList[ReviewRecord]:
        """The newest reviews in the order in which they were written."""
        # GitHub lists the oldest reviews first, so the last pages are read.
        tail, values, noun = "/pulls/{number}/reviews", {"number": number}, "reviews"
        operation = f"read the {noun}"
        first = await self._session.read(owner, repo, tail, values, params={"per_page": MAX_PAGE_SIZE})
        last = first.page("last")
        count = int(last["page"]) if last and last.get("page", "").isdecimal() else None
        pages = [first]
        if count is not None and count > MAX_REVIEW_PAGES:
            for page in range(count - MAX_REVIEW_PAGES + 1, count + 1):
                params = {"per_page": MAX_PAGE_SIZE, "page": page}
                pages.append(await self._session.read(owner, repo, tail, values, params=params))
            found = [each for page in pages[1:] for each in page.records(ReviewRecord, operation=operation).items]
            before = (count - MAX_REVIEW_PAGES) * MAX_PAGE_SIZE
            return PartialList(found, complete=False, total=before + len(found))
        return await self._list(owner, repo, tail, values, ReviewRecord, noun, first=first)

    async def check_runs(self, owner: str, repo: str, sha: str) -> PartialList[CheckRunRecord]:
        tail = "/commits/{sha}/check-runs"
        return await self._list(owner, repo, tail, {"sha": sha}, CheckRunRecord, "checks", at="check_runs")

    async def check_suites(self, owner: str, repo: str, sha: str) -> PartialList[CheckSuiteRecord]:
        tail = "/commits/{sha}/check-suites"
        return await self._list(owner, repo, tail, {"sha": sha}, CheckSuiteRecord, "check suites", at="check_suites")

    async def statuses(self, owner: str, repo: str, sha: str) -> PartialList[StatusRecord]:
        tail = "/commits/{sha}/status"
        return await self._list(owner, repo, tail, {"sha": sha}, StatusRecord, "commit statuses", at="statuses")

    async def _list(
        self,
        owner: str,
        repo: str,
        tail: str,
        values: Values,
        kind: type[Entry],
        noun: str,
        *,
        at: str = "",
        first: Response | None = None,
    ) -> PartialList[Entry]:
        """The entries of a list, up to `MAX_CHECK_PAGES` pages of a hundred."""
        params: Values = {"per_page": MAX_PAGE_SIZE}
        answer = first or await self._session.read(owner, repo, tail, values, params=params)
        total = answer.record(CountRecord, operation=f"read the {noun}").total_count if at else None
        found: list[Entry] = []
        for page in range(1, MAX_CHECK_PAGES + 1):
            found += answer.records(kind, operation=f"read the {noun}", at=at, noun=noun).items
            following = answer.page("next")
            if following is None:
                return PartialList(found, complete=total is None or len(found) >= total, total=total)
            if page < MAX_CHECK_PAGES:
                answer = await self._session.read(owner, repo, tail, values, params=following)
        return PartialList(found, complete=False, total=total)
