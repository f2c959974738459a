"""Changes of an issue's fields; only fields with another value than now are sent."""

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
    """Set the given fields of an issue that have another value now; fields with the value None are not changed.

    Raises:
        Conflict: if the present body has parts that were removed when it was read, and `hidden` is not given.
        InvalidInput: if no field is given, or only `state_reason`.
        Transferred: if the issue was moved to another repository.
    """
    wanted = {name: value for name, value in given.items() if value is not None}
    if wanted.keys() <= {"state_reason"}:
        raise InvalidInput(
            "Nothing to change: give state, title, body, labels or assignees; give state_reason only with state."
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
        reason = ": this token may not set them in this repository" if name in _MAY_NOT_SET else ""
        warn(f"GitHub did not change {name}{reason}.")
    return UpdatedIssue(
        number=number, state=after.state or None, changed=[name for name in changes if name not in unchanged]
    )
