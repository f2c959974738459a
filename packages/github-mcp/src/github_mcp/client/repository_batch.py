"""Batch reads of repositories: requests within a tenth of a second share a GraphQL query."""

from collections.abc import Sequence
from dataclasses import dataclass

from mcp_chassis.failures import Failure

from github_mcp.client.account_batches import REFUSALS, AccountBatches, Token, whole_record
from github_mcp.client.graphql import GraphQL
from github_mcp.graphql_errors import failed_places, failures_by_place
from github_mcp.records.batched_repository import BatchedRepositoryRecord

MAX_REPOSITORIES = 25
OPERATION = "read several repositories"
_FRAGMENT = """
fragment BatchedRepository on Repository {
  nameWithOwner url description isPrivate isArchived isDisabled stargazerCount forkCount hasIssuesEnabled
  createdAt updatedAt primaryLanguage { name } licenseInfo { name spdxId }
  issues(states: OPEN) { totalCount } pullRequests(states: OPEN) { totalCount }
  repositoryTopics(first: 20) { nodes { topic { name } } }
  languages(first: 50, orderBy: {field: SIZE, direction: DESC}) { edges { size node { name } } }
  latestRelease { tagName publishedAt }
  defaultBranchRef { name target { ... on Commit { history(first: $commits) { nodes {
    oid message author { name date user { login } } } } } } }
}
"""


@dataclass(frozen=True)
class WantedRepository:
    """A requested repository, with the number of its newest commits to read."""

    owner: str
    repo: str
    commits: int = 0


class RepositoryBatch:
    """Batch reader of repositories, with separate batches for each account.

    Args:
        graphql: client that raises only failures of a whole request, not of single repositories.
        token: the credential; None if there is none, since GraphQL then refuses every request.
    """

    def __init__(self, graphql: GraphQL, token: Token | None) -> None:
        self._graphql = graphql
        self._batches = AccountBatches(token, self._execute, most=MAX_REPOSITORIES)

    async def read(self, wanted: WantedRepository) -> BatchedRepositoryRecord | None:
        """Read a repository in a batch; None if it must be read from the REST API.

        None is returned for a batch of one repository, without a token, if GraphQL refuses the whole request, and if it
        returns this repository incompletely. Only the REST API reports why a part cannot be read.

        Raises:
            Failure: that of this repository, or of the whole request.
        """
        return await self._batches.submit(wanted.owner, wanted)

    async def _execute(self, items: Sequence[WantedRepository]) -> list[BatchedRepositoryRecord | Failure | None]:
        if len(items) == 1:
            return [None]
        names = {f"owner{n}": item.owner for n, item in enumerate(items)}
        names |= {f"repo{n}": item.repo for n, item in enumerate(items)}
        variables = {"commits": max(1, *(item.commits for item in items)), **names}
        try:
            answer = await self._graphql.query(items[0].owner, _query(len(items)), variables)
        except REFUSALS:
            return [None] * len(items)
        places = [f"item{n}" for n in range(len(items))]
        failures, failed = failures_by_place(answer), failed_places(answer, places)
        whole = {each: whole_record(answer, BatchedRepositoryRecord, each, operation=OPERATION) for each in places}
        return [failures.get(each) or (None if each in failed else whole[each]) for each in places]


def _query(count: int) -> str:
    declared = "".join(f", $owner{n}: String!, $repo{n}: String!" for n in range(count))
    fields = "\n".join(
        f"item{n}: repository(owner: $owner{n}, name: $repo{n}) {{ ...BatchedRepository }}" for n in range(count)
    )
    return f"query($commits: Int!{declared}) {{ {fields} }} {_FRAGMENT}"
