"""Slack's published sample responses: each is accepted by a tool that calls the method."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest
from mcp_chassis.testing import failure, text
from slack_desk import ALICE, BOB, DIRECT, GENERAL, Desk
from slack_mcp.client.methods import METHODS
from slack_samples import TS, recorded

NINE, FILES, READ, WRITE, PERSONAL = "", "@files", "@read", "@write", "@personal"
PLACE = {"channel": GENERAL}
MESSAGE = {**PLACE, "ts": TS}
CANVAS = {"canvas": "F0CANVAS01", "markdown": "new"}
ITEM = {"list": "F0TASKS001", "item": "Rec00000"}
IDENTITY = {"canvases.sections.lookup": "temp:C:0"}
"""By method: the id that replaces empty ids of the sample, if it is not the id of a channel."""
FROM_ITS_OWN_ADDRESS = {"files.getUploadURLExternal"}
"""Methods whose sample contains an example.com address where the server requires a host of Slack."""


class Ask(NamedTuple):
    """A tool call that leads to a request of one API method."""

    tools: str
    tool: str
    arguments: Mapping[str, Any]
    env: Mapping[str, str] = {}


ASKS: Mapping[str, Ask] = {
    "auth.teams.list": Ask(NINE, "list_channels", {}, {"SLACK_TEAM_ID": "some name"}),
    "auth.test": Ask(NINE, "send_message", {**PLACE, "text": "x"}),
    "bots.info": Ask(NINE, "get_channel_history", PLACE),
    "canvases.create": Ask(FILES, "write_canvas", {**PLACE, "title": "Plan", "markdown": "x"}),
    "canvases.edit": Ask(FILES, "write_canvas", CANVAS),
    "canvases.sections.lookup": Ask(FILES, "write_canvas", {**CANVAS, "replaces": "old"}),
    "chat.delete": Ask(NINE, "update_message", {**MESSAGE, "delete": True}),
    "chat.deleteScheduledMessage": Ask(WRITE, "cancel_scheduled_message", {**PLACE, "id": "Q1"}),
    "chat.postMessage": Ask(NINE, "send_message", {**PLACE, "text": "x"}),
    "chat.scheduleMessage": Ask(WRITE, "schedule_message", {**PLACE, "text": "x", "at": "2h"}),
    "chat.scheduledMessages.list": Ask(WRITE, "list_scheduled_messages", PLACE),
    "chat.update": Ask(NINE, "update_message", {**MESSAGE, "text": "x"}),
    "conversations.archive": Ask(WRITE, "update_channel", {**PLACE, "action": "archive"}),
    "conversations.canvases.create": Ask(FILES, "write_canvas", {**PLACE, "markdown": "x"}),
    "conversations.create": Ask(NINE, "create_channel", {"name": "plans"}),
    "conversations.history": Ask(NINE, "get_channel_history", PLACE),
    "conversations.info": Ask(NINE, "get_channel_history", PLACE),
    "conversations.invite": Ask(WRITE, "update_channel", {**PLACE, "invite": ["@bob"]}),
    "conversations.join": Ask(WRITE, "update_channel", {**PLACE, "action": "join"}),
    "conversations.kick": Ask(WRITE, "update_channel", {**PLACE, "remove": ["@bob"]}),
    "conversations.leave": Ask(WRITE, "update_channel", {**PLACE, "action": "leave"}),
    "conversations.list": Ask(NINE, "list_channels", {}),
    "conversations.mark": Ask(PERSONAL, "mark_read", MESSAGE),
    "conversations.members": Ask(READ, "list_members", PLACE),
    "conversations.open": Ask(NINE, "send_message", {"channel": "@bob", "text": "x"}, {"SLACK_ALLOW_DMS": "true"}),
    "conversations.rename": Ask(WRITE, "update_channel", {**PLACE, "name": "news"}),
    "conversations.replies": Ask(NINE, "get_thread", {**PLACE, "thread_ts": TS}),
    "conversations.setPurpose": Ask(WRITE, "update_channel", {**PLACE, "purpose": "x"}),
    "conversations.setTopic": Ask(WRITE, "update_channel", {**PLACE, "topic": "x"}),
    "files.completeUploadExternal": Ask(FILES, "upload_file", {**PLACE, "name": "a.txt", "text": "a"}),
    "files.getUploadURLExternal": Ask(FILES, "upload_file", {**PLACE, "name": "a.txt", "text": "a"}),
    "files.info": Ask(FILES, "read_file", {"file": "F0CANVAS01"}),
    "files.list": Ask(FILES, "list_files", PLACE),
    "reactions.add": Ask(NINE, "add_reaction", {**MESSAGE, "emoji": "eyes"}),
    "reactions.remove": Ask(NINE, "add_reaction", {**MESSAGE, "emoji": "eyes", "remove": True}),
    "reminders.add": Ask(PERSONAL, "add_reminder", {"text": "x", "at": "2h"}),
    "reminders.complete": Ask(PERSONAL, "mark_reminder_done", {"id": "Rm1"}),
    "reminders.list": Ask(PERSONAL, "list_reminders", {}),
    "search.messages": Ask(PERSONAL, "list_mentions", {}),
    "slackLists.items.create": Ask(FILES, "write_list_item", {"list": "F0TASKS001", "fields": {"Task": "x"}}),
    "slackLists.items.list": Ask(FILES, "read_file", {"file": "F0TASKS001"}),
    "slackLists.items.update": Ask(FILES, "write_list_item", {**ITEM, "fields": {"Task": "x"}}),
    "usergroups.list": Ask(READ, "list_user_groups", {}),
    "usergroups.users.list": Ask(READ, "list_group_members", {"group": "ops"}),
    "users.conversations": Ask(PERSONAL, "list_unread", {}),
    "users.info": Ask(NINE, "find_users", {"query": "U0STRANGE1"}),
    "users.list": Ask(NINE, "find_users", {"query": "some"}),
    "users.lookupByEmail": Ask(NINE, "find_users", {"query": "dora@acme.example"}),
    "users.profile.set": Ask(PERSONAL, "set_status", {"text": "away"}),
}


def test_every_method_in_use_has_a_tool_call_in_this_test():
    assert sorted(ASKS) == sorted(METHODS)


@pytest.mark.parametrize("method", sorted(ASKS))
async def test_the_published_sample_response_is_accepted_by_its_tool(desk: Desk, method: str):
    answer = _of_this_workspace(method, recorded(method))
    _arrange(desk)
    desk.slack.answers[method] = lambda given: answer
    ask = ASKS[method]
    person = desk.slack.with_user_token(ALICE)
    env = {"SLACK_TOOLS": ask.tools, **ask.env, **({"SLACK_USER_TOKEN": person} if ask.tools == PERSONAL else {})}
    async with desk.client(**env) as client:
        result = await client.call_tool(ask.tool, dict(ask.arguments))
    assert desk.slack.count(method) > 0
    if method in FROM_ITS_OWN_ADDRESS:
        assert "outside its own hosts" in failure(result).message
    else:
        assert not result.is_error, text(result)
        assert "None" not in text(result)


def _of_this_workspace(method: str, answer: dict[str, Any]) -> dict[str, Any]:
    """The sample with its empty and zero ids replaced by ids of the scripted workspace."""
    known = {"user": ALICE, "users": ALICE, "channels": GENERAL, "id": IDENTITY.get(method, GENERAL)}
    written = json.dumps(answer)
    for name, identity in known.items():
        written = written.replace(f'"some {name}"', f'"{identity}"')
    return json.loads(written.replace("C00000000", GENERAL).replace("D00000000", DIRECT).replace("U00000000", ALICE))


def _arrange(desk: Desk) -> None:
    """Add the messages, canvas, list and other objects that the tool calls refer to."""
    desk.workspace.say(GENERAL, BOB, "hi")
    desk.workspace.channels[GENERAL].messages.append(
        {"type": "message", "ts": TS, "bot_id": "B0STRANGE1", "subtype": "bot_message", "text": "beep"}
    )
    desk.workspace.groups["S0GROUP01"] = "ops"
    desk.workspace.group_members["S0GROUP01"] = [ALICE]
    desk.workspace.canvases["F0CANVAS01"] = ["old"]
    desk.workspace.add_file("F0CANVAS01", "Plan", b"", url=desk.slack.url.removesuffix("/api/"), channels=[GENERAL])
    desk.workspace.add_list("F0TASKS001", "Tasks", [{"id": "Col1", "name": "Task", "type": "text"}], [GENERAL])
    desk.workspace.lists["F0TASKS001"][1]["Rec00000"] = {}
    held = {"id": "Q1", "channel_id": GENERAL, "post_at": 1, "text": "later"}
    desk.workspace.scheduled["Q1"] = held
    desk.workspace.reminders["Rm1"] = {"id": "Rm1", "text": "x", "user": ALICE, "time": 1, "complete_ts": 0}
