"""Logs of jobs of GitHub Actions, read from their end, or searched for a text."""

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
    """The lines of a log's end; `skipped_mib` came before it."""

    lines: list[str]
    skipped_mib: float

    @property
    def of_all(self) -> str:
        of_lines = f"of {len(self.lines)}"
        if not self.skipped_mib:
            return of_lines
        return f"{of_lines} of the log's end; {self.skipped_mib:.0f} MiB before them are not read"


async def read_log(github: GitHubClient, owner: str, repo: str, job_id: int) -> Log:
    log = await github.actions.job_log(owner, repo, job_id)
    return Log(log_lines(log.content, cut_at_start=log.skipped_bytes > 0), log.skipped_bytes / 1024 / 1024)


async def log_page(
    github: GitHubClient, owner: str, repo: str, job_id: int, *, lines: int, position: str | None, search: str | None
) -> TextPage:
    """The last lines, those before a position, or the lines around each place where a text stands.

    Time stamps and colours are left out. A position counts the lines from the end, which stays where it is.
    """
    log = await read_log(github, owner, repo, job_id)
    if not any(log.lines):
        return TextPage(f"job {job_id}: the log is empty")
    if search:
        return TextPage("\n".join(found_lines(f"job {job_id}", log, search, lines, github.page_chars)))
    end = len(log.lines) - int(position or 0)
    if end <= 0:
        raise InvalidInput("The log has become shorter than the cursor says.", remedy="Read it again without cursor.")
    first = _first_shown(log.lines, end, lines, github.page_chars)
    head = f"job {job_id}, lines {first + 1}-{end} {log.of_all}"
    shown = map(cut_line, log.lines[first:end])
    return TextPage("\n".join([head, *shown]), str(len(log.lines) - first) if first else None)


async def run_log_page(
    github: GitHubClient, owner: str, repo: str, run_id: int, *, lines: int, search: str | None
) -> TextPage:
    """The ends of the logs of a run's failed jobs, or where a text stands in them.

    Raises:
        NotFound: when no job failed.
    """
    jobs = await github.actions.jobs(owner, repo, run_id)
    failed = [job for job in jobs.items if is_failed(job)]
    if not failed:
        there = named([f"{job.name} ({job.id})" for job in jobs.items], complete=jobs.complete)
        read = "" if jobs.complete else f" among the {len(jobs.items)} that were read"
        raise NotFound(f"No job of run {run_id} has failed{read}.", remedy=f"Give job_id of one: {there}.")
    if jobs.missing != 0:
        warn("Not all jobs of this run were read.")
    if len(failed) > MAX_JOBS_SHOWN:
        warn(f"{len(failed) - MAX_JOBS_SHOWN} more failed jobs are not shown; get_run names them.")
    shown = failed[:MAX_JOBS_SHOWN]
    found = await fan_out(shown, lambda job: read_log(github, owner, repo, job.id))
    share, room = max(1, lines // len(shown)), github.page_chars // len(shown)
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
    return "\n".join([f"{name}, lines {first + 1}-{end} {log.of_all}", *map(cut_line, log.lines[first:end])])


def _first_shown(lines: Sequence[str], end: int, count: int, room: int) -> int:
    """The index of the first line of a page that ends before `end`; at least one line is shown."""
    first = end
    while first > max(0, end - count) and (room := room - len(cut_line(lines[first - 1])) - 1) > 0:
        first -= 1
    return min(first, end - 1)


def found_lines(name: str, log: Log, text: str, limit: int, room: int) -> list[str]:
    """The last places where a text stands, whatever its case, each with lines around it and their numbers.

    At most `limit` lines and about `room` characters; one place is shown whatever its size.
    """
    wanted = text.lower()
    hits = [index for index, line in enumerate(log.lines) if wanted in line.lower()]
    head = f"{name}: {len(hits)} of {len(log.lines)} lines hold {text!r}"
    if log.skipped_mib:
        head += f"; {log.skipped_mib:.0f} MiB before them are not read"
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
    """A line that is not too long; of a longer one the part where the text in lower case stands, else its beginning."""
    at = line.lower().find(wanted)
    if at + len(wanted) <= MAX_LINE_CHARS:
        return cut_line(line)
    start = max(0, at - MAX_LINE_CHARS // 2)
    return f"[{start} characters before ...] {cut_line(line[start:])}"


def log_lines(content: bytes, *, cut_at_start: bool) -> list[str]:
    """The lines a terminal would show in the end: of a progress bar its last state."""
    text = content.decode("utf-8-sig", "replace").removesuffix("\n")
    lines = [visible_line(line) for line in text.split("\n")]
    return lines[1:] if cut_at_start and len(lines) > 1 else lines


def visible_line(line: str) -> str:
    """One line without its time stamp and colours; what a carriage return overwrote is left out."""
    plain = _ESCAPE.sub("", _TIMESTAMP.sub("", line.removeprefix("\ufeff"))).rstrip("\r")
    return plain.rsplit("\r", 1)[-1]


def cut_line(line: str) -> str:
    """A line of at most `MAX_LINE_CHARS` characters, and how many more there are."""
    left = len(line) - MAX_LINE_CHARS
    return line if left <= 0 else f"{line[:MAX_LINE_CHARS]} [... {left} more characters in this line]"
