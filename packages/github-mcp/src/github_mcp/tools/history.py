"""Tools for commits, branches, tags and comparisons, and for edits of files."""

from typing import Annotated, Literal

from mcp_chassis.output.warnings import warn
from mcp_chassis.results import TextPage
from mcp_chassis.tools import EMPTY_IS_ABSENT, Cursor, IdempotencyKey, reads, writes
from pydantic import BaseModel, Field

from github_mcp.comparisons import comparison_page
from github_mcp.file_edits import Editor, FileEdit
from github_mcp.models.history import CommitPage, CommittedFiles, RefPage, commit_row, ref_row
from github_mcp.moments import utc_moment
from github_mcp.tools.parameters import (
    ComparedRef,
    GitHub,
    Lines,
    MaxResults,
    OptionalPath,
    Owner,
    Ref,
    Repo,
    RequiredPath,
    RequiredRef,
    Sha,
)
from github_mcp.tools.repositories import REPOSITORY_READS

Moment = Annotated[str | None, Field(max_length=40, description="A date, or ISO time."), EMPTY_IS_ABSENT]


class Edit(BaseModel, extra="forbid"):
    """One file's edit: content or base64 (whole file), old and new (exact text, once in the file), or delete."""

    path: RequiredPath
    content: Annotated[str | None, Field(max_length=150_000)] = None
    base64: Annotated[str | None, Field(max_length=190_000)] = None
    old: Annotated[str | None, Field(max_length=100_000)] = None
    new: Annotated[str | None, Field(max_length=100_000)] = None
    delete: bool = False
    blob: Annotated[str | None, Field(max_length=40, description="Blob id from get_file.")] = None


@reads("List commits")
async def list_commits(
    owner: Owner,
    repo: Repo,
    github: GitHub,
    ref: Ref = None,
    path: OptionalPath = None,
    author: Annotated[str | None, Field(max_length=100)] = None,
    since: Moment = None,
    until: Moment = None,
    max_results: MaxResults = 20,
    cursor: Cursor = None,
) -> CommitPage:
    """List commits, newest first, by branch, path, author or time."""
    between = {"since": utc_moment("since", since), "until": utc_moment("until", until, end=True)}
    wanted = {"sha": ref, "path": path, "author": author and author.removeprefix("@"), **between}
    params = {name: value for name, value in wanted.items() if value} | {"per_page": max_results}
    await github.lockdown.check_refs(owner, repo, ref)
    found = await github.history.commits(owner, repo, params, cursor)
    if path and not found.items and cursor is None:
        warn("No commit changes this path on this ref; file names are case-sensitive.")
    return github.with_notices(CommitPage.of([commit_row(each) for each in found.items], **found.page_fields))


@reads("List branches or tags")
async def list_branches_and_tags(
    owner: Owner,
    repo: Repo,
    github: GitHub,
    kind: Literal["branches", "tags"] = "branches",
    max_results: MaxResults = 30,
    cursor: Cursor = None,
) -> RefPage:
    """List a repository's branches, or its tags, with their commits."""
    read = github.history.branches if kind == "branches" else github.history.tags
    found = await read(owner, repo, max_results, cursor)
    return github.with_notices(RefPage.of([ref_row(each) for each in found.items], **found.page_fields))


@reads("Compare two refs", may_take_minutes=True)
async def compare(
    owner: Owner,
    repo: Repo,
    base: ComparedRef,
    head: ComparedRef,
    github: GitHub,
    max_lines: Lines = 500,
    cursor: Cursor = None,
) -> TextPage:
    """Compare two branches, tags or commits: commits, changed files, diff since their common ancestor."""
    await github.lockdown.check_refs(owner, repo, base, head)
    return await comparison_page(github, owner, repo, base, head, lines=max_lines, position=cursor)


@writes("Edit files", destructive=True, idempotent=False, invalidates=REPOSITORY_READS)
async def edit_files(
    owner: Owner,
    repo: Repo,
    branch: RequiredRef,
    message: Annotated[str, Field(min_length=1, max_length=10_000)],
    edits: Annotated[list[Edit], Field(min_length=1, max_length=100)],
    github: GitHub,
    start_branch: Annotated[Ref, Field(description="Creates branch from this.")] = None,
    expected_head: Annotated[Sha, Field(description="Required head commit.")] = None,
    idempotency_key: IdempotencyKey = None,
) -> CommittedFiles:
    """Create, change, replace or delete files in one commit on a branch."""
    branch = branch.removeprefix("refs/heads/")
    files = [FileEdit(**edit.model_dump()) for edit in edits]
    commit, created = await Editor(github, owner, repo).commit(
        branch, message, files, expected_head=expected_head or None, start=start_branch
    )
    return github.with_notices(CommittedFiles(commit=commit, branch=branch, created_branch=created or None))
