"""Records of GitHub Actions: workflows, runs, jobs, annotations, artifacts and deployments."""

from mcp_chassis.http.records import Record

from github_mcp.records.accounts import AccountRecord


class RunRecord(Record, frozen=True):
    id: int
    name: str | None = None
    display_title: str = ""
    run_number: int | None = None
    run_attempt: int | None = None
    event: str = ""
    status: str | None = None
    conclusion: str | None = None
    head_branch: str | None = None
    head_sha: str = ""
    actor: AccountRecord | None = None
    created_at: str | None = None
    updated_at: str | None = None
    html_url: str = ""


class StepRecord(Record, frozen=True):
    name: str = "(unnamed step)"
    number: int | None = None
    status: str = ""
    conclusion: str | None = None


class JobRecord(Record, frozen=True):
    id: int
    name: str = "(unnamed job)"
    status: str = ""
    conclusion: str | None = None
    steps: tuple[StepRecord, ...] = ()


class AnnotationRecord(Record, frozen=True):
    path: str = ""
    start_line: int | None = None
    annotation_level: str | None = None
    message: str | None = None
    title: str | None = None


class WorkflowRecord(Record, frozen=True):
    id: int
    name: str = ""
    path: str = ""
    state: str = ""

    @property
    def file(self) -> str:
        """The file name of the workflow without its folder, such as `ci.yml`."""
        return self.path.rpartition("/")[2]


class DispatchedRecord(Record, frozen=True):
    """The id of the run that was started by a workflow_dispatch event."""

    workflow_run_id: int
    html_url: str = ""


class ArtifactRecord(Record, frozen=True):
    id: int
    name: str
    size_in_bytes: int | None = None
    expired: bool = False
    expires_at: str | None = None
    digest: str | None = None


class DeploymentRecord(Record, frozen=True):
    environment: str = "(unnamed environment)"
