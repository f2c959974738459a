"""Overview of one repository, read in a batch with other repositories or by concurrent requests for its parts."""

from mcp_chassis.output.warnings import warn

from github_mcp.client import GitHubClient
from github_mcp.client.contents import decoded_base64
from github_mcp.client.repository_batch import WantedRepository
from github_mcp.file_texts import decoded
from github_mcp.models.repositories import Overview, commit_line, language_shares, release_line
from github_mcp.partial_reads import read_parts
from github_mcp.records.batched_repository import BatchedRepositoryRecord


async def overview(github: GitHubClient, owner: str, repo: str, *, commits: int = 5, readme_lines: int = 0) -> Overview:
    """Read the overview of a repository; a part that cannot be read is left out and named in the warnings."""
    if batched := await read_batched(github, owner, repo, commits):
        return await _overview_of_batched(github, owner, repo, batched, commits, readme_lines)
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


async def read_batched(github: GitHubClient, owner: str, repo: str, commits: int) -> BatchedRepositoryRecord | None:
    """Read a repository in a batch with others; None if it must be read from the REST API.

    Raises:
        PermissionDenied: if the given name or the present name of the repository is not on the allow-list.
    """
    github.allowed.check(f"{owner}/{repo}")
    batched = await github.batch.read(WantedRepository(owner, repo, commits))
    if batched is None:
        return None
    name = batched.name_with_owner
    github.allowed.check(name)
    if name.lower() != f"{owner}/{repo}".lower():
        warn(f"{owner}/{repo} was renamed to {name}.")
    return batched


async def _overview_of_batched(
    github: GitHubClient, owner: str, repo: str, record: BatchedRepositoryRecord, commits: int, readme_lines: int
) -> Overview:
    parts, unread = await read_parts({"README": lambda: _readme(github, owner, repo, readme_lines)})
    lines = [commit_line(commit) for commit in record.commits[:commits]]
    return Overview.from_record(
        record.as_repository,
        empty=True if commits and not lines and record.default_branch_ref is None else None,
        languages=language_shares(record.language_sizes) or None,
        latest_release=release_line(record.release) if record.release else None,
        commits=lines or None,
        readme=parts["README"],
        warnings=unread or None,
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
    content = decoded_base64(readme.content)
    text = decoded(content).text
    if text is None:
        return f"{readme.path or 'The README'} is a binary file, not shown."
    shown = "".join(f"{line}\n" for line in text.split("\n")[:lines])[: len(text)]
    return shown if len(shown) == len(text) else f"{shown}[more: get_file {readme.path} from line {lines + 1}]"
