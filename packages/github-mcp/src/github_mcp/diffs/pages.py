"""Reading a pull request's diff page by page, also where GitHub will not write it whole."""

import json
from collections.abc import AsyncGenerator, Sequence
from dataclasses import asdict, dataclass, replace

import anyio.to_thread
from mcp_chassis.failures import Conflict, NotFound, UpstreamError
from mcp_chassis.results import TextPage

from github_mcp.client import MAX_PAGE_SIZE, GitHubClient
from github_mcp.diffs.changed_files import Change, changes_in, computed_lines, listed_change
from github_mcp.errors import TooLarge
from github_mcp.models.lists import Json, login, state
from github_mcp.pull_request_state import read_pull

DIFF = "application/vnd.github.diff"
RAW = "application/vnd.github.raw+json"
MAX_LISTED_FILES = 3000


@dataclass(frozen=True)
class Place:
    """Where a page begins, on which commits: `file` in the list, `line` in that file's part; `stat` while the list of
    files is still being told."""

    base: str
    head: str
    file: int = 0
    line: int = 0
    stat: bool = True
    listed: bool = False


class PullDiff:
    """The diff of one pull request at one head."""

    def __init__(self, github: GitHubClient, owner: str, repo: str, pull: Json, place: Place) -> None:
        self._github = github
        self._owner, self._repo = owner, repo
        self._pull = pull
        self.place = place
        self._text: list[Change] | None = None

    async def changes(self) -> AsyncGenerator[tuple[int, Change]]:
        """The changed files from the place on, each with its index."""
        if not self.place.listed:
            try:
                self._text = self._text or changes_in(await self._whole())
            except TooLarge:
                self.place = replace(self.place, listed=True)
            else:
                for index in range(self.place.file, len(self._text)):
                    yield index, self._text[index]
                return
        async for index, file in self._listed(self.place.file):
            yield index, listed_change(file)

    async def lines(self, change: Change) -> Sequence[str]:
        """One file's part of the diff; made here where GitHub leaves it out for its size."""
        if change.lines is not None:
            return change.lines
        try:
            old, new = await self._old(change), await self._new(change)
        except UpstreamError:
            return [f"diff --git a/{change.path} b/{change.path}", "(too large to be read)"]
        return await anyio.to_thread.run_sync(computed_lines, change, old, new, abandon_on_cancel=True)

    async def _whole(self) -> str:
        if self._pull["head"]["sha"] == self.place.head:
            values = {"number": self._pull["number"]}
            answer = await self._github.read(self._owner, self._repo, "/pulls/{number}", values, accept=DIFF)
        else:
            values = {"between": f"{self.place.base}...{self.place.head}"}
            answer = await self._github.read(self._owner, self._repo, "/compare/{between}", values, accept=DIFF)
        return answer.body.decode("utf-8", "replace")

    async def _listed(self, start: int) -> AsyncGenerator[tuple[int, Json]]:
        if self._pull["head"]["sha"] != self.place.head:
            raise Conflict("New commits were pushed while this diff was read.", remedy="Start again without cursor.")
        page = start // MAX_PAGE_SIZE
        while True:
            params = {"per_page": MAX_PAGE_SIZE, "page": page + 1}
            values = {"number": self._pull["number"]}
            answer = await self._github.read(self._owner, self._repo, "/pulls/{number}/files", values, params=params)
            for index, file in enumerate(answer.json, page * MAX_PAGE_SIZE):
                if index >= start:
                    yield index, file
            if answer.page("next") is None:
                return
            page += 1

    async def _new(self, change: Change) -> str | None:
        if change.status == "D" or change.sha is None:
            return None
        return await self._blob(change.sha)

    async def _old(self, change: Change) -> str | None:
        if change.status == "A":
            return None
        values = {"between": f"{self.place.base}...{self.place.head}"}
        params = {"per_page": 1}
        compared = await self._github.read(self._owner, self._repo, "/compare/{between}", values, params=params)
        where = {"path": change.previous or change.path}
        ref = {"ref": compared.json["merge_base_commit"]["sha"]}
        answer = await self._github.read(self._owner, self._repo, "/contents/{+path}", where, params=ref, accept=RAW)
        return answer.body.decode("utf-8", "replace")

    async def _blob(self, sha: str) -> str:
        answer = await self._github.read(self._owner, self._repo, "/git/blobs/{sha}", {"sha": sha}, accept=RAW)
        return answer.body.decode("utf-8", "replace")


class _Page:
    """Lines until one of two limits is met; a first line is taken whatever its length."""

    def __init__(self, lines: int, characters: int) -> None:
        self.lines: list[str] = []
        self.begins_within: str | None = None
        self._left, self._room = lines, characters

    def take(self, lines: Sequence[str], start: int = 0) -> int:
        """How far into `lines` it came."""
        for index in range(start, len(lines)):
            self._room -= len(lines[index]) + 1
            if self._left == 0 or (self._room < 0 and self.lines):
                return index
            self._left -= 1
            self.lines.append(lines[index])
        return len(lines)


async def diff_page(
    github: GitHubClient,
    owner: str,
    repo: str,
    number: int,
    *,
    paths: Sequence[str],
    stat_only: bool,
    lines: int,
    at: str | None,
) -> TextPage:
    """One page: what the pull request is, its files with their counts, then the diff itself."""
    pull = await read_pull(github, owner, repo, number)
    start = Place(**json.loads(at)) if at else Place(pull["base"]["sha"], pull["head"]["sha"])
    diff, page = PullDiff(github, owner, repo, pull, start), _Page(lines, github.page_chars)
    rest = await _stats(diff, page, paths) if start.stat else None
    if rest is None and not stat_only:
        if start.stat:
            page.take([""])
            diff.place = replace(diff.place, stat=False, file=0, line=0)
        rest = await _patches(diff, page, paths)
    if rest is None and diff.place.listed and pull["changed_files"] > MAX_LISTED_FILES:
        page.lines.append(f"(GitHub lists only the first {MAX_LISTED_FILES} of {pull['changed_files']} files.)")
    if at is None and paths and not any(page.lines):
        raise NotFound("No changed file matches paths.", remedy="Leave paths out to see every file.")
    within = f" in {page.begins_within}" if page.begins_within else ""
    head = f"#{number}, continued{within}" if at else _title(pull)
    following = None if rest is None else json.dumps(asdict(rest), separators=(",", ":"))
    return TextPage("\n".join([head, *page.lines]), following)


def _title(pull: Json) -> str:
    branches = f"{pull['base']['ref']} <- {pull['head']['label'] or pull['head']['ref']}"
    commits = f"{pull['commits']} commit{'s' if pull['commits'] != 1 else ''}"
    files = f"{pull['changed_files']} file{'s' if pull['changed_files'] != 1 else ''}"
    counts = f"{commits}, +{pull['additions']} -{pull['deletions']} in {files}"
    return f"#{pull['number']} {pull['title']}\n{state(pull)}, by {login(pull['user'])}, {branches}, {counts}\n"


async def _stats(diff: PullDiff, page: _Page, paths: Sequence[str]) -> Place | None:
    """Tell the files; the place where the page was full, or None."""
    async for index, change in diff.changes():
        if change.wanted(paths) and page.take([change.stat]) == 0:
            return replace(diff.place, file=index)
    return None


async def _patches(diff: PullDiff, page: _Page, paths: Sequence[str]) -> Place | None:
    """Tell the diff; the place where the page was full, or None."""
    start = diff.place
    async for index, change in diff.changes():
        if not change.wanted(paths):
            continue
        lines = await diff.lines(change)
        begun = start.line if index == start.file else 0
        if begun:
            page.begins_within = change.path
        came = page.take(lines, begun)
        if came < len(lines):
            return replace(diff.place, file=index, line=came)
    return None
