"""Results about history: tables of commits, branches and tags, and the commit of an edit."""

from mcp_chassis.results import Result

from github_mcp.models.tables import Cell, Table
from github_mcp.records.accounts import GHOST
from github_mcp.records.git import NamedRefRecord
from github_mcp.records.repositories import CommitRecord

SHORT_SHA = 12


class CommitPage(Table):
    """A table of commits, newest first."""


class RefPage(Table):
    """A table of branches or tags with the commits they point to."""


class CommittedFiles(Result):
    """The commit of an edit of files: `created_branch` is true if the branch was created for it."""

    commit: str
    branch: str
    created_branch: bool | None = None
    warnings: list[str] | None = None


def commit_row(commit: CommitRecord) -> dict[str, Cell]:
    signature = commit.commit.author
    account = commit.author.login if commit.author else None
    first, _, rest = commit.commit.message.partition("\n")
    return {
        "sha": commit.sha[:SHORT_SHA],
        "date": signature.date if signature else None,
        "author": account or (signature.name if signature else None) or GHOST,
        "subject": first,
        "body": rest.strip() or None,
    }


def ref_row(ref: NamedRefRecord) -> dict[str, Cell]:
    return {"name": ref.name, "sha": ref.commit.sha[:SHORT_SHA] if ref.commit else None, "protected": ref.protected}
