"""Records of the overview of a repository, from the GraphQL API."""

from mcp_chassis.http.records import Record

from github_mcp.records.repositories import (
    CommitAuthorRecord,
    CommitRecord,
    GitCommitRecord,
    LicenceRecord,
    ReleaseRecord,
    RepositoryRecord,
    SignatureRecord,
)


class CountRecord(Record, frozen=True, rename="camel"):
    total_count: int


class NameRecord(Record, frozen=True):
    name: str


class TopicRecord(Record, frozen=True):
    topic: NameRecord


class TopicsRecord(Record, frozen=True):
    nodes: tuple[TopicRecord, ...]


class LanguageSizeRecord(Record, frozen=True):
    size: int
    node: NameRecord


class LanguageSizesRecord(Record, frozen=True):
    edges: tuple[LanguageSizeRecord, ...]


class BatchedLicenceRecord(Record, frozen=True, rename="camel"):
    name: str = ""
    spdx_id: str | None = None


class BatchedReleaseRecord(Record, frozen=True, rename="camel"):
    tag_name: str
    published_at: str | None = None


class SignerRecord(Record, frozen=True):
    name: str | None = None
    date: str | None = None
    user: CommitAuthorRecord | None = None


class BatchedCommitRecord(Record, frozen=True):
    oid: str
    message: str = ""
    author: SignerRecord | None = None

    @property
    def as_commit(self) -> CommitRecord:
        signer = self.author or SignerRecord()
        signature = SignatureRecord(signer.name, signer.date)
        return CommitRecord(self.oid, GitCommitRecord(self.message, signature), signer.user)


class HistoryRecord(Record, frozen=True):
    nodes: tuple[BatchedCommitRecord, ...]


class TipRecord(Record, frozen=True):
    history: HistoryRecord = HistoryRecord(())


class DefaultBranchRecord(Record, frozen=True):
    name: str
    target: TipRecord | None = None


class BatchedRepositoryRecord(Record, frozen=True, rename="camel"):
    """A repository with its languages, latest release and newest commits.

    Fields that are never null in GitHub's schema have no default, since a default could be wrong.
    """

    name_with_owner: str
    issues: CountRecord
    pull_requests: CountRecord
    repository_topics: TopicsRecord
    url: str = ""
    description: str | None = None
    is_private: bool = False
    is_archived: bool = False
    is_disabled: bool = False
    stargazer_count: int | None = None
    fork_count: int | None = None
    has_issues_enabled: bool = True
    primary_language: NameRecord | None = None
    license_info: BatchedLicenceRecord | None = None
    created_at: str | None = None
    updated_at: str | None = None
    languages: LanguageSizesRecord = LanguageSizesRecord(())
    latest_release: BatchedReleaseRecord | None = None
    default_branch_ref: DefaultBranchRecord | None = None

    @property
    def as_repository(self) -> RepositoryRecord:
        """Convert to the record of the REST API, whose count of open issues includes pull requests."""
        licence, branch = self.license_info, self.default_branch_ref
        return RepositoryRecord(
            full_name=self.name_with_owner,
            html_url=self.url,
            description=self.description,
            language=self.primary_language.name if self.primary_language else None,
            stargazers_count=self.stargazer_count,
            forks_count=self.fork_count,
            open_issues_count=self.issues.total_count + self.pull_requests.total_count,
            topics=tuple(each.topic.name for each in self.repository_topics.nodes),
            private=self.is_private,
            archived=self.is_archived,
            disabled=self.is_disabled,
            default_branch=branch.name if branch else None,
            has_issues=self.has_issues_enabled,
            license=LicenceRecord(licence.name, licence.spdx_id) if licence else None,
            created_at=self.created_at,
            updated_at=self.updated_at,
        )

    @property
    def language_sizes(self) -> dict[str, int]:
        """The number of bytes of code by language."""
        return {each.node.name: each.size for each in self.languages.edges}

    @property
    def release(self) -> ReleaseRecord | None:
        latest = self.latest_release
        return ReleaseRecord(latest.tag_name, published_at=latest.published_at) if latest else None

    @property
    def commits(self) -> list[CommitRecord]:
        """The newest commits of the default branch."""
        branch = self.default_branch_ref
        return [each.as_commit for each in branch.target.history.nodes] if branch and branch.target else []
