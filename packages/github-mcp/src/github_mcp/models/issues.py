"""Results about issues and pull requests: a table of them, and one with its comments."""

from collections.abc import Sequence
from typing import Any, Self

from mcp_chassis.results import Page, Result
from mcp_chassis.text_marks import OutsideText, OutsideTexts

from github_mcp.authors import MarkdownText, association
from github_mcp.marks import without_mark
from github_mcp.models.pull_requests import PullRequestState
from github_mcp.models.tables import Cell, Table
from github_mcp.records.accounts import login
from github_mcp.records.issues import CommentRecord, IssueRecord, assignee_logins, label_names, repository_of
from github_mcp.records.pull_requests import PullRequestRecord


class IssuePage(Table):
    """A table of issues and pull requests."""

    def is_trusted(self) -> bool:
        """Whether all authors are owners, members or collaborators."""
        return "association" not in self.columns

    total: int | None = None


def issue_state(issue: IssueRecord) -> str:
    """The state of an issue: open or closed, for a pull request also draft or merged."""
    if issue.merged_at or (issue.pull_request is not None and issue.pull_request.merged_at):
        return "merged"
    return "draft" if issue.state == "open" and issue.draft else issue.state or "unknown"


def pull_request_word(pull: PullRequestRecord) -> str:
    """The state of a pull request: open, draft, closed or merged."""
    if pull.merged or pull.merged_at:
        return "merged"
    return "draft" if pull.state == "open" and pull.draft else pull.state or "unknown"


def issue_row(issue: IssueRecord) -> dict[str, Cell]:
    return {
        "number": issue.number,
        "title": issue.title,
        "state": issue_state(issue),
        "author": login(issue.user),
        "association": association(issue),
        "labels": label_names(issue),
        "comments": issue.comments,
        "updated_at": issue.updated_at,
        "pull_request": issue.pull_request is not None,
    }


class Comment(Result):
    id: int
    author: OutsideText
    association: str | None = None
    created_at: str | None = None
    body: MarkdownText

    @classmethod
    def from_record(cls, comment: CommentRecord) -> Self:
        body = without_mark(comment.body) or ""
        return cls(
            id=comment.id,
            author=login(comment.user),
            association=association(comment),
            created_at=comment.created_at,
            body=body,
        )


class SubIssue(Result):
    """One sub-issue; `repository` is present if it differs from that of the parent."""

    number: int
    repository: str | None = None
    title: OutsideText
    state: str
    author: OutsideText
    association: str | None = None

    @classmethod
    def from_record(cls, issue: IssueRecord, parent: str) -> Self:
        place = repository_of(issue)
        return cls(
            number=issue.number,
            repository=place if place and place.lower() != parent.lower() else None,
            title=issue.title,
            state=issue_state(issue),
            author=login(issue.user),
            association=association(issue),
        )


class IssueThread(Page):
    """An issue or pull request with its latest comments, oldest first; `next_cursor` leads to older comments.

    `association` is present for authors who are neither owners, members nor collaborators.
    `repository` is present if it differs from the requested one.
    """

    page_field = None  # a result that is too long may have a long body instead of a long list

    number: int
    repository: str | None = None
    title: OutsideText
    state: str
    state_reason: str | None = None
    locked: str | None = None
    author: OutsideText
    association: str | None = None
    type: str | None = None
    labels: OutsideTexts | None = None
    assignees: list[str] | None = None
    milestone: OutsideText | None = None
    sub_issues: str | None = None
    sub_issue_list: list[SubIssue] | None = None
    created_at: str | None = None
    updated_at: str | None = None
    url: str | None = None
    body: MarkdownText | None = None
    comments_total: int | None = None
    comments: list[Comment]
    pull_request: PullRequestState | None = None

    def is_trusted(self) -> bool:
        """Whether all authors are owners, members or collaborators; apps that write about failed checks are not."""
        if self.pull_request and any(check.summary for check in self.pull_request.failing_checks or []):
            return False
        reviews = (self.pull_request.reviews if self.pull_request else None) or []
        return not any(each.association for each in (self, *self.comments, *reviews, *(self.sub_issue_list or [])))

    @classmethod
    def from_record(cls, issue: IssueRecord, comments: Sequence[CommentRecord], **parts: Any) -> Self:
        facts: dict[str, Any] = {"comments_total": issue.comments, "body": without_mark(issue.body), **parts}
        return cls(
            number=issue.number,
            title=issue.title,
            state=issue_state(issue),
            state_reason=issue.state_reason,
            locked=_lock(issue),
            author=login(issue.user),
            association=association(issue),
            type=issue.type.name if issue.type else None,
            labels=label_names(issue) or None,
            assignees=assignee_logins(issue) or None,
            milestone=issue.milestone.title if issue.milestone else None,
            sub_issues=_sub_issues(issue),
            created_at=issue.created_at,
            updated_at=issue.updated_at,
            url=issue.html_url or None,
            comments=[Comment.from_record(comment) for comment in comments],
            **facts,
        )


def _lock(issue: IssueRecord) -> str | None:
    """The reason for the lock of a conversation, `yes` without a reason; None if it is not locked."""
    return (issue.active_lock_reason or "yes") if issue.locked else None


def _sub_issues(issue: IssueRecord) -> str | None:
    summary = issue.sub_issues_summary
    return f"{summary.completed} of {summary.total} done" if summary and summary.total else None
