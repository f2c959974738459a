"""Finding issues: searches in one repository, lists of one kind."""

import json
from dataclasses import dataclass
from typing import Literal

from github_mcp.client import MAX_PAGE_SIZE, Found, GitHubClient, repository_of
from github_mcp.models.lists import Json

Kind = Literal["issue", "pr", "all"]

MAX_PAGES_PER_LISTING = 5  # of a hundred, read at once to find enough of one kind
_IS = {"issue": " is:issue", "pr": " is:pr", "all": ""}


@dataclass(frozen=True)
class Listing:
    """Which issues are wanted, how many at once, and where the page begins."""

    kind: Kind
    state: str
    sort: str
    size: int
    at: str | None


async def search_issues(github: GitHubClient, owner: str, repo: str, query: str, how: Listing) -> Found:
    """One page of a search within one repository."""
    place = await github.place(owner, repo)
    full_name = f"{place['owner']}/{place['repo']}"
    text = f"{query}{_IS[how.kind]}" + ("" if how.state == "all" else f" state:{how.state}")
    found = await github.search("issues", text, within=full_name, size=how.size, position=how.at, sort=how.sort)
    kept = [issue for issue in found.items if repository_of(issue).lower() == full_name.lower()]
    return Found(kept, found.following, found.total if len(kept) == len(found.items) else None, found.warnings)


async def list_issues_of_kind(github: GitHubClient, owner: str, repo: str, how: Listing) -> Found:
    """The next `size` of one kind. GitHub lists both kinds together, so pages are read until enough is found."""
    each_page = how.size if how.kind == "all" else MAX_PAGE_SIZE
    first = {"state": how.state, "sort": how.sort, "direction": "desc", "per_page": each_page}
    params, skip = json.loads(how.at) if how.at else (first, 0)
    found: list[Json] = []
    for _ in range(MAX_PAGES_PER_LISTING):
        answer = await github.read(owner, repo, "/issues", params=params)
        for index, issue in enumerate(answer.json[skip:], skip):
            if how.kind != "all" and ("pull_request" in issue) != (how.kind == "pr"):
                continue
            if len(found) == how.size:
                return Found(found, json.dumps([params, index]))
            found.append(issue)
        params, skip = answer.page("next"), 0
        if params is None:
            return Found(found, None)
        if len(found) == how.size:
            break
    return Found(found, json.dumps([params, 0]))
