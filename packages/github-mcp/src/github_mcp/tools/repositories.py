"""Finding repositories, and one repository at a glance."""

from typing import Annotated, Literal

from mcp_chassis.tools import Cursor, reads
from pydantic import Field

from github_mcp.models.lists import Overview, RepositoryPage, page_address, repository_row
from github_mcp.repository_overview import overview
from github_mcp.tools.parameters import GitHub, Language, MaxResults, Owner, Repo

Query = Annotated[str | None, Field(max_length=256, description="Words and qualifiers: topic:cli stars:>99.")]
Sort = Literal["stars", "best-match", "forks", "help-wanted-issues", "updated"]


@reads("Search repositories")
async def search_repositories(
    github: GitHub,
    query: Query = None,
    language: Language = None,
    sort: Sort = "stars",
    max_results: MaxResults = 10,
    cursor: Cursor = None,
) -> RepositoryPage:
    """Search GitHub's repositories. Without query: the signed-in user's own, newest push first."""
    if not query or not query.strip():
        found = await github.own_repositories(max_results, cursor)
        items = [
            item for item in found.items if language is None or (item["language"] or "").lower() == language.lower()
        ]
    else:
        text = query if language is None else f'{query} language:"{language}"'
        found = await github.search(
            "repositories", text, size=max_results, position=cursor, sort=None if sort == "best-match" else sort
        )
        items = found.items
    rows = [repository_row(item) for item in items]
    return github.with_notices(RepositoryPage.of(rows, total=found.total, url=page_address(items), **found.rest))


@reads("Get a repository")
async def get_repository_info(
    owner: Owner,
    repo: Repo,
    github: GitHub,
    commits: Annotated[int, Field(ge=0, le=100)] = 5,
    readme_lines: Annotated[int, Field(ge=0, le=200)] = 0,
) -> Overview:
    """One repository at a glance: counts, languages in %, latest release, recent commits, README."""
    return github.with_notices(await overview(github, owner, repo, commits=commits, readme_lines=readme_lines))
