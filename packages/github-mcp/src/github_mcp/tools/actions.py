"""GitHub Actions: runs, one run with what failed in it, running again, cancelling."""

from typing import Annotated, Literal

from mcp_chassis.fan_out import fan_out
from mcp_chassis.output.warnings import warn
from mcp_chassis.tools import Confirm, Cursor, IdempotencyKey, reads, writes
from pydantic import Field

from github_mcp.models.actions import FailedJob, Run, RunPage, StartedRun, is_failed, run_row
from github_mcp.tools.parameters import GitHub, MaxResults, Owner, Ref, Repo

RunId = Annotated[int, Field(ge=1, le=2**62)]
Status = Literal[
    "completed", "in_progress", "queued", "waiting", "success", "failure", "cancelled", "timed_out", "skipped"
]
MAX_JOBS_WITH_ANNOTATIONS = 5


@reads("List workflow runs")
async def list_runs(
    owner: Owner,
    repo: Repo,
    github: GitHub,
    branch: Ref = None,
    commit: Annotated[str | None, Field(max_length=40, pattern=r"^([0-9a-f]{40})?$")] = None,
    workflow: Annotated[str | None, Field(max_length=200, description="File name: ci.yml.")] = None,
    status: Status | None = None,
    max_results: MaxResults = 10,
    cursor: Cursor = None,
) -> RunPage:
    """List GitHub Actions runs, newest first."""
    wanted = {"branch": branch, "head_sha": commit, "status": status}
    params = {name: value for name, value in wanted.items() if value} | {"per_page": max_results}
    found = await github.actions.runs(owner, repo, workflow, params, cursor)
    rows = [run_row(each) for each in found.items]
    return github.with_notices(RunPage.of(rows, total=found.total, **found.page_fields))


@reads("Get a workflow run")
async def get_run(owner: Owner, repo: Repo, run_id: RunId, github: GitHub) -> Run:
    """Read a run: its result, the jobs that failed, their failed steps and annotations."""
    run = await github.actions.run(owner, repo, run_id)
    jobs = await github.actions.jobs(owner, repo, run_id)
    failed = [job for job in jobs.items if is_failed(job)]
    annotated = failed[:MAX_JOBS_WITH_ANNOTATIONS]
    found = await fan_out(annotated, lambda job: github.actions.annotations(owner, repo, job.id))
    notes = {each.item.id: each.value for each in found}
    if late := sum(each.failure is not None for each in found):
        warn(f"There was no time to read the annotations of {late} failed jobs.")
    if len(failed) > MAX_JOBS_WITH_ANNOTATIONS:
        warn(f"Annotations were read of the first {MAX_JOBS_WITH_ANNOTATIONS} failed jobs alone.")
    shown = [FailedJob.of(job, notes.get(job.id)) for job in failed]
    return github.with_notices(Run.of(run, jobs, shown))


@writes("Run again", destructive=False, idempotent=False)
async def run_workflow_again(
    owner: Owner,
    repo: Repo,
    run_id: RunId,
    github: GitHub,
    failed_only: bool = True,
    idempotency_key: IdempotencyKey = None,
) -> StartedRun:
    """Run a finished run again: its failed jobs, or all of them."""
    attempt = await github.actions.rerun(owner, repo, run_id, failed_only=failed_only)
    return github.with_notices(StartedRun(run_id=run_id, attempt=attempt, requested="rerun"))


async def cancel_question(github: GitHub, owner: Owner, repo: Repo, run_id: RunId) -> str:
    """The question before a run is cancelled."""
    run = await github.actions.run(owner, repo, run_id)
    return f"Cancel run {run_id} {run.display_title!r} of {run.name or 'a workflow'}, which is {run.status}?"


@writes("Cancel a run", destructive=True, idempotent=True, confirm=cancel_question)
async def cancel_run(owner: Owner, repo: Repo, run_id: RunId, github: GitHub, confirm: Confirm = None) -> StartedRun:
    """Cancel a run that has not finished; a person is asked first."""
    await github.actions.cancel(owner, repo, run_id)
    return github.with_notices(StartedRun(run_id=run_id, requested="cancel"))
