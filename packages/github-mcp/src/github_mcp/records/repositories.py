"""Records of repositories, their collaborators, commits and releases."""

from mcp_chassis.http.records import Record

from github_mcp.records.accounts import AccountRecord


class LicenceRecord(Record, frozen=True):
    name: str = ""
    spdx_id: str | None = None


class RepositoryNameRecord(Record, frozen=True):
    """The full name of a repository."""

    full_name: str
    id: int | None = None


class RepositoryRecord(Record, frozen=True):
    full_name: str
    name: str = ""
    owner: AccountRecord | None = None
    html_url: str = ""
    description: str | None = None
    language: str | None = None
    stargazers_count: int | None = None
    forks_count: int | None = None
    open_issues_count: int | None = None
    topics: tuple[str, ...] = ()
    private: bool = False
    archived: bool = False
    disabled: bool = False
    fork: bool = False
    size: int | None = None
    default_branch: str | None = None
    has_issues: bool = True
    has_discussions: bool = True
    license: LicenceRecord | None = None
    created_at: str | None = None
    updated_at: str | None = None


class PermissionRecord(Record, frozen=True):
    permission: str


class RightsRecord(Record, frozen=True):
    push: bool = False


class CollaboratorRecord(Record, frozen=True):
    login: str
    permissions: RightsRecord = RightsRecord()
    role_name: str = ""


class LanguagesRecord(Record, frozen=True):
    bytes_of: dict[str, int]


class ReleaseRecord(Record, frozen=True):
    tag_name: str
    name: str | None = None
    body: str | None = None
    draft: bool = False
    prerelease: bool = False
    published_at: str | None = None
    created_at: str | None = None
    author: AccountRecord | None = None
    html_url: str = ""


class SignatureRecord(Record, frozen=True):
    name: str | None = None
    date: str | None = None


class GitCommitRecord(Record, frozen=True):
    message: str = ""
    author: SignatureRecord | None = None


class CommitAuthorRecord(Record, frozen=True):
    login: str | None = None


class CommitRecord(Record, frozen=True):
    sha: str
    commit: GitCommitRecord = GitCommitRecord()
    author: CommitAuthorRecord | None = None
    html_url: str = ""
