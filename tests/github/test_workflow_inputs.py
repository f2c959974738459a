"""Validation of workflow inputs against the workflow's file before a run is started."""

from typing import Any

import pytest
from github_calls import HELLO, Use
from github_openapi import Description
from github_world import World
from mcp_chassis.testing import data, failure
from scripted_github import ScriptedGitHub

FILE = ".github/workflows/deploy.yml"
WORKFLOW = """
name: Deploy
on:
  push:
  workflow_dispatch:
    inputs:
      environment: {type: environment, required: true}
      version: {type: choice, required: true, options: [1.10, 2.0, "yes"]}
      dry_run: {type: boolean, default: false, required: true}
      percent: {type: number}
      note: {description: Free text}
jobs: {}
"""
GOOD = {"environment": "prod", "version": "1.10"}


@pytest.fixture
def github_with_workflow(github: ScriptedGitHub, world: World, description: Description) -> ScriptedGitHub:
    world.commit(world.repositories["octocat/hello"], {FILE: WORKFLOW.encode()}, "Workflow")
    example = dict(description.examples("GET", "/repos/{owner}/{repo}/actions/workflows/{workflow_id}"))["default"]
    github.fault("GET", ".*/actions/workflows/.*", status=200, body={**example, "id": 5, "path": FILE}, times=99)
    github.fault("POST", ".*/dispatches", status=204, times=99)
    return github


async def started(use: Use, inputs: dict[str, str] | None, ref: str = "main") -> Any:
    given = {} if inputs is None else {"inputs": inputs}
    return await use("run_workflow", **HELLO, workflow="deploy.yml", ref=ref, **given)


@pytest.mark.parametrize(
    "more", [{}, {"dry_run": "true"}, {"percent": "12.5"}, {"percent": "-3e2"}, {"note": ""}, {"version": "yes"}]
)
async def test_valid_inputs_are_sent(use: Use, github_with_workflow: ScriptedGitHub, more: dict[str, str]) -> None:
    data(await started(use, {**GOOD, **more}))
    (sent,) = github_with_workflow.seen("POST", ".*/dispatches")
    assert sent.sent["inputs"] == {**GOOD, **more}


@pytest.mark.parametrize(
    ("inputs", "fault"),
    [
        (None, "'environment' is required; 'version' is required"),
        ({**GOOD, "version": "1.1"}, "'version' must be one of 1.10, 2.0, yes"),
        ({**GOOD, "dry_run": "True"}, "'dry_run' must be true or false"),
        ({**GOOD, "percent": "all"}, "'percent' must be a number"),
        (
            {**GOOD, "dryrun": "true"},
            "'dryrun' is not declared (declared inputs: environment, version, dry_run, percent, note)",
        ),
    ],
)
async def test_invalid_inputs_are_named_and_nothing_is_sent(
    use: Use, github_with_workflow: ScriptedGitHub, inputs: dict[str, str] | None, fault: str
) -> None:
    error = failure(await started(use, inputs))
    assert error.code == "INVALID_INPUT"
    assert fault in error.message
    assert github_with_workflow.seen("POST") == []


@pytest.mark.parametrize("on", ["on: push", "on: [push, pull_request]", "on: {push: }"])
async def test_a_workflow_without_the_dispatch_trigger_is_refused_without_a_request(
    use: Use, github_with_workflow: ScriptedGitHub, world: World, on: str
) -> None:
    world.commit(world.repositories["octocat/hello"], {FILE: on.encode()}, branch="other")
    error = failure(await started(use, GOOD, ref="other"))
    assert f"{FILE} on other has no workflow_dispatch" in error.message
    assert github_with_workflow.seen("POST") == []


@pytest.mark.parametrize("on", ["on: workflow_dispatch", "on: [push, workflow_dispatch]", "on: {workflow_dispatch: }"])
async def test_a_workflow_without_declared_inputs_is_started_and_refuses_any_input(
    use: Use, github_with_workflow: ScriptedGitHub, world: World, on: str
) -> None:
    world.commit(world.repositories["octocat/hello"], {FILE: on.encode()}, branch="other")
    data(await started(use, None, ref="other"))
    assert "is not declared (declared inputs: none)" in failure(await started(use, {"x": "y"}, ref="other")).message


@pytest.mark.parametrize("content", [b"on: [", b"\xff\xfe", b"- a list", b"on: 7\n", b"a: 1\na: 2\n"])
async def test_inputs_are_sent_unchecked_with_a_warning_if_the_file_cannot_be_parsed(
    use: Use, github_with_workflow: ScriptedGitHub, world: World, content: bytes
) -> None:
    world.commit(world.repositories["octocat/hello"], {FILE: content}, branch="other")
    result = await started(use, {"x": "y"}, ref="other")
    if content == b"on: 7\n":
        assert "has no workflow_dispatch" in failure(result).message
    else:
        assert f"The inputs were not checked: {FILE} could not be read." in data(result)["warnings"]
