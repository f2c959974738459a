"""One repository at a glance, its parts read at once."""

from mcp_chassis.failures import NotFound

from github_mcp.client import GitHubClient
from github_mcp.file_pages import from_base64
from github_mcp.models.lists import Json, Overview, commit_line, release_line, shares
from github_mcp.partial_reads import read_parts


async def overview(github: GitHubClient, owner: str, repo: str, *, commits: int = 5, readme_lines: int = 0) -> Overview:
    """The repository; a part that cannot be read is left out and named in the warnings."""
    parts, warnings = await read_parts(
        {
            "repository": lambda: github.repository(owner, repo),
            "languages": lambda: _languages(github, owner, repo),
            "latest release": lambda: _latest_release(github, owner, repo),
            "commits": lambda: _commits(github, owner, repo, commits),
            "README": lambda: _readme(github, owner, repo, readme_lines),
        },
        needed="repository",
    )
    languages, release, recent = parts["languages"], parts["latest release"], parts["commits"]
    return Overview.from_api(
        parts["repository"],
        languages=languages and shares(languages),
        latest_release=release and release_line(release),
        commits=recent and [commit_line(commit) for commit in recent],
        readme=parts["README"],
        warnings=warnings or None,
    )


async def _languages(github: GitHubClient, owner: str, repo: str) -> dict[str, int]:
    return (await github.read(owner, repo, "/languages")).json


async def _latest_release(github: GitHubClient, owner: str, repo: str) -> Json | None:
    try:
        return (await github.read(owner, repo, "/releases/latest")).json
    except NotFound:
        return None


async def _commits(github: GitHubClient, owner: str, repo: str, count: int) -> list[Json] | None:
    if not count:
        return None
    try:
        return (await github.read(owner, repo, "/commits", params={"per_page": count})).json
    except NotFound:
        return None


async def _readme(github: GitHubClient, owner: str, repo: str, lines: int) -> str | None:
    if not lines:
        return None
    try:
        readme = (await github.read(owner, repo, "/readme")).json
    except NotFound:
        return None
    if readme["encoding"] != "base64":
        return f"{readme['path']} is too large to be shown here; read it with get_file."
    text = from_base64(readme["content"]).decode("utf-8", "replace")
    kept = "".join(text.splitlines(keepends=True)[:lines])
    return kept if len(kept) == len(text) else f"{kept}[more: get_file {readme['path']} from line {lines + 1}]"
