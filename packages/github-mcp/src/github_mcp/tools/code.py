"""Tools that read files and folders, and search code."""

from typing import Annotated

from mcp_chassis.results import TextPage
from mcp_chassis.tools import Cursor, reads
from pydantic import Field

from github_mcp.file_pages import file_page
from github_mcp.models.code import CodeHit, CodePage
from github_mcp.tools.parameters import GitHub, Lines, MaxResults, Owner, Path, Ref, Repo

Query = Annotated[str, Field(min_length=1, max_length=256, description="Words and qualifiers: repo:o/r language:go.")]


@reads("Read a file")
async def get_file(
    owner: Owner,
    repo: Repo,
    path: Path,
    github: GitHub,
    ref: Ref = None,
    start_line: Annotated[int, Field(ge=1, le=999_999)] = 1,
    max_lines: Lines = 500,
    cursor: Cursor = None,
) -> TextPage:
    """Read a file's text, or list a folder."""
    await github.lockdown.check_refs(owner, repo, ref)
    return await file_page(github, owner, repo, path, ref=ref, start=start_line, lines=max_lines, position=cursor)


@reads("Search code")
async def search_code(query: Query, github: GitHub, max_results: MaxResults = 10, cursor: Cursor = None) -> CodePage:
    """Search code in default branches. Read a found file with get_file."""
    found = await github.searches.code(query, size=max_results, position=cursor)
    items = [CodeHit.from_record(hit) for hit in found.items]
    return github.with_notices(CodePage(items=items, total=found.total, **found.page_fields))
