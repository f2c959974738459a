"""Responses of Slack with one field missing, null or of another type: no other part of the result is lost."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from mcp_chassis.http.records import read_records
from mcp_chassis.testing import data, failure, text
from slack_desk import ALICE, GENERAL, Desk
from slack_mcp.models import Message
from slack_mcp.records.messages import MessageRecord
from slack_mcp.rendering.names import Names
from slack_samples import TS, changes, recorded
from slack_shapes import SHAPES

LISTS = ("messages", "items", "channels", "users")
BEFORE = {"type": "message", "user": ALICE, "text": "before", "ts": "1795092060.000100"}
AFTER = {"type": "message", "user": ALICE, "text": "after", "ts": "1795092040.000100"}
GONE_ITEMS = ("messages.1='gone'", "messages=[]", "channels.1='gone'", "channels=[]", "members.1='gone'", "members=[]")
"""Changes after which a shorter list is a correct result."""


def messages() -> list[dict[str, Any]]:
    """A recorded message, and one message for each known block and attachment."""
    reactions = [{"name": "tada", "count": 2, "users": [ALICE]}]
    own = {"ts": TS, "type": "message", "blocks": [], "attachments": [], "reactions": reactions}
    recording = {**recorded("conversations.history", 3)["messages"][0], **own}
    blocks = [block for _, shape, _ in SHAPES[::2] for block in shape.get("blocks", ())]
    attachments = [held for _, shape, _ in SHAPES for held in shape.get("attachments", ())]
    plain = {"user": ALICE, "text": "middle", "ts": TS, "type": "message"}
    return [
        recording,
        *({**plain, "blocks": [b]} for b in blocks),
        *({**plain, "attachments": [a]} for a in attachments),
    ]


def page(middle: Any) -> dict[str, Any]:
    return {
        "ok": True,
        "messages": [BEFORE, middle, AFTER],
        "has_more": True,
        "response_metadata": {"next_cursor": "bmV4dA=="},
    }


def test_a_malformed_field_inside_a_message_loses_at_most_that_field():
    faults = [fault for message in messages() for fault in _faults_inside(message)]
    assert faults == []


def _faults_inside(message: dict[str, Any]) -> list[str]:
    plain = _shown(page(message))
    faults: list[str] = []
    for name, changed in changes(page(message)):
        if name.startswith("messages.1."):
            now = _shown(changed)
            faults += [name] if (now[0], now[-1], len(now)) != (plain[0], plain[-1], len(plain)) else []
            faults += [name] if now[1]["text"].count("None") or now[1].get("ts") not in (TS, None) else []
    return faults


def _shown(answer: dict[str, Any]) -> list[dict[str, Any]]:
    found = read_records(answer, MessageRecord, upstream="Slack", operation="read the channel", at="messages")
    return [Message.from_record(record, Names(), 1795092052.0).model_dump() for record in found.items]


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("tool", "method", "arguments"),
    [
        ("get_channel_history", "conversations.history", {"channel": GENERAL}),
        ("get_thread", "conversations.replies", {"channel": GENERAL, "thread_ts": TS}),
    ],
)
async def test_a_malformed_field_of_a_message_page_loses_at_most_that_field(
    desk: Desk, tool: str, method: str, arguments: dict[str, Any]
):
    answer = page({"type": "message", "user": ALICE, "text": "middle", "ts": TS})
    desk.slack.answers[method] = lambda given: answer
    faults: list[str] = []
    async with desk.client() as client:
        plain = data(await client.call_tool(tool, arguments))
        for name, changed in changes(answer):
            desk.slack.answers[method] = lambda given, changed=changed: changed
            faults += _faults(name, plain, await client.call_tool(tool, arguments))
    assert faults == []


@pytest.mark.timeout(300)
async def test_a_malformed_field_of_a_channel_loses_at_most_that_field(desk: Desk):
    sample = recorded("conversations.list", 4)
    middle = {**sample["channels"][0], "id": "C0MIDDLE1", "name": "middle", "is_im": False}
    edges = [{"id": f"C0EDGE00{number}", "name": f"edge-{number}", "is_channel": True} for number in range(2)]
    answer = {**sample, "channels": [edges[0], middle, edges[1]], "response_metadata": {"next_cursor": ""}}
    await _each_in_a_server_of_its_own(desk, "list_channels", "conversations.list", {}, answer)


@pytest.mark.timeout(300)
async def test_a_malformed_field_of_a_person_loses_at_most_that_field(desk: Desk):
    sample = recorded("users.list", 4)
    middle = {**sample["members"][0], "id": "U0MIDDLE1", "name": "ann.middle", "deleted": False}
    edges = [{"id": f"U0EDGE00{number}", "name": f"ann.edge{number}", "profile": {}} for number in range(2)]
    answer = {**sample, "members": [edges[0], middle, edges[1]], "response_metadata": {"next_cursor": ""}}
    await _each_in_a_server_of_its_own(desk, "find_users", "users.list", {"query": "ann"}, answer)


async def _each_in_a_server_of_its_own(
    desk: Desk, tool: str, method: str, arguments: Mapping[str, Any], answer: dict[str, Any]
) -> None:
    """Try every fifth change, each with a new server, since a server caches lists."""
    desk.slack.answers[method] = lambda given: answer
    plain = await desk.call(tool, **arguments)
    faults: list[str] = []
    for name, changed in list(changes(answer))[::5]:
        desk.slack.answers[method] = lambda given, changed=changed: changed
        async with desk.client(SLACK_TOOLS=tool) as client:
            faults += _faults(name, plain, await client.call_tool(tool, dict(arguments)))
    assert faults == []


@pytest.mark.parametrize(
    "answer",
    [
        {"ok": True},
        {"ok": True, "ts": None},
        {"ok": True, "ts": 5},
        {"ok": True, "ts": {}},
        {"ok": True, "message": {}},
    ],
)
async def test_a_post_response_without_ts_is_resolved_by_the_metadata_id_and_not_sent_twice(
    desk: Desk, answer: dict[str, Any]
):
    posts: list[Mapping[str, str]] = []

    def post(given: Mapping[str, str]) -> dict[str, Any]:
        posts.append(given)
        desk.workspace.chat_postMessage(given, "U0BOT0001")
        return answer

    desk.slack.answers["chat.postMessage"] = post
    sent = await desk.call("send_message", channel="general", text="once")
    assert (sent["recovered"], sent["ts"]) == (True, desk.posts()[0]["ts"])
    assert len(posts) == 1


@pytest.mark.parametrize("answer", [{"ok": True}, {"ok": True, "channel": {}}, {"ok": True, "channel": None}])
async def test_a_create_channel_response_without_the_channel_is_an_unknown_outcome(desk: Desk, answer: dict[str, Any]):
    desk.slack.answers["conversations.create"] = lambda given: answer
    failed = await desk.fail("create_channel", name="plans")
    assert failed.code == "OUTCOME_UNKNOWN"
    assert "list_channels" in failed.message


def _faults(name: str, plain: dict[str, Any], result: Any) -> list[str]:
    if result.is_error:
        told = failure(result)
        return [f"{name}: {told.message}"] if told.code != "UPSTREAM_ERROR" or "Slack" not in told.message else []
    body = json.loads(text(result))
    found = [f"{name}: None as a text"] if '"None"' in text(result) else []
    if plain.get("next_cursor") and not body.get("next_cursor"):
        found.append(f"{name}: the cursor is lost")
    for items in LISTS:
        if items in plain and name not in GONE_ITEMS:
            was, now = plain[items], body[items]
            if len(now) < len(was) and not body.get("warnings"):
                found.append(f"{name}: an item is lost without a word")
            if now and (now[0], now[-1]) != (was[0], was[-1]):
                found.append(f"{name}: another item has changed")
    return found
