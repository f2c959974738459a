"""Requests that change a pull request's draft state, reviewers, branch or automatic merging."""

from collections.abc import Mapping, Sequence
from typing import Any

from mcp_chassis.failures import Conflict, InvalidInput
from mcp_chassis.http.records import Record
from mcp_chassis.upstream.retry import Repeat

from github_mcp.client.graphql import GraphQL
from github_mcp.client.session import Session, Write
from github_mcp.records.pull_requests import (
    AutoMergeChangeRecord,
    DraftChangeRecord,
    PullRequestRecord,
    RequestedReviewersRecord,
)

_UP_TO_DATE = "no new commits on the base branch"
_SAFE = "It may have happened; the same call can be made again safely."
_READY = """
mutation($id: ID!) { change: markPullRequestReadyForReview(input: {pullRequestId: $id}) { pullRequest { isDraft } } }
"""
_DRAFT = """
mutation($id: ID!) { change: convertPullRequestToDraft(input: {pullRequestId: $id}) { pullRequest { isDraft } } }
"""
_AUTO_MERGE = """
mutation($id: ID!, $method: PullRequestMergeMethod!, $head: GitObjectID!) {
  change: enablePullRequestAutoMerge(input: {pullRequestId: $id, mergeMethod: $method, expectedHeadOid: $head}) {
    pullRequest { number autoMergeRequest { mergeMethod } } } }
"""
_NO_AUTO_MERGE = """
mutation($id: ID!) { change: disablePullRequestAutoMerge(input: {pullRequestId: $id}) {
  pullRequest { number autoMergeRequest { mergeMethod } } } }
"""


class PullRequestChanges:
    """Requests that change a pull request, which the caller has read and so checked against the allow-list."""

    def __init__(self, session: Session, graphql: GraphQL) -> None:
        self._session = session
        self._graphql = graphql

    async def set_draft(self, owner: str, pull: PullRequestRecord, *, draft: bool) -> None:
        text, proof = (_DRAFT if draft else _READY), DraftChangeRecord
        answer = await self._change(owner, text, {"id": pull.node_id}, proof)
        if answer.record(proof, operation="change the draft state").is_draft != draft:
            raise Conflict(
                f"GitHub accepted the request, but the pull request is still {'not a' if draft else 'a'} draft."
            )

    async def set_auto_merge(self, owner: str, pull: PullRequestRecord, method: str | None) -> None:
        """Switch automatic merging by a method on, or off if `method` is None."""
        variables: dict[str, Any] = {"id": pull.node_id}
        if method is not None:
            variables |= {"method": method.upper(), "head": pull.head.sha}
        text, proof = (_AUTO_MERGE if method else _NO_AUTO_MERGE), AutoMergeChangeRecord
        answer = await self._change(owner, text, variables, proof)
        if answer.record(proof, operation="change the automatic merge").is_on != (method is not None):
            raise Conflict("GitHub accepted the request, but did not change automatic merging.")

    async def request_reviewers(
        self, owner: str, repo: str, number: int, logins: Sequence[str], teams: Sequence[str]
    ) -> RequestedReviewersRecord:
        """Request reviews of people and teams; existing requests remain."""
        sent = {"reviewers": list(logins), "team_reviewers": list(teams)}
        write = Write(
            "POST",
            "/pulls/{number}/requested_reviewers",
            {"number": number},
            {name: names for name, names in sent.items() if names},
            proof=RequestedReviewersRecord,
            check=_SAFE,
            repeat=Repeat.ONCE,
        )
        answer = await self._session.write(owner, repo, write)
        return answer.record(RequestedReviewersRecord, operation="ask for reviews")

    async def remove_reviewers(
        self, owner: str, repo: str, number: int, logins: Sequence[str], teams: Sequence[str]
    ) -> RequestedReviewersRecord:
        """Withdraw the requests for reviews of people and teams; those without a request are ignored."""
        sent = {"reviewers": list(logins), "team_reviewers": list(teams)}
        write = Write(
            "DELETE",
            "/pulls/{number}/requested_reviewers",
            {"number": number},
            sent,
            proof=RequestedReviewersRecord,
            check=_SAFE,
        )
        answer = await self._session.write(owner, repo, write)
        return answer.record(RequestedReviewersRecord, operation="take back the request for reviews")

    async def update_branch(self, owner: str, repo: str, pull: PullRequestRecord) -> bool:
        """Merge the base into the pull request's branch; False if the branch already contains the base."""

        async def look_up() -> Mapping[str, Any] | None:
            answer = await self._session.read(owner, repo, "/pulls/{number}", {"number": pull.number})
            after = answer.record(PullRequestRecord, operation="read the pull request")
            return {"message": "updated"} if after.head.sha != pull.head.sha else None

        write = Write(
            "PUT",
            "/pulls/{number}/update-branch",
            {"number": pull.number},
            {"expected_head_sha": pull.head.sha},
            recover=look_up,
            check="Check the pull request's head with get_issue before trying again.",
            repeat=Repeat.NEVER,
        )
        try:
            await self._session.write(owner, repo, write)
        except InvalidInput as refused:
            if _UP_TO_DATE not in refused.message:
                raise
            return False
        return True

    async def _change(self, owner: str, text: str, variables: Mapping[str, object], proof: type[Record]) -> Any:
        return await self._graphql.mutate(owner, text, variables, proof=proof, check=_SAFE)
