"""Channels and people are given and returned by name, and looked up on demand."""

import asyncio
from typing import Any

import pytest
from mcp_chassis.testing import data, failure
from scripted_slack_workspace import permalink
from slack_desk import ALICE, BOB, DIRECT, GENERAL, SECRET, Desk


@pytest.mark.parametrize(
    "given",
    ["#general", "general", "GENERAL", GENERAL, f"<#{GENERAL}|general>", permalink(GENERAL, "1700000000.000100")],
)
async def test_a_channel_is_found_by_every_kind_of_reference(desk: Desk, given: str):
    desk.workspace.say(GENERAL, ALICE, "here")
    read = await desk.call("get_channel_history", channel=given)
    assert read["messages"][0]["text"] == "here"


async def test_an_unknown_channel_error_lists_similar_names(desk: Desk):
    failed = await desk.fail("get_channel_history", channel="#genreal")
    assert failed.code == "RESOURCE_NOT_FOUND"
    assert failed.details["close"] == ["#general"]


async def test_the_channel_list_is_read_only_up_to_the_page_with_the_name(desk: Desk):
    for number in range(3_000):
        desk.workspace.add_channel(f"C1{number:07d}", f"team-{number}")
    desk.workspace.say("C10000990", ALICE, "x")
    async with desk.client() as client:
        data(await client.call_tool("get_channel_history", {"channel": "team-990"}))
        assert desk.slack.count("conversations.list") == 1
        data(await client.call_tool("get_channel_history", {"channel": "team-1500"}))
        assert desk.slack.count("conversations.list") == 2
        data(await client.call_tool("get_channel_history", {"channel": "team-1"}))
        assert desk.slack.count("conversations.list") == 2


async def test_twenty_concurrent_calls_read_the_channel_list_once(desk: Desk):
    desk.slack.delays["conversations.list"] = 0.1
    async with desk.client() as client:
        asked = [client.call_tool("get_channel_history", {"channel": "general"}) for _ in range(20)]
        answers = await asyncio.gather(*asked)
    assert [answer.is_error for answer in answers] == [False] * 20
    assert desk.slack.count("conversations.list") == 1


async def test_names_in_a_page_of_messages_are_requested_together_and_once(desk: Desk):
    people = [desk.workspace.add_person(f"U1{number:07d}", f"p{number}", f"Person {number}") for number in range(60)]
    for number in range(200):
        desk.workspace.say(GENERAL, people[number % 60], f"<@{people[(number * 7) % 60]}>")
    async with desk.client() as client:
        page = data(await client.call_tool("get_channel_history", {"channel": GENERAL, "limit": 200}))
        assert len(page["messages"]) == 200
        assert {message["user"] for message in page["messages"]} == {f"Person {number}" for number in range(60)}
        first = len(desk.slack.calls)
        data(await client.call_tool("get_channel_history", {"channel": GENERAL, "limit": 200}))
    assert first <= 4
    assert len(desk.slack.calls) - first == 1


async def test_names_for_concurrent_calls_are_requested_together(desk: Desk):
    channels = [f"C1{number:07d}" for number in range(10)]
    for number, channel in enumerate(channels):
        desk.workspace.add_channel(channel, f"team-{number}")
        desk.workspace.say(channel, desk.workspace.add_person(f"U1{number:07d}", f"p{number}", f"Person {number}"), "x")
    async with desk.client() as client:
        pages = await asyncio.gather(*(client.call_tool("get_channel_history", {"channel": each}) for each in channels))
    assert [data(page)["messages"][0]["user"] for page in pages] == [f"Person {number}" for number in range(10)]
    assert desk.slack.count("users.list", "users.info") == 1


async def test_concurrent_look_ups_by_id_are_one_request_with_a_result_for_each_call(desk: Desk):
    people = [desk.workspace.add_person(f"U1{number:07d}", f"p{number}", f"Person {number}") for number in range(10)]
    async with desk.client() as client:
        asked = [client.call_tool("find_users", {"query": query}) for query in (*people, "U0NOBODY1")]
        *found, nobody = [data(result) for result in await asyncio.gather(*asked)]
        assert [each["users"][0]["name"] for each in found] == [f"p{number}" for number in range(10)]
        assert [each for each in (*found, nobody) if "as_of" in each] == []
        assert nobody["users"] == []
        assert dict(desk.slack.seen) == {"users.list": 1, "users.info": 1}
        again = await asyncio.gather(*(client.call_tool("find_users", {"query": query}) for query in people))
        assert [data(each)["users"][0]["name"] for each in again] == [f"p{number}" for number in range(10)]
        assert len({data(each)["as_of"] for each in again}) == 1
        assert len(desk.slack.calls) == 2


async def test_fresh_look_ups_by_id_are_combined_into_one_request(desk: Desk):
    people = [desk.workspace.add_person(f"U1{number:07d}", f"p{number}", f"Person {number}") for number in range(10)]
    fresh = [{"query": query, "fresh": True} for query in people]
    async with desk.client() as client:
        for _ in range(2):
            results = await asyncio.gather(*(client.call_tool("find_users", each) for each in fresh))
            assert [each for each in map(data, results) if "as_of" in each] == []
    assert dict(desk.slack.seen) == {"users.list": 2}


async def test_an_unknown_id_does_not_fail_the_other_concurrent_look_ups(desk: Desk):
    for number in range(2):
        desk.workspace.add_channel(f"C1{number:07d}", f"team-{number}")
    desk.workspace.say("C10000000", ALICE, "x")
    desk.workspace.say("C10000001", "U0NOBODY1", "y")
    async with desk.client() as client:
        asked = [client.call_tool("get_channel_history", {"channel": f"C1{number:07d}"}) for number in range(2)]
        pages = [data(page) for page in await asyncio.gather(*asked)]
    assert [page["messages"][0]["user"] for page in pages] == ["Alice Martin", "U0NOBODY1"]


async def test_names_are_requested_one_by_one_when_the_directory_is_slow(desk: Desk):
    desk.slack.delays["users.list"] = 60
    for number in range(8):
        who = desk.workspace.add_person(f"U1{number:07d}", f"p{number}", f"Person {number}")
        desk.workspace.say(GENERAL, who, "x")
    async with desk.client(MCP_READ_TIMEOUT="0.2", MCP_RETRY_ATTEMPTS="1") as client:
        page = data(await client.call_tool("get_channel_history", {"channel": GENERAL}))
        assert {message["user"] for message in page["messages"]} == {f"Person {number}" for number in range(8)}
        asked = desk.slack.count("users.list")
        data(await client.call_tool("get_channel_history", {"channel": GENERAL}))
    assert desk.slack.count("users.list") == asked


async def test_without_users_read_people_are_shown_by_id_with_one_warning(desk: Desk):
    desk.slack.without_scope("users:read")
    desk.workspace.say(GENERAL, ALICE, "a")
    desk.workspace.say(GENERAL, BOB, "b")
    async with desk.client() as client:
        page = data(await client.call_tool("get_channel_history", {"channel": GENERAL}))
        asked = desk.slack.count("users.info")
        data(await client.call_tool("get_channel_history", {"channel": GENERAL}))
    assert [message["user"] for message in page["messages"]] == [BOB, ALICE]
    assert [note for note in page["warnings"] if "users:read" in note] == page["warnings"]
    assert desk.slack.count("users.info") == asked


async def test_mentions_of_channels_and_groups_by_id_are_named(desk: Desk):
    desk.workspace.groups["S0OPS0001"] = "ops"
    elements = [
        {"type": "channel", "channel_id": GENERAL},
        {"type": "text", "text": " "},
        {"type": "usergroup", "usergroup_id": "S0OPS0001"},
    ]
    blocks = [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}]
    desk.workspace.say(GENERAL, ALICE, "", blocks=blocks)
    page = await desk.call("get_channel_history", channel=GENERAL)
    assert page["messages"][0]["text"] == "#general @ops"


@pytest.mark.parametrize(
    "query", ["alice", "Alice Martin", "@alice", "alice@acme.example", ALICE, f"<@{ALICE}>", "mart"]
)
async def test_a_person_is_found_by_name_handle_address_or_id(desk: Desk, query: str):
    found = await desk.call("find_users", query=query)
    assert found["users"][0] == {
        "id": ALICE,
        "name": "alice",
        "real_name": "Alice Martin",
        "title": "Engineer",
        "email": "alice@acme.example",
        "tz": "Europe/Paris",
    }


async def test_deactivated_people_are_listed_last_and_marked(desk: Desk):
    desk.workspace.add_person("U0CAROL02", "carol2", "Carol Zuma")
    found = await desk.call("find_users", query="carol")
    assert [(user["name"], user.get("deleted")) for user in found["users"]] == [("carol2", None), ("carol", True)]


async def test_find_users_without_a_match_returns_an_empty_list(desk: Desk):
    assert await desk.call("find_users", query="zzz") == {"users": []}
    assert await desk.call("find_users", query="nobody@acme.example") == {"users": []}


async def test_a_directory_of_200000_people_is_read_in_part_by_each_call(desk: Desk):
    desk.workspace.crowd = 200_000
    async with desk.client() as client:
        found = data(await client.call_tool("find_users", {"query": "Person 199999"}))
        assert found["users"] == []
        assert "e-mail" in found["warnings"][0]
        assert desk.slack.count("users.list") == 20
        by_mail = data(await client.call_tool("find_users", {"query": "alice@acme.example"}))
        assert by_mail["users"][0]["id"] == ALICE


async def test_an_ambiguous_name_of_two_people_is_refused(desk: Desk):
    desk.workspace.add_person("U0ALICE02", "amartin", "Alice Martin")
    async with desk.client(SLACK_ALLOW_DMS="true") as client:
        failed = failure(await client.call_tool("send_message", {"channel": "@Alice Martin", "text": "x"}))
        assert failed.code == "INVALID_INPUT"
        assert len(failed.details["candidates"]) == 2
        sent = data(await client.call_tool("send_message", {"channel": "@alice", "text": "x"}))
    assert sent["channel"]["id"] == DIRECT


async def test_an_unknown_person_error_lists_similar_names(desk: Desk):
    failed = await desk.fail("send_message", {"SLACK_ALLOW_DMS": "true"}, channel="@alise", text="x")
    assert failed.code == "RESOURCE_NOT_FOUND"
    assert "alice" in failed.details["close"]


async def test_list_channels_returns_the_fields_that_distinguish_channels(desk: Desk):
    listed = await desk.call("list_channels")
    by_name = {channel["name"]: channel for channel in listed["channels"]}
    assert by_name["general"] == {
        "id": GENERAL,
        "name": "general",
        "topic": "Company news",
        "purpose": "Everybody",
        "members": 12,
        "member": True,
    }
    assert by_name["secret"]["private"] is True
    assert by_name["elsewhere"]["member"] is False
    assert "mpdm-alice--bob-1" not in by_name


async def test_list_channels_filters_by_query_type_and_membership(desk: Desk):
    assert _names(await desk.call("list_channels", query="NEWS")) == ["general"]
    assert _names(await desk.call("list_channels", types=["private"])) == ["secret"]
    assert "elsewhere" not in _names(await desk.call("list_channels", member_only=True))


def _names(listed: dict[str, Any]) -> list[str]:
    return [channel["name"] for channel in listed["channels"]]


async def test_channel_list_pages_continue_without_gap_or_overlap(desk: Desk):
    for number in range(1_200):
        desk.workspace.add_channel(f"C1{number:07d}", f"team-{number}")
    seen: list[str] = []
    async with desk.client() as client:
        cursor: str | None = None
        while True:
            asked = {"query": "team-", "max_results": 170, "cursor": cursor}
            page = data(await client.call_tool("list_channels", asked))
            seen += [channel["name"] for channel in page["channels"]]
            cursor = page.get("next_cursor")
            if cursor is None:
                break
    assert seen == [f"team-{number}" for number in range(1_200)]
    assert desk.slack.count("conversations.list") == 2


async def test_without_groups_read_public_channels_are_listed_with_a_warning(desk: Desk):
    desk.slack.without_scope("groups:read")
    listed = await desk.call("list_channels")
    assert {"general", "random"} <= set(_names(listed))
    assert "groups:read" in listed["warnings"][0]
    assert (await desk.fail("list_channels", types=["private"])).code == "PERMISSION_DENIED"


async def test_direct_messages_are_listed_by_partner_if_allowed(desk: Desk):
    listed = await desk.call("list_channels", {"SLACK_ALLOW_DMS": "true"}, types=["dm"])
    assert [(channel["id"], channel["name"]) for channel in listed["channels"]] == [(DIRECT, "@Alice Martin")]


async def test_a_private_channel_is_found_by_name_only_with_groups_read(desk: Desk):
    desk.slack.without_scope("groups:read")
    assert (await desk.call("get_channel_history", channel="general"))["messages"] == []
    failed = await desk.fail("get_channel_history", channel="secret")
    assert failed.code == "RESOURCE_NOT_FOUND"
    assert SECRET not in failed.message


async def test_create_channel_sets_a_valid_name_topic_and_members(desk: Desk):
    made = await desk.call(
        "create_channel", name="#Launch Plan!", description="All about it", invite=["@alice", "bob@acme.example"]
    )
    assert (made["name"], made["renamed_from"]) == ("launch-plan", "#Launch Plan!")
    assert desk.workspace.channels[made["id"]].topic == "All about it"
    assert desk.slack.calls[-1].given["users"] == f"{ALICE},{BOB}"
    assert "warnings" not in made


async def test_a_new_channel_can_be_used_by_name_at_once(desk: Desk):
    async with desk.client() as client:
        failure(await client.call_tool("get_channel_history", {"channel": "fresh"}))
        data(await client.call_tool("create_channel", {"name": "fresh", "is_private": True}))
        assert data(await client.call_tool("get_channel_history", {"channel": "fresh"}))["messages"] == []


async def test_create_channel_succeeds_with_warnings_if_topic_or_invitation_fails(desk: Desk):
    desk.slack.without_scope("users:read.email")
    desk.slack.faults["conversations.setTopic"].extend(["unavailable"] * 5)
    made = await desk.call(
        "create_channel", {"MCP_RETRY_ATTEMPTS": "1"}, name="x", description="d", invite=["@nobody", "a@b.example"]
    )
    assert desk.workspace.channels[made["id"]].name == "x"
    assert len(made["warnings"]) == 3


async def test_a_taken_channel_name_is_reported_without_the_scope_to_list_channels(desk: Desk):
    desk.slack.without_scope("channels:read")
    failed = await desk.fail("create_channel", name="general")
    assert (failed.code, failed.details) == ("CONFLICT", {"slack_error": "name_taken"})


async def test_a_taken_channel_name_error_contains_the_existing_channels_id(desk: Desk):
    failed = await desk.fail("create_channel", name="General")
    assert failed.code == "CONFLICT"
    assert failed.details["id"] == GENERAL


async def test_a_channel_whose_name_looks_like_a_user_id_is_found_by_name(desk: Desk):
    desk.workspace.add_channel("C0WATERF1", "waterfalls")
    desk.workspace.say("C0WATERF1", ALICE, "splash")
    for env in ({}, {"SLACK_ALLOW_DMS": "true"}):
        found = await desk.call("get_channel_history", env, channel="WATERFALLS")
        assert [message["text"] for message in found["messages"]] == ["splash"]


async def test_find_users_reports_the_number_of_people_beyond_max_results(desk: Desk):
    for number in range(5):
        desk.workspace.add_person(f"U0SAME00{number}", f"same{number}", f"Same {number}")
    found = await desk.call("find_users", query="same", max_results=2)
    assert len(found["users"]) == 2
    assert "best of 5" in found["warnings"][0]
