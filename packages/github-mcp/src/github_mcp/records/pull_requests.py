"""Records of pull requests, their files, reviews and checks."""

from mcp_chassis.http.records import Record

from github_mcp.records.accounts import AccountRecord


class BranchRecord(Record, frozen=True):
    sha: str
    label: str | None = None
    ref: str = ""


class AutoMergeRecord(Record, frozen=True):
    merge_method: str = ""


class TeamRecord(Record, frozen=True):
    slug: str


class PullRequestRecord(Record, frozen=True):
    number: int
    head: BranchRecord
    base: BranchRecord
    title: str = ""
    state: str = ""
    user: AccountRecord | None = None
    draft: bool = False
    merged: bool = False
    merged_at: str | None = None
    merge_commit_sha: str | None = None
    mergeable: bool | None = None
    mergeable_state: str = ""
    auto_merge: AutoMergeRecord | None = None
    requested_reviewers: tuple[AccountRecord, ...] = ()
    requested_teams: tuple[TeamRecord, ...] = ()
    commits: int | None = None
    changed_files: int | None = None
    additions: int | None = None
    deletions: int | None = None
    review_comments: int = 0
    html_url: str = ""
    node_id: str = ""

    @property
    def all_requested(self) -> list[str]:
        """Logins and team slugs whose reviews are requested."""
        return [each.login for each in self.requested_reviewers] + [each.slug for each in self.requested_teams]


class RequestedReviewersRecord(Record, frozen=True):
    """The pull request in the response to a request for reviews, which proves the request."""

    number: int
    requested_reviewers: tuple[AccountRecord, ...]
    requested_teams: tuple[TeamRecord, ...] = ()

    @property
    def all_requested(self) -> list[str]:
        return [each.login for each in self.requested_reviewers] + [each.slug for each in self.requested_teams]


class DraftStateRecord(Record, frozen=True, rename="camel"):
    is_draft: bool


class ChangedDraftRecord(Record, frozen=True, rename="camel"):
    pull_request: DraftStateRecord


class DraftChangeDataRecord(Record, frozen=True):
    change: ChangedDraftRecord


class DraftChangeRecord(Record, frozen=True):
    """The whole response of the mutation that makes a pull request a draft or ready for review."""

    data: DraftChangeDataRecord

    @property
    def is_draft(self) -> bool:
        return self.data.change.pull_request.is_draft


class AutoMergeRequestRecord(Record, frozen=True, rename="camel"):
    merge_method: str = ""


class AutoMergeStateRecord(Record, frozen=True, rename="camel"):
    number: int
    auto_merge_request: AutoMergeRequestRecord | None = None


class ChangedAutoMergeRecord(Record, frozen=True, rename="camel"):
    pull_request: AutoMergeStateRecord


class AutoMergeChangeDataRecord(Record, frozen=True):
    change: ChangedAutoMergeRecord


class AutoMergeChangeRecord(Record, frozen=True):
    """The whole response of the mutation that switches automatic merging on or off."""

    data: AutoMergeChangeDataRecord

    @property
    def is_on(self) -> bool:
        return self.data.change.pull_request.auto_merge_request is not None


class MergedRecord(Record, frozen=True):
    """The response to a merge, which proves that the pull request was merged."""

    sha: str
    merged: bool
    message: str = ""


class ChangedFileRecord(Record, frozen=True):
    filename: str
    status: str = "modified"
    additions: int = 0
    deletions: int = 0
    changes: int | None = None
    patch: str | None = None
    previous_filename: str | None = None
    sha: str | None = None


class ReviewRecord(Record, frozen=True):
    id: int | None = None
    user: AccountRecord | None = None
    state: str = ""
    body: str | None = None
    submitted_at: str | None = None
    commit_id: str | None = None
    html_url: str = ""
    author_association: str = ""


class CheckOutputRecord(Record, frozen=True):
    title: str | None = None
    summary: str | None = None


class CheckRunRecord(Record, frozen=True):
    name: str = "(unnamed check)"
    status: str = ""
    conclusion: str | None = None
    details_url: str | None = None
    output: CheckOutputRecord | None = None


class AppNameRecord(Record, frozen=True):
    slug: str = ""
    name: str = ""


class CheckSuiteRecord(Record, frozen=True):
    """The checks of one app for a commit; `latest_check_runs_count` is the number of its checks, None if unknown."""

    status: str | None = None
    conclusion: str = ""
    app: AppNameRecord = AppNameRecord()
    latest_check_runs_count: int | None = None

    @property
    def app_slug(self) -> str:
        return self.app.slug

    @property
    def app_name(self) -> str:
        return self.app.name or self.app.slug or "(unnamed app)"

    @property
    def is_empty(self) -> bool:
        return self.latest_check_runs_count == 0

    @property
    def is_completed(self) -> bool:
        return self.status == "completed" or bool(self.conclusion)


class StatusRecord(Record, frozen=True):
    """A commit status, which other systems report for a commit instead of a check run."""

    context: str = "(unnamed status)"
    state: str = ""
    description: str | None = None


class CountRecord(Record, frozen=True):
    """The total number of entries, from the object that contains a list."""

    total_count: int | None = None
    incomplete_results: bool = False
    state: str = ""


class MergeBaseRecord(Record, frozen=True):
    merge_base_commit: BranchRecord
