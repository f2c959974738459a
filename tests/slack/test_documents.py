"""Tools for canvases, reminders, user groups and changes of channels."""

from typing import Any

import pytest
from mcp_chassis.testing import data
from slack_desk import ALICE, BOB, ELSEWHERE, GENERAL, Desk

FILES = {"SLACK_TOOLS": "@files"}


async def test_write_canvas_creates_appends_and_replaces_a_section(desk: Desk):
    async with desk.client(**FILES) as client:
        made = data(
            await client.call_tool("write_canvas", {"channel": "general", "title": "Plan", "markdown": "# One"})
        )
        data(await client.call_tool("write_canvas", {"canvas": made["id"], "markdown": "# Two"}))
        asked = {"canvas": made["id"], "markdown": "# Three", "replaces": "One"}
        data(await client.call_tool("write_canvas", asked))
    assert made["created"]
    assert desk.workspace.canvases[made["id"]] == ["# Three", "# Two"]


async def test_a_second_canvas_for_a_channel_is_refused_with_a_remedy(desk: Desk):
    async with desk.client(**FILES) as client:
        data(await client.call_tool("write_canvas", {"channel": "general", "markdown": "a"}))
    failed = await desk.fail("write_canvas", FILES, channel="general", markdown="b")
    assert (failed.code, "has a canvas already" in failed.message) == ("CONFLICT", True)


@pytest.mark.parametrize(("text", "code"), [("missing", "RESOURCE_NOT_FOUND"), ("same", "INVALID_INPUT")])
async def test_a_section_text_that_matches_no_or_several_sections_replaces_nothing(desk: Desk, text: str, code: str):
    made = await desk.call("write_canvas", FILES, channel="general", markdown="the same")
    desk.workspace.canvases[made["id"]].append("the same again")
    failed = await desk.fail("write_canvas", FILES, canvas=made["id"], markdown="x", replaces=text)
    assert failed.code == code
    assert desk.slack.count("canvases.edit") == 0


@pytest.mark.parametrize("method", ["canvases.edit", "conversations.canvases.create"])
async def test_a_canvas_write_whose_response_is_lost_is_never_repeated(desk: Desk, method: str):
    made = await desk.call("write_canvas", FILES, channel="general", title="Plan", markdown="a")
    desk.slack.faults[method].append("reset")
    arguments = {"canvas": made["id"]} if method == "canvases.edit" else {"channel": "random"}
    failed = await desk.fail("write_canvas", FILES, markdown="b", **arguments)
    assert failed.code == "OUTCOME_UNKNOWN"
    assert desk.slack.count(method) == 1


async def test_a_canvas_in_a_channel_that_may_not_be_written_is_not_changed(desk: Desk):
    made = await desk.call("write_canvas", FILES, channel="general", markdown="a")
    env = {**FILES, "SLACK_WRITE_CHANNELS": "random"}
    failed = await desk.fail("write_canvas", env, canvas=made["id"], markdown="b")
    assert failed.code == "PERMISSION_DENIED"
    assert desk.workspace.canvases[made["id"]] == ["a"]


async def test_reminders_are_added_listed_and_completed_with_the_persons_token(desk: Desk):
    desk.slack.with_user_token(ALICE)
    desk.slack.tokens["xoxp-user-000"].scopes |= {"reminders:read", "reminders:write"}
    env = {"SLACK_USER_TOKEN": "xoxp-user-000", "SLACK_TOOLS": "@personal"}
    async with desk.client(**env) as client:
        made = data(await client.call_tool("add_reminder", {"text": "call Bob", "at": "2h"}))
        assert data(await client.call_tool("list_reminders", {}))["reminders"] == [made]
        data(await client.call_tool("mark_reminder_done", {"id": made["id"]}))
        assert data(await client.call_tool("list_reminders", {}))["reminders"] == []
        assert data(await client.call_tool("list_reminders", {"include_done": True}))["reminders"][0]["done"]


async def test_a_reminder_in_the_past_or_without_a_user_token_is_refused(desk: Desk):
    env = {"SLACK_USER_TOKEN": desk.slack.with_user_token(ALICE), "SLACK_TOOLS": "@personal"}
    assert (await desk.fail("add_reminder", env, text="x", at="yesterday")).code == "INVALID_INPUT"
    alone = {"SLACK_TOOLS": "@personal"}
    assert (await desk.fail("add_reminder", alone, text="x", at="2h")).code == "PERMISSION_DENIED"


@pytest.mark.parametrize("group", ["@ops", "ops", "OPS", "S0OPS0001"])
async def test_list_group_members_returns_the_names_of_the_members(desk: Desk, group: str):
    desk.workspace.groups["S0OPS0001"] = "ops"
    desk.workspace.group_members["S0OPS0001"] = [ALICE, BOB]
    found = await desk.call("list_group_members", {"SLACK_TOOLS": "@read"}, group=group)
    assert [user["real_name"] for user in found["users"]] == ["Alice Martin", "Bob Stone"]
    listed = await desk.call("list_user_groups", {"SLACK_TOOLS": "@read"}, query="op")
    assert [found["handle"] for found in listed["groups"]] == ["ops"]


WRITE = {"SLACK_TOOLS": "@write"}


async def test_update_channel_lists_each_completed_step(desk: Desk):
    arguments: dict[str, Any] = {"name": "Town Hall", "topic": "News", "purpose": "All", "invite": ["@bob"]}
    changed = await desk.call("update_channel", WRITE, channel="elsewhere", action="join", **arguments)
    channel = desk.workspace.channels[ELSEWHERE]
    assert (channel.name, channel.topic, channel.purpose, channel.member) == ("town-hall", "News", "All", True)
    assert changed["done"] == ["join", "rename", "set the topic", "set the purpose", "invite"]


async def test_a_failed_step_of_update_channel_lists_the_completed_steps(desk: Desk):
    arguments: dict[str, Any] = {"channel": "general", "topic": "News", "action": "archive"}
    desk.slack.answers["conversations.archive"] = lambda given: {"ok": False, "error": "cant_archive_general"}
    failed = await desk.fail("update_channel", WRITE, **arguments)
    assert failed.code == "PERMISSION_DENIED"
    assert failed.details["completed_stages"] == ["set the topic"]


@pytest.mark.parametrize("empty", [{}, {"name": "", "topic": "", "purpose": "", "invite": [], "remove": []}])
async def test_update_channel_without_a_change_is_refused(desk: Desk, empty: dict[str, Any]):
    failed = await desk.fail("update_channel", WRITE, channel="general", **empty)
    assert "contains no change" in failed.message


async def test_renaming_a_channel_to_a_name_that_is_not_allowed_is_refused(desk: Desk):
    env = {**WRITE, "SLACK_ALLOWED_CHANNELS": "general,gen-*"}
    failed = await desk.fail("update_channel", env, channel="general", name="secret-plans")
    assert failed.code == "PERMISSION_DENIED"
    assert desk.workspace.channels[GENERAL].name == "general"


async def test_archiving_an_archived_channel_succeeds(desk: Desk):
    desk.workspace.channels[ELSEWHERE].archived = True
    assert (await desk.call("update_channel", WRITE, channel=ELSEWHERE, action="archive"))["done"] == ["archive"]


async def test_find_users_returns_e_mail_address_and_status(desk: Desk):
    desk.workspace.people[ALICE]["profile"] |= {"status_text": "On a train", "status_emoji": ":train:"}
    found = (await desk.call("find_users", query="alice"))["users"][0]
    assert (found["email"], found["status"]) == ("alice@acme.example", "🚋 On a train")
