"""Deleting messages: only the error code for a missing message counts as done; all others are failures."""

from mcp_chassis.testing import data, failure
from slack_desk import ALICE, GENERAL, Desk


async def test_deleting_a_message_in_a_deleted_channel_fails(desk: Desk):
    async with desk.client() as client:
        sent = data(await client.call_tool("send_message", {"channel": "general", "text": "x"}))
        del desk.workspace.channels[GENERAL]
        asked = {"channel": "general", "ts": sent["ts"], "delete": True}
        failed = failure(await client.call_tool("update_message", asked))
    assert failed.code == "RESOURCE_NOT_FOUND"
    assert "cannot see it" in failed.message


async def test_a_message_of_another_author_cannot_be_deleted(desk: Desk):
    stamp = desk.workspace.say(GENERAL, ALICE, "mine")
    failed = await desk.fail("update_message", channel="general", ts=stamp, delete=True)
    assert failed.code == "PERMISSION_DENIED"
    assert "delete only messages that it sent itself" in failed.message
    assert desk.workspace.message(GENERAL, stamp)["text"] == "mine"


async def test_editing_a_deleted_message_fails(desk: Desk):
    failed = await desk.fail("update_message", channel="general", ts="1700000000.000100", text="new")
    assert failed.code == "RESOURCE_NOT_FOUND"
    assert "no message with this ts" in failed.message
