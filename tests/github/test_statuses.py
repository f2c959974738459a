"""Every tool and every status GitHub documents: the failure's code, and GitHub's reason in its text."""

from typing import Any

import pytest
from github_calls import HELLO, Connect
from github_mcp.server import SERVER
from github_world import World
from mcp_chassis.testing import failure
from plausible import arguments_for
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
ENOUGH: dict[str, dict[str, Any]] = {
    "edit_files": {"edits": [{"path": "x", "content": "y"}]},
    "update_issue": {"state": "closed"},
    "write_review": {"body": "B"},
    "search_issues": {"query": "x"},
    "search_code": {"query": "x"},
}
ONCE = {"MCP_RETRY_ATTEMPTS": "1", "MCP_BREAKER_FAILURES": "1000000"}
EVERY_TOOL = [tool.__name__ for tool in SERVER.every_tool]


@pytest.mark.parametrize("tool", EVERY_TOOL)
async def test_each_status_has_its_code_and_keeps_githubs_reason(
    connect: Connect, github: ScriptedGitHub, world: World, tool: str
) -> None:
    github.description = None
    wrong: list[str] = []
    async with connect(GITHUB_TOOLS=tool, **ONCE) as client:
        schema = (await client.list_tools()).tools[0].input_schema
        named = HELLO if "owner" in schema["properties"] else {}
        arguments = {**arguments_for(schema), **ENOUGH.get(tool, {}), **named}
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
