"""Tool that reads releases with their notes."""

from typing import Annotated

from mcp_chassis.tools import EMPTY_IS_ABSENT, Cursor, reads
from pydantic import Field

from github_mcp.models.releases import Release, ReleasePage
from github_mcp.tools.parameters import GitHub, MaxResults, Owner, Repo

Tag = Annotated[str | None, Field(max_length=250, description="Of one release, or latest."), EMPTY_IS_ABSENT]


@reads("Read releases")
async def get_releases(
    owner: Owner, repo: Repo, github: GitHub, tag: Tag = None, max_results: MaxResults = 5, cursor: Cursor = None
) -> ReleasePage:
    """Read releases with their notes, newest first, or one by its tag."""
    if tag is not None:
        tag = tag.removeprefix("refs/tags/")
        release = Release.from_record(await github.releases.tagged(owner, repo, tag))
        return github.with_notices(ReleasePage(items=[release]))
    found = await github.releases.page(owner, repo, max_results, cursor)
    items = [Release.from_record(each) for each in found.items]
    return github.with_notices(ReleasePage(items=items, **found.page_fields))
