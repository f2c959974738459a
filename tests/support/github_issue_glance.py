"""An issue or pull request as the GraphQL API of the scripted GitHub tells it."""

from typing import Any

from github_shapes import HTML, stamp
from github_world import Comment, Issue, Repository, User

ISSUE_TYPES = "type IssueType { name: String! } extend type Issue { issueType: IssueType }"
"""What GitHub's GraphQL API has, and the schema that it publishes has not."""
LOCK_REASONS = {"off-topic": "OFF_TOPIC", "too heated": "TOO_HEATED", "resolved": "RESOLVED", "spam": "SPAM"}


def issue_at_a_glance(repo: Repository, issue: Issue) -> dict[str, Any]:
    def comments(info: Any, last: int) -> dict[str, Any]:
        shown = [_comment(repo, each) for each in issue.comments[-last:]]
        return {"totalCount": len(issue.comments), "nodes": shown}

    milestone = repo.milestones.index(issue.milestone) + 1 if issue.milestone else 0
    merged = issue.pull is not None and issue.pull.merged_at is not None
    facts: dict[str, Any] = {
        "__typename": "PullRequest" if issue.pull else "Issue",
        "number": issue.number,
        "url": f"{HTML}/{repo.full_name}/{'pull' if issue.pull else 'issues'}/{issue.number}",
        "title": issue.title,
        "body": issue.body or "",
        "state": "MERGED" if merged else issue.state.upper(),
        "stateReason": issue.state_reason.upper() if issue.state_reason else None,
        "locked": issue.locked,
        "activeLockReason": LOCK_REASONS.get(issue.lock_reason or ""),
        "createdAt": stamp(issue.at),
        "updatedAt": stamp(issue.updated),
        **_written_by(repo, issue.user, "CONTRIBUTOR"),
        "labels": {"nodes": [{"name": name} for name in issue.labels]},
        "assignees": {"nodes": [{"login": user.login} for user in issue.assignees]},
        "milestone": {"title": issue.milestone, "number": milestone} if issue.milestone else None,
        "issueType": {"name": issue.type} if issue.type else None,
        "subIssuesSummary": {"total": len(issue.children), "completed": 0},
        "comments": comments,
    }
    if issue.pull:
        merged_at = issue.pull.merged_at
        facts |= {"isDraft": issue.pull.draft, "mergedAt": stamp(merged_at) if merged_at else None}
    return facts


def _comment(repo: Repository, comment: Comment) -> dict[str, Any]:
    written = {"fullDatabaseId": str(comment.id), "body": comment.body, "createdAt": stamp(comment.at)}
    return {**written, **_written_by(repo, comment.user, "NONE")}


def _written_by(repo: Repository, user: User | None, otherwise: str) -> dict[str, Any]:
    """The author, whose login lacks the end `[bot]` here, and their standing."""
    login = user.login if user else ""
    kind = user.type if user else ""
    author = {"__typename": kind, "login": login.removesuffix("[bot]")} if user else None
    return {"author": author, "authorAssociation": repo.associations.get(login, otherwise)}
