"""Tools that search repositories, read the overview of one and compare several."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Context
from mcp_chassis.failures import InvalidInput
from mcp_chassis.output.warnings import warn
from mcp_chassis.progress import host_progress
from mcp_chassis.tools import Cursor, Fresh, reads
from pydantic import Field

from github_mcp.models.repositories import ComparedRepositories, Overview, RepositoryPage, page_address, repository_row
from github_mcp.records.repositories import RepositoryRecord
from github_mcp.repository_overview import overview
from github_mcp.several_repositories import read_several
from github_mcp.tools.parameters import FullName, GitHub, Language, MaxResults, Owner, Repo

Query = Annotated[str | None, Field(max_length=256, description="Words and qualifiers: topic:cli stars:>99.")]
OVERVIEW_CACHE_SECONDS = 60.0  # as long as GitHub itself lets a client keep a repository: Cache-Control: max-age=60
REPOSITORY_READS = ("get_repository_info", "get_repositories")
"""The tools whose cached results become invalid after a write to a repository."""
Affiliation = Annotated[
    Literal["owner", "collaborator", "organization_member"] | None, Field(description="Without query; default all.")
]
Sort = Literal["stars", "best-match", "forks", "help-wanted-issues", "updated"]


@reads("Search repositories")
async def search_repositories(
    github: GitHub,
    query: Query = None,
    language: Language = None,
    sort: Sort = "stars",
    affiliation: Affiliation = None,
    max_results: MaxResults = 10,
    cursor: Cursor = None,
) -> RepositoryPage:
    """Search GitHub's repositories. Without query: the signed-in user's repositories, newest push first."""
    if not query or not query.strip():
        found = await github.repositories.of_account(max_results, cursor, affiliation=affiliation)
        items = written_in(language, found.items)
    elif affiliation is not None:
        raise InvalidInput("affiliation works only without query: leave out one of the two.")
    else:
        text = query if language is None else f'{query} language:"{language}"'
        order = None if sort == "best-match" else sort
        found = await github.searches.repositories(text, size=max_results, position=cursor, sort=order)
        items = found.items
    rows = [repository_row(item) for item in items]
    page = RepositoryPage.of(rows, total=found.total, url=page_address(items), **found.page_fields)
    return github.with_notices(page)


def written_in(language: str | None, repositories: Sequence[RepositoryRecord]) -> Sequence[RepositoryRecord]:
    """The repositories with this main language; warns of the number of others that are left out."""
    chosen = [each for each in repositories if language is None or (each.language or "").lower() == language.lower()]
    if len(chosen) < len(repositories):
        warn(f"{len(repositories) - len(chosen)} repositories of this page are left out: they are in other languages.")
    return chosen


@reads("Get a repository", cache=OVERVIEW_CACHE_SECONDS)
async def get_repository_info(
    owner: Owner,
    repo: Repo,
    github: GitHub,
    commits: Annotated[int, Field(ge=0, le=100)] = 5,
    readme_lines: Annotated[int, Field(ge=0, le=200)] = 0,
    fresh: Fresh = False,
) -> Overview:
    """Read one repository: counts, languages in %, latest release, recent commits, README."""
    return github.with_notices(await overview(github, owner, repo, commits=commits, readme_lines=readme_lines))


@reads("Get several repositories", cache=OVERVIEW_CACHE_SECONDS, deadline=60)
async def get_repositories(
    names: Annotated[list[FullName], Field(min_length=1, max_length=50, description="owner/repo of each.")],
    github: GitHub,
    ctx: Context[Any, Any],
    fresh: Fresh = False,
) -> ComparedRepositories:
    """Compare up to 50 repositories: counts, language, licence, latest release, last commit."""
    return github.with_notices(await read_several(github, names, host_progress(ctx)))
