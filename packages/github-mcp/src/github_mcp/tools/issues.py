"""Tools that list, read, open, change and comment on issues."""

from typing import Annotated, Literal

from mcp_chassis.output.markup.replaced_body import HiddenParts
from mcp_chassis.tools import Cursor, IdempotencyKey, reads, writes
from pydantic import Field

from github_mcp.issue_lists import Kind, Listing, list_issues_of_kind, search_issues
from github_mcp.issue_threads import read_thread
from github_mcp.issue_updates import update_issue as change_issue
from github_mcp.models.changes import CreatedComment, CreatedIssue, UpdatedIssue
from github_mcp.models.issues import IssuePage, IssueThread, issue_row
from github_mcp.records.issues import CreatedCommentRecord, IssueRecord
from github_mcp.tools.parameters import (
    Body,
    CommentBody,
    GitHub,
    Logins,
    MaxResults,
    Names,
    Number,
    Owner,
    Repo,
    State,
    Title,
)
from github_mcp.tools.repositories import REPOSITORY_READS
from github_mcp.withheld_texts import shown_rows, shown_thread

Query = Annotated[str | None, Field(max_length=256, description="Words and qualifiers: label:bug author:octocat.")]
Sort = Literal["created", "updated", "comments"]
Reason = Literal["completed", "not_planned", "duplicate", "reopened"]


@reads("List issues")
async def list_issues(
    owner: Owner,
    repo: Repo,
    github: GitHub,
    query: Query = None,
    type: Kind = "issue",
    state: State = "open",
    sort: Sort = "created",
    max_results: MaxResults = 20,
    cursor: Cursor = None,
) -> IssuePage:
    """List or search the issues or pull requests of a repository, newest first, without their bodies."""
    listing = Listing(type, state, sort, max_results, cursor)
    if query and query.strip():
        found = await search_issues(github, owner, repo, query, listing)
    else:
        found = await list_issues_of_kind(github, owner, repo, listing)
    rows = await shown_rows(github, f"{owner}/{repo}", [(issue, issue_row(issue)) for issue in found.items])
    return github.with_notices(IssuePage.of(rows, total=found.total, **found.page_fields))


@reads("Get an issue")
async def get_issue(
    owner: Owner,
    repo: Repo,
    number: Number,
    github: GitHub,
    comments: Annotated[int, Field(ge=0, le=100, description="How many of the latest.")] = 10,
    cursor: Cursor = None,
) -> IssueThread:
    """Read an issue or pull request and its latest comments; for a pull request also reviews and failing checks."""
    end = None if cursor is None else int(cursor)
    thread = await read_thread(github, owner, repo, number, count=comments, end=end)
    return github.with_notices(await shown_thread(github, owner, repo, thread))


@writes("Open an issue", destructive=False, idempotent=False, invalidates=REPOSITORY_READS)
async def create_issue(
    owner: Owner,
    repo: Repo,
    title: Title,
    body: Body,
    github: GitHub,
    labels: Names | None = None,
    assignees: Logins | None = None,
    idempotency_key: IdempotencyKey = None,
) -> CreatedIssue:
    """Open an issue. Search with list_issues first: each call opens another one."""
    answer = await github.issues.create(owner, repo, body, title=title, labels=labels, assignees=assignees)
    issue = answer.record(IssueRecord, operation="open the issue")
    created = CreatedIssue.from_record(issue, labels or [], assignees or [], recovered=answer.recovered)
    return github.with_notices(created)


@writes("Comment on an issue", destructive=False, idempotent=False)
async def add_issue_comment(
    owner: Owner, repo: Repo, number: Number, body: CommentBody, github: GitHub, idempotency_key: IdempotencyKey = None
) -> CreatedComment:
    """Comment on an issue or pull request."""
    answer = await github.issues.comment(owner, repo, number, body)
    comment = answer.record(CreatedCommentRecord, operation="write the comment")
    return github.with_notices(CreatedComment.from_record(comment, recovered=answer.recovered))


@writes("Change an issue", destructive=True, idempotent=True, invalidates=REPOSITORY_READS)
async def update_issue(
    owner: Owner,
    repo: Repo,
    number: Number,
    github: GitHub,
    state: Literal["open", "closed"] | None = None,
    state_reason: Reason | None = None,
    title: Title | None = None,
    body: Body | None = None,
    labels: Names | None = None,
    assignees: Logins | None = None,
    hidden: HiddenParts | None = None,
) -> UpdatedIssue:
    """Close, reopen or edit an issue or pull request; labels and assignees replace the present ones."""
    people = {"labels": labels, "assignees": assignees}
    given = {"state": state, "state_reason": state_reason, "title": title, "body": body, **people}
    return github.with_notices(await change_issue(github, owner, repo, number, given, hidden))
