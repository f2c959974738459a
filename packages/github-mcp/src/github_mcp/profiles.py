"""Profiles: named groups of tools for one kind of work, chosen by `GITHUB_TOOLS=@name`."""

from github_mcp.tools.actions import (
    cancel_run,
    get_artifact,
    get_job_logs,
    get_run,
    list_runs,
    run_workflow,
    run_workflow_again,
)
from github_mcp.tools.alerts import list_security_alerts
from github_mcp.tools.code import get_file, search_code
from github_mcp.tools.comments import get_comment, update_comment
from github_mcp.tools.discussions import add_discussion_comment, get_discussion, list_discussions
from github_mcp.tools.history import compare, edit_files, list_branches_and_tags, list_commits
from github_mcp.tools.inbox import get_account, search_issues
from github_mcp.tools.issue_organization import find_similar_issues, organize_issue
from github_mcp.tools.issues import add_issue_comment, create_issue, get_issue, list_issues, update_issue
from github_mcp.tools.notifications import list_notifications, mark_notification_done
from github_mcp.tools.projects import list_project_items, set_project_field
from github_mcp.tools.pull_request_changes import update_pull_request
from github_mcp.tools.pull_requests import create_pull_request, get_pull_request_diff, merge_pull_request
from github_mcp.tools.releases import get_releases
from github_mcp.tools.repositories import get_repositories, get_repository_info
from github_mcp.tools.reviews import get_reviews, reply_to_thread, resolve_thread, write_review

PROFILES = {
    "triage": (
        list_issues,
        get_issue,
        create_issue,
        add_issue_comment,
        update_issue,
        organize_issue,
        find_similar_issues,
        get_comment,
        update_comment,
        search_code,
    ),
    "review": (
        list_issues,
        get_issue,
        get_pull_request_diff,
        get_reviews,
        write_review,
        reply_to_thread,
        resolve_thread,
        update_pull_request,
        merge_pull_request,
        get_file,
    ),
    "code": (
        get_file,
        search_code,
        list_commits,
        list_branches_and_tags,
        compare,
        edit_files,
        create_pull_request,
        get_repositories,
    ),
    "ci": (
        list_runs,
        get_run,
        get_job_logs,
        get_artifact,
        run_workflow,
        run_workflow_again,
        cancel_run,
        get_issue,
        get_file,
    ),
    "release": (
        get_releases,
        get_repository_info,
        list_branches_and_tags,
        list_commits,
        compare,
        list_issues,
        get_issue,
        list_security_alerts,
    ),
    "inbox": (
        get_account,
        list_notifications,
        mark_notification_done,
        search_issues,
        list_security_alerts,
        get_issue,
        get_reviews,
        add_issue_comment,
        update_issue,
    ),
    "planning": (
        list_project_items,
        set_project_field,
        list_issues,
        get_issue,
        create_issue,
        update_issue,
        organize_issue,
        find_similar_issues,
        add_issue_comment,
    ),
}
MORE_TOOLS = (
    create_pull_request,
    update_pull_request,
    merge_pull_request,
    get_job_logs,
    get_reviews,
    write_review,
    reply_to_thread,
    resolve_thread,
    edit_files,
    compare,
    list_commits,
    list_branches_and_tags,
    list_runs,
    get_run,
    get_artifact,
    run_workflow,
    run_workflow_again,
    cancel_run,
    organize_issue,
    find_similar_issues,
    get_comment,
    update_comment,
    search_issues,
    get_account,
    list_notifications,
    mark_notification_done,
    get_releases,
    get_repositories,
    list_security_alerts,
    list_discussions,
    get_discussion,
    add_discussion_comment,
    list_project_items,
    set_project_field,
)
