"""Long lists: later calls continue the search, and every name in a result is accepted as a reference."""

import unicodedata

import pytest
from mcp_chassis.testing import data, failure
from slack_desk import ALICE, DIRECT, GENERAL, GROUP, Desk

NAMES = ("straßenbau", "ειδήσεις", "новости", "日本語-チャンネル", "équipe", "ελλάς", "großhandel-2")


async def test_a_channel_late_in_the_list_is_found_by_repeated_calls_that_continue_the_list(desk: Desk):
    def page(given: dict[str, str]) -> dict[str, object]:
        number = int(given.get("cursor") or 1)
        names = [f"team-{number}-{item}" for item in range(20)] if number < 45 else ["wanted"]
        channels = [{"id": f"C1P{number:03}N{at:03}", "name": name} for at, name in enumerate(names)]
        following = str(number + 1) if number < 45 else ""
        return {"ok": True, "channels": channels, "response_metadata": {"next_cursor": following}}

    desk.slack.answers["conversations.list"] = page
    desk.slack.answers["conversations.history"] = lambda given: {"ok": True, "messages": []}
    async with desk.client() as client:
        asked = {"channel": "#wanted"}
        first = failure(await client.call_tool("get_channel_history", asked))
        second = failure(await client.call_tool("get_channel_history", asked))
        assert (first.code, second.code) == ("TIMEOUT", "TIMEOUT")
        assert ("400 channels" in first.message, "800 channels" in second.message) == (True, True)
        assert data(await client.call_tool("get_channel_history", asked))["messages"] == []
    assert desk.slack.count("conversations.list") == 45


async def test_a_person_late_in_the_directory_is_found_by_a_repeated_call(desk: Desk):
    desk.workspace.crowd = 30_000
    async with desk.client() as client:
        first = data(await client.call_tool("find_users", {"query": "Person 29999"}))
        assert first["users"] == []
        assert "repeat the same call" in first["warnings"][0]
        second = data(await client.call_tool("find_users", {"query": "Person 29999"}))
    assert [user["real_name"] for user in second["users"]] == ["Person 29999"]
    assert "warnings" not in second
    assert desk.slack.count("users.list") == 31


async def test_a_missing_name_is_not_found_only_after_the_whole_list_was_read(desk: Desk):
    for number in range(2_500):
        desk.workspace.add_channel(f"C1{number:07d}", f"team-{number}")
    failed = await desk.fail("get_channel_history", channel="#nowhere")
    assert failed.code == "RESOURCE_NOT_FOUND"
    assert desk.slack.count("conversations.list") == 3


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
async def test_a_channel_is_found_by_its_name_in_every_script_and_normal_form(desk: Desk, name: str, form: str):
    desk.workspace.add_channel("C0LETTERS", name)
    given = unicodedata.normalize(form, name)  # pyright: ignore[reportArgumentType]
    assert (await desk.call("get_channel_history", channel=f"#{given}"))["messages"] == []


async def test_an_exact_channel_name_takes_precedence_over_a_case_folded_one(desk: Desk):
    desk.workspace.add_channel("C0FOLDED1", "strasse")
    desk.workspace.add_channel("C0EXACT01", "straße")
    desk.workspace.say("C0EXACT01", ALICE, "here")
    assert (await desk.call("get_channel_history", channel="straße"))["messages"][0]["text"] == "here"


@pytest.mark.parametrize("given", [f"#{GENERAL}", "mpdm-alice--bob-1", GROUP, DIRECT, "@Alice Martin", f"@{ALICE}"])
async def test_a_name_shown_in_a_list_is_accepted_as_a_reference(desk: Desk, given: str):
    read = await desk.call("get_channel_history", {"SLACK_ALLOW_DMS": "true"}, channel=given)
    assert read["messages"] == []


async def test_a_word_without_a_digit_is_resolved_as_id_or_as_channel_name(desk: Desk):
    desk.workspace.add_channel("CABCDEFGHI", "letters")
    desk.workspace.add_channel("C0DOCS001", "documents")
    desk.workspace.say("CABCDEFGHI", ALICE, "by id")
    desk.workspace.say("C0DOCS001", ALICE, "by name")
    assert (await desk.call("get_channel_history", channel="CABCDEFGHI"))["messages"][0]["text"] == "by id"
    env = {"SLACK_ALLOW_DMS": "true"}
    assert (await desk.call("get_channel_history", env, channel="DOCUMENTS"))["messages"][0]["text"] == "by name"


async def test_direct_messages_are_listed_by_the_partners_name(desk: Desk):
    listed = await desk.call("list_channels", {"SLACK_ALLOW_DMS": "true"}, types=["dm"], query="martin")
    assert [channel["id"] for channel in listed["channels"]] == [DIRECT]


async def test_a_group_direct_message_is_opened_for_a_list_of_people(desk: Desk):
    sent = await desk.call("send_message", {"SLACK_ALLOW_DMS": "true"}, channel="@alice, @bob", text="hi")
    assert sent["channel"]["name"] == "@alice, @bob"
    assert desk.slack.count("conversations.open") == 1
