"""Results about workflow runs: a table of runs, one run with its failed jobs and annotations, a started run."""

from collections.abc import Sequence
from typing import Annotated

from mcp_chassis.results import Result
from mcp_chassis.text_marks import OUTSIDE, OutsideText, OutsideTexts

from github_mcp.client.list_pages import PartialList
from github_mcp.models.pull_requests import PASSING, SKIPPED, cut_text
from github_mcp.models.tables import Cell, Table
from github_mcp.records.accounts import login
from github_mcp.records.actions import AnnotationRecord, JobRecord, RunRecord

MAX_ANNOTATIONS = 20
MAX_MESSAGE_CHARS = 400


class RunPage(Table):
    """A table of runs, newest first; `result` is the conclusion of a run, or its status before it has one."""

    total: int | None = None


class Annotation(Result):
    path: OutsideText | None = None
    line: int | None = None
    level: str | None = None
    message: OutsideText

    @classmethod
    def from_record(cls, record: AnnotationRecord) -> "Annotation":
        text = ": ".join(part for part in (record.title, record.message) if part)
        message = cut_text(text, MAX_MESSAGE_CHARS)
        return cls(path=record.path or None, line=record.start_line, level=record.annotation_level, message=message)


class FailedJob(Result):
    """A job that did not pass, with its failed steps; `job_id` is the argument of get_job_logs."""

    job_id: int
    name: OutsideText
    result: str
    failed_steps: OutsideTexts | None = None
    annotations: list[Annotation] | None = None
    more_annotations: bool | None = None

    @classmethod
    def of(cls, job: JobRecord, annotations: PartialList[AnnotationRecord] | None) -> "FailedJob":
        found = annotations or PartialList([])
        return cls(
            job_id=job.id,
            name=job.name,
            result=job.conclusion or "unknown",
            failed_steps=[step.name for step in job.steps if step.conclusion not in (*PASSING, None)] or None,
            annotations=[Annotation.from_record(each) for each in found.items[:MAX_ANNOTATIONS]] or None,
            more_annotations=not found.complete or len(found.items) > MAX_ANNOTATIONS or None,
        )


class Run(Result):
    """One workflow run: `jobs` counts the jobs of the newest attempt, `failed_jobs` are those that did not pass."""

    id: int
    title: OutsideText
    workflow: OutsideText | None = None
    result: str
    attempt: int | None = None
    event: str | None = None
    branch: Annotated[str | None, OUTSIDE] = None
    sha: str | None = None
    actor: OutsideText
    created_at: str | None = None
    updated_at: str | None = None
    url: str | None = None
    jobs: str
    failed_jobs: list[FailedJob] | None = None
    warnings: list[str] | None = None

    @classmethod
    def of(cls, run: RunRecord, jobs: PartialList[JobRecord], failed: Sequence[FailedJob]) -> "Run":
        return cls(
            id=run.id,
            title=run.display_title,
            workflow=run.name,
            result=run.conclusion or run.status or "unknown",
            attempt=run.run_attempt,
            event=run.event or None,
            branch=run.head_branch,
            sha=run.head_sha or None,
            actor=login(run.actor),
            created_at=run.created_at,
            updated_at=run.updated_at,
            url=run.html_url or None,
            jobs=jobs_summary(jobs),
            failed_jobs=list(failed) or None,
        )


class StartedRun(Result):
    run_id: int | None = None
    attempt: int | None = None
    requested: str
    warnings: list[str] | None = None


def run_row(run: RunRecord) -> dict[str, Cell]:
    return {
        "id": run.id,
        "title": run.display_title,
        "workflow": run.name,
        "result": run.conclusion or run.status or "unknown",
        "branch": run.head_branch,
        "sha": run.head_sha[:12],
        "event": run.event,
        "attempt": run.run_attempt if (run.run_attempt or 1) > 1 else None,
        "created_at": run.created_at,
    }


def is_failed(job: JobRecord) -> bool:
    """Whether a job is completed with a conclusion other than success, neutral or skipped."""
    return (job.status == "completed" or job.conclusion is not None) and job.conclusion not in PASSING


def jobs_summary(jobs: PartialList[JobRecord]) -> str:
    """Counts of jobs by state as text, such as `1 failed, 3 passed`."""
    failed = sum(is_failed(each) for each in jobs.items)
    running = sum(each.status != "completed" and each.conclusion is None for each in jobs.items)
    skipped = sum(each.conclusion == SKIPPED for each in jobs.items)
    passed = len(jobs.items) - failed - running - skipped
    counts = [(failed, "failed"), (running, "not finished"), (passed, "passed"), (skipped, "skipped")]
    counts.append((jobs.missing or 0, "not read"))
    shown = [f"{count} {word}" for count, word in counts if count]
    return ", ".join(shown + ["more not read"] * (jobs.missing is None)) or "none"
