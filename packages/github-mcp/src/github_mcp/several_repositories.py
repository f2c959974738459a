"""Comparison of several repositories in one table; a repository that cannot be read has no row."""

from collections.abc import Sequence

from mcp_chassis.fan_out import Outcome, fan_out
from mcp_chassis.output.warnings import warn
from mcp_chassis.progress import Report

from github_mcp.client import GitHubClient
from github_mcp.models.repositories import ComparedRepositories, compared_row
from github_mcp.models.tables import Cell
from github_mcp.partial_reads import read_parts
from github_mcp.repository_overview import read_batched

Row = dict[str, Cell]
ONLY_FACTS = "Without GITHUB_TOKEN the latest releases and last commits are left out, which need two requests each."


async def read_several(github: GitHubClient, names: Sequence[str], report: Report) -> ComparedRepositories:
    """Read a row for each repository, in the order of the names, and the reason for each that could not be read.

    Raises:
        Failure: that of the first repository, if none could be read.
    """
    distinct = list({name.lower(): name for name in names}.values())
    outcomes = await fan_out(distinct, lambda name: _row(github, name), max_concurrent=len(distinct), report=report)
    rows = [outcome.value for outcome in outcomes if outcome.value is not None]
    if not rows and outcomes[0].failure is not None:
        raise outcomes[0].failure
    warnings = [ONLY_FACTS] if github.anonymous else None
    return ComparedRepositories.of(rows, failed=_failed(outcomes), warnings=warnings)


def _failed(outcomes: Sequence[Outcome[str, Row]]) -> dict[str, str] | None:
    failed = {outcome.item: outcome.failure.message for outcome in outcomes if outcome.failure is not None}
    if failed:
        warn(f"{len(failed)} of {len(outcomes)} repositories could not be read; failed says why.")
    return failed or None


async def _row(github: GitHubClient, name: str) -> Row:
    owner, _, repo = name.partition("/")
    if record := await read_batched(github, owner, repo, commits=1):
        return compared_row(record.as_repository, record.release, next(iter(record.commits), None))
    repositories = github.repositories
    if github.anonymous:
        return compared_row(await repositories.get(owner, repo))
    parts, _ = await read_parts(
        {
            "repository": lambda: repositories.get(owner, repo),
            "latest release": lambda: repositories.latest_release(owner, repo),
            "commits": lambda: repositories.commits(owner, repo, 1),
        },
        needed="repository",
    )
    return compared_row(parts["repository"], parts["latest release"], next(iter(parts["commits"] or ()), None))
