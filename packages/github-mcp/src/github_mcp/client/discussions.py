"""Requests for discussions of a repository: listing, reading, commenting; only the GraphQL API has them."""

from collections.abc import Mapping
from typing import Any

from mcp_chassis.failures import Failure, NotFound
from mcp_chassis.http.response import Response
from mcp_chassis.output.warnings import warn

from github_mcp.client.graphql import GraphQL
from github_mcp.client.list_pages import ListPage
from github_mcp.client.session import Session
from github_mcp.marks import new_mark
from github_mcp.records.discussions import (
    DiscussionEntryRecord,
    DiscussionHolderRecord,
    DiscussionRecord,
    DiscussionsRecord,
    WrittenCommentRecord,
    WrittenDiscussionCommentRecord,
)
from github_mcp.records.graphql import RepositoryPlaceRecord
from github_mcp.records.repositories import RepositoryRecord

MAX_LOOKED_UP_COMMENTS = 50
_AUTHOR = "author { login type: __typename } authorAssociation"
_LIST = f"""
query($owner: String!, $repo: String!, $first: Int!, $after: String) {{
  repository(owner: $owner, name: $repo) {{ nameWithOwner
    discussions(first: $first, after: $after, orderBy: {{field: UPDATED_AT, direction: DESC}}) {{
      totalCount pageInfo {{ hasNextPage endCursor }}
      nodes {{ number title isAnswered closed category {{ name }} {_AUTHOR} updatedAt comments {{ totalCount }} }}
    }} }} }}
"""
_READ = f"""
query($owner: String!, $repo: String!, $number: Int!, $last: Int!, $before: String) {{
  repository(owner: $owner, name: $repo) {{ nameWithOwner
    discussion(number: $number) {{
      id number title body url closed locked isAnswered category {{ name isAnswerable }} {_AUTHOR} createdAt
      comments(last: $last, before: $before) {{
        totalCount pageInfo {{ hasPreviousPage startCursor }}
        nodes {{ id body url isAnswer createdAt {_AUTHOR}
          replies(first: 20) {{ totalCount nodes {{ id body url createdAt {_AUTHOR} }} }} }} }} }} }} }}
"""
_ADD = """
mutation($discussion: ID!, $body: String!, $replyTo: ID) {
  change: addDiscussionComment(input: {discussionId: $discussion, body: $body, replyToId: $replyTo}) {
    comment { id url } } }
"""


class Discussions:
    def __init__(self, session: Session, graphql: GraphQL) -> None:
        self._session = session
        self._graphql = graphql

    async def page(self, owner: str, repo: str, size: int, position: str | None) -> ListPage[DiscussionEntryRecord]:
        """One page of discussions, those with the newest activity first."""
        answer = await self._ask(owner, repo, _LIST, {"first": size, "after": position})
        operation, at = "list the discussions", "data.repository.discussions"
        whole = answer.record(DiscussionsRecord, operation=operation, at=at)
        found = answer.records(DiscussionEntryRecord, operation=operation, at=f"{at}.nodes", noun="discussions")
        if whole.total_count == 0 and await self._is_switched_off(owner, repo):
            warn("Discussions are switched off in this repository.")
        following = whole.page_info.end_cursor if whole.page_info.has_next_page else None
        return ListPage(found.items, following, whole.total_count)

    async def get(
        self, owner: str, repo: str, number: int, *, count: int, before: str | None = None
    ) -> DiscussionRecord:
        """Read a discussion with the last `count` comments before a cursor, by default the newest.

        Raises:
            NotFound: if no discussion has this number.
        """
        answer = await self._ask(owner, repo, _READ, {"number": number, "last": count, "before": before})
        holder = answer.record(DiscussionHolderRecord, operation="read the discussion", at="data.repository")
        if holder.discussion is None:
            raise NotFound(
                f"There is no discussion #{number} in {owner}/{repo}.", remedy="Find numbers with list_discussions."
            )
        return answer.record(DiscussionRecord, operation="read the discussion", at="data.repository.discussion")

    async def comment(
        self, owner: str, repo: str, discussion: DiscussionRecord, body: str, reply_to: str | None
    ) -> tuple[WrittenCommentRecord, bool]:
        """Write a comment or a reply exactly once.

        Returns:
            The comment, and whether it was found by its hidden mark after the response was lost.
        """
        mark = new_mark()

        async def look_up() -> Mapping[str, Any] | None:
            found = await self.get(owner, repo, discussion.number, count=MAX_LOOKED_UP_COMMENTS)
            texts = [each for comment in found.comments.nodes for each in (comment, *comment.replies.nodes)]
            hit = next((each for each in texts if mark in each.body), None)
            return hit and {"data": {"change": {"comment": {"id": hit.id, "url": hit.url}}}}

        variables = {"discussion": discussion.id, "body": f"{body}\n\n{mark}", "replyTo": reply_to}
        check, proof = (
            "Check the discussion with get_discussion before trying again.",
            WrittenDiscussionCommentRecord,
        )
        answer = await self._graphql.create(owner, _ADD, variables, proof=proof, check=check, recover=look_up)
        written = answer.record(proof, operation="write the comment")
        return written.data.change.comment, answer.recovered

    async def _is_switched_off(self, owner: str, repo: str) -> bool:
        try:
            answer = await self._session.read(owner, repo)
            return not answer.record(RepositoryRecord, operation="read the repository").has_discussions
        except Failure:
            return False

    async def _ask(self, owner: str, repo: str, text: str, variables: Mapping[str, object]) -> Response:
        """Send a query about one repository, and check its present name against the allow-list."""
        self._session.allowed.check(f"{owner}/{repo}")
        answer = await self._graphql.query(owner, text, {"owner": owner, "repo": repo, **variables})
        place = answer.record(RepositoryPlaceRecord, operation="find the repository", at="data.repository")
        self._session.allowed.check(place.name_with_owner)
        if place.name_with_owner.lower() != f"{owner}/{repo}".lower():
            warn(f"{owner}/{repo} was renamed to {place.name_with_owner}.")
        return answer
