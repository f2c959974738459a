"""Guests and external people are named in a warning to the writer and in the channel list."""

from slack_desk import ALICE, GENERAL, GROUP, Desk

GUEST = "U0GUEST01"


async def test_a_post_to_a_channel_with_a_guest_warns_with_the_guests_name(desk: Desk):
    desk.workspace.add_person(GUEST, "gus", "Gus Guest", is_restricted=True)
    sent = await desk.call("send_message", channel="general", text="plans")
    assert sent["warnings"] == ["Guests can read this conversation: Gus Guest."]


async def test_deactivated_guests_are_not_mentioned_in_the_warning(desk: Desk):
    desk.workspace.add_person(GUEST, "gus", "Gus Guest", is_restricted=True, deleted=True)
    assert "warnings" not in await desk.call("send_message", channel="general", text="plans")


async def test_a_channel_found_by_query_is_listed_with_its_guests(desk: Desk):
    desk.workspace.add_person(GUEST, "gus", "Gus Guest", is_ultra_restricted=True)
    found = await desk.call("list_channels", query="general")
    assert found["channels"][0]["guests"] == "Gus Guest"


async def test_a_post_succeeds_if_the_members_cannot_be_listed(desk: Desk):
    desk.slack.answers["conversations.members"] = lambda given: {"ok": False, "error": "missing_scope"}
    assert (await desk.call("send_message", channel="general", text="plans"))["ts"]


async def test_members_are_requested_once_for_several_posts(desk: Desk):
    async with desk.client() as client:
        for _ in range(3):
            await client.call_tool("send_message", {"channel": "general", "text": "plans"})
    assert desk.slack.count("conversations.members") == 1


async def test_members_are_requested_again_after_an_invitation(desk: Desk):
    async with desk.client(SLACK_TOOLS="send_message,update_channel") as client:
        for _ in range(2):
            await client.call_tool("send_message", {"channel": "general", "text": "plans"})
            await client.call_tool("update_channel", {"channel": "general", "topic": "Plans"})
    assert desk.slack.count("conversations.members") == 2


async def test_a_large_channel_is_not_checked_for_guests(desk: Desk):
    desk.workspace.channels[GENERAL].members = 5_000
    await desk.call("send_message", channel="general", text="plans")
    assert desk.slack.count("conversations.members") == 0


async def test_a_channel_with_a_pending_external_invitation_counts_as_shared(desk: Desk):
    channel = {**desk.workspace.channels[GENERAL].wire(), "is_pending_ext_shared": True}
    desk.slack.answers["conversations.info"] = lambda given: {"ok": True, "channel": channel}
    sent = await desk.call("send_message", channel=GENERAL, text="plans")
    assert "other organisations" in sent["warnings"][0]


async def test_a_group_message_is_read_by_the_name_that_a_post_returns(desk: Desk):
    desk.workspace.say(GROUP, ALICE, "between us")
    found = await desk.call("get_channel_history", {"SLACK_ALLOW_DMS": "true"}, channel="@bob, @alice")
    assert [message["text"] for message in found["messages"]] == ["between us"]
    assert desk.slack.count("conversations.open") == 0


async def test_a_missing_group_message_error_names_the_tool_that_opens_one(desk: Desk):
    desk.workspace.add_person("U0DORA001", "dora", "Dora Lee")
    failed = await desk.fail("get_channel_history", {"SLACK_ALLOW_DMS": "true"}, channel="@bob, @dora")
    assert (failed.code, "send_message opens one" in failed.message) == ("RESOURCE_NOT_FOUND", True)
