"""Write everyday jobs and the tokens of profiles into docs/github.md; with --check only say whether they are stale."""

import asyncio
import re
import sys
from collections.abc import Sequence
from typing import NamedTuple

from servers import ROOT

sys.path.insert(0, str(ROOT / "tests" / "support"))

from github_jobs import JOBS, Job, answers
from github_mcp.server import SERVER
from snapshots import definitions
from tokens import count, for_model

DOCUMENT = ROOT / "docs" / "github.md"
OFFICIAL_LIST_TOKENS = 10_551
START, END = "<!-- jobs -->", "<!-- /jobs -->"


class Row(NamedTuple):
    """A job with the tokens of its profile's list and of its answers."""

    job: Job
    list_tokens: int
    requests: int
    answer_tokens: int

    @property
    def total(self) -> int:
        return self.list_tokens + self.answer_tokens


async def measured() -> list[Row]:
    tools = {tool["name"]: for_model(tool) for tool in await definitions(SERVER)}
    done = [await answers(job) for job in JOBS]
    counts = iter(count([*tools.values(), *(text for texts, _ in done for text in texts)]))
    of_tool = {name: next(counts) for name in tools}
    rows: list[Row] = []
    for job, (texts, requests) in zip(JOBS, done, strict=True):
        listed = sum(of_tool[each.__name__] for each in SERVER.profiles[job.profile])
        rows.append(Row(job, listed, requests, sum(next(counts) for _ in texts)))
    return rows


def filled(rows: Sequence[Row]) -> str:
    """The document as it should read."""
    text = DOCUMENT.read_text(encoding="utf-8")
    for row in rows:
        text = re.sub(rf"(?m)(^\| `@{row.job.profile}` \|.*\|) [\d,]+ \|$", rf"\1 {row.list_tokens:,} |", text)
    before, _, rest = text.partition(START)
    return f"{before}{START}\n{_table(rows)}\n{END}{rest.partition(END)[2]}"


def _table(rows: Sequence[Row]) -> str:
    lines = [
        "| job | profile: its list | calls | requests | answers | list and answers |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        cells = [row.job.title, f"`@{row.job.profile}`: {row.list_tokens:,}", len(row.job.steps), row.requests]
        lines.append(f"| {' | '.join(map(str, cells))} | {row.answer_tokens:,} | {row.total:,} |")
    return "\n".join(lines)


def main(*arguments: str) -> int:
    text = filled(asyncio.run(measured()))
    stale = text != DOCUMENT.read_text(encoding="utf-8")
    if "--check" in arguments and stale:
        print("docs/github.md: its tables are stale: run scripts/everyday_jobs.py")
        return 1
    if stale:
        DOCUMENT.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
