"""The log of a job of GitHub Actions, read from its end."""

import re

from mcp_chassis.failures import InvalidInput
from mcp_chassis.results import TextPage

from github_mcp.client import GitHubClient

MAX_LINE_CHARS = 2_000
_TIMESTAMP = re.compile(r"^\d{4}-\d\d-\d\dT[\d:.]+Z ")
_ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


async def log_page(
    github: GitHubClient, owner: str, repo: str, job_id: int, *, lines: int, position: str | None
) -> TextPage:
    """The last lines, or those before a position.

    Time stamps and colours are left out. A position counts the lines from the end, which stays where it is.
    """
    log = await github.actions.job_log(owner, repo, job_id)
    shown = log_lines(log.content, cut_at_start=log.skipped_bytes > 0)
    if not any(shown):
        return TextPage(f"job {job_id}: the log is empty")
    end = len(shown) - int(position or 0)
    if end <= 0:
        raise InvalidInput("The log has become shorter than the cursor says.", remedy="Read it again without cursor.")
    first, room = end, github.page_chars
    while first > max(0, end - lines) and (room := room - len(shown[first - 1]) - 1) > 0:
        first -= 1
    first = min(first, end - 1)
    head = f"job {job_id}, lines {first + 1}-{end} of {len(shown)}"
    if log.skipped_bytes:
        head += f" of the log's end; {log.skipped_bytes / 1024 / 1024:.0f} MiB before them are not read"
    return TextPage("\n".join([head, *shown[first:end]]), str(len(shown) - first) if first else None)


def log_lines(content: bytes, *, cut_at_start: bool) -> list[str]:
    """The lines a terminal would show in the end: of a progress bar its last state."""
    text = content.decode("utf-8-sig", "replace").removesuffix("\n")
    lines = [visible_line(line) for line in text.split("\n")]
    return lines[1:] if cut_at_start and len(lines) > 1 else lines


def visible_line(line: str) -> str:
    """One line without its time stamp and colours; what a carriage return overwrote is left out."""
    plain = _ESCAPE.sub("", _TIMESTAMP.sub("", line)).rstrip("\r")
    plain = plain.rsplit("\r", 1)[-1]
    if len(plain) <= MAX_LINE_CHARS:
        return plain
    return f"{plain[:MAX_LINE_CHARS]} [... {len(plain) - MAX_LINE_CHARS} more characters in this line]"
