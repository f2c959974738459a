"""Pasted links, the last page of a list, and unknown people."""

import pytest
from slack_desk import ALICE, GENERAL, Desk


@pytest.mark.parametrize("form", ["{}", "<{}>", " {} ", "{}?thread_ts={ts}&cid=C0GENERAL"])
async def test_a_message_link_is_accepted_in_every_usual_form(desk: Desk, form: str):
    parent = desk.workspace.say(GENERAL, ALICE, "question")
    link = f"https://acme.slack.com/archives/{GENERAL}/p{parent.replace('.', '')}"
    thread = await desk.call("get_thread", channel="general", thread_ts=form.format(link, ts=parent))
    assert [message["text"] for message in thread["messages"]] == ["question"]


@pytest.mark.parametrize("form", ["https://acme.slack.com/archives/{}", "<https://acme.slack.com/archives/{}>"])
async def test_a_channel_link_is_accepted_with_and_without_angle_brackets(desk: Desk, form: str):
    desk.workspace.say(GENERAL, ALICE, "question")
    page = await desk.call("get_channel_history", channel=form.format(GENERAL))
    assert [message["text"] for message in page["messages"]] == ["question"]


async def test_the_last_page_has_no_next_cursor(desk: Desk):
    parent = desk.workspace.say(GENERAL, ALICE, "question")
    for tool, where in (("get_channel_history", {}), ("get_thread", {"thread_ts": parent})):
        page = await desk.call(tool, channel="general", **where)
        assert "next_cursor" not in page


async def test_an_unknown_person_error_names_the_tool_to_use(desk: Desk):
    failed = await desk.fail("send_message", {"SLACK_ALLOW_DMS": "true"}, channel="@zzyzx", text="hello")
    assert failed.code == "RESOURCE_NOT_FOUND"
    assert "looked through" not in failed.message
    assert "find_users" in failed.message
