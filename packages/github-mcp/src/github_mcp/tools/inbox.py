"""Tools that search issues of all repositories and return the signed-in account."""

from typing import Annotated

from mcp_chassis.results import Result
from mcp_chassis.tools import Cursor, reads
from pydantic import Field

from github_mcp.issue_lists import complete_query
from github_mcp.models.issues import IssuePage, issue_row
from github_mcp.records.issues import repository_of
from github_mcp.tools.parameters import GitHub, MaxResults
from github_mcp.withheld_texts import shown_rows

Query = Annotated[str, Field(min_length=1, max_length=256, description="review-requested:@me, assignee:@me, ...")]


class Account(Result):
    login: str
    name: str | None = None
    type: str | None = None


@reads("Search issues everywhere")
async def search_issues(
    query: Query,
    github: GitHub,
    pull_requests: bool = False,
    max_results: MaxResults = 20,
    cursor: Cursor = None,
) -> IssuePage:
    """Search issues, or pull requests, of all repositories; open ones unless the query says otherwise."""
    page = int(cursor or 1)
    text = complete_query(query, "pr" if pull_requests else "issue", "open")
    found = await github.searches.issues(text, size=max_results, page=page)
    listed = [(each, {"repository": repository_of(each), **issue_row(each)}) for each in found.items]
    rows = await shown_rows(github, None, listed)
    following = str(page + 1) if found.next_position else None
    return github.with_notices(IssuePage.of(rows, total=found.total, next_cursor=following))


@reads("Get the signed-in account")
async def get_account(github: GitHub) -> Account:
    """Get the account of this server's token."""
    account = await github.accounts.signed_in()
    return github.with_notices(Account(login=account.login, name=account.name, type=account.type or None))
