"""Records of issues and their comments. In lists and searches, a pull request is an issue with `pull_request`."""

from mcp_chassis.http.records import Record

from github_mcp.records.accounts import AccountRecord, login


class LabelRecord(Record, frozen=True):
    name: str


class MilestoneRecord(Record, frozen=True):
    title: str
    number: int | None = None


class IssueTypeRecord(Record, frozen=True):
    name: str


class SubIssuesRecord(Record, frozen=True):
    total: int = 0
    completed: int = 0


class PullRequestLinkRecord(Record, frozen=True):
    """The field `pull_request` of an issue, present if it is a pull request."""

    merged_at: str | None = None


class IssueRecord(Record, frozen=True):
    number: int
    id: int = 0
    title: str = ""
    state: str = ""
    state_reason: str | None = None
    user: AccountRecord | None = None
    body: str | None = None
    labels: tuple[LabelRecord | str, ...] = ()
    assignees: tuple[AccountRecord, ...] = ()
    milestone: MilestoneRecord | None = None
    type: IssueTypeRecord | None = None
    sub_issues_summary: SubIssuesRecord | None = None
    locked: bool = False
    active_lock_reason: str | None = None
    draft: bool = False
    pull_request: PullRequestLinkRecord | None = None
    merged_at: str | None = None
    comments: int | None = None
    created_at: str | None = None
    updated_at: str | None = None
    html_url: str = ""
    repository_url: str = ""
    author_association: str = ""


class CreatedIssueRecord(Record, frozen=True):
    """The response to the creation of an issue or pull request, which proves that it was created."""

    number: int
    html_url: str


class CommentRecord(Record, frozen=True):
    id: int
    user: AccountRecord | None = None
    body: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    html_url: str = ""
    issue_url: str = ""
    author_association: str = ""


class CreatedCommentRecord(Record, frozen=True):
    """The response to the creation of a comment, which proves that it was written."""

    id: int
    html_url: str


def label_names(issue: IssueRecord) -> list[str]:
    return [label if isinstance(label, str) else label.name for label in issue.labels]


def assignee_logins(issue: IssueRecord) -> list[str]:
    return [login(account) for account in issue.assignees]


def repository_of(issue: IssueRecord) -> str:
    """The full name of an issue's repository, from its `repository_url`; empty if this field is missing."""
    parts = issue.repository_url.rsplit("/", 2)
    return "/".join(parts[1:]) if len(parts) == 3 else ""
