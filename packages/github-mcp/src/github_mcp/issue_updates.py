"""Changes of an issue: only what differs is sent."""

from collections.abc import Mapping
from typing import Any

from mcp_chassis.failures import InvalidInput
from mcp_chassis.output.markup.replaced_body import HiddenParts, replacement
from mcp_chassis.output.warnings import warn

from github_mcp.authors import OWN_HOSTS
from github_mcp.client import GitHubClient
from github_mcp.marks import without_mark
from github_mcp.models.changes import UpdatedIssue, differing

_MAY_NOT_SET = {"labels", "assignees"}


async def update_issue(
    github: GitHubClient,
    owner: str,
    repo: str,
    number: int,
    given: Mapping[str, Any],
    hidden: HiddenParts | None = None,
) -> UpdatedIssue:
    """Change what is not already as given, None left out; nothing is sent where everything is.

    Raises:
        Conflict: when the body holds parts that were left out of what was read, and `hidden` says nothing of them.
        InvalidInput: when nothing is given, or only a reason.
        Transferred: when the issue is somewhere else now.
    """
    wanted = {name: value for name, value in given.items() if value is not None}
    if wanted.keys() <= {"state_reason"}:
        raise InvalidInput(
            "Nothing to change: give state, title, body, labels or assignees; state_reason goes with state."
        )
    before = await github.issues.get(owner, repo, number)
    if "body" in wanted:
        body = without_mark(before.body) or ""
        written = replacement(body, wanted["body"], hidden, OWN_HOSTS)
        wanted["body"] = before.body or "" if written == body else written
    changes = differing(before, wanted)
    sent = {**changes, "state": wanted["state"]} if "state_reason" in changes and "state" in wanted else changes
    after = await github.issues.update(owner, repo, number, sent) if sent else before
    unchanged = differing(after, wanted)
    for name in unchanged:
        reason = ": this token may not set them here" if name in _MAY_NOT_SET else ""
        warn(f"GitHub left {name} as it was{reason}.")
    return UpdatedIssue(
        number=number, state=after.state or None, changed=[name for name in changes if name not in unchanged]
    )
