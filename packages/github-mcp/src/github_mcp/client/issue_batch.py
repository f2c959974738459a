"""Batch reads of issues with their latest comments: requests within a tenth of a second share a GraphQL query."""

from collections.abc import Sequence
from dataclasses import dataclass

from mcp_chassis.failures import Failure
from mcp_chassis.http.response import Response

from github_mcp.allowed_repositories import AllowedRepositories
from github_mcp.client.account_batches import REFUSALS, AccountBatches, Token, whole_record
from github_mcp.client.graphql import GraphQL
from github_mcp.graphql_errors import failed_places
from github_mcp.records.batched_issue import BatchedIssueRecord, RepositoryIssueRecord
from github_mcp.records.issues import CommentRecord, IssueRecord

MAX_ISSUES = 20
MAX_COMMENTS = 30
"""Highest number of comments for each issue in a batch, which bounds the size of the response."""
OPERATION = "read several issues"
_SHARED = """
  number url title body locked activeLockReason createdAt updatedAt authorAssociation
  author { __typename login } labels(first: 100) { nodes { name } } assignees(first: 20) { nodes { login } }
  milestone { title number }
  comments(last: $comments) { totalCount nodes {
    fullDatabaseId body createdAt authorAssociation author { __typename login } } }
"""
_FRAGMENTS = f"""
fragment BatchedIssue on Issue {{
  {_SHARED} state stateReason(enableDuplicate: true) issueType {{ name }} subIssuesSummary {{ total completed }}
}}
fragment BatchedPullRequest on PullRequest {{ {_SHARED} pullState: state isDraft mergedAt }}
"""


@dataclass(frozen=True)
class WantedIssue:
    """A requested issue or pull request, with the number of its latest comments to read."""

    owner: str
    repo: str
    number: int
    comments: int


@dataclass(frozen=True)
class BatchedIssue:
    """An issue with its latest comments, oldest first, and the present full name of its repository."""

    repository: str
    issue: IssueRecord
    comments: list[CommentRecord]


class IssueBatch:
    """Batch reader of issues, with separate batches for each account.

    Args:
        graphql: client that raises only failures of a whole request, not of single issues.
        token: the credential; None if there is none, since GraphQL then refuses every request.
    """

    def __init__(self, graphql: GraphQL, token: Token | None, allowed: AllowedRepositories) -> None:
        self._graphql = graphql
        self._allowed = allowed
        self._batches = AccountBatches(token, self._execute, most=MAX_ISSUES)

    async def read(self, wanted: WantedIssue) -> BatchedIssue | None:
        """Read an issue in a batch; None if it must be read from the REST API.

        None is returned for a batch of one issue, for more than `MAX_COMMENTS` comments, without a token, if GraphQL
        refuses the whole request, and if it returns this issue incompletely. Only the REST API reports the reason, and
        the new repository of a transferred issue.

        Raises:
            PermissionDenied: if the given or the present name of the repository is not on the allow-list.
            Failure: that of the whole request.
        """
        self._allowed.check(f"{wanted.owner}/{wanted.repo}")
        if wanted.comments > MAX_COMMENTS:
            return None
        found = await self._batches.submit(wanted.owner, wanted)
        if found is not None:
            self._allowed.check(found.repository)
        return found

    async def _execute(self, items: Sequence[WantedIssue]) -> list[BatchedIssue | Failure | None]:
        if len(items) == 1:
            return [None]
        variables: dict[str, object] = {"comments": max(1, *(item.comments for item in items))}
        for n, item in enumerate(items):
            variables |= {f"owner{n}": item.owner, f"repo{n}": item.repo, f"number{n}": item.number}
        try:
            answer = await self._graphql.query(items[0].owner, _query(len(items)), variables)
        except REFUSALS:
            return [None] * len(items)
        places = [f"item{n}" for n in range(len(items))]
        failed = failed_places(answer, places)
        return [
            None if each in failed else _batched_issue(answer, each, item)
            for each, item in zip(places, items, strict=True)
        ]


def _query(count: int) -> str:
    declared = "".join(f", $owner{n}: String!, $repo{n}: String!, $number{n}: Int!" for n in range(count))
    parts = "nameWithOwner issueOrPullRequest(number: $number{n}) {{ ...BatchedIssue ...BatchedPullRequest }}"
    fields = "\n".join(
        f"item{n}: repository(owner: $owner{n}, name: $repo{n}) {{ {parts.format(n=n)} }}" for n in range(count)
    )
    return f"query($comments: Int!{declared}) {{ {fields} }} {_FRAGMENTS}"


def _batched_issue(answer: Response, place: str, wanted: WantedIssue) -> BatchedIssue | None:
    found = whole_record(answer, RepositoryIssueRecord, place, operation=OPERATION)
    if found is None:
        return None
    issue: BatchedIssueRecord = found.issue_or_pull_request
    if not all(each.full_database_id.isdecimal() for each in issue.comments.nodes):
        return None
    comments = [each.as_comment for each in issue.comments.nodes[-wanted.comments :]] if wanted.comments else []
    return BatchedIssue(found.name_with_owner, issue.as_issue(found.name_with_owner), comments)
