"""Deadlines, reuse of results and continuation as a task: reviewed for every tool, since no schema shows them."""

from typing import Any

from mcp_chassis.server import Server
from mcp_chassis.tools import DEFINITION_ATTRIBUTE, ToolDefinition

DEADLINE_SECONDS = {
    "execute_write": 90,
    "get_repositories": 60,
    "list_named_queries": 60,
    "profile_table": 120,
    "run_named_query": 315,
}
"""The other tools of the packages have `MCP_CALL_DEADLINE`, or a deadline by their arguments."""
CACHE_SECONDS = {"get_repositories": 60, "get_repository_info": 60}
MAY_TAKE_MINUTES = {
    "database-mcp": """
        describe_table execute_query export_query find_joins list_tables profile_table run_named_query search_schema
    """,
    "github-mcp": "compare get_artifact get_job_logs get_pull_request_diff",
    "slack-mcp": "get_channel_history get_thread list_channels search_messages",
}
PACKAGES = {"database-mcp", "github-mcp", "rest-mcp", "slack-mcp", "timezone-mcp"}


def definitions(server: Server[Any]) -> dict[str, ToolDefinition]:
    return {tool.__name__: getattr(tool, DEFINITION_ATTRIBUTE) for tool in server.every_tool}


def of_packages(found: dict[str, Server[Any]]) -> dict[str, ToolDefinition]:
    return {name: each for server in PACKAGES for name, each in definitions(found[server]).items()}


def test_deadlines_and_times_of_reuse_are_the_reviewed_ones(found: dict[str, Server[Any]]) -> None:
    tools = of_packages(found)
    deadlines = {name: each.deadline for name, each in tools.items() if isinstance(each.deadline, int | float)}
    assert deadlines == DEADLINE_SECONDS
    assert {name: each.cache for name, each in tools.items() if each.cache is not None} == CACHE_SECONDS


def test_the_tools_that_may_go_on_as_a_task_are_the_reviewed_ones(found: dict[str, Server[Any]]) -> None:
    minutes = {
        name: sorted(tool for tool, each in definitions(found[name]).items() if each.may_take_minutes)
        for name in PACKAGES
    }
    assert {name: tools for name, tools in minutes.items() if tools} == {
        name: tools.split() for name, tools in MAY_TAKE_MINUTES.items()
    }


def test_every_write_makes_the_cached_results_of_tools_invalid_that_exist(found: dict[str, Server[Any]]) -> None:
    cached = set(CACHE_SECONDS)
    unknown = {name: set(each.invalidates) - cached for name, each in of_packages(found).items()}
    assert {name: tools for name, tools in unknown.items() if tools} == {}
    assert {name for name, each in of_packages(found).items() if set(each.invalidates) == cached} == {
        "create_issue",
        "create_pull_request",
        "edit_files",
        "merge_pull_request",
        "update_issue",
        "update_pull_request",
    }
