"""Words that the tests of the GitHub server share."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

from github_openapi import Description
from mcp.client import Client
from mcp_chassis.testing import data, failure
from mcp_types import CallToolResult
from plausible import arguments_for

Connect = Callable[..., AbstractAsyncContextManager[Client]]
Call = Callable[..., Any]
Use = Callable[..., Any]

HELLO = {"owner": "octocat", "repo": "hello"}
TOKEN = "ghp_testtoken"
NOW = 1_795_000_000.0


def published(description: Description, method: str, path: str) -> Any:
    """The first answer GitHub publishes for an operation."""
    return next(example for _, example in description.examples(method, path))


def rows(result: CallToolResult) -> list[dict[str, Any]]:
    """The rows of a table, each by its columns."""
    page = data(result)
    return [dict(zip(page["columns"], row, strict=True)) for row in page["items"]]


ENOUGH: dict[str, dict[str, Any]] = {
    "get_repositories": {"names": ["octocat/hello"]},
    "update_pull_request": {"number": 2, "change": "update_branch"},
    "edit_files": {"branch": "main", "edits": [{"path": "x", "content": "y"}]},
    "get_artifact": {"name": "Rails"},
    "get_job_logs": {"job_id": 1},
    "mark_notification_done": {"id": "1"},
    "organize_issue": {"change": "milestone", "value": "v1.0"},
    "get_comment": {"address": "https://github.com/octocat/hello/issues/1#issuecomment-21"},
    "update_comment": {"comment_id": 21, "body": "Edited"},
    "get_discussion": {"number": 5},
    "add_discussion_comment": {"number": 5, "body": "B"},
    "run_workflow": {"workflow": "ci.yml", "ref": "main"},
    "search_code": {"query": "x"},
    "search_issues": {"query": "x"},
    "update_issue": {"state": "closed"},
    "write_review": {"body": "B", "event": "COMMENT"},
    "list_project_items": {"project": 7},
    "set_project_field": {"project": 7, "item": "octocat/hello#1", "field": "Status", "value": "Done"},
}
"""Arguments beside the required ones with which each tool does something."""


def enough_arguments(tool: str, schema: Mapping[str, Any], **named: Any) -> dict[str, Any]:
    """The required arguments of a tool and what it needs beyond them."""
    place = {name: each for name, each in {**HELLO, **named}.items() if name in schema["properties"]}
    return {**arguments_for(schema), **ENOUGH.get(tool, {}), **place}


async def call_agreed(client: Client, tool: str, arguments: Mapping[str, Any]) -> CallToolResult:
    """Call a tool, and agree where it asks first."""
    result = await client.call_tool(tool, dict(arguments))
    if result.is_error and failure(result).code == "CONFIRMATION_REQUIRED":
        confirm = failure(result).details["confirm"]
        result = await client.call_tool(tool, {**arguments, "confirm": confirm})
    return result
