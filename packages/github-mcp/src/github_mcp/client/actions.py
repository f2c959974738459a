"""GitHub Actions: logs of jobs."""

from dataclasses import dataclass

from mcp_chassis.failures import NotFound

from github_mcp.client.session import Session

LOG_TAIL_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class LogTail:
    """The end of a log; `skipped_bytes` came before it."""

    content: bytes
    skipped_bytes: int


class Actions:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def job_log(self, owner: str, repo: str, job_id: int) -> LogTail:
        """The last `LOG_TAIL_BYTES` of a job's log.

        Raises:
            NotFound: also where the log does not exist yet or any more.
        """
        tail, values = "/actions/jobs/{job_id}/logs", {"job_id": job_id}
        try:
            answer = await self._session.read_stored(owner, repo, tail, values, tail_bytes=LOG_TAIL_BYTES)
        except NotFound as failure:
            raise NotFound(
                f"There is no log of job {job_id}: the job has not finished, was cancelled or skipped, its log has "
                "expired, or the id is none of a job in this repository.",
                remedy="A running job has a log when it has finished; the id is job_id of failing_checks.",
            ) from failure
        return LogTail(answer.body, answer.skipped_bytes)
