"""Requests for workflows: finding one by name, starting a run; artifacts of runs; deployments of a commit."""

import re
from collections.abc import Mapping
from contextlib import suppress

from mcp_chassis.failures import InvalidInput, NotFound
from mcp_chassis.output.warnings import warn

from github_mcp.client.contents import bytes_of
from github_mcp.client.list_pages import MAX_PAGE_SIZE, PartialList, named
from github_mcp.client.session import Session, Values, Write
from github_mcp.records.actions import ArtifactRecord, DeploymentRecord, DispatchedRecord, WorkflowRecord
from github_mcp.records.pull_requests import CountRecord

MAX_PAGES = 5
RUN_DETAILS = "return_run_details"


class Workflows:
    """Requests for workflows, artifacts and deployments.

    Args:
        enterprise: whether GitHub is an Enterprise Server, whose API lacks the newest parameters.
    """

    def __init__(self, session: Session, *, enterprise: bool) -> None:
        self._session = session
        self._enterprise = enterprise

    async def find(self, owner: str, repo: str, name: str) -> WorkflowRecord:
        """Find a workflow by its file, id or name; an exact match takes precedence over one in another case.

        Raises:
            NotFound: if there is none; its message lists the existing workflows.
            InvalidInput: if several workflows match.
        """
        if re.fullmatch(r"\d+|[\w.-]+\.ya?ml", name):
            tail, values = "/actions/workflows/{workflow_id}", {"workflow_id": name}
            with suppress(NotFound):
                answer = await self._session.read(owner, repo, tail, values)
                return answer.record(WorkflowRecord, operation="find the workflow")
        all_there = await self._all(owner, repo)
        there = all_there.items
        wanted = name.strip()
        for found in (
            [each for each in there if wanted in (each.path, each.file, str(each.id))],
            [each for each in there if each.name == wanted],
            [each for each in there if wanted.lower() in (each.name.lower(), each.file.lower())],
        ):
            if len(found) == 1:
                return found[0]
            if found:
                files = ", ".join(each.file for each in found)
                raise InvalidInput(f"Several workflows have the name {wanted!r}: {files}. Give the file of one.")
        names = named([f"{each.file} ({each.name})" for each in there], complete=all_there.complete)
        raise NotFound(f"There is no workflow {wanted!r} in {owner}/{repo}.", remedy=f"Its workflows are: {names}.")

    async def _all(self, owner: str, repo: str) -> PartialList[WorkflowRecord]:
        params: Values | None = {"per_page": MAX_PAGE_SIZE}
        there: list[WorkflowRecord] = []
        for _ in range(MAX_PAGES):
            answer = await self._session.read(owner, repo, "/actions/workflows", params=params)
            operation = "list the workflows"
            there += answer.records(WorkflowRecord, operation=operation, at="workflows", noun="workflows").items
            params = answer.page("next")
            if params is None:
                break
        return PartialList(there, complete=params is None)

    async def dispatch(
        self, owner: str, repo: str, workflow: WorkflowRecord, ref: str, inputs: Mapping[str, str]
    ) -> DispatchedRecord | None:
        """Start a workflow run; None if GitHub accepted the request without returning the run's id.

        Raises:
            InvalidInput: with GitHub's reason, for example an input that the workflow does not have.
        """
        sent: dict[str, object] = {"ref": ref}
        if inputs:
            sent["inputs"] = dict(inputs)
        if not self._enterprise:
            sent[RUN_DETAILS] = True
        tail = "/actions/workflows/{workflow_id}/dispatches"
        check = "Look for the run with list_runs before trying again."
        answer = await self._session.write(
            owner, repo, Write("POST", tail, {"workflow_id": workflow.id}, sent, check=check)
        )
        if answer.status == 204:
            return None
        return answer.record(DispatchedRecord, operation="run the workflow")

    async def artifacts(
        self, owner: str, repo: str, run_id: int, name: str | None = None
    ) -> PartialList[ArtifactRecord]:
        """The artifacts of a run, or only those with one name."""
        tail, values = "/actions/runs/{run_id}/artifacts", {"run_id": run_id}
        params: Values | None = {"per_page": MAX_PAGE_SIZE, "name": name}
        found: list[ArtifactRecord] = []
        total: int | None = None
        for _ in range(MAX_PAGES):
            answer = await self._session.read(owner, repo, tail, values, params=params)
            found += answer.records(
                ArtifactRecord, operation="list the artifacts", at="artifacts", noun="artifacts"
            ).items
            total = answer.record(CountRecord, operation="list the artifacts").total_count
            params = answer.page("next")
            if params is None:
                break
        return PartialList(found, complete=params is None and len(found) >= (total or 0), total=total)

    async def artifact_archive(self, owner: str, repo: str, artifact_id: int) -> bytes:
        """Download the ZIP archive of an artifact from the file store that GitHub redirects to."""
        tail, values = "/actions/artifacts/{artifact_id}/zip", {"artifact_id": artifact_id}
        return bytes_of(await self._session.read_stored(owner, repo, tail, values), "read the artifact")

    async def environments_of(self, owner: str, repo: str, sha: str) -> list[str]:
        """The names of the environments to which a commit was deployed."""
        params = {"sha": sha, "per_page": MAX_PAGE_SIZE}
        answer = await self._session.read(owner, repo, "/deployments", params=params)
        found = answer.records(DeploymentRecord, operation="list the deployments", noun="deployments")
        if answer.page("next") is not None:
            warn(f"Only {len(found.items)} deployments of this commit were read.")
        return list(dict.fromkeys(each.environment for each in found.items))
