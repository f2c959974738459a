"""Tools for GitHub Actions: runs, logs and artifacts; starting, repeating and cancelling runs."""

from typing import Annotated, Literal

from mcp_chassis.failures import InvalidInput
from mcp_chassis.fan_out import fan_out
from mcp_chassis.output.warnings import warn
from mcp_chassis.pipeline.object_arguments import entries_from_object
from mcp_chassis.results import TextPage
from mcp_chassis.tools import EMPTY_IS_ABSENT, Confirm, Cursor, IdempotencyKey, reads, writes
from pydantic import BaseModel, BeforeValidator, Field

from github_mcp.artifacts import artifact_page
from github_mcp.job_logs import log_page, run_log_page
from github_mcp.models.actions import FailedJob, Run, RunPage, StartedRun, is_failed, run_row
from github_mcp.run_questions import cancel_question, rerun_question
from github_mcp.tools.parameters import GitHub, Lines, MaxResults, Owner, Ref, Repo, RequiredRef, RunId, Sha
from github_mcp.workflow_inputs import check_inputs

Status = Literal[
    "completed",
    "in_progress",
    "queued",
    "waiting",
    "success",
    "failure",
    "cancelled",
    "timed_out",
    "skipped",
    "action_required",
    "neutral",
    "stale",
    "requested",
    "pending",
]
Workflow = Annotated[str, Field(min_length=1, max_length=200, description="File (ci.yml) or name.")]
SearchedText = Annotated[str | None, Field(max_length=200, description="Only lines around this text."), EMPTY_IS_ABSENT]
MAX_JOBS_WITH_ANNOTATIONS = 5


class WorkflowInput(BaseModel, extra="forbid"):
    name: Annotated[str, Field(max_length=200)]
    value: Annotated[str, Field(max_length=65_000)]


Inputs = Annotated[
    list[WorkflowInput],
    BeforeValidator(entries_from_object(key_field="name", value_field="value")),
    Field(max_length=25),
]


@reads("List workflow runs")
async def list_runs(
    owner: Owner,
    repo: Repo,
    github: GitHub,
    branch: Ref = None,
    commit: Sha = None,
    workflow: Annotated[str | None, Field(max_length=200), EMPTY_IS_ABSENT] = None,
    status: Status | None = None,
    max_results: MaxResults = 10,
    cursor: Cursor = None,
) -> RunPage:
    """List GitHub Actions runs, newest first."""
    sha = await github.history.whole_sha(owner, repo, commit) if commit else None
    chosen = str((await github.workflows.find(owner, repo, workflow)).id) if workflow else None
    wanted = {"branch": branch and branch.removeprefix("refs/heads/"), "head_sha": sha, "status": status}
    params = {name: value for name, value in wanted.items() if value} | {"per_page": max_results}
    found = await github.actions.runs(owner, repo, chosen, params, cursor)
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
        warn(f"The annotations of {late} failed jobs were not read: the call's time was used up.")
    if len(failed) > MAX_JOBS_WITH_ANNOTATIONS:
        warn(f"Annotations were read only for the first {MAX_JOBS_WITH_ANNOTATIONS} failed jobs.")
    shown = [FailedJob.of(job, notes.get(job.id)) for job in failed]
    return github.with_notices(Run.of(run, jobs, shown))


@writes("Run a workflow", destructive=False, idempotent=False)
async def run_workflow(
    owner: Owner,
    repo: Repo,
    workflow: Workflow,
    ref: RequiredRef,
    github: GitHub,
    inputs: Inputs | None = None,
    idempotency_key: IdempotencyKey = None,
) -> StartedRun:
    """Start a workflow that has workflow_dispatch, on a branch or tag; inputs are checked first."""
    chosen = await github.workflows.find(owner, repo, workflow)
    given = {each.name: each.value for each in inputs or []}
    await check_inputs(github, owner, repo, chosen, ref, given)
    started = await github.workflows.dispatch(owner, repo, chosen, ref, given)
    if started is None:
        warn("GitHub accepted the request without returning the run's id; list_runs shows the run in a moment.")
    return github.with_notices(StartedRun(run_id=started.workflow_run_id if started else None, requested="run"))


@writes("Run again", destructive=False, idempotent=False, confirm=rerun_question)
async def run_workflow_again(
    owner: Owner,
    repo: Repo,
    run_id: RunId,
    github: GitHub,
    failed_only: bool = True,
    idempotency_key: IdempotencyKey = None,
    confirm: Confirm = None,
) -> StartedRun:
    """Run a finished run again: its failed jobs, or all; if its commit was deployed, a person is asked first."""
    attempt = await github.actions.rerun(owner, repo, run_id, failed_only=failed_only)
    return github.with_notices(StartedRun(run_id=run_id, attempt=attempt, requested="rerun"))


@writes("Cancel a run", destructive=True, idempotent=True, confirm=cancel_question)
async def cancel_run(owner: Owner, repo: Repo, run_id: RunId, github: GitHub, confirm: Confirm = None) -> StartedRun:
    """Cancel a run that has not finished; a person is asked first."""
    await github.actions.cancel(owner, repo, run_id)
    return github.with_notices(StartedRun(run_id=run_id, requested="cancel"))


@reads("Read logs of jobs", may_take_minutes=True)
async def get_job_logs(
    owner: Owner,
    repo: Repo,
    github: GitHub,
    job_id: Annotated[RunId | None, Field(description="From failing_checks or get_run.")] = None,
    run_id: Annotated[RunId | None, Field(description="Instead: all failed jobs of a run.")] = None,
    search: Annotated[
        str | None, Field(max_length=200, description="Only lines around this text."), EMPTY_IS_ABSENT
    ] = None,
    max_lines: Lines = 200,
    cursor: Cursor = None,
) -> TextPage:
    """Read the end of a GitHub Actions job's log; the cursor leads to earlier lines."""
    if (job_id is None) == (run_id is None):
        raise InvalidInput("Give job_id for one job, or run_id for the failed jobs of a run.")
    if run_id is not None:
        return await run_log_page(github, owner, repo, run_id, lines=max_lines, search=search)
    return await log_page(github, owner, repo, job_id or 0, lines=max_lines, position=cursor, search=search)


@reads("Read artifacts of a run", may_take_minutes=True)
async def get_artifact(
    owner: Owner,
    repo: Repo,
    run_id: RunId,
    github: GitHub,
    name: Annotated[str | None, Field(max_length=300, description="Lists its files."), EMPTY_IS_ABSENT] = None,
    path: Annotated[str | None, Field(max_length=1000, description="Reads this file of it."), EMPTY_IS_ABSENT] = None,
    max_lines: Lines = 500,
    cursor: Cursor = None,
) -> TextPage:
    """List a run's artifacts, the files in one, or read a file in it."""
    return await artifact_page(github, owner, repo, run_id, name=name, path=path, lines=max_lines, position=cursor)
