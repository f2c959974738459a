"""Requests for GitHub Actions: runs, jobs, annotations and logs; running again and cancelling."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mcp_chassis.failures import Failure, NotFound
from mcp_chassis.output.warnings import warn

from github_mcp.client.contents import bytes_of
from github_mcp.client.list_pages import MAX_PAGE_SIZE, ListPage, PartialList, next_position, params_at
from github_mcp.client.session import Session, Values, Write
from github_mcp.records.actions import AnnotationRecord, JobRecord, RunRecord
from github_mcp.records.pull_requests import CountRecord

MAX_JOB_PAGES = 5
LOG_TAIL_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class LogTail:
    """The end of a log; `skipped_bytes` is the size of the part before it."""

    content: bytes
    skipped_bytes: int


class Actions:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def job_log(self, owner: str, repo: str, job_id: int) -> LogTail:
        """The last `LOG_TAIL_BYTES` of a job's log.

        Raises:
            NotFound: if the log does not exist, does not exist yet, or was deleted.
        """
        tail, values = "/actions/jobs/{job_id}/logs", {"job_id": job_id}
        try:
            answer = await self._session.read_stored(owner, repo, tail, values, tail_bytes=LOG_TAIL_BYTES)
        except NotFound as failure:
            await self._session.require(owner, repo)
            raise NotFound(
                f"There is no log of job {job_id}: the job has not finished, was cancelled or skipped, its log has "
                "expired, or no job of this repository has this id.",
                remedy="Wait until a running job has finished; take job_id from get_run or failing_checks.",
            ) from failure
        return LogTail(bytes_of(answer, "read the log"), answer.skipped_bytes)

    async def runs(
        self, owner: str, repo: str, workflow: str | None, params: Values, position: str | None
    ) -> ListPage[RunRecord]:
        """One page of the runs of a repository, or of one workflow given by file or id, newest first."""
        tail, values = ("/actions/workflows/{workflow}/runs", {"workflow": workflow}) if workflow else (_RUNS, {})
        answer = await self._session.read(owner, repo, tail, values, params=params_at(position, params))
        found = answer.records(RunRecord, operation="list runs", at="workflow_runs", noun="runs")
        total = answer.record(CountRecord, operation="list runs").total_count
        return ListPage(found.items, next_position(answer), total)

    async def run(self, owner: str, repo: str, run_id: int) -> RunRecord:
        answer = await self._session.read(owner, repo, f"{_RUNS}/{{run_id}}", {"run_id": run_id})
        return answer.record(RunRecord, operation="read the run")

    async def jobs(self, owner: str, repo: str, run_id: int) -> PartialList[JobRecord]:
        """The jobs of the newest attempt of a run."""
        tail, values = f"{_RUNS}/{{run_id}}/jobs", {"run_id": run_id}
        params: Values | None = {"per_page": MAX_PAGE_SIZE}
        found: list[JobRecord] = []
        total: int | None = None
        for _ in range(MAX_JOB_PAGES):
            answer = await self._session.read(owner, repo, tail, values, params=params)
            found += answer.records(JobRecord, operation="list jobs", at="jobs", noun="jobs").items
            total = answer.record(CountRecord, operation="list jobs").total_count
            params = answer.page("next")
            if params is None:
                break
        return PartialList(found, complete=params is None and len(found) >= (total or 0), total=total)

    async def annotations(self, owner: str, repo: str, job_id: int) -> PartialList[AnnotationRecord]:
        """The first hundred annotations of a job; an empty list and a warning if they cannot be read."""
        tail, values = "/check-runs/{job_id}/annotations", {"job_id": job_id}
        try:
            answer = await self._session.read(owner, repo, tail, values, params={"per_page": MAX_PAGE_SIZE})
            found = answer.records(AnnotationRecord, operation="read the annotations", noun="annotations")
        except Failure as failure:
            warn(f"The annotations of job {job_id} could not be read: {failure.message}")
            return PartialList([])
        return PartialList(found.items, complete=answer.page("next") is None)

    async def rerun(self, owner: str, repo: str, run_id: int, *, failed_only: bool) -> int | None:
        """Run a workflow run again; return the number of the new attempt, None if it is unknown."""
        before = (await self.run(owner, repo, run_id)).run_attempt

        async def look_up() -> Mapping[str, Any] | None:
            after = (await self.run(owner, repo, run_id)).run_attempt
            return {"run_attempt": after} if before is not None and (after or 0) > before else None

        tail = f"{_RUNS}/{{run_id}}/rerun-failed-jobs" if failed_only else f"{_RUNS}/{{run_id}}/rerun"
        check = "Check the run's attempt with get_run before trying again."
        await self._session.write(owner, repo, Write("POST", tail, {"run_id": run_id}, recover=look_up, check=check))
        return None if before is None else before + 1

    async def cancel(self, owner: str, repo: str, run_id: int) -> None:
        """Request the cancellation of a run. A second request has no further effect."""

        async def look_up() -> Mapping[str, Any] | None:
            run = await self.run(owner, repo, run_id)
            return {} if run.conclusion == "cancelled" else None

        check = "Check the run with get_run; the same call can be made again."
        tail = f"{_RUNS}/{{run_id}}/cancel"
        await self._session.write(owner, repo, Write("POST", tail, {"run_id": run_id}, recover=look_up, check=check))


_RUNS = "/actions/runs"
