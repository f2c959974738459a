"""Tools that do not work with a classic token, since it has none of the scopes that they require."""

from collections.abc import Mapping

from github_mcp.client import GitHubClient
from github_mcp.tools.actions import cancel_run, run_workflow, run_workflow_again
from github_mcp.tools.alerts import list_security_alerts
from github_mcp.tools.comments import update_comment
from github_mcp.tools.discussions import add_discussion_comment
from github_mcp.tools.history import edit_files
from github_mcp.tools.issue_organization import organize_issue
from github_mcp.tools.issues import add_issue_comment, create_issue, update_issue
from github_mcp.tools.notifications import list_notifications, mark_notification_done
from github_mcp.tools.projects import list_project_items, set_project_field
from github_mcp.tools.pull_request_changes import update_pull_request
from github_mcp.tools.pull_requests import create_pull_request, merge_pull_request
from github_mcp.tools.reviews import reply_to_thread, resolve_thread, write_review

_WRITES = (
    create_issue,
    add_issue_comment,
    update_issue,
    organize_issue,
    update_comment,
    add_discussion_comment,
    create_pull_request,
    update_pull_request,
    merge_pull_request,
    write_review,
    reply_to_thread,
    resolve_thread,
    edit_files,
    run_workflow,
    run_workflow_again,
    cancel_run,
)
SCOPES_FOR: Mapping[str, tuple[str, ...]] = {
    **{tool.__name__: ("repo", "public_repo") for tool in _WRITES},
    **{tool.__name__: ("repo", "notifications") for tool in (list_notifications, mark_notification_done)},
    list_security_alerts.__name__: ("repo", "public_repo", "security_events"),
    list_project_items.__name__: ("project", "read:project"),
    set_project_field.__name__: ("project",),
}
"""Scopes by tool: one of them is enough, at least in public repositories. Tools that need no scope are not listed."""


def unusable_tools(github: GitHubClient) -> Mapping[str, str]:
    """The tools that the token cannot use in any repository, each with the scopes it needs; empty if unknown."""
    granted = github.token_scopes.granted
    if granted is None:
        return {}
    return {
        name: f"needs the scope {' or '.join(scopes)} of a classic token"
        for name, scopes in SCOPES_FOR.items()
        if granted.isdisjoint(scopes)
    }
