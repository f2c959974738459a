"""Pull requests: their diffs, and opening one."""

from typing import Annotated

from mcp_chassis.results import TextPage
from mcp_chassis.tools import Cursor, IdempotencyKey, reads, writes
from pydantic import Field

from github_mcp.diffs.pages import diff_page
from github_mcp.models.changes import CreatedPullRequest
from github_mcp.records.issues import IssueRecord
from github_mcp.tools.parameters import Body, GitHub, Globs, Lines, Owner, PullNumber, Repo, Title

Branch = Annotated[str, Field(min_length=1, max_length=250)]


@reads("Read a pull request's diff")
async def get_pull_request_diff(
    owner: Owner,
    repo: Repo,
    pr_number: PullNumber,
    github: GitHub,
    paths: Globs | None = None,
    stat_only: Annotated[bool, Field(description="Files and counts alone.")] = False,
    max_lines: Lines = 1000,
    cursor: Cursor = None,
) -> TextPage:
    """Read what a pull request changes: its files with counts, then the unified diff."""
    return await diff_page(
        github, owner, repo, pr_number, paths=paths or (), stat_only=stat_only, lines=max_lines, position=cursor
    )


@writes("Open a pull request", destructive=False, idempotent=False)
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
    answer = await github.pull_requests.create(owner, repo, body, title=title, head=head, base=base, draft=draft)
    pull = answer.record(IssueRecord, operation="open the pull request")
    return github.with_notices(CreatedPullRequest.from_record(pull, recovered=answer.recovered))
