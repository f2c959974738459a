"""Requests for reviews of a pull request and its review threads: reading, writing, replying, resolving."""

from collections.abc import Mapping, Sequence
from typing import Any

from mcp_chassis.failures import Conflict, Failure, NotFound, UpstreamError
from mcp_chassis.http.response import Response
from mcp_chassis.output.warnings import warn

from github_mcp.client.creation import MarkLookup
from github_mcp.client.graphql import GraphQL
from github_mcp.client.list_pages import MAX_PAGE_SIZE, PartialList
from github_mcp.client.session import Session, Write
from github_mcp.marks import new_mark
from github_mcp.records.graphql import EarlierPageRecord
from github_mcp.records.issues import CreatedCommentRecord
from github_mcp.records.reviews import (
    CreatedReviewRecord,
    RepositoryOfThreadRecord,
    ReviewCommentRecord,
    ReviewThreadRecord,
    ThreadChangeRecord,
    ThreadPlaceRecord,
)

MAX_COMMENT_PAGES = 5
MAX_THREAD_PAGES = 5
_THREADS = """
query($owner: String!, $repo: String!, $number: Int!, $before: String) {
  repository(owner: $owner, name: $repo) { nameWithOwner pullRequest(number: $number) {
    reviewThreads(last: 100, before: $before) {
      pageInfo { hasPreviousPage startCursor }
      nodes { id isResolved comments(first: 1) { nodes { databaseId } } } } } } }
"""
_PLACE = """
query($id: ID!) { node(id: $id) { ... on PullRequestReviewThread { isResolved repository { nameWithOwner } } } }
"""
_RESOLVE = """
mutation($id: ID!) { change: resolveReviewThread(input: {threadId: $id}) { thread { isResolved } } }
"""
_UNRESOLVE = """
mutation($id: ID!) { change: unresolveReviewThread(input: {threadId: $id}) { thread { isResolved } } }
"""


class Reviews:
    def __init__(self, session: Session, graphql: GraphQL) -> None:
        self._session = session
        self._graphql = graphql

    async def comments(self, owner: str, repo: str, number: int) -> PartialList[ReviewCommentRecord]:
        """The newest comments on lines of a pull request's diff, in the order in which they were written."""
        params: Mapping[str, object] | None = {"per_page": MAX_PAGE_SIZE, "sort": "created", "direction": "desc"}
        found: dict[int, ReviewCommentRecord] = {}
        for _ in range(MAX_COMMENT_PAGES):
            tail, values = "/pulls/{number}/comments", {"number": number}
            answer = await self._session.read(owner, repo, tail, values, params=params)
            comments = answer.records(ReviewCommentRecord, operation="read the comments", noun="comments")
            found |= {each.id: each for each in comments.items}
            params = answer.page("next")
            if params is None:
                break
        return PartialList([found[each] for each in sorted(found)], complete=params is None)

    async def threads(self, owner: str, repo: str, number: int) -> dict[int, ReviewThreadRecord]:
        """The newest review threads by the id of their first comment; warns if they cannot be read."""
        found: list[ReviewThreadRecord] = []
        before: str | None = None
        try:
            for _ in range(MAX_THREAD_PAGES):
                variables = {"owner": owner, "repo": repo, "number": number, "before": before}
                answer = await self._graphql.query(owner, _THREADS, variables)
                place = answer.record(RepositoryOfThreadRecord, operation=_READ_THREADS, at="data.repository")
                self._session.allowed.check(place.name_with_owner)
                threads = answer.records(ReviewThreadRecord, operation=_READ_THREADS, at=f"{_AT}.nodes", noun="threads")
                found += threads.items
                page = answer.record(EarlierPageRecord, operation=_READ_THREADS, at=f"{_AT}.pageInfo")
                if not page.has_previous_page or page.start_cursor is None:
                    break
                before = page.start_cursor
        except Failure as failure:
            warn(f"It is unknown which threads are resolved: {failure.message}")
        return {each.first_comment: each for each in found if each.first_comment is not None}

    async def write(
        self,
        owner: str,
        repo: str,
        number: int,
        event: str,
        body: str,
        comments: Sequence[Mapping[str, Any]],
        commit: str | None,
    ) -> Response:
        """Write a review with its comments in one request; if the response is lost, a hidden mark finds the review."""
        mark = new_mark()
        tail, values = "/pulls/{number}/reviews", {"number": number}
        sent = {"event": event, "body": f"{body}\n\n{mark}".strip(), "comments": list(comments)}
        if commit is not None:
            sent["commit_id"] = commit
        lookup = MarkLookup(self._session, owner, repo, tail, values, mark)
        write = Write(
            "POST",
            tail,
            values,
            sent,
            proof=CreatedReviewRecord,
            recover=lookup.find_last,
            check="Check the newest reviews with get_reviews before trying again.",
        )
        return await self._session.write(owner, repo, write)

    async def reply(self, owner: str, repo: str, number: int, comment: int, body: str) -> Response:
        """Write a reply in the review thread of a comment."""
        mark = new_mark()
        values = {"number": number, "comment": comment}
        lookup = MarkLookup(self._session, owner, repo, "/pulls/{number}/comments", values, mark)
        write = Write(
            "POST",
            "/pulls/{number}/comments/{comment}/replies",
            values,
            {"body": f"{body}\n\n{mark}"},
            proof=CreatedCommentRecord,
            recover=lookup.find_newest,
            check="Check the thread with get_reviews before trying again.",
        )
        return await self._session.write(owner, repo, write)

    async def resolve(self, owner: str, repo: str, thread: str, *, resolved: bool) -> bool:
        """Set whether a review thread of the repository is resolved; False if it was in this state already.

        Raises:
            NotFound: if the thread does not exist or belongs to another repository.
        """
        self._session.allowed.check(f"{owner}/{repo}")
        answer = await self._graphql.query(owner, _PLACE, {"id": thread})
        try:
            place = answer.record(ThreadPlaceRecord, operation="find the thread", at="data.node")
        except UpstreamError as exc:
            raise NotFound(
                "GitHub has no review thread with this id.", remedy="Take thread_id from get_reviews."
            ) from exc
        name = place.repository.name_with_owner
        self._session.allowed.check(name)
        if name.lower() != (await self._session.real_name(owner, repo)).lower():
            raise NotFound(
                f"The review thread with this id is not in {owner}/{repo}.", remedy="Take thread_id from get_reviews."
            )
        if place.is_resolved == resolved:
            return False
        change = _RESOLVE if resolved else _UNRESOLVE
        answer = await self._graphql.mutate(owner, change, {"id": thread}, proof=ThreadChangeRecord, check=_SAFE)
        changed = answer.record(ThreadChangeRecord, operation="change the thread")
        if changed.is_resolved != resolved:
            raise Conflict("GitHub accepted the request, but did not change whether the thread is resolved.")
        return True


_READ_THREADS = "read the threads"
_AT = "data.repository.pullRequest.reviewThreads"
_SAFE = "It may have happened; the same call can be made again safely."
