"""Logs of GitHub Actions jobs as pages of text from the end of the log, and searches in them."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from mcp_chassis.failures import Failure, InvalidInput, NotFound
from mcp_chassis.fan_out import fan_out
from mcp_chassis.output.warnings import warn
from mcp_chassis.results import TextPage

from github_mcp.client import GitHubClient
from github_mcp.client.list_pages import named
from github_mcp.models.actions import is_failed
from github_mcp.records.actions import JobRecord

MAX_LINE_CHARS = 2_000
MAX_JOBS_SHOWN = 5
CONTEXT_LINES = 2
_TIMESTAMP = re.compile(r"^\d{4}-\d\d-\d\dT[\d:.]+Z ")
_ESCAPE = re.compile(r"\x1b(?:\[[0-9;?]*[A-Za-z]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][0-9A-Z])")


class Log(NamedTuple):
    """The last lines of a log; `skipped_mib` is the size of the part before them, which was not read."""

    lines: list[str]
    skipped_mib: float

    @property
    def of_all(self) -> str:
        """Text with the number of lines, and the size of the part that was not read."""
        of_lines = f"of {len(self.lines)}"
        if not self.skipped_mib:
            return of_lines
        return f"{of_lines} at the log's end; the {self.skipped_mib:.0f} MiB before them were not read"


async def read_log(github: GitHubClient, owner: str, repo: str, job_id: int) -> Log:
    """Read the end of a job's log."""
    log = await github.actions.job_log(owner, repo, job_id)
    return Log(log_lines(log.content, cut_at_start=bool(log.skipped_bytes)), log.skipped_bytes / 1024 / 1024)


async def log_page(
    github: GitHubClient, owner: str, repo: str, job_id: int, *, lines: int, position: str | None, search: str | None
) -> TextPage:
    """One page of a job's log: its last lines, the lines before a position, or those around each match of `search`.

    Time stamps and colours are removed. A position is a number of lines, counted from the end.
    """
    log = await read_log(github, owner, repo, job_id)
    if not any(log.lines):
        return TextPage(f"job {job_id}: the log is empty")
    if search:
        return TextPage("\n".join(found_lines(f"job {job_id}", log, search, lines, github.page_chars)))
    end = len(log.lines) - int(position or 0)
    if end <= 0:
        raise InvalidInput(
            "The log is shorter than when the cursor was made.", remedy="Read the log again without cursor."
        )
    first = _first_shown(log.lines, end, lines, github.page_chars)
    head = f"job {job_id}, lines {first + 1}-{end} {log.of_all}"
    shown = map(cut_line, log.lines[first:end])
    return TextPage("\n".join([head, *shown]), str(len(log.lines) - first) if first else None)


async def run_log_page(
    github: GitHubClient, owner: str, repo: str, run_id: int, *, lines: int, search: str | None
) -> TextPage:
    """The last lines of the logs of a run's failed jobs, or the lines around each match of `search` in them.

    Raises:
        NotFound: if no job failed.
    """
    jobs = await github.actions.jobs(owner, repo, run_id)
    failed = [job for job in jobs.items if is_failed(job)]
    if not failed:
        there = named([f"{job.name} ({job.id})" for job in jobs.items], complete=jobs.complete)
        read = "" if jobs.complete else f" among the {len(jobs.items)} jobs that were read"
        raise NotFound(f"No job of run {run_id} has failed{read}.", remedy=f"Give the job_id of one job: {there}.")
    if jobs.missing != 0:
        warn("Not all jobs of this run were read.")
    if len(failed) > MAX_JOBS_SHOWN:
        warn(f"Further failed jobs that are not shown: {len(failed) - MAX_JOBS_SHOWN}; get_run names them.")
    shown = failed[:MAX_JOBS_SHOWN]
    found = await fan_out(shown, lambda job: read_log(github, owner, repo, job.id))
    share, room = lines // len(shown), github.page_chars // len(shown)
    parts = [_part(each.item, each.value, each.failure, share, room, search) for each in found]
    return TextPage("\n\n".join(parts))


def _part(job: JobRecord, log: Log | None, failure: Failure | None, lines: int, room: int, search: str | None) -> str:
    name = f"job {job.id} {job.name!r}"
    if log is None:
        return f"{name}: {failure.message if failure else 'not read'}"
    if search:
        return "\n".join(found_lines(name, log, search, lines, room))
    end = len(log.lines)
    first = _first_shown(log.lines, end, lines, room)
    return "\n".join([f"{name}, lines {first + 1}-{end} {log.of_all}", *map(cut_line, log.lines[first:])])


def _first_shown(lines: Sequence[str], end: int, count: int, room: int) -> int:
    """Index of the first line of a page that ends before line `end` and has at least one line."""
    first = end
    while first > max(0, end - count) and (room := room - len(cut_line(lines[first - 1])) - 1) > 0:
        first -= 1
    return min(first, end - 1)


def found_lines(name: str, log: Log, text: str, limit: int, room: int) -> list[str]:
    """The last lines that contain a text, ignoring case, with the lines around them and line numbers.

    At most `limit` lines and about `room` characters; one match is shown whatever its size.
    """
    wanted = text.lower()
    hits = [index for index, line in enumerate(log.lines) if wanted in line.lower()]
    head = f"{name}: {len(hits)} of {len(log.lines)} lines contain {text!r}"
    if log.skipped_mib:
        head += f"; the {log.skipped_mib:.0f} MiB before them were not read"
    chosen: dict[int, str] = {}
    shown = 0
    for hit in reversed(hits):
        around = range(max(0, hit - CONTEXT_LINES), min(len(log.lines), hit + CONTEXT_LINES + 1))
        more = {at: f"{at + 1}: {line_around(log.lines[at], wanted)}" for at in around if at not in chosen}
        room -= sum(len(line) + 1 for line in more.values())
        if chosen and (len(chosen) + len(more) > limit or room < 0):
            break
        chosen |= more
        shown += 1
    if shown < len(hits):
        head += f", the last {shown} are shown"
    return [head, *(chosen[index] for index in sorted(chosen))]


def line_around(line: str, wanted: str) -> str:
    """A line of at most `MAX_LINE_CHARS` characters: of a longer one the part around the text in `wanted`."""
    at = line.lower().find(wanted)
    if at + len(wanted) <= MAX_LINE_CHARS:
        return cut_line(line)
    start = at - MAX_LINE_CHARS // 2
    return f"[{start} characters before ...] {cut_line(line[start:])}"


def log_lines(content: bytes, *, cut_at_start: bool) -> list[str]:
    """The lines of a log as a terminal shows them: of a progress bar only the last state."""
    text = content.decode("utf-8-sig", "replace").removesuffix("\n")
    lines = [visible_line(line) for line in text.split("\n")]
    return lines[1:] if cut_at_start and len(lines) > 1 else lines


def visible_line(line: str) -> str:
    """One line without its time stamp, colours, and text that a carriage return overwrote."""
    plain = _ESCAPE.sub("", _TIMESTAMP.sub("", line.removeprefix("\ufeff"))).rstrip("\r")
    return plain.rpartition("\r")[2]


def cut_line(line: str) -> str:
    """Cut a line after `MAX_LINE_CHARS` characters and append the number of the others."""
    left = len(line) - MAX_LINE_CHARS
    return line if left <= 0 else f"{line[:MAX_LINE_CHARS]} [... {left} more characters in this line]"
