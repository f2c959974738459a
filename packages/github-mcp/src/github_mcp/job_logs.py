"""The log of a job of GitHub Actions, read from its end."""

import re

from mcp_chassis.results import TextPage

from github_mcp.client import GitHubClient

_STAMP = re.compile(r"(?m)^\d{4}-\d\d-\d\dT[\d:.]+Z ")


async def log_page(github: GitHubClient, owner: str, repo: str, job_id: int, *, lines: int, at: str | None) -> TextPage:
    """The last lines, or those before `at`; the time stamps of every line are left out, they are half of it."""
    answer = await github.read(owner, repo, "/actions/jobs/{job_id}/logs", {"job_id": job_id})
    log = _STAMP.sub("", answer.body.decode("utf-8-sig", "replace")).removesuffix("\n").split("\n")
    end = len(log) if at is None else min(int(at), len(log))
    first, room = end, github.page_chars
    while first > max(0, end - lines) and (room := room - len(log[first - 1]) - 1) > 0:
        first -= 1
    first = min(first, end - 1) if end else 0
    head = f"job {job_id}, lines {first + 1}-{end} of {len(log)}"
    return TextPage("\n".join([head, *log[first:end]]), str(first) if first else None)
