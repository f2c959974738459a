"""Tools that read the diff of a pull request, open one and merge one."""

import re
from typing import Annotated, Literal

from mcp_chassis.results import TextPage
from mcp_chassis.tools import Confirm, Cursor, IdempotencyKey, reads, writes
from pydantic import Field

from github_mcp.diffs.pages import diff_page
from github_mcp.models.changes import CreatedPullRequest, MergedPullRequest
from github_mcp.pull_request_state import check_head
from github_mcp.queued_merges import merge_queue_of, queued_merge
from github_mcp.records.issues import IssueRecord
from github_mcp.tools.parameters import Body, GitHub, Globs, Lines, Owner, PullNumber, Repo, Sha, Title
from github_mcp.tools.repositories import REPOSITORY_READS

MergeMethod = Literal["merge", "squash", "rebase"]
Branch = Annotated[str, Field(min_length=1, max_length=250)]


@reads("Read a pull request's diff", may_take_minutes=True)
async def get_pull_request_diff(
    owner: Owner,
    repo: Repo,
    pr_number: PullNumber,
    github: GitHub,
    paths: Globs | None = None,
    stat_only: Annotated[bool, Field(description="Only files and counts.")] = False,
    max_lines: Lines = 1000,
    cursor: Cursor = None,
) -> TextPage:
    """Read what a pull request changes: its files with counts, then the unified diff."""
    return await diff_page(
        github, owner, repo, pr_number, paths=paths or (), stat_only=stat_only, lines=max_lines, position=cursor
    )


async def merge_question(
    github: GitHub, owner: Owner, repo: Repo, number: PullNumber, method: MergeMethod
) -> str | None:
    """The question to a person before a pull request is merged; None if it is merged, or in a merge queue, already."""
    pull = await github.pull_requests.get(owner, repo, number)
    if pull.merged or pull.merged_at:
        return None
    queue = await merge_queue_of(github, owner, repo, number)
    if queue.merge_queue_entry is not None:
        return None
    head = f"{pull.head.label or pull.head.ref} at {pull.head.sha[:7]}"
    if queue.is_merge_queue_enabled:
        return f"Add pull request #{number} {pull.title!r} ({head}) to the queue that merges into {pull.base.ref}?"
    return f"Merge pull request #{number} {pull.title!r} ({head}) into {pull.base.ref} by {method}?"


@writes(
    "Merge a pull request",
    destructive=True,
    idempotent=True,
    confirm=merge_question,
    invalidates=REPOSITORY_READS,
)
async def merge_pull_request(
    owner: Owner,
    repo: Repo,
    number: PullNumber,
    github: GitHub,
    method: MergeMethod = "merge",
    expected_head: Annotated[Sha, Field(description="Required head commit.")] = None,
    confirm: Confirm = None,
) -> MergedPullRequest:
    """Merge a pull request, or add it to the branch's merge queue; a person is asked first."""
    pull = await github.pull_requests.get(owner, repo, number)
    if pull.merged or pull.merged_at:
        return github.with_notices(MergedPullRequest(number=number, commit=pull.merge_commit_sha, already=True))
    check_head(pull, expected_head)
    if (queued := await queued_merge(github, owner, repo, pull, method)) is not None:
        return github.with_notices(queued)
    commit = await github.pull_requests.merge(owner, repo, number, pull.head.sha, method)
    return github.with_notices(MergedPullRequest(number=number, commit=commit))


@writes("Open a pull request", destructive=False, idempotent=False, invalidates=REPOSITORY_READS)
async def create_pull_request(
    owner: Owner,
    repo: Repo,
    title: Title,
    body: Body,
    head: Annotated[Branch, Field(description="Branch with the changes; `user:branch` of a fork.")],
    base: Branch,
    github: GitHub,
    draft: bool = False,
    idempotency_key: IdempotencyKey = None,
) -> CreatedPullRequest:
    """Open a pull request from a branch that is already pushed."""
    head, base = (re.sub(r"(^|:)refs/heads/", r"\1", branch, count=1) for branch in (head, base))
    answer = await github.pull_requests.create(owner, repo, body, title=title, head=head, base=base, draft=draft)
    pull = answer.record(IssueRecord, operation="open the pull request")
    return github.with_notices(CreatedPullRequest.from_record(pull, recovered=answer.recovered))
