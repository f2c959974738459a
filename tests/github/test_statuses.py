"""Error codes of every tool for every HTTP status that GitHub documents, with GitHub's reason in the text."""

import re

import pytest
from github_calls import Connect, call_agreed, enough_arguments
from github_graphql import GraphQLDescription
from github_mcp.server import SERVER
from github_openapi import Description
from github_peopled import ENVIRONMENT, peopled
from github_world import World
from mcp_chassis.testing import connected, failure, text
from mcp_types import CallToolResult
from scripted_github import ScriptedGitHub

REASON = "A reason nobody could guess"
CODES: dict[int, set[str]] = {
    400: {"INVALID_INPUT"},
    401: {"AUTHENTICATION_FAILED"},
    403: {"PERMISSION_DENIED"},
    404: {"RESOURCE_NOT_FOUND"},
    405: {"CONFLICT"},
    406: {"INVALID_INPUT"},
    409: {"CONFLICT"},
    410: {"RESOURCE_NOT_FOUND"},
    413: {"INVALID_INPUT"},
    415: {"INVALID_INPUT"},
    422: {"INVALID_INPUT"},
    451: {"PERMISSION_DENIED"},
    500: {"SERVICE_UNAVAILABLE", "OUTCOME_UNKNOWN"},
    502: {"SERVICE_UNAVAILABLE", "OUTCOME_UNKNOWN"},
    503: {"SERVICE_UNAVAILABLE", "OUTCOME_UNKNOWN"},
}
IN_OWN_WORDS = {404, 410}
"""Statuses that some tools explain themselves: no such pull request, no log of this job, no such branch."""
ONCE = {"MCP_RETRY_ATTEMPTS": "1", "MCP_BREAKER_FAILURES": "1000000"}
EVERY_TOOL = [tool.__name__ for tool in SERVER.every_tool]


@pytest.mark.parametrize("tool", EVERY_TOOL)
async def test_each_http_status_has_its_error_code_and_keeps_githubs_reason(
    connect: Connect, github: ScriptedGitHub, world: World, tool: str
) -> None:
    github.description = None
    wrong: list[str] = []
    async with connect(GITHUB_TOOLS=tool, **ONCE) as client:
        arguments = enough_arguments(tool, (await client.list_tools()).tools[0].input_schema)
        for status, codes in CODES.items():
            body = {"message": REASON, "documentation_url": "https://docs.github.com/rest", "status": str(status)}
            for method in ("GET", "POST", "PATCH"):
                github.fault(method, ".*", status=status, body=body, times=1)
            error = failure(await client.call_tool(tool, arguments))
            github.forget_faults()
            if error.code not in codes:
                wrong.append(f"{status}: {error.code}: {error.message}")
            elif status < 500 and status not in IN_OWN_WORDS and REASON not in error.message:
                wrong.append(f"{status}: {error.message}")
    assert wrong == []


MOVED_MEANWHILE = (
    "edit_files",
    422,
)  # GitHub refuses to move a branch with 422, which is a conflict with the caller's state of it
IN_PARTS = {
    "find_similar_issues",
    "get_issue",
    "get_repositories",
    "get_repository_info",
    "get_reviews",
    "get_pull_request_diff",
    "get_run",
    "run_workflow",
    "run_workflow_again",
}
"""Tools of which a part may fail: it is named in a warning, read another way, or a person is asked."""


@pytest.mark.parametrize("tool", EVERY_TOOL)
async def test_each_documented_status_of_an_operation_has_its_error_code(
    description: Description, graphql: GraphQLDescription, tool: str
) -> None:
    """Let each operation that a tool uses fail with each documented status; the others return GitHub's examples."""
    github = ScriptedGitHub(peopled(), description=description, graphql=graphql, with_examples=True)
    environment = {**ENVIRONMENT, **ONCE, "GITHUB_TOOLS": tool}
    wrong: list[str] = []
    async with github.serving(), connected(SERVER, env={**environment, "GITHUB_API_URL": github.url}) as client:
        arguments = enough_arguments(tool, (await client.list_tools()).tools[0].input_schema)
        await call_agreed(client, tool, arguments)
        for method, path, status in documented_failures(description, github):
            github.world = peopled()
            github.fault(method, re.escape(path), status=status, body={"message": REASON}, times=99)
            result = await call_agreed(client, tool, arguments)
            github.forget_faults()
            if fault := judged(tool, status, result):
                wrong.append(f"{method} {path} {status}: {fault}")
    assert wrong == []


def documented_failures(description: Description, github: ScriptedGitHub) -> set[tuple[str, str, int]]:
    """The operations that were used, each with the failure statuses in its description."""
    found: set[tuple[str, str, int]] = set()
    for request in github.requests:
        if (operation := description.operation(request.method, request.path)) is not None:
            statuses = [int(each) for each in description.responses(operation[0]) if each[0] in "45"]
            found |= {(request.method, request.path, status) for status in statuses}
    return found


def judged(tool: str, status: int, result: CallToolResult) -> str:
    if not result.is_error:
        return "" if tool in IN_PARTS else f"success: {text(result)[:200]}"
    error = failure(result)
    codes = CODES[status] | ({"CONFLICT"} if (tool, status) == MOVED_MEANWHILE else set())
    if error.code not in codes and tool not in IN_PARTS:
        return f"{error.code}: {error.message}"
    is_told = status >= 500 or status in IN_OWN_WORDS or REASON in error.message
    return "" if is_told and error.code != "INTERNAL_ERROR" else error.message
