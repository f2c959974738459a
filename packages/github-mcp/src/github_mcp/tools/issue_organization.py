"""Tools that set an issue's type, milestone, lock or sub-issues, and find similar issues."""

from typing import Annotated

from mcp_chassis.failures import InvalidInput
from mcp_chassis.results import Result
from mcp_chassis.tools import reads, writes
from pydantic import Field

from github_mcp.issue_organization import Change, organize
from github_mcp.models.issues import IssuePage, issue_row
from github_mcp.similar_issues import distinctive_words, similar_issues
from github_mcp.tools.parameters import GitHub, MaxResults, Number, Owner, Repo
from github_mcp.withheld_texts import shown_rows

Value = Annotated[
    str | None,
    Field(max_length=250, description="Type or milestone (empty: none), lock reason, or sub-issue (12, o/r#12)."),
]


class OrganizedIssue(Result):
    """Result of organize_issue: `changed` is false if the issue was in this state already."""

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


@reads("Find similar issues")
async def find_similar_issues(
    owner: Owner,
    repo: Repo,
    text: Annotated[str, Field(min_length=1, max_length=1000, description="Title of the new issue.")],
    github: GitHub,
    max_results: MaxResults = 10,
) -> IssuePage:
    """Find issues, open or closed, that share words with a text, before another one is opened."""
    words = distinctive_words(text)
    if not words:
        raise InvalidInput("text contains no word to search for; give the title of the new issue.")
    found = await similar_issues(github, owner, repo, words, size=max_results)
    listed = [(each.issue, {**issue_row(each.issue), "words": " ".join(each.shared)}) for each in found]
    rows = await shown_rows(github, f"{owner}/{repo}", listed)
    return github.with_notices(IssuePage.of(rows))
