"""Results of tools that create or change issues, comments and pull requests, with warnings of ignored values."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

from mcp_chassis.output.warnings import warn
from mcp_chassis.results import Result

from github_mcp.records.issues import CreatedCommentRecord, IssueRecord, assignee_logins, label_names


class CreatedIssue(Result):
    number: int
    url: str
    state: str | None = None
    created_at: str | None = None
    labels: list[str] | None = None
    assignees: list[str] | None = None
    recovered: bool | None = None
    warnings: list[str] | None = None

    @classmethod
    def from_record(
        cls, issue: IssueRecord, wanted_labels: Sequence[str], wanted_assignees: Sequence[str], *, recovered: bool
    ) -> Self:
        labels, people = label_names(issue), assignee_logins(issue)
        warn_of_dropped("labels", wanted_labels, labels)
        warn_of_dropped("assignees", wanted_assignees, people)
        return cls(
            number=issue.number,
            url=issue.html_url,
            state=issue.state or None,
            created_at=issue.created_at,
            labels=labels or None,
            assignees=people or None,
            recovered=recovered or None,
        )


class CreatedComment(Result):
    id: int
    url: str
    recovered: bool | None = None
    warnings: list[str] | None = None

    @classmethod
    def from_record(cls, comment: CreatedCommentRecord, *, recovered: bool) -> Self:
        return cls(id=comment.id, url=comment.html_url, recovered=recovered or None)


class CreatedPullRequest(Result):
    number: int
    url: str
    state: str | None = None
    draft: bool | None = None
    recovered: bool | None = None
    warnings: list[str] | None = None

    @classmethod
    def from_record(cls, pull: IssueRecord, *, recovered: bool) -> Self:
        return cls(
            number=pull.number,
            url=pull.html_url,
            state=pull.state or None,
            draft=pull.draft or None,
            recovered=recovered or None,
        )


class MergedPullRequest(Result):
    """Result of a merge: `queued` is the place in a merge queue of a pull request that is not merged yet.

    `already` is true if the pull request was merged, or in the queue, before the call.
    """

    number: int
    commit: str | None = None
    queued: str | None = None
    already: bool | None = None
    warnings: list[str] | None = None


class UpdatedIssue(Result):
    """Result of a change of an issue: `changed` are the names of the fields with another value than before."""

    number: int
    state: str | None = None
    changed: list[str]
    warnings: list[str] | None = None


def warn_of_dropped(noun: str, wanted: Sequence[str], given: Sequence[str]) -> None:
    """Warn of labels or assignees that GitHub ignored, as it does without an error if the token has no push access."""
    there = {name.lower() for name in given}
    missing = [name for name in wanted if name.lower() not in there]
    if missing:
        warn(f"GitHub ignored the {noun} {', '.join(missing)}: this token may not set them in this repository.")


def differing(issue: IssueRecord, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of `wanted` whose value differs from the present one of the issue."""
    now: dict[str, Any] = {
        "title": issue.title,
        "body": issue.body or "",
        "state": issue.state,
        "state_reason": issue.state_reason,
        "labels": _sorted_lower(label_names(issue)),
        "assignees": _sorted_lower(assignee_logins(issue)),
    }
    return {name: value for name, value in wanted.items() if _comparable(name, value) != now[name]}


def _comparable(name: str, value: Any) -> Any:
    return _sorted_lower(value) if name in ("labels", "assignees") else value


def _sorted_lower(names: Sequence[str]) -> list[str]:
    return sorted(name.lower() for name in names)
