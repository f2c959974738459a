"""Requests for the merge queue of a branch, which merges pull requests in turn; only the GraphQL API has them."""

from collections.abc import Mapping
from typing import Any

from mcp_chassis.failures import Conflict, InvalidInput

from github_mcp.client.graphql import GraphQL
from github_mcp.client.session import Session
from github_mcp.graphql_errors import NotSupported
from github_mcp.records.merge_queues import (
    QueueAdditionRecord,
    QueuedPullRecord,
    QueueEntryRecord,
    QueueHolderRecord,
    QueueRemovalRecord,
)
from github_mcp.records.pull_requests import PullRequestRecord

_CHECK = "Check merge_queue of the pull request with get_issue before trying again."
_SAFE = "It may have happened; the same call can be made again safely."
_STATE = """
query($owner: String!, $repo: String!, $number: Int!) {
  repository(owner: $owner, name: $repo) { nameWithOwner
    pullRequest(number: $number) { isMergeQueueEnabled mergeQueueEntry { position state } } } }
"""
_ADD = """
mutation($id: ID!, $head: GitObjectID!) {
  change: enqueuePullRequest(input: {pullRequestId: $id, expectedHeadOid: $head}) {
    mergeQueueEntry { position state } } }
"""
_REMOVE = """
mutation($id: ID!) { change: dequeuePullRequest(input: {id: $id}) { mergeQueueEntry { position state } } }
"""


class MergeQueues:
    """Requests for merge queues; the caller has read the pull request and so checked it against the allow-list."""

    def __init__(self, session: Session, graphql: GraphQL) -> None:
        self._session = session
        self._graphql = graphql

    async def state(self, owner: str, repo: str, number: int) -> QueuedPullRecord:
        """Whether the base branch of a pull request has a merge queue, and the pull request's place in it.

        An Enterprise Server whose version has no merge queues counts as one without a queue.
        """
        variables = {"owner": owner, "repo": repo, "number": number}
        try:
            answer = await self._graphql.query(owner, _STATE, variables)
        except NotSupported:
            return QueuedPullRecord()
        holder = answer.record(QueueHolderRecord, operation="read the merge queue", at="data.repository")
        self._session.allowed.check(holder.name_with_owner)
        return holder.pull_request

    async def add(self, owner: str, repo: str, pull: PullRequestRecord) -> QueueEntryRecord:
        """Add a pull request at its present head to the queue, once; return its entry.

        Raises:
            Conflict: with GitHub's reason if it refuses, for example because a review is missing.
        """

        async def look_up() -> Mapping[str, Any] | None:
            entry = (await self.state(owner, repo, pull.number)).merge_queue_entry
            found = entry and {"position": entry.position, "state": entry.state}
            return found and {"data": {"change": {"mergeQueueEntry": found}}}

        variables = {"id": pull.node_id, "head": pull.head.sha}
        proof = QueueAdditionRecord
        try:
            answer = await self._graphql.create(owner, _ADD, variables, proof=proof, check=_CHECK, recover=look_up)
        except InvalidInput as refused:
            if (entry := (await self.state(owner, repo, pull.number)).merge_queue_entry) is not None:
                return entry  # a person added it in the meantime
            raise Conflict(
                f"GitHub did not add the pull request to the merge queue. {refused.reason}",
                remedy="Read what is missing with get_issue.",
            ) from refused
        return answer.record(proof, operation="add to the merge queue").data.change.merge_queue_entry

    async def remove(self, owner: str, pull: PullRequestRecord) -> None:
        """Remove a pull request from the queue."""
        await self._graphql.mutate(owner, _REMOVE, {"id": pull.node_id}, proof=QueueRemovalRecord, check=_SAFE)
