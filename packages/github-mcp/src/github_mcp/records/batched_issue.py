"""Records of an issue or pull request with its latest comments, from the GraphQL API."""

from mcp_chassis.http.records import Record

from github_mcp.records.accounts import AccountRecord
from github_mcp.records.issues import (
    CommentRecord,
    IssueRecord,
    IssueTypeRecord,
    LabelRecord,
    MilestoneRecord,
    PullRequestLinkRecord,
    SubIssuesRecord,
)

BOT = "Bot"


class ActorRecord(Record, frozen=True, rename={"kind": "__typename"}):
    login: str
    kind: str = ""

    @property
    def as_account(self) -> AccountRecord:
        """The account as the REST API returns it, with `[bot]` at the end of a bot's login."""
        mark = "[bot]" if self.kind == BOT and not self.login.endswith("[bot]") else ""
        return AccountRecord(f"{self.login}{mark}", self.kind)


class BatchedCommentRecord(Record, frozen=True, rename="camel"):
    full_database_id: str
    author: ActorRecord | None = None
    author_association: str = ""
    body: str = ""
    created_at: str | None = None

    @property
    def as_comment(self) -> CommentRecord:
        return CommentRecord(
            int(self.full_database_id),
            user=self.author.as_account if self.author else None,
            body=self.body or None,
            created_at=self.created_at,
            author_association=self.author_association,
        )


class BatchedCommentsRecord(Record, frozen=True, rename="camel"):
    total_count: int
    nodes: tuple[BatchedCommentRecord, ...]


class BatchedLabelsRecord(Record, frozen=True):
    nodes: tuple[LabelRecord, ...]


class BatchedAssigneesRecord(Record, frozen=True):
    nodes: tuple[AccountRecord, ...]


class BatchedIssueRecord(Record, frozen=True, rename="camel"):
    number: int
    comments: BatchedCommentsRecord
    url: str = ""
    title: str = ""
    state: str = ""
    pull_state: str = ""
    state_reason: str | None = None
    body: str = ""
    author: ActorRecord | None = None
    author_association: str = ""
    labels: BatchedLabelsRecord = BatchedLabelsRecord(())
    assignees: BatchedAssigneesRecord = BatchedAssigneesRecord(())
    milestone: MilestoneRecord | None = None
    issue_type: IssueTypeRecord | None = None
    sub_issues_summary: SubIssuesRecord | None = None
    locked: bool = False
    active_lock_reason: str | None = None
    is_draft: bool | None = None
    merged_at: str | None = None
    created_at: str | None = None
    updated_at: str | None = None

    def as_issue(self, full_name: str) -> IssueRecord:
        """Convert to the record of the REST API, for an issue of the repository `full_name`."""
        is_pull = self.is_draft is not None
        return IssueRecord(
            self.number,
            title=self.title,
            state="open" if "OPEN" in (self.state, self.pull_state) else "closed",
            state_reason=self.state_reason.lower() if self.state_reason else None,
            user=self.author.as_account if self.author else None,
            body=self.body or None,
            labels=self.labels.nodes,
            assignees=self.assignees.nodes,
            milestone=self.milestone,
            type=self.issue_type,
            sub_issues_summary=self.sub_issues_summary,
            locked=self.locked,
            active_lock_reason=_lock_reason(self.active_lock_reason),
            draft=bool(self.is_draft),
            pull_request=PullRequestLinkRecord(self.merged_at) if is_pull else None,
            comments=self.comments.total_count,
            created_at=self.created_at,
            updated_at=self.updated_at,
            html_url=self.url,
            repository_url=f"repos/{full_name}",
            author_association=self.author_association,
        )


class RepositoryIssueRecord(Record, frozen=True, rename="camel"):
    """The requested issue, with the present full name of its repository."""

    name_with_owner: str
    issue_or_pull_request: BatchedIssueRecord


def _lock_reason(reason: str | None) -> str | None:
    """The reason of a lock in the spelling of the REST API, such as `too heated`."""
    return reason.lower().replace("off_topic", "off-topic").replace("_", " ") if reason else None
