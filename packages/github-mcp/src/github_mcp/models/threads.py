"""What get_issue answers: a thread, and of a pull request where it stands."""

import re
from collections.abc import Sequence
from typing import Any, Self

from mcp_chassis.results import Page, Result

from github_mcp.models.lists import Json, assignees, labels, login, state, written


class Comment(Result):
    id: int
    author: str
    created_at: str
    body: str

    @classmethod
    def from_api(cls, comment: Json) -> Self:
        body = written(comment.get("body")) or ""
        return cls(id=comment["id"], author=login(comment["user"]), created_at=comment["created_at"], body=body)


class Review(Result):
    author: str
    state: str
    submitted_at: str | None = None
    body: str | None = None

    @classmethod
    def from_api(cls, review: Json) -> Self:
        return cls(
            author=login(review["user"]),
            state=review["state"].lower(),
            submitted_at=review.get("submitted_at"),
            body=review["body"] or None,
        )


class FailingCheck(Result):
    """`job_id` is what get_job_logs takes, where the check is a job of GitHub Actions."""

    name: str
    conclusion: str
    summary: str | None = None
    job_id: int | None = None

    @classmethod
    def from_api(cls, check: Json) -> Self:
        job = re.search(r"/actions/runs/\d+/job/(\d+)", check.get("details_url") or "")
        return cls(
            name=check["name"],
            conclusion=check["conclusion"],
            summary=check["output"]["title"] or check["output"]["summary"],
            job_id=int(job.group(1)) if job else None,
        )

    @classmethod
    def from_status(cls, status: Json) -> Self:
        """A commit status, the older kind of check."""
        return cls(name=status["context"], conclusion=status["state"], summary=status["description"], job_id=None)


FAILED = ("failure", "timed_out", "action_required", "startup_failure")


class PullState(Result):
    head: str
    base: str
    head_sha: str
    mergeable: bool | None = None
    commits: int
    changed_files: int
    additions: int
    deletions: int
    reviews: list[Review] | None = None
    failing_checks: list[FailingCheck] | None = None
    checks_pending: int | None = None

    @classmethod
    def from_api(cls, pull: Json, **parts: Any) -> Self:
        return cls(
            head=pull["head"]["label"] or pull["head"]["ref"],
            base=pull["base"]["ref"],
            head_sha=pull["head"]["sha"],
            mergeable=pull["mergeable"],
            commits=pull["commits"],
            changed_files=pull["changed_files"],
            additions=pull["additions"],
            deletions=pull["deletions"],
            **parts,
        )


class IssueThread(Page):
    """An issue or pull request; `comments` are the latest, oldest of them first; next_cursor leads to older ones."""

    page_field = None  # a long body is cut as well as a long list

    number: int
    title: str
    state: str
    state_reason: str | None = None
    author: str
    labels: list[str] | None = None
    assignees: list[str] | None = None
    created_at: str
    updated_at: str
    url: str
    body: str | None = None
    comments_total: int
    comments: list[Comment]
    pull_request: PullState | None = None

    @classmethod
    def from_api(cls, issue: Json, comments: Sequence[Json], **parts: Any) -> Self:
        return cls(
            number=issue["number"],
            title=issue["title"],
            state=state(issue),
            state_reason=issue.get("state_reason"),
            author=login(issue["user"]),
            labels=labels(issue) or None,
            assignees=assignees(issue) or None,
            created_at=issue["created_at"],
            updated_at=issue["updated_at"],
            url=issue["html_url"],
            body=written(issue.get("body")),
            comments_total=issue["comments"],
            comments=[Comment.from_api(comment) for comment in comments],
            **parts,
        )

    @classmethod
    def older(cls, issue: Json, comments: Sequence[Json], next_cursor: str | None) -> Self:
        """A page of earlier comments, without repeating the body."""
        return cls.from_api({**issue, "body": None}, comments, next_cursor=next_cursor)
