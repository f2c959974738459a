"""What the tools that write answer: what really came of it."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

from mcp_chassis.failures import InvalidInput
from mcp_chassis.results import Result

from github_mcp.client import GitHubClient
from github_mcp.models.lists import Json, assignees, labels


class CreatedIssue(Result):
    number: int
    url: str
    state: str
    created_at: str
    labels: list[str] | None = None
    assignees: list[str] | None = None
    recovered: bool | None = None
    warnings: list[str] | None = None

    @classmethod
    def from_api(cls, issue: Json, wanted_labels: Sequence[str], wanted: Sequence[str], *, recovered: bool) -> Self:
        people = assignees(issue)
        return cls(
            number=issue["number"],
            url=issue["html_url"],
            state=issue["state"],
            created_at=issue["created_at"],
            labels=labels(issue) or None,
            assignees=people or None,
            recovered=recovered or None,
            warnings=dropped("labels", wanted_labels, labels(issue)) + dropped("assignees", wanted, people) or None,
        )


class CreatedComment(Result):
    id: int
    url: str
    recovered: bool | None = None
    warnings: list[str] | None = None

    @classmethod
    def from_api(cls, comment: Json, *, recovered: bool) -> Self:
        return cls(id=comment["id"], url=comment["html_url"], recovered=recovered or None)


class CreatedPullRequest(Result):
    number: int
    url: str
    state: str
    draft: bool | None = None
    recovered: bool | None = None
    warnings: list[str] | None = None

    @classmethod
    def from_api(cls, pull: Json, *, recovered: bool) -> Self:
        return cls(
            number=pull["number"],
            url=pull["html_url"],
            state=pull["state"],
            draft=pull.get("draft") or None,
            recovered=recovered or None,
        )


class UpdatedIssue(Result):
    """`changed` names what is different now; empty when everything was already so."""

    number: int
    state: str
    changed: list[str]
    warnings: list[str] | None = None


_WHY = {"labels": ": this token may not set them here", "assignees": ": this token may not set them here"}


async def updated(github: GitHubClient, owner: str, repo: str, number: int, given: Mapping[str, Any]) -> UpdatedIssue:
    """Change what is not already as given, None left out; nothing is sent where everything is.

    Raises:
        InvalidInput: when nothing is given, or only a reason.
    """
    wanted = {name: value for name, value in given.items() if value is not None}
    if wanted.keys() <= {"state_reason"}:
        raise InvalidInput(
            "Nothing to change: give state, title, body, labels or assignees; state_reason goes with state."
        )
    before = await github.issue(owner, repo, number)
    changes = differing(before, wanted)
    sent = {**changes, "state": wanted["state"]} if "state_reason" in changes and "state" in wanted else changes
    after = await github.update_issue(owner, repo, number, sent) if sent else before
    left = differing(after, wanted)
    warnings = [f"GitHub left {name} as it was{_WHY.get(name, '')}." for name in left]
    changed = [name for name in changes if name not in left]
    return UpdatedIssue(number=number, state=after["state"], changed=changed, warnings=warnings or None)


def dropped(what: str, wanted: Sequence[str], given: Sequence[str]) -> list[str]:
    """GitHub silently drops labels and assignees of those who may not push; here it is said."""
    there = {name.lower() for name in given}
    missing = [name for name in wanted if name.lower() not in there]
    if not missing:
        return []
    return [f"GitHub dropped the {what} {', '.join(missing)}: this token may not set them here."]


def differing(issue: Json, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The part of `wanted` that the issue is not already."""
    now = {
        "title": issue["title"],
        "body": issue.get("body") or "",
        "state": issue["state"],
        "state_reason": issue.get("state_reason"),
        "labels": sorted(name.lower() for name in labels(issue)),
        "assignees": sorted(name.lower() for name in assignees(issue)),
    }
    return {name: value for name, value in wanted.items() if _comparable(name, value) != now[name]}


def _comparable(name: str, value: Any) -> Any:
    return sorted(each.lower() for each in value) if name in ("labels", "assignees") else value
