"""One repository at a glance, its parts read concurrently."""

from github_mcp.client import GitHubClient
from github_mcp.client.contents import decoded_base64
from github_mcp.models.repositories import Overview, commit_line, language_shares, release_line
from github_mcp.partial_reads import read_parts


async def overview(github: GitHubClient, owner: str, repo: str, *, commits: int = 5, readme_lines: int = 0) -> Overview:
    """The repository; a part that cannot be read is left out and named in the warnings."""
    repositories = github.repositories
    parts, warnings = await read_parts(
        {
            "repository": lambda: repositories.get(owner, repo),
            "languages": lambda: repositories.languages(owner, repo),
            "latest release": lambda: repositories.latest_release(owner, repo),
            "commits": lambda: _commit_lines(github, owner, repo, commits),
            "README": lambda: _readme(github, owner, repo, readme_lines),
        },
        needed="repository",
    )
    languages, release, recent = parts["languages"], parts["latest release"], parts["commits"]
    return Overview.from_record(
        parts["repository"],
        empty=True if commits and recent == [] else None,
        languages=language_shares(languages) if languages else None,
        latest_release=release_line(release) if release else None,
        commits=recent or None,
        readme=parts["README"],
        warnings=warnings or None,
    )


async def _commit_lines(github: GitHubClient, owner: str, repo: str, count: int) -> list[str] | None:
    if not count:
        return None
    return [commit_line(commit) for commit in await github.repositories.commits(owner, repo, count)]


async def _readme(github: GitHubClient, owner: str, repo: str, lines: int) -> str | None:
    readme = await github.repositories.readme(owner, repo) if lines else None
    if readme is None:
        return None
    if readme.encoding != "base64":
        return f"{readme.path or 'The README'} is too large to be shown here; read it with get_file."
    text = decoded_base64(readme.content).decode("utf-8", "replace")
    shown = "".join(text.splitlines(keepends=True)[:lines])
    return shown if len(shown) == len(text) else f"{shown}[more: get_file {readme.path} from line {lines + 1}]"
