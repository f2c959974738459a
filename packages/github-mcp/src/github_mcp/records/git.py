"""Records of branches, tags, comparisons and git objects."""

from mcp_chassis.http.records import Record

from github_mcp.records.pull_requests import ChangedFileRecord
from github_mcp.records.repositories import CommitRecord


class ShaRecord(Record, frozen=True):
    sha: str


class NamedRefRecord(Record, frozen=True):
    """A branch or a tag in a list."""

    name: str
    commit: ShaRecord | None = None
    protected: bool = False


class RefRecord(Record, frozen=True):
    object: ShaRecord
    ref: str = ""


class CommitObjectRecord(Record, frozen=True):
    sha: str
    tree: ShaRecord
    html_url: str = ""


class TreeEntryRecord(Record, frozen=True):
    path: str
    mode: str = ""
    type: str = ""
    sha: str | None = None


class ComparisonRecord(Record, frozen=True):
    status: str = ""
    ahead_by: int | None = None
    behind_by: int | None = None
    total_commits: int | None = None
    commits: tuple[CommitRecord, ...] = ()
    files: tuple[ChangedFileRecord, ...] | None = None
