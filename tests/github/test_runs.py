"""Runs of GitHub Actions: lists, one run with what failed, running again."""

import json

import pytest
from github_calls import HELLO, Use, published
from github_openapi import Description
from mcp_chassis.testing import data, failure
from scripted_github import ScriptedGitHub

REPO = "/repos/octocat/hello"
SPEC = "/repos/{owner}/{repo}"


async def test_runs_are_listed(use: Use, github: ScriptedGitHub, description: Description) -> None:
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


@pytest.mark.parametrize(("attempt", "told"), [(2, "rerun"), (1, "OUTCOME_UNKNOWN")])
async def test_a_rerun_whose_answer_is_lost_is_known_by_the_new_attempt(
    use: Use, github: ScriptedGitHub, attempt: int, told: str
) -> None:
    github.description = None
    github.fault("GET", f"{REPO}/actions/runs/7", status=200, body={"id": 7, "run_attempt": 1})
    github.fault("GET", f"{REPO}/actions/runs/7", status=200, body={"id": 7, "run_attempt": attempt}, times=9)
    github.fault("POST", f"{REPO}/actions/runs/7/rerun-failed-jobs", "reset")
    result = await use("run_workflow_again", **HELLO, run_id=7)
    assert (failure(result).code if result.is_error else data(result)["requested"]) == told
    assert len(github.seen("POST")) == 1
