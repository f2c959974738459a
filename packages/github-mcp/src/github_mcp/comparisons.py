"""Comparison of two refs as pages of text: commits, changed files and diff."""

from collections.abc import Sequence

from mcp_chassis.failures import Conflict
from mcp_chassis.results import TextPage

from github_mcp.client import GitHubClient
from github_mcp.diffs.changed_files import listed_change
from github_mcp.models.repositories import commit_line
from github_mcp.records.git import ComparisonRecord
from github_mcp.records.repositories import CommitRecord

MAX_COMMITS_SHOWN = 50
MAX_COMPARED_FILES = 300
MAX_LINE_CHARS = 2_000


async def comparison_page(
    github: GitHubClient, owner: str, repo: str, base: str, head: str, *, lines: int, position: str | None
) -> TextPage:
    """The page at a position in a comparison's text, the first page without one; at most `lines` lines.

    Raises:
        Conflict: if the newest commit is not the one of the first page, which `position` contains.
    """
    compared, commits = await github.history.compare(owner, repo, base, head)
    shown = comparison_lines(base, head, compared, commits)
    newest = commits[-1].sha[:12] if commits else "none"
    start = 0
    if position is not None:
        before, _, at = position.partition(".")
        if before != newest:
            raise Conflict(
                "New commits were pushed while this comparison was read.", remedy="Start again without cursor."
            )
        start = int(at)
    end, room = start, github.page_chars
    while end < min(len(shown), start + lines) and (room := room - len(shown[end]) - 1) > 0:
        end += 1
    end = max(end, start + 1)
    return TextPage("\n".join(shown[start:end]), f"{newest}.{end}" if end < len(shown) else None)


def comparison_lines(
    base: str, head: str, compared: ComparisonRecord, commits: Sequence[CommitRecord]
) -> Sequence[str]:
    """All lines of a comparison: a summary, the commits, a line of counts for each file, then the diff."""
    counts = f"{_known(compared.ahead_by)} ahead, {_known(compared.behind_by)} behind"
    total = compared.total_commits
    files = "changed files not reported by GitHub" if compared.files is None else f"{len(compared.files)} files"
    lines = [f"{base}...{head}: {compared.status or 'status unknown'}, {counts}, {files}"]
    lines += [commit_line(commit) for commit in commits[-MAX_COMMITS_SHOWN:]]
    unshown = (total if total is not None else len(commits)) - min(len(commits), MAX_COMMITS_SHOWN)
    if unshown > 0:
        lines.insert(1, f"({unshown} older commits; list_commits shows them)")
    changes = [listed_change(file) for file in compared.files or ()]
    lines += ["", *(change.stat for change in changes)]
    if len(changes) >= MAX_COMPARED_FILES:
        lines.append(f"(GitHub compares only the first {MAX_COMPARED_FILES} files.)")
    for change in changes:
        missing = [
            f"diff --git a/{change.path} b/{change.path}",
            "(GitHub leaves out this part of the diff because of its size)",
        ]
        lines += ["", *(_cut(line) for line in change.lines or missing)]
    return lines


def _known(count: int | None) -> str:
    return "?" if count is None else str(count)


def _cut(line: str) -> str:
    left = len(line) - MAX_LINE_CHARS
    return line if left <= 0 else f"{line[:MAX_LINE_CHARS]} [... {left} more characters in this line]"
