"""Writes of every server's writing tools that are sent and then answered oddly: sent once, and never called a bug."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from github_mcp.server import SERVER as GITHUB
from github_world import World
from mcp.client import Client
from mcp_chassis.server import Server
from mcp_chassis.testing import connected, failure
from mcp_chassis.testing.replies import Reply
from mcp_chassis.testing.upstream import ScriptedUpstream
from mcp_types import CallToolResult, ElicitResult
from odd_write_answers import odd_answers
from offers import tools_of
from rest_mcp.assembly import server_of
from scripted_github import ScriptedGitHub
from slack_desk import ALICE, GENERAL, Desk, arranged
from slack_mcp.server import SERVER as SLACK
from volume import in_volume, volume

HELLO = {"owner": "octocat", "repo": "hello"}
REPO = "/repos/octocat/hello"
TS = "1750000000.000100"
GRAPHQL = "/graphql"
THREAD = {
    "data": {"node": {"isResolved": False, "repository": {"nameWithOwner": "octocat/hello"}}},
}
MAX_SENT_BY_IDEMPOTENT = 2  # a write that changes nothing more is repeated once
FORMS = {"reset": "reset", "close": "close", "truncated": "cut", "cut chunk": "cut", "whole": "answer"}
ODD = list(
    odd_answers({"number": 7, "id": 7, "html_url": "https://github.com/7", "node_id": "x"}, "number", "id").values()
)
TOOLS_IN_ALL = 29
AMONG_AMBIGUOUS_WRITES = {"organize_issue", "update_comment", "add_discussion_comment", "set_project_field"}
"""Tools that tests/github/test_ambiguous_writes.py tries in the same way."""
WRITES = volume(2_000 // TOOLS_IN_ALL + 1)


@dataclass(frozen=True)
class Written:
    """One writing tool: its arguments, and the request that has its effect, which may be sent `max_sent` times."""

    tool: str
    arguments: dict[str, Any] = field(default_factory=dict[str, Any])
    method: str = "POST"
    path: str = ""
    max_sent: int = 1

    def __str__(self) -> str:
        return self.tool


ON_GITHUB = [
    Written("create_issue", {"title": "T", "body": "B"}, path=f"{REPO}/issues"),
    Written("add_issue_comment", {"number": 1, "body": "B"}, path=f"{REPO}/issues/1/comments"),
    Written("update_issue", {"number": 1, "title": "N"}, "PATCH", f"{REPO}/issues/1"),
    Written("create_pull_request", {"title": "T", "body": "B", "head": "w", "base": "main"}, path=f"{REPO}/pulls"),
    Written("merge_pull_request", {"number": 2}, "PUT", f"{REPO}/pulls/2/merge"),
    Written("write_review", {"number": 2, "event": "COMMENT", "body": "B"}, path=f"{REPO}/pulls/2/reviews"),
    Written("reply_to_thread", {"number": 2, "comment_id": 5, "body": "B"}, path=f"{REPO}/pulls/2/comments/5/replies"),
    Written("resolve_thread", {"thread_id": "PRRT_2"}, path=GRAPHQL),
    Written("run_workflow_again", {"run_id": 7}, path=f"{REPO}/actions/runs/7/rerun-failed-jobs"),
    Written("cancel_run", {"run_id": 7}, path=f"{REPO}/actions/runs/7/cancel"),
    Written("run_workflow", {"workflow": "9", "ref": "main"}, path=f"{REPO}/actions/workflows/9/dispatches"),
    Written("update_pull_request", {"number": 2, "change": "update_branch"}, "PUT", f"{REPO}/pulls/2/update-branch"),
    Written("mark_notification_done", {"id": "1"}, "DELETE", "/notifications/threads/1"),
    Written(
        "edit_files",
        {"branch": "main", "message": "M", "edits": [{"path": "new.txt", "content": "x"}]},
        "PATCH",
        f"{REPO}/git/refs/heads/main",
        max_sent=MAX_SENT_BY_IDEMPOTENT,  # of the branch to the same commit
    ),
]
AT_SLACK = [
    Written("send_message", {"text": "T"}, path="chat.postMessage"),
    Written("schedule_message", {"text": "T", "at": "2h"}, path="chat.scheduleMessage"),
    Written("create_channel", {"name": "new"}, path="conversations.create"),
    Written("add_reaction", {"ts": TS, "emoji": "tada"}, path="reactions.add"),
    Written("update_message", {"ts": TS, "text": "N"}, path="chat.update"),
    Written("cancel_scheduled_message", {"id": "Q1"}, path="chat.deleteScheduledMessage"),
    Written("mark_read", {"ts": TS}, path="conversations.mark"),
    Written("set_status", {"text": "away"}, path="users.profile.set"),
    Written("upload_file", {"name": "a.txt", "text": "T"}, path="files.completeUploadExternal"),
    Written("write_canvas", {"title": "T", "markdown": "M"}, path="canvases.create"),
    Written("write_list_item", {"list": "F0TASKS001", "fields": {"Task": "T"}}, path="slackLists.items.create"),
    Written("update_channel", {"topic": "T"}, path="conversations.setTopic"),
    Written("add_reminder", {"text": "T", "at": "2h"}, path="reminders.add"),
    Written("mark_reminder_done", {"id": "Rm1"}, path="reminders.complete"),
]
SLACK_ODD: list[Any] = [
    *([], {}, None, "made", 7, True, {"ok": True}, {"ok": "true"}, {"ok": None}, {"ok": True, "ts": None}),
    *(
        {"ok": True, "channel": odd, "ts": odd, "scheduled_message_id": odd, "message": odd}
        for odd in ([], {}, 7, True)
    ),
    *("reset", "cut", "bad_gateway"),
]
BRIDGE = """
instructions = "Things."
[apis.acme]
base_url = "ACME_URL"
auth = { header = "X-Key", variable = "ACME_KEY" }
[[tools]]
name = "create_thing"
description = "Make a thing."
request = "POST /things"
[tools.parameters.name]
[[tools]]
name = "update_thing"
description = "Change a thing."
request = "PATCH /things/{id}"
idempotent = true
[tools.parameters.id]
[tools.parameters.name]
"""


async def agree(context: Any, params: Any) -> ElicitResult:
    return ElicitResult(action="accept", content=dict.fromkeys(params.requested_schema["properties"], True))


async def outcomes(
    client: Client, written: Written, serve: Callable[[int], None], sent: Callable[[], int]
) -> list[str]:
    """What is wrong after `WRITES` calls; each is made twice with its key where the tool takes one."""
    (tool,) = [each for each in (await client.list_tools()).tools if each.name == written.tool]
    keyed = "idempotency_key" in tool.input_schema["properties"]
    faults: list[str] = []
    for number in range(WRITES):
        before = sent()
        serve(number)
        key = {"idempotency_key": f"{written} {number}"} if keyed else {}
        results = [await client.call_tool(written.tool, {**written.arguments, **key}) for _ in range(1 + keyed)]
        times = sent() - before
        most = written.max_sent if keyed else MAX_SENT_BY_IDEMPOTENT
        faults += [f"{number}: sent {times} times"] if not 1 <= times <= most else []
        faults += [f"{number}: {code}" for code in map(code_of, results) if code not in ("done", "OUTCOME_UNKNOWN")]
    return faults


def code_of(result: CallToolResult) -> str:
    return failure(result).code if result.is_error else "done"


def odd_fault(github: ScriptedGitHub, written: Written, reply: Reply) -> None:
    if written.path == GRAPHQL:
        github.fault("POST", GRAPHQL, status=200, body=THREAD)
    media_type = dict(reply.headers).get("content-type", "application/json")
    encoding = {name: value for name, value in dict(reply.headers).items() if name == "content-encoding"}
    answer = {"status": reply.status, "body": reply.content, "media_type": media_type, "headers": encoding}
    github.fault(written.method, written.path, FORMS[reply.ending], **answer, times=10**6)


@in_volume
@pytest.mark.parametrize("written", ON_GITHUB, ids=str)
async def test_writes_at_github_with_odd_answers_are_sent_once_and_no_bug(written: Written) -> None:
    world = World(time.time)
    world.tokens["token"] = "octocat"
    hello = world.repository("octocat/hello")
    world.commit(hello, {"x": b"1\n"}, "First")
    world.issue(hello, "One")
    world.commit(hello, {"x": b"2\n"}, "Work", branch="feature")
    world.pull(hello, "Feature", "feature")
    async with ScriptedGitHub(world).serving() as github:
        arrange(github)
        env = {"GITHUB_TOKEN": "token", "GITHUB_API_URL": github.url, "GITHUB_TOOLS": written.tool}
        quick = {"MCP_OUTBOUND_RATE": "1000", "GITHUB_WRITES_PER_SECOND": "1000", "MCP_RETRY_BASE": "0.01"}
        calm = {"MCP_BREAKER_FAILURES": "100000", "MCP_RETRY_BUDGET": "100000"}
        arguments = {**_place(written.tool), **written.arguments}

        def serve(number: int) -> None:
            github.forget_faults()
            arrange(github)
            odd_fault(github, written, ODD[number % len(ODD)])

        async with connected(GITHUB, env={**env, **quick, **calm}, elicitation_callback=agree) as client:
            faults = await outcomes(
                client,
                replace(written, arguments=arguments),
                serve,
                lambda: sum("query(" not in str(each.sent) for each in github.seen(written.method, written.path)),
            )
    assert faults == []


def _place(tool: str) -> dict[str, str]:
    return HELLO if "owner" in _parameters(GITHUB, tool) else {}


def arrange(github: ScriptedGitHub) -> None:
    """What the tools read beside the issues and pull requests of the world."""
    run = {"id": 7, "run_attempt": 1, "status": "in_progress"}
    commit = {"sha": "c" * 40, "tree": {"sha": "7" * 40}, "html_url": "x"}
    reads = {
        f"{REPO}/actions/runs/7": run,
        f"{REPO}/pulls/2/comments": [],
        f"{REPO}/actions/workflows/9": {"id": 9, "name": "CI", "path": ".github/workflows/ci.yml", "state": "active"},
        "/notifications/threads/1": {"id": "1", "repository": {"full_name": "octocat/hello"}, "subject": {}},
        f"{REPO}/git/ref/heads/main": {"ref": "refs/heads/main", "object": {"sha": "c" * 40, "type": "commit"}},
        f"{REPO}/git/commits/c+": commit,
        f"{REPO}/git/trees/7+": {"sha": "7" * 40, "tree": [], "truncated": False},
    }
    for path, body in reads.items():
        github.fault("GET", path, status=200, body=body, times=10**6)
    for kind, sha in (("blobs", "b"), ("trees", "8"), ("commits", "d")):
        github.fault("POST", f"{REPO}/git/{kind}", status=201, body={"sha": sha * 40}, times=10**6)


@in_volume
@pytest.mark.parametrize("written", AT_SLACK, ids=str)
async def test_writes_at_slack_with_odd_answers_are_sent_once_and_no_bug(written: Written) -> None:
    async with arranged().running() as slack:
        desk = Desk(slack)
        slack.workspace.say(GENERAL, "U0BOT0001", "hello", ts=TS)
        slack.workspace.reminders["Rm1"] = {"id": "Rm1"}
        slack.workspace.add_list("F0TASKS001", "Tasks", [{"id": "Col1", "name": "Task", "type": "text"}], [GENERAL])
        person = slack.with_user_token(ALICE)
        channel = {} if "channel" not in _parameters(SLACK, written.tool) else {"channel": GENERAL}

        def serve(number: int) -> None:
            odd = SLACK_ODD[number % len(SLACK_ODD)]
            slack.answers.pop(written.path, None)
            slack.faults[written.path].clear()
            if isinstance(odd, str) and odd in ("reset", "cut", "bad_gateway"):
                slack.faults[written.path].append(odd)
            else:
                slack.answers[written.path] = lambda _: odd

        env = {"SLACK_TOOLS": written.tool, "SLACK_USER_TOKEN": person, "MCP_BREAKER_FAILURES": "100000"}
        async with desk.client(**env, MCP_RETRY_BUDGET="100000") as client:
            faults = await outcomes(
                client,
                replace(written, arguments={**channel, **written.arguments}),
                serve,
                lambda: slack.count(written.path),
            )
    assert faults == []


def _parameters(server: Server[Any], tool: str) -> dict[str, Any]:
    (function,) = [each for each in server.every_tool if each.__name__ == tool]
    return function.__annotations__


def test_every_writing_tool_of_github_and_slack_is_tried() -> None:
    writing = {t.name for server in (GITHUB, SLACK) for t in tools_of(server) if not t.annotations.read_only_hint}
    assert writing - {written.tool for written in (*ON_GITHUB, *AT_SLACK)} == AMONG_AMBIGUOUS_WRITES


@in_volume
@pytest.mark.parametrize(
    "written",
    [
        Written("create_thing", {"name": "N"}, "POST", "/things"),
        Written("update_thing", {"id": "1", "name": "N"}, "PATCH", "/things/1"),
    ],
    ids=str,
)
async def test_writes_of_a_bridge_with_odd_answers_are_sent_once_and_no_bug(
    upstream: ScriptedUpstream, written: Written, tmp_path: Any
) -> None:
    file = tmp_path / "bridge.toml"
    file.write_text(BRIDGE)

    def serve(number: int) -> None:
        upstream.answers(f"{written.method} {written.path}", ODD[number % len(ODD)])

    env = {"ACME_URL": upstream.url, "ACME_KEY": "k", "MCP_RETRY_BASE": "0.01", "MCP_BREAKER_FAILURES": "100000"}
    async with connected(
        server_of(file), env={**env, "MCP_RETRY_BUDGET": "100000", "MCP_OUTBOUND_RATE": "1000"}
    ) as client:
        faults = await outcomes(client, written, serve, lambda: len(upstream.requests))
    assert faults == []
