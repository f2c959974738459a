"""Pages of a pull request's diff, also if GitHub refuses to return the diff in one response."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace

import anyio.to_thread
from mcp_chassis.failures import (
    AuthenticationFailed,
    Conflict,
    Failure,
    NotFound,
    PermissionDenied,
    RateLimited,
)
from mcp_chassis.results import TextPage
from mcp_chassis.telemetry.observer import announce

from github_mcp.client import GitHubClient
from github_mcp.diffs.changed_files import Change, changes_in, computed_lines, listed_change
from github_mcp.models.issues import pull_request_word
from github_mcp.records.accounts import login
from github_mcp.records.pull_requests import PullRequestRecord

MAX_LISTED_FILES = 3000
MAX_LINE_CHARS = 2_000
SHORT_SHA = 7
_NOT_ABOUT_THE_DIFF = (AuthenticationFailed, PermissionDenied, RateLimited)
"""Failures for which the list of changed files is not tried, since its request would fail as well."""


@dataclass(frozen=True)
class DiffPosition:
    """Position in a diff between two commits: the index of a file, and of a line in this file's part.

    With `stat`, the position is in the list of files before the diff. With `listed`, the files come from GitHub's
    list of changed files instead of the whole diff.
    """

    base: str
    head: str
    file: int = 0
    line: int = 0
    stat: bool = True
    listed: bool = False

    def encoded(self) -> str:
        """The position as a text of at most 30 characters."""
        # A signed cursor then has at most 60 characters, which cost tokens with every page.
        flags = ("s" if self.stat else "") + ("l" if self.listed else "")
        return f"{self.base[:SHORT_SHA]}{self.head[:SHORT_SHA]}.{self.file}.{self.line}.{flags}"

    @classmethod
    def decoded(cls, text: str) -> "DiffPosition":
        commits, file, line, flags = text.split(".")
        base, head = commits[:SHORT_SHA], commits[SHORT_SHA:]
        return cls(base, head, int(file), int(line), "s" in flags, "l" in flags)


class PullRequestDiff:
    """Reader of the diff of one pull request at one head commit."""

    def __init__(
        self, github: GitHubClient, owner: str, repo: str, pull: PullRequestRecord, position: DiffPosition
    ) -> None:
        self._pulls, self._contents = github.pull_requests, github.contents
        self._owner, self._repo = owner, repo
        self._pull = pull
        self.position = position
        self._whole: list[Change] | None = None

    @property
    def _is_current(self) -> bool:
        return self._pull.head.sha.startswith(self.position.head)

    async def changes(self) -> AsyncGenerator[tuple[int, Change]]:
        """Yield the changed files from the position on, each with its index.

        Raises:
            Conflict: if the list of changed files is needed, and the head is no longer that of the first page.
        """
        if not self.position.listed:
            self._whole = await self._whole_diff() if self._whole is None else self._whole
            if self._whole is not None:
                for index in range(self.position.file, len(self._whole)):
                    yield index, self._whole[index]
                return
            await announce("info", "GitHub does not return the whole diff; its list of changed files is read instead.")
            self.position = replace(self.position, listed=True)
        if not self._is_current:
            raise Conflict("New commits were pushed while this diff was read.", remedy="Start again without cursor.")
        async for index, file in self._pulls.files(self._owner, self._repo, self._pull.number, self.position.file):
            yield index, listed_change(file)

    async def lines(self, change: Change) -> Sequence[str]:
        """The lines of one file's diff, computed from its blobs if GitHub leaves them out because of their size."""
        if change.lines is not None:
            return change.lines
        try:
            old, new = await self._old(change), await self._new(change)
        except Failure as failure:
            return [f"diff --git a/{change.path} b/{change.path}", f"(this file cannot be read: {failure.message})"]
        return await anyio.to_thread.run_sync(computed_lines, change, old, new, abandon_on_cancel=True)

    async def _whole_diff(self) -> list[Change] | None:
        """The changed files of the whole diff; None if GitHub does not return it, with whatever status."""
        try:
            if self._is_current:
                text = await self._pulls.diff(self._owner, self._repo, self._pull.number)
            else:
                base, head = self.position.base, self.position.head
                text = await self._pulls.diff_between(self._owner, self._repo, base, head)
        except _NOT_ABOUT_THE_DIFF:
            raise
        except Failure:
            return None
        changes = changes_in(text)
        expected = (self._pull.changed_files or 0) if self._is_current else min(1, self._pull.changed_files or 0)
        return changes if len(changes) >= expected else None

    async def _new(self, change: Change) -> str | None:
        if change.status == "D" or change.sha is None:
            return None
        content = await self._contents.blob(self._owner, self._repo, change.sha)
        return content.decode("utf-8", "replace")

    async def _old(self, change: Change) -> str | None:
        if change.status == "A":
            return None
        base, head = self._pull.base.sha, self._pull.head.sha
        start = await self._pulls.merge_base(self._owner, self._repo, base, head)
        content = await self._contents.raw(self._owner, self._repo, change.previous or change.path, start)
        return content.decode("utf-8", "replace")


class _Page:
    """Collector of lines up to a number of lines and of characters; it takes at least one line of any length."""

    def __init__(self, lines: int, characters: int) -> None:
        self.lines: list[str] = []
        self.begins_within: str | None = None
        self._left, self._room = lines, characters

    def take(self, lines: Sequence[str], start: int = 0) -> int:
        """Add lines from index `start` on; return the index of the first line that did not fit.

        A line longer than `MAX_LINE_CHARS` is cut.
        """
        for index in range(start, len(lines)):
            line = _cut(lines[index])
            self._room -= len(line) + 1
            if self._left == 0 or (self._room < 0 and self.lines):
                return index
            self._left -= 1
            self.lines.append(line)
        return len(lines)


def _cut(line: str) -> str:
    left = len(line) - MAX_LINE_CHARS
    return line if left <= 0 else f"{line[:MAX_LINE_CHARS]} [... {left} more characters in this line]"


async def diff_page(
    github: GitHubClient,
    owner: str,
    repo: str,
    number: int,
    *,
    paths: Sequence[str],
    stat_only: bool,
    lines: int,
    position: str | None,
) -> TextPage:
    """One page of text: the title of the pull request, its changed files with their counts, then the diff."""
    pull = await github.pull_requests.get(owner, repo, number)
    await github.lockdown.check_author(owner, repo, login(pull.user))
    start = DiffPosition.decoded(position) if position else DiffPosition(pull.base.sha, pull.head.sha)
    diff, page = PullRequestDiff(github, owner, repo, pull, start), _Page(lines, github.page_chars)
    rest = await _add_stats(diff, page, paths) if start.stat else None
    if rest is None and not stat_only:
        if start.stat:
            page.take([""])
            diff.position = replace(diff.position, stat=False, file=0, line=0)
        rest = await _add_patches(diff, page, paths)
    if rest is None and diff.position.listed and (pull.changed_files or 0) > MAX_LISTED_FILES:
        page.lines.append(f"(GitHub lists only the first {MAX_LISTED_FILES} of {pull.changed_files} files.)")
    if position is None and not any(page.lines):
        if paths and pull.changed_files:
            raise NotFound("No changed file matches paths.", remedy="Leave paths out to see every changed file.")
        page.lines = ["No file is changed."]
    within = f" in {page.begins_within}" if page.begins_within else ""
    head = f"#{number}, continued{within}" if position else _title(pull)
    return TextPage("\n".join([head, *page.lines]), None if rest is None else rest.encoded())


def _title(pull: PullRequestRecord) -> str:
    branches = f"{pull.base.ref or pull.base.sha} <- {pull.head.label or pull.head.ref or pull.head.sha}"
    counts = [_counted(pull.commits, "commit"), _signed(pull), _counted(pull.changed_files, "file", "in ")]
    known = ", ".join(part for part in (counts[0], " ".join(filter(None, counts[1:]))) if part)
    about = ", ".join(filter(None, [pull_request_word(pull), f"by {login(pull.user)}", branches, known]))
    return f"#{pull.number} {pull.title}\n{about}\n"


def _counted(count: int | None, noun: str, before: str = "") -> str:
    return "" if count is None else f"{before}{count} {noun}{'s' if count != 1 else ''}"


def _signed(pull: PullRequestRecord) -> str:
    return "" if pull.additions is None or pull.deletions is None else f"+{pull.additions} -{pull.deletions}"


async def _add_stats(diff: PullRequestDiff, page: _Page, paths: Sequence[str]) -> DiffPosition | None:
    """Add one line for each file to the page; return the position of the first that did not fit, or None."""
    async for index, change in diff.changes():
        if change.wanted(paths) and page.take([change.stat]) == 0:
            return replace(diff.position, file=index)
    return None


async def _add_patches(diff: PullRequestDiff, page: _Page, paths: Sequence[str]) -> DiffPosition | None:
    """Add the diff of each file to the page; return the position of the first line that did not fit, or None."""
    start = diff.position
    async for index, change in diff.changes():
        if not change.wanted(paths):
            continue
        lines = await diff.lines(change)
        begun = start.line if index == start.file else 0
        if begun:
            page.begins_within = change.path
        taken = page.take(lines, begun)
        if taken < len(lines):
            return replace(diff.position, file=index, line=taken)
    return None
