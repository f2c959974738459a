"""Rare messages and lists: fields and buttons of bots, mentions in tables, refused lists."""

from typing import Any

from mcp_chassis.testing import data
from scripted_slack_places import Refused
from slack_desk import ALICE, BOB, GENERAL, Desk

FIELDS = [
    {
        "type": "section",
        "text": {"type": "mrkdwn", "text": "Deploy *failed*"},
        "fields": [
            {"type": "mrkdwn", "text": "*Stage*\nproduction"},
            {"type": "mrkdwn", "text": "*Owner:*\n<@U0ALICE01>"},
            {"type": "plain_text", "text": "Attempt\n3"},
        ],
        "accessory": {"type": "button", "text": {"type": "plain_text", "text": "Retry"}, "url": "https://ci.example/7"},
    }
]


async def test_fields_of_a_bot_message_are_shown_as_label_and_value_and_a_button_by_its_label(desk: Desk):
    desk.workspace.say(GENERAL, BOB, "", blocks=FIELDS)
    page = await desk.call("get_channel_history", channel="general")
    lines = page["messages"][0]["text"].split("\n")
    assert lines == [
        "Deploy **failed**",
        "**Stage**: production",
        "**Owner:** @Alice Martin",
        "Attempt: 3",
        "[[Retry](https://ci.example/7)]",
    ]


async def test_a_block_of_an_unknown_type_without_text_is_named_beside_others_and_else_the_fallback_text_is_shown(
    desk: Desk,
):
    survey, known = {"type": "survey", "id": 7}, {"type": "section", "text": {"type": "mrkdwn", "text": "*Lunch?*"}}
    desk.workspace.say(GENERAL, BOB, "Lunch?", blocks=[known, survey, {"type": "divider"}])
    desk.workspace.say(GENERAL, BOB, "Dinner?", blocks=[survey])
    page = await desk.call("get_channel_history", channel="general")
    assert [message["text"] for message in page["messages"]] == ["Dinner?", "**Lunch?**\n[block of type survey]\n\n---"]


async def test_a_second_table_keeps_its_mentions_links_and_emoji_as_text(desk: Desk):
    table = "| who | what |\n|---|---|\n| <@U0ALICE01> | :tada: |\n| <#C0GENERAL> | [plan](https://a.example) |"
    await desk.call("send_message", channel="general", text=f"{table}\n\nand\n\n{table}")
    [post] = desk.posts()
    fixed = str(post["blocks"][-1])
    assert [word for word in ("U0ALICE01", ":tada:", "C0GENERAL", "plan") if word not in fixed] == []


async def test_a_refused_channel_list_is_an_error_and_is_not_requested_again_with_fewer_types(desk: Desk):
    def refused(given: Any, caller: str) -> Any:
        raise Refused("access_denied")

    desk.workspace.conversations_list = refused
    failed = await desk.fail("get_channel_history", channel="general")
    assert failed.code == "PERMISSION_DENIED"
    assert desk.slack.count("conversations.list") == 1


async def test_after_one_slow_directory_page_people_are_looked_up_one_by_one(desk: Desk):
    desk.slack.delays["users.list"] = 60
    for number in range(8):
        who = desk.workspace.add_person(f"U1{number:07d}", f"p{number}", f"Person {number}")
        desk.workspace.say(GENERAL, who, "x")
    async with desk.client() as client:
        page = data(await client.call_tool("get_channel_history", {"channel": GENERAL, "limit": 4}))
        for number in range(8, 16):
            who = desk.workspace.add_person(f"U1{number:07d}", f"p{number}", f"Person {number}")
            desk.workspace.say(GENERAL, who, "x")
        data(await client.call_tool("get_channel_history", {"channel": GENERAL, "limit": 16}))
    assert all(message["user"].startswith("Person") for message in page["messages"])
    assert desk.slack.count("users.list") == 1


async def test_every_kind_of_message_shows_people_by_name(desk: Desk):
    desk.workspace.say(GENERAL, ALICE, "<@U0BOB0001> & <@U0ALICE01|alice>")
    page = await desk.call("get_channel_history", channel="general")
    assert page["messages"][0]["text"] == "@Bob Stone & @Alice Martin"
