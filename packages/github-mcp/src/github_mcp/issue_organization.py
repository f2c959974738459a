"""Type, milestone, lock and sub-issues of an issue: only what differs is sent, and one thing in a call."""

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
    owner: str
    repo: str
    number: int


async def organize(github: GitHubClient, owner: str, repo: str, number: int, change: Change, value: str | None) -> bool:
    """Make one change; False where it was so already, or GitHub left it as it was.

    Raises:
        InvalidInput: when `value` is missing or is none of the kind.
        Transferred: when the issue is somewhere else now.
    """
    if value is None and change not in ("lock", "unlock"):
        raise InvalidInput(f"Give value for {change}; an empty one removes a type or milestone.")
    text = (value or "").strip()
    if change in ("add_sub_issue", "remove_sub_issue"):
        return await _link(github, owner, repo, number, issue_place(text, owner, repo), adds=change == "add_sub_issue")
    before = await github.issues.get(owner, repo, number)
    if change == "type":
        return await _set_type(github, owner, repo, before, text)
    if change == "milestone":
        return await _set_milestone(github, owner, repo, before, value or "")
    return await _set_lock(github, owner, repo, before, text if change == "lock" else None)


def issue_place(text: str, owner: str, repo: str) -> IssuePlace:
    """The issue that `12`, `#12`, `owner/repo#12` or an address names, the first two in the given repository.

    Raises:
        InvalidInput: for any other text.
    """
    found = _ISSUE.fullmatch(text)
    if found is None:
        raise InvalidInput("value must name an issue: its number, owner/repo#number, or its address.")
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
    return _told("type", name, _type(after))


async def _set_milestone(github: GitHubClient, owner: str, repo: str, before: IssueRecord, title: str) -> bool:
    wanted = await github.milestones.find(owner, repo, title) if title.strip() else None
    if (wanted.number if wanted else None) == (before.milestone.number if before.milestone else None):
        return False
    sent = {"milestone": wanted.number if wanted else None}
    after = await github.issues.update(owner, repo, before.number, sent)
    return _told("milestone", wanted.title if wanted else "", after.milestone.title if after.milestone else "")


async def _set_lock(github: GitHubClient, owner: str, repo: str, before: IssueRecord, reason: str | None) -> bool:
    """Lock with a reason (empty: none), or unlock for None."""
    if reason is None:
        if not before.locked:
            return False
        await github.issues.unlock(owner, repo, before.number)
    else:
        wanted = reason.lower().replace("_", " ") if "heated" in reason.lower() else reason.lower()
        if wanted and wanted not in LOCK_REASONS:
            raise InvalidInput(f"value must be a reason of a lock: {', '.join(LOCK_REASONS)}; or empty.")
        if before.locked and wanted in ("", before.active_lock_reason or ""):
            return False
        await github.issues.lock(owner, repo, before.number, wanted)
    if (await github.issues.get(owner, repo, before.number)).locked != (reason is not None):
        raise Conflict("GitHub took the request, and left the lock of the conversation as it was.")
    return True


def _type(issue: IssueRecord) -> str:
    return issue.type.name if issue.type else ""


def _told(noun: str, wanted: str, now: str) -> bool:
    """Whether GitHub's answer shows the change; a warning where it does not."""
    if wanted.lower() == now.lower():
        return True
    warn(f"GitHub left the {noun} as it was: this token may not set it here.")
    return False
