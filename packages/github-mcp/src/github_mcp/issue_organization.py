"""Changes of an issue's type, milestone, lock or sub-issues; a request is sent only if the issue would change."""

import re
from typing import Literal, NamedTuple

from mcp_chassis.failures import Conflict, InvalidInput
from mcp_chassis.output.warnings import warn

from github_mcp.client import GitHubClient
from github_mcp.records.issues import IssueRecord

Change = Literal["type", "milestone", "lock", "unlock", "add_sub_issue", "remove_sub_issue"]
LOCK_REASONS = ("off-topic", "too heated", "resolved", "spam")
_ISSUE = re.compile(r"(?:(?:https://[\w.:-]+/)?([\w-]{1,100})/([\w.-]{1,100})(?:/(?:issues|pull)/|#)|#?)(\d{1,9})")


class IssuePlace(NamedTuple):
    """Repository and number of an issue."""

    owner: str
    repo: str
    number: int


async def organize(github: GitHubClient, owner: str, repo: str, number: int, change: Change, value: str | None) -> bool:
    """Make one change of an issue; False if the issue was in this state already, or GitHub did not change it.

    Raises:
        InvalidInput: if `value` is missing or does not fit the change.
        Transferred: if the issue was moved to another repository.
    """
    if value is None and change not in ("lock", "unlock"):
        raise InvalidInput(f"change={change} requires value; an empty value removes a type or milestone.")
    text = (value or "").strip()
    if change in ("add_sub_issue", "remove_sub_issue"):
        return await _link(github, owner, repo, number, issue_place(text, owner, repo), adds=change == "add_sub_issue")
    before = await github.issues.get(owner, repo, number)
    if change == "type":
        return await _set_type(github, owner, repo, before, text)
    if change == "milestone":
        return await _set_milestone(github, owner, repo, before, value or "")
    return await _set_lock(github, owner, repo, before, text if change == "lock" else None)


def issue_place(text: str, owner: str, repo: str, *, argument: str = "value") -> IssuePlace:
    """Parse `12`, `#12`, `owner/repo#12` or a URL; the first two mean an issue of the given repository.

    Args:
        argument: the name of the tool's argument, for the error text.

    Raises:
        InvalidInput: for any other text.
    """
    found = _ISSUE.fullmatch(text)
    if found is None:
        raise InvalidInput(f"{argument} must name an issue: by its number, owner/repo#number, or its URL.")
    return IssuePlace(found.group(1) or owner, found.group(2) or repo, int(found.group(3)))


async def _link(github: GitHubClient, owner: str, repo: str, number: int, place: IssuePlace, *, adds: bool) -> bool:
    await github.issues.get(owner, repo, number)
    child = await github.issues.get(*place)
    change = github.sub_issues.add if adds else github.sub_issues.remove
    return await change(owner, repo, number, child)


async def _set_type(github: GitHubClient, owner: str, repo: str, before: IssueRecord, name: str) -> bool:
    if _type(before) == name:
        return False
    after = await github.issues.update(owner, repo, before.number, {"type": name or None})
    return _is_changed("type", name, _type(after))


async def _set_milestone(github: GitHubClient, owner: str, repo: str, before: IssueRecord, title: str) -> bool:
    wanted = await github.milestones.find(owner, repo, title) if title.strip() else None
    if (wanted.number if wanted else None) == (before.milestone.number if before.milestone else None):
        return False
    sent = {"milestone": wanted.number if wanted else None}
    after = await github.issues.update(owner, repo, before.number, sent)
    return _is_changed("milestone", wanted.title if wanted else "", after.milestone.title if after.milestone else "")


async def _set_lock(github: GitHubClient, owner: str, repo: str, before: IssueRecord, reason: str | None) -> bool:
    """Lock the conversation with a reason, which may be empty, or unlock it if `reason` is None."""
    if reason is None:
        if not before.locked:
            return False
        await github.issues.unlock(owner, repo, before.number)
    else:
        wanted = reason.lower().replace("_", " ") if "heated" in reason.lower() else reason.lower()
        if wanted and wanted not in LOCK_REASONS:
            raise InvalidInput(f"value must be empty or a reason for the lock: {', '.join(LOCK_REASONS)}.")
        if before.locked and wanted in ("", before.active_lock_reason or ""):
            return False
        await github.issues.lock(owner, repo, before.number, wanted)
    if (await github.issues.get(owner, repo, before.number)).locked != (reason is not None):
        raise Conflict("GitHub accepted the request, but did not change the lock of the conversation.")
    return True


def _type(issue: IssueRecord) -> str:
    return issue.type.name if issue.type else ""


def _is_changed(noun: str, wanted: str, now: str) -> bool:
    """Whether GitHub's response contains the new value; warns if it does not."""
    if wanted.lower() == now.lower():
        return True
    warn(f"GitHub did not change the {noun}: this token may not set it in this repository.")
    return False
