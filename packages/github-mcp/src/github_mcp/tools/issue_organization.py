"""Organizing issues: types, milestones, locks and sub-issues."""

from typing import Annotated

from mcp_chassis.results import Result
from mcp_chassis.tools import writes
from pydantic import Field

from github_mcp.issue_organization import Change, organize
from github_mcp.tools.parameters import GitHub, Number, Owner, Repo

Value = Annotated[
    str | None,
    Field(max_length=250, description="Type or milestone (empty: none), lock reason, or sub-issue (12, o/r#12)."),
]


class OrganizedIssue(Result):
    """`changed` is False where it was so already."""

    number: int
    changed: bool
    warnings: list[str] | None = None


@writes("Organize an issue", destructive=True, idempotent=True)
async def organize_issue(
    owner: Owner, repo: Repo, number: Number, change: Change, github: GitHub, value: Value = None
) -> OrganizedIssue:
    """Set an issue's type or milestone, lock or unlock its conversation, add or remove a sub-issue."""
    changed = await organize(github, owner, repo, number, change, value)
    return github.with_notices(OrganizedIssue(number=number, changed=changed))
