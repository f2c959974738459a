"""Tool for security alerts of Dependabot, code scanning and secret scanning."""

from mcp_chassis.tools import Cursor, reads

from github_mcp.client.alerts import AlertKind
from github_mcp.models.alerts import AlertPage, code_row, dependency_row, secret_row
from github_mcp.tools.parameters import GitHub, MaxResults, Owner, Repo

ROW_OF_KIND = {"dependabot": dependency_row, "code-scanning": code_row, "secret-scanning": secret_row}


@reads("List security alerts")
async def list_security_alerts(
    owner: Owner,
    repo: Repo,
    kind: AlertKind,
    github: GitHub,
    open_only: bool = True,
    max_results: MaxResults = 30,
    cursor: Cursor = None,
) -> AlertPage:
    """List security alerts of one kind, newest first; secrets themselves are never shown."""
    found = await github.alerts.page(owner, repo, kind, max_results, cursor, open_only=open_only)
    rows = [ROW_OF_KIND[kind](each) for each in found.items]
    return github.with_notices(AlertPage.of(rows, **found.page_fields))
