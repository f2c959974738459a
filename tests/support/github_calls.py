"""Words that the tests of the GitHub server share."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from mcp.client import Client
from mcp_chassis.testing import data
from mcp_types import CallToolResult

Connect = Callable[..., AbstractAsyncContextManager[Client]]
Call = Callable[..., Any]

HELLO = {"owner": "octocat", "repo": "hello"}
TOKEN = "ghp_testtoken"
NOW = 1_795_000_000.0


def rows(result: CallToolResult) -> list[dict[str, Any]]:
    """The rows of a table, each by its columns."""
    page = data(result)
    return [dict(zip(page["columns"], row, strict=True)) for row in page["items"]]
