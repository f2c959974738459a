"""Responses about files, members, groups, reminders, schedules and unread messages with one malformed field."""

import json
from typing import Any

import pytest
from mcp_chassis.testing import failure, text
from slack_desk import ALICE, BOB, GENERAL, Desk
from slack_samples import TS, changes

CURSOR = {"next_cursor": "bmV4dA=="}
FILE = {
    "id": "F0MIDDLE1",
    "name": "plan.txt",
    "title": "Plan",
    "mimetype": "text/plain",
    "filetype": "text",
    "pretty_type": "Plain Text",
    "mode": "snippet",
    "size": 12,
    "user": ALICE,
    "created": 1795092052,
    "permalink": "https://acme.slack.com/files/U/F/plan.txt",
    "channels": [GENERAL],
    "groups": [],
    "ims": [],
    "preview": "words",
    "alt_txt": "a plan",
    "transcription": {"status": "complete", "preview": {"content": "said"}},
}


def around(middle: dict[str, Any], **first: Any) -> list[dict[str, Any]]:
    """A list with the item between two items of its kind that are never changed."""
    return [{**middle, "id": "X0BEFORE1", **first}, middle, {**middle, "id": "X0AFTER01", **first}]


SCHEDULED = {"id": "Q0MIDDLE1", "channel_id": GENERAL, "post_at": 1795192052, "text": "later"}
REMINDER = {"id": "Rm0MIDDLE", "text": "call", "user": ALICE, "time": 1795192052, "complete_ts": 0, "recurring": False}
GROUP = {"id": "S0MIDDLE1", "handle": "ops", "name": "Operations", "user_count": 3}
CASES: list[tuple[str, str, str, dict[str, Any], dict[str, Any]]] = [
    ("@files", "list_files", "files.list", {"channel": GENERAL}, {"files": around(FILE), "paging": {"pages": 3}}),
    ("@files", "read_file", "files.info", {"file": "F0MIDDLE1"}, {"file": FILE}),
    (
        "@read",
        "list_members",
        "conversations.members",
        {"channel": GENERAL},
        {"members": [ALICE, BOB, ALICE], "response_metadata": CURSOR},
    ),
    ("@read", "list_user_groups", "usergroups.list", {}, {"usergroups": around(GROUP)}),
    ("@read", "list_group_members", "usergroups.users.list", {"group": "ops"}, {"users": [ALICE, BOB, ALICE]}),
    (
        "@write",
        "list_scheduled_messages",
        "chat.scheduledMessages.list",
        {},
        {"scheduled_messages": around(SCHEDULED), "response_metadata": CURSOR},
    ),
    ("@personal", "list_reminders", "reminders.list", {}, {"reminders": around(REMINDER)}),
    (
        "@personal",
        "list_unread",
        "conversations.info",
        {},
        {"channel": {"id": GENERAL, "name": "general", "last_read": TS, "unread_count_display": 2}},
    ),
]


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("profile", "tool", "method", "arguments", "fields"), CASES, ids=[case[1] for case in CASES])
async def test_a_malformed_field_of_an_item_loses_at_most_that_field(
    desk: Desk, profile: str, tool: str, method: str, arguments: dict[str, Any], fields: dict[str, Any]
):
    desk.workspace.groups["S0MIDDLE1"] = "ops"
    desk.slack.tokens["xoxb-bot-000"].scopes |= {"reminders:read"}
    desk.slack.with_user_token(ALICE)
    desk.slack.tokens["xoxp-user-000"].scopes |= {"reminders:read"}
    answer = {"ok": True, **fields}
    desk.slack.answers[method] = lambda given: answer
    faults: list[str] = []
    async with desk.client(SLACK_TOOLS=profile, SLACK_USER_TOKEN="xoxp-user-000") as client:
        plain = json.loads(text(await client.call_tool(tool, arguments))) if tool != "read_file" else {}
        for name, changed in changes(answer):
            if name.startswith("file.channels"):
                continue  # A file without channels is not read; the next test covers that.
            desk.slack.answers[method] = lambda given, changed=changed: changed
            result = await client.call_tool(tool, arguments)
            if result.is_error:
                told = failure(result)
                faults += [f"{name}: {told.code} {told.message}"] if _is_unlike_slacks_fault(told) else []
            elif plain:
                faults += [f"{name}: {fault}" for fault in _faults(plain, json.loads(text(result)))]
            faults += [f"{name}: None as a text"] if '"None"' in text(result) else []
    assert faults == []


@pytest.mark.parametrize("channels", [None, "x", {}, [], [None], [7]])
async def test_a_file_that_is_not_shared_in_a_readable_channel_is_not_read(desk: Desk, channels: object):
    desk.slack.answers["files.info"] = lambda given: {"ok": True, "file": {**FILE, "channels": channels}}
    failed = await desk.fail("read_file", {"SLACK_TOOLS": "@files"}, file="F0MIDDLE1")
    assert failed.code == "PERMISSION_DENIED"


def _is_unlike_slacks_fault(told: Any) -> bool:
    return told.code not in {"UPSTREAM_ERROR", "RESOURCE_NOT_FOUND", "PERMISSION_DENIED"} or "Slack" not in told.message


def _faults(plain: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Faults of a changed result: the first and last item must be unchanged; a lost middle one needs a warning."""
    found: list[str] = []
    for name, items in plain.items():
        if not isinstance(items, list) or name == "warnings" or not now.get(name):
            continue
        if (
            list(map(_apart, (now[name][0], now[name][-1]))) != list(map(_apart, (items[0], items[-1])))
            and len(items) > 2
        ):
            found.append("another item has changed")
    return found


def _apart(item: dict[str, Any]) -> dict[str, Any]:
    """The item without `since`, since one scripted response is used for every conversation."""
    return {name: value for name, value in item.items() if name != "since"}
