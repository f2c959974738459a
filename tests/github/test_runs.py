"""Tools for workflow runs: listing and reading them, starting, repeating and cancelling."""

import json
from typing import Any

import pytest
from github_calls import HELLO, Connect, Use, published
from github_mcp.client.list_pages import PartialList
from github_mcp.models.actions import jobs_summary
from github_mcp.records.actions import JobRecord
from github_openapi import Description
from github_world import World
from mcp_chassis.testing import data, failure
from scripted_github import ScriptedGitHub

REPO = "/repos/octocat/hello"
SPEC = "/repos/{owner}/{repo}"


async def test_runs_are_listed_as_rows(use: Use, github: ScriptedGitHub, description: Description) -> None:
    github.description = None
    example = published(description, "GET", f"{SPEC}/actions/runs")
    github.fault("GET", f"{REPO}/actions/runs", status=200, body=example)
    page = data(await use("list_runs", **HELLO, branch="main", status="failure"))
    assert page["total"] == 1
    assert page["items"][0][0] == example["workflow_runs"][0]["id"]


async def test_a_run_names_its_failed_jobs_steps_and_annotations(
    use: Use, github: ScriptedGitHub, description: Description
) -> None:
    github.description = None
    run = published(description, "GET", f"{SPEC}/actions/runs/{{run_id}}")
    jobs = json.loads(json.dumps(published(description, "GET", f"{SPEC}/actions/runs/{{run_id}}/jobs")))
    jobs["jobs"][0]["conclusion"] = jobs["jobs"][0]["steps"][2]["conclusion"] = "failure"
    notes = published(description, "GET", f"{SPEC}/check-runs/{{check_run_id}}/annotations")
    github.fault("GET", f"{REPO}/actions/runs/7", status=200, body=run)
    github.fault("GET", f"{REPO}/actions/runs/7/jobs", status=200, body=jobs)
    github.fault("GET", f"{REPO}/check-runs/.*", status=200, body=notes)
    shown = data(await use("get_run", **HELLO, run_id=7))
    assert shown["jobs"] == "1 failed"
    job = shown["failed_jobs"][0]
    assert job["job_id"] == jobs["jobs"][0]["id"]
    assert job["failed_steps"] == [jobs["jobs"][0]["steps"][2]["name"]]
    assert job["annotations"][0]["line"] == notes[0]["start_line"]


@pytest.mark.parametrize(("attempt", "outcome"), [(2, "rerun"), (1, "OUTCOME_UNKNOWN")])
async def test_a_rerun_whose_response_is_lost_is_recognised_by_the_new_attempt(
    use: Use, github: ScriptedGitHub, attempt: int, outcome: str
) -> None:
    github.description = None
    before = {"id": 7, "run_attempt": 1, "head_sha": "a" * 40}
    github.fault("GET", f"{REPO}/actions/runs/7", status=200, body=before, times=2)
    github.fault("GET", f"{REPO}/actions/runs/7", status=200, body={**before, "run_attempt": attempt}, times=9)
    github.fault("GET", f"{REPO}/deployments", status=200, body=[])
    github.fault("POST", f"{REPO}/actions/runs/7/rerun-failed-jobs", "reset")
    result = await use("run_workflow_again", **HELLO, run_id=7)
    assert (failure(result).code if result.is_error else data(result)["requested"]) == outcome
    assert len(github.seen("POST")) == 1


WORKFLOWS: dict[str, Any] = {
    "total_count": 3,
    "workflows": [
        {"id": 1, "name": "CI", "path": ".github/workflows/ci.yml", "state": "active"},
        {"id": 2, "name": "Deploy", "path": ".github/workflows/deploy.yml", "state": "active"},
        {"id": 3, "name": "deploy", "path": ".github/workflows/old.yml", "state": "disabled_manually"},
    ],
}


@pytest.fixture
def workflows(github: ScriptedGitHub, world: World) -> ScriptedGitHub:
    """A GitHub with three workflows that have one input."""
    github.description = None
    file = b"on: {workflow_dispatch: {inputs: {level: {type: string}}}}"
    files = {each["path"]: file for each in WORKFLOWS["workflows"]}
    world.commit(world.repositories["octocat/hello"], files, "Workflows")
    github.fault("GET", f"{REPO}/actions/workflows", status=200, body=WORKFLOWS, times=99)
    return github


DISPATCH = {**HELLO, "ref": "main", "inputs": {"level": "high"}}


@pytest.mark.parametrize(
    ("name", "number"), [("CI", 1), ("ci", 1), (" CI ", 1), ("Deploy", 2), ("deploy", 3), ("old.yml", 3)]
)
async def test_a_workflow_is_started_by_name_or_file_and_returns_its_run_id(
    use: Use, workflows: ScriptedGitHub, name: str, number: int
) -> None:
    path = f"{REPO}/actions/workflows/{number}/dispatches"
    workflows.fault("POST", path, status=200, body={"workflow_run_id": 77, "run_url": "x", "html_url": "y"})
    assert data(await use("run_workflow", **DISPATCH, workflow=name)) == {"run_id": 77, "requested": "run"}
    sent = workflows.seen("POST", path)[0].sent
    assert sent == {"ref": "main", "inputs": {"level": "high"}, "return_run_details": True}


@pytest.mark.parametrize(
    "inputs",
    [[{"name": "level", "value": "high"}], {"level": "high"}, '{"level": "high"}', '[{"name":"level","value":"high"}]'],
)
async def test_inputs_may_be_a_list_or_an_object(use: Use, workflows: ScriptedGitHub, inputs: object) -> None:
    workflows.fault("POST", ".*/dispatches", status=200, body={"workflow_run_id": 77})
    data(await use("run_workflow", **{**DISPATCH, "inputs": inputs}, workflow="CI"))
    assert workflows.seen("POST")[0].sent["inputs"] == {"level": "high"}


async def test_an_unknown_workflow_is_refused_with_the_existing_ones_named(use: Use, workflows: ScriptedGitHub) -> None:
    error = failure(await use("run_workflow", **DISPATCH, workflow="Nightly"))
    assert error.code == "RESOURCE_NOT_FOUND"
    assert "ci.yml (CI), deploy.yml (Deploy)" in error.message
    assert workflows.seen("POST") == []


async def test_githubs_refusal_of_the_inputs_is_quoted(use: Use, workflows: ScriptedGitHub) -> None:
    body = {"message": 'Unexpected inputs provided: ["level"]'}
    workflows.fault("POST", ".*/dispatches", status=422, body=body)
    error = failure(await use("run_workflow", **DISPATCH, workflow="CI"))
    assert error.code == "INVALID_INPUT"
    assert "Unexpected inputs provided: ['level']" in error.message


ODD_DISPATCHES: list[dict[str, Any]] = [
    {"status": 200, "body": {}},
    {"status": 200, "body": []},
    {"status": 200, "body": b"null"},
    {"status": 202},
    {"status": 502},
    {"manner": "reset"},
]


@pytest.mark.parametrize("answer", ODD_DISPATCHES, ids=str)
async def test_a_dispatch_with_an_inconclusive_response_is_sent_once_with_unknown_outcome(
    use: Use, workflows: ScriptedGitHub, answer: dict[str, Any]
) -> None:
    workflows.fault("POST", ".*/dispatches", **answer, times=9)
    error = failure(await use("run_workflow", **DISPATCH, workflow="CI"))
    assert error.code == "OUTCOME_UNKNOWN"
    assert len(workflows.seen("POST")) == 1


async def test_a_dispatch_without_a_run_id_in_its_response_refers_to_list_runs(
    use: Use, workflows: ScriptedGitHub
) -> None:
    workflows.fault("POST", ".*/dispatches", status=204)
    started = data(await use("run_workflow", **DISPATCH, workflow="CI"))
    assert "run_id" not in started
    assert "without returning the run's id" in started["warnings"][0]


RUN = {"id": 7, "run_attempt": 1, "head_sha": "a" * 40, "display_title": "Release", "name": "CI"}


async def test_repeating_a_run_whose_commit_was_deployed_asks_a_person(
    connect: Connect, github: ScriptedGitHub
) -> None:
    github.description = None
    github.fault("GET", f"{REPO}/actions/runs/7", status=200, body=RUN, times=9)
    deployments = [{"id": 1, "environment": "production"}, {"id": 2, "environment": "staging"}]
    github.fault("GET", f"{REPO}/deployments", status=200, body=deployments, times=9)
    github.fault("POST", f"{REPO}/actions/runs/7/rerun", status=201, body={})
    arguments = {**HELLO, "run_id": 7, "failed_only": False}
    async with connect(GITHUB_TOOLS="run_workflow_again") as client:
        question = failure(await client.call_tool("run_workflow_again", arguments))
        assert question.code == "CONFIRMATION_REQUIRED"
        assert "was deployed to production, staging" in question.message
        assert github.seen("POST") == []
        again = {**arguments, "confirm": question.details["confirm"]}
        assert data(await client.call_tool("run_workflow_again", again))["attempt"] == 2


async def test_repeating_a_run_with_unreadable_deployments_asks_a_person(use: Use, github: ScriptedGitHub) -> None:
    github.description = None
    github.fault("GET", f"{REPO}/actions/runs/7", status=200, body=RUN, times=9)
    body = {"message": "Resource not accessible by personal access token"}
    github.fault("GET", f"{REPO}/deployments", status=403, body=body, times=9)
    question = failure(await use("run_workflow_again", **HELLO, run_id=7))
    assert question.code == "CONFIRMATION_REQUIRED"
    assert "The deployments of its commit could not be read" in question.message


async def test_runs_of_a_shortened_commit_and_a_named_workflow_are_listed(
    use: Use, world: World, workflows: ScriptedGitHub
) -> None:
    sha = world.repositories["octocat/hello"].branches["main"]
    page = {"total_count": 0, "workflow_runs": []}
    workflows.fault("GET", f"{REPO}/actions/workflows/1/runs", status=200, body=page)
    await use("list_runs", **HELLO, commit=sha[:9].upper(), workflow="CI")
    assert workflows.seen("GET", ".*/runs")[0].value("head_sha") == sha


async def test_a_repeated_run_of_unknown_attempt_returns_no_attempt(use: Use, github: ScriptedGitHub) -> None:
    github.description = None
    github.fault("GET", f"{REPO}/actions/runs/7", status=200, body={"id": 7, "head_sha": "a" * 40}, times=9)
    github.fault("GET", f"{REPO}/deployments", status=200, body=[], times=9)
    github.fault("POST", ".*/rerun-failed-jobs", status=201, body={})
    assert data(await use("run_workflow_again", **HELLO, run_id=7)) == {"run_id": 7, "requested": "rerun"}


async def test_twenty_annotations_of_which_github_has_more_pages_are_told_as_a_part(
    use: Use, github: ScriptedGitHub
) -> None:
    github.description = None
    further = {"Link": f'<{github.url}{REPO}/check-runs/1/annotations?page=2>; rel="next"'}
    job = {"id": 1, "status": "completed", "conclusion": "failure"}
    github.fault("GET", f"{REPO}/actions/runs/7", status=200, body={"id": 7})
    github.fault("GET", ".*/jobs", status=200, body={"jobs": [job], "total_count": 1}, times=99)
    notes = [{"path": "x", "message": f"Note {number}"} for number in range(20)]
    github.fault("GET", ".*/annotations", status=200, body=notes, headers=further)
    shown = data(await use("get_run", **HELLO, run_id=7))
    assert shown["failed_jobs"][0]["more_annotations"] is True


async def test_unread_jobs_and_further_annotations_are_reported(use: Use, github: ScriptedGitHub) -> None:
    github.description = None
    link = {"Link": f'<{github.url}{REPO}/actions/runs/7/jobs?page=2>; rel="next"'}
    job = {"id": 1, "status": "completed", "conclusion": "failure"}
    github.fault("GET", f"{REPO}/actions/runs/7", status=200, body={"id": 7})
    github.fault("GET", ".*/jobs", status=200, body={"jobs": [job]}, headers=link, times=99)
    notes = [{"path": "x", "message": f"Note {number}"} for number in range(30)]
    github.fault("GET", ".*/annotations", status=200, body=notes, times=99)
    shown = data(await use("get_run", **HELLO, run_id=7))
    assert shown["jobs"] == "5 failed, more not read"
    assert len(shown["failed_jobs"][0]["annotations"]) == 20
    assert shown["failed_jobs"][0]["more_annotations"] is True


@pytest.mark.parametrize(
    ("status", "conclusion", "summary"),
    [
        ("queued", None, "1 not finished"),
        ("in_progress", None, "1 not finished"),
        ("completed", "success", "1 passed"),
        ("completed", "skipped", "1 skipped"),
        ("completed", "timed_out", "1 failed"),
        ("completed", None, "1 failed"),
        ("", "failure", "1 failed"),
        ("", "success", "1 passed"),
    ],
)
def test_a_job_is_counted_by_its_status_and_conclusion(status: str, conclusion: str | None, summary: str) -> None:
    assert jobs_summary(PartialList([JobRecord(1, "unit", status, conclusion)])) == summary


@pytest.mark.parametrize(
    ("complete", "total", "summary"),
    [(True, None, "1 passed"), (False, 5, "1 passed, 4 not read"), (False, None, "1 passed, more not read")],
)
def test_jobs_that_were_not_read_are_counted(complete: bool, total: int | None, summary: str) -> None:
    jobs = PartialList([JobRecord(1, "unit", "completed", "success")], complete=complete, total=total)
    assert jobs_summary(jobs) == summary


def test_the_summary_of_no_jobs_is_none() -> None:
    assert jobs_summary(PartialList([])) == "none"


async def test_a_dispatch_whose_response_is_lost_refers_to_list_runs(use: Use, workflows: ScriptedGitHub) -> None:
    workflows.fault("POST", ".*/dispatches", "reset")
    error = failure(await use("run_workflow", **DISPATCH, workflow="CI"))
    assert error.code == "OUTCOME_UNKNOWN"
    assert "Look for the run with list_runs before trying again." in error.message
