"""Writes whose response is lost or inconclusive: no effect happens twice, and none is reported that did not happen."""

import random
from typing import Any

import pytest
from github_calls import call_agreed, enough_arguments
from github_graphql import GraphQLDescription
from github_mcp.server import SERVER
from github_openapi import Description
from github_peopled import ENVIRONMENT, peopled
from mcp_chassis.testing import connected, failure
from scripted_github import ScriptedGitHub
from volume import in_volume, volume

EFFECTS: dict[str, tuple[str, str]] = {
    "create_issue": ("POST", r".*/issues"),
    "add_issue_comment": ("POST", r".*/issues/\d+/comments"),
    "create_pull_request": ("POST", r".*/pulls"),
    "merge_pull_request": ("PUT", r".*/merge"),
    "write_review": ("POST", r".*/reviews"),
    "reply_to_thread": ("POST", r".*/replies"),
    "edit_files": ("PATCH", r".*/git/refs/heads/.*"),
    "run_workflow": ("POST", r".*/dispatches"),
    "run_workflow_again": ("POST", r".*/rerun.*"),
    "cancel_run": ("POST", r".*/cancel"),
    "update_pull_request": ("PUT", r".*/update-branch"),
    "mark_notification_done": ("DELETE", r"/notifications/threads/\d+"),
    "organize_issue": ("POST", r".*/sub_issues"),
    "add_discussion_comment": ("POST", r"/graphql"),
    "update_comment": ("DELETE", r".*/issues/comments/\d+"),
    "update_issue": ("PATCH", r".*/issues/\d+"),
    "resolve_thread": ("POST", r"/graphql"),
    "set_project_field": ("POST", r"/graphql"),
}
"""Method and path of the request by which each writing tool has its effect."""
HOLDING = dict.fromkeys(("resolve_thread", "add_discussion_comment", "set_project_field"), b"mutation")
"""A part of the body of that request, for tools that also read by POST."""
REPEATABLE = {
    *("update_comment", "mark_notification_done", "cancel_run", "update_issue", "resolve_thread", "edit_files"),
    "set_project_field",
}
"""Tools whose effect is idempotent, so that their request may be sent twice."""
ANSWERS: list[dict[str, Any]] = [
    {"manner": "reset"},
    {"manner": "cut"},
    {"status": 502},
    {"status": 504, "body": b"<html>", "media_type": "text/html"},
    {"status": 408, "body": {"message": "Timeout"}},
    {"status": 201, "body": []},
    {"status": 201, "body": {}},
    {"status": 201, "body": b"null"},
    {"status": 201, "body": {"number": "1", "id": None, "html_url": 7}},
    {"status": 200, "body": b"<html>", "media_type": "text/html"},
    {"status": 200, "body": b'{"id": 1'},
    {"status": 202},
    {"status": 204},
]
TRIES_PER_TOOL = volume(42, share=0.15)


@in_volume
@pytest.mark.parametrize("tool", EFFECTS)
async def test_an_ambiguous_write_has_its_effect_at_most_once_and_is_never_an_internal_error(
    description: Description, graphql: GraphQLDescription, tool: str
) -> None:
    chance = random.Random(tool)
    github = ScriptedGitHub(peopled(), description=description, graphql=graphql, with_examples=True)
    environment = {**ENVIRONMENT, "GITHUB_TOOLS": tool, "MCP_BREAKER_FAILURES": "1000000"}
    wrong: list[str] = []
    async with github.serving(), connected(SERVER, env={**environment, "GITHUB_API_URL": github.url}) as client:
        schema = (await client.list_tools()).tools[0].input_schema
        for _ in range(TRIES_PER_TOOL):
            answer, acts = chance.choice(ANSWERS), chance.random() < 0.5
            if fault := await tried(github, client, tool, schema, answer, acts=acts):
                wrong.append(f"{answer} acts={acts}: {fault}")
    assert wrong == []


async def tried(
    github: ScriptedGitHub, client: Any, tool: str, schema: dict[str, Any], answer: dict[str, Any], *, acts: bool
) -> str:
    method, path = EFFECTS[tool]
    github.world = peopled()
    github.requests.clear()
    github.forget_faults()
    github.fault(method, path, **answer, acts=acts, holding=HOLDING.get(tool, b""))
    result = await call_agreed(client, tool, enough_arguments(tool, schema, **special(tool)))
    sent = [each for each in github.seen(method, path) if HOLDING.get(tool, b"") in each.body]
    if len(sent) > 1 and tool not in REPEATABLE:
        return f"sent {len(sent)} times"
    if not result.is_error:
        return ""
    code = failure(result).code
    return code if code in ("INTERNAL_ERROR", "UPSTREAM_ERROR", "SERVICE_UNAVAILABLE", "TIMEOUT") else ""


def special(tool: str) -> dict[str, Any]:
    """Arguments that name existing objects."""
    found: dict[str, dict[str, Any]] = {
        "create_pull_request": {"head": "feature", "base": "main"},
        "update_pull_request": {"number": 2, "change": "update_branch"},
        "mark_notification_done": {"id": "1"},
        "merge_pull_request": {"number": 2},
        "write_review": {"number": 2},
        "reply_to_thread": {"number": 2, "comment_id": 11},
        "organize_issue": {"number": 1, "change": "add_sub_issue", "value": "2"},
        "add_discussion_comment": {"number": 5},
        "update_comment": {"comment_id": 21, "delete": True},
        "resolve_thread": {"thread_id": "PRRT_1"},
    }
    return found.get(tool, {})


def test_every_writing_tool_is_covered() -> None:
    writing = {each.__name__ for each in SERVER.every_tool if not vars(each)["__chassis__"].read_only}
    assert writing - set(EFFECTS) == set()
