"""Parts of a result about a pull request's state: branches, mergeability, reviews and checks."""

import re
from collections.abc import Sequence
from typing import Any, Self

from mcp_chassis.results import Result
from mcp_chassis.text_marks import OutsideText

from github_mcp.authors import MarkdownText, association
from github_mcp.marks import without_mark
from github_mcp.records.accounts import login
from github_mcp.records.pull_requests import CheckRunRecord, PullRequestRecord, ReviewRecord, StatusRecord

SKIPPED = "skipped"
PASSING = ("success", "neutral", SKIPPED)
"""Conclusions of a check that do not prevent a merge; skipped checks are counted separately from passed ones."""
MAX_REVIEWS = 10
MAX_REVIEW_CHARS = 600
MAX_FAILING_CHECKS = 50
MAX_SUMMARY_CHARS = 300
_JOB = re.compile(r"/actions/runs/\d+/job/(\d{1,18})")


class Review(Result):
    author: OutsideText
    association: str | None = None
    state: str
    submitted_at: str | None = None
    body: MarkdownText | None = None

    @classmethod
    def from_record(cls, review: ReviewRecord) -> Self:
        return cls(
            author=login(review.user),
            association=association(review),
            state=review.state.lower() or "unknown",
            submitted_at=review.submitted_at,
            body=cut_text(without_mark(review.body) or "", MAX_REVIEW_CHARS) or None,
        )


class FailingCheck(Result):
    """A check that did not pass; `job_id`, the argument of get_job_logs, is present for jobs of GitHub Actions."""

    name: OutsideText
    conclusion: str
    summary: MarkdownText | None = None
    job_id: int | None = None

    @classmethod
    def from_record(cls, check: CheckRunRecord) -> Self:
        job = _JOB.search(check.details_url or "")
        summary = (check.output.title or check.output.summary) if check.output else None
        return cls(
            name=check.name,
            conclusion=check.conclusion or "unknown",
            summary=cut_text(summary or "", MAX_SUMMARY_CHARS) or None,
            job_id=int(job.group(1)) if job else None,
        )

    @classmethod
    def from_status(cls, status: StatusRecord) -> Self:
        """Convert a commit status, which other systems report instead of a check run."""
        summary = cut_text(status.description or "", MAX_SUMMARY_CHARS) or None
        return cls(name=status.context, conclusion=status.state or "unknown", summary=summary)


class PullRequestState(Result):
    """The state of a pull request: `checks` counts the checks of the head commit, `failing_checks` lists failed ones.

    `merge_queue` is the place in the base branch's merge queue, or that the branch has one.
    `inline_comments` is the number of comments on lines of the diff, which the result does not contain.
    """

    head: OutsideText
    base: str
    head_sha: str
    mergeable: str
    auto_merge: str | None = None
    merge_queue: str | None = None
    commits: int | None = None
    changed_files: int | None = None
    additions: int | None = None
    deletions: int | None = None
    review_requests: list[str] | None = None
    inline_comments: int | None = None
    reviews: list[Review] | None = None
    checks: str | None = None
    failing_checks: list[FailingCheck] | None = None

    @classmethod
    def from_record(cls, pull: PullRequestRecord, **parts: Any) -> Self:
        teams = [team.slug for team in pull.requested_teams]
        return cls(
            head=pull.head.label or pull.head.ref or pull.head.sha,
            base=pull.base.ref or pull.base.sha,
            head_sha=pull.head.sha,
            mergeable=mergeability(pull),
            auto_merge=(pull.auto_merge.merge_method or "yes") if pull.auto_merge else None,
            commits=pull.commits,
            changed_files=pull.changed_files,
            additions=pull.additions,
            deletions=pull.deletions,
            review_requests=[login(each) for each in pull.requested_reviewers] + teams or None,
            inline_comments=pull.review_comments or None,
            **parts,
        )


def mergeability(pull: PullRequestRecord) -> str:
    """Whether a pull request can be merged, as text: yes, no or unknown, with GitHub's reason if it is not yes."""
    if pull.merged or pull.merged_at:
        return "already merged"
    if pull.state == "closed":
        return "no: closed"
    word = pull.mergeable_state
    if pull.mergeable is None:
        return "unknown: GitHub has not computed it yet"
    if not pull.mergeable:
        return "no: conflicts" if word in ("dirty", "") else f"no: {word}"
    if word == "unknown":
        return "no conflicts; GitHub has not computed yet whether other rules prevent the merge"
    return "yes" if word in ("clean", "has_hooks", "") else f"no conflicts, but {word}"


def failing_runs(runs: Sequence[CheckRunRecord]) -> list[CheckRunRecord]:
    """The completed checks with a conclusion other than success, neutral or skipped."""
    return [each for each in runs if _is_completed(each) and each.conclusion not in PASSING]


def pending_runs(runs: Sequence[CheckRunRecord]) -> list[CheckRunRecord]:
    return [each for each in runs if not _is_completed(each)]


def is_failing(status: StatusRecord) -> bool:
    return status.state not in ("success", "pending")


def _is_completed(check: CheckRunRecord) -> bool:
    return check.status == "completed" or check.conclusion is not None or not check.status


def cut_text(text: str, limit: int) -> str:
    """Cut a text after `limit` characters and append the number of the others."""
    return text if len(text) <= limit else f"{text[:limit].rstrip()} [... {len(text) - limit} more characters]"
