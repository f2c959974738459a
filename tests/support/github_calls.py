"""Words that the tests of the GitHub server share."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from github_openapi import Description
from mcp.client import Client
from mcp_chassis.testing import data
from mcp_types import CallToolResult

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
