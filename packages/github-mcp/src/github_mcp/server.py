"""Declaration of the GitHub MCP server: its tools, resources, prompts, settings and sign-in."""

from mcp_chassis.server import Server
from mcp_chassis.sign_in import SignIn

from github_mcp.connection import connect, writes_in_public
from github_mcp.probes import probe
from github_mcp.profiles import MORE_TOOLS, PROFILES
from github_mcp.prompts import compare_repositories, release_notes, review_pull_request, triage_issue
from github_mcp.resources import contents, issue, rate_limit
from github_mcp.revocation import revoke
from github_mcp.settings import GitHubSettings
from github_mcp.tools.code import get_file, search_code
from github_mcp.tools.issues import add_issue_comment, create_issue, get_issue, list_issues, update_issue
from github_mcp.tools.pull_requests import get_pull_request_diff
from github_mcp.tools.repositories import get_repository_info, search_repositories
from github_mcp.unusable_tools import unusable_tools

SERVER = Server(
    name="github-mcp",
    distribution="toolroll-github-mcp",
    title="GitHub",
    description="Repositories, issues, pull requests and code on GitHub",
    website="https://docs.github.com/rest",
    settings=GitHubSettings,
    connect=connect,
    instructions=(
        "GitHub: repositories, issues, pull requests and code. A repository is owner and repo; an issue or pull "
        "request is its number. Lists are tables: columns, then a row for each item."
    ),
    tools=(
        search_repositories,
        get_repository_info,
        list_issues,
        get_issue,
        create_issue,
        add_issue_comment,
        update_issue,
        get_pull_request_diff,
        get_file,
        search_code,
    ),
    more_tools=MORE_TOOLS,
    profiles=PROFILES,
    resources=(rate_limit, contents, issue),
    prompts=(triage_issue, review_pull_request, release_notes, compare_repositories),
    probe=probe,
    writes_in_public=writes_in_public,
    unusable_tools=unusable_tools,
    sign_in=SignIn(
        "GitHub",
        "https://github.com/login/oauth/authorize",
        "https://github.com/login/oauth/access_token",
        ("repo", "read:org"),
        revoke=revoke,
        device_url="https://github.com/login/device/code",
        by_owner=True,
    ),
)
