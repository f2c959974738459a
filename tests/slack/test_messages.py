"""Tools that read, post, edit and delete messages and react to them, called by an MCP client."""

import asyncio

import pytest
from mcp_chassis.testing import data
from scripted_slack_workspace import permalink
from slack_desk import ALICE, BOB, DIRECT, ELSEWHERE, GENERAL, RANDOM, Desk


async def test_a_post_is_sent_unchanged_and_returns_its_permalink(desk: Desk):
    sent = await desk.call("send_message", channel="#general", text="**Done**, <@U0ALICE01>")
    posted = desk.posts()[0]
    assert sent["channel"] == {"id": GENERAL, "name": "general"}
    assert sent["ts"] == posted["ts"]
    assert sent["permalink"] == permalink(GENERAL, posted["ts"])
    assert posted["text"] == "*Done*, <@U0ALICE01>"
    assert posted["blocks"][0]["elements"][0]["elements"][2] == {"type": "user", "user_id": ALICE}


async def test_a_post_succeeds_without_a_permalink_if_the_identity_request_fails(desk: Desk):
    desk.slack.faults["auth.test"].extend(["unavailable"] * 9)
    sent = await desk.call("send_message", channel="general", text="x")
    assert "permalink" not in sent
    assert len(desk.posts()) == 1


async def test_twenty_concurrent_first_posts_request_the_identity_once(desk: Desk):
    async with desk.client() as client:
        asked = (client.call_tool("send_message", {"channel": "general", "text": str(n)}) for n in range(20))
        answers = await asyncio.gather(*asked)
    assert all(data(answer)["permalink"] for answer in answers)
    assert desk.slack.count("auth.test") == 1


async def test_a_text_with_format_mrkdwn_is_posted_unchanged(desk: Desk):
    await desk.call("send_message", channel=GENERAL, text="*bold* <https://a.example|x>", format="mrkdwn")
    assert desk.posts()[0]["text"] == "*bold* <https://a.example|x>"
    assert "blocks" not in desk.posts()[0]


@pytest.mark.parametrize("linked", [False, True])
async def test_a_reply_is_posted_in_its_thread(desk: Desk, linked: bool):
    parent = desk.workspace.say(GENERAL, ALICE, "question")
    thread = permalink(GENERAL, parent) if linked else parent
    sent = await desk.call("send_message", channel="general", text="answer", thread_ts=thread)
    assert desk.posts()[0]["thread_ts"] == parent
    assert f"thread_ts={parent}" in sent["permalink"]


async def test_a_reply_to_a_linked_reply_is_posted_in_the_same_thread(desk: Desk):
    parent = desk.workspace.say(GENERAL, ALICE, "question")
    reply = desk.workspace.say(GENERAL, BOB, "hm", thread_ts=parent)
    await desk.call(
        "send_message", channel="general", text="a", thread_ts=f"{permalink(GENERAL, reply)}?thread_ts={parent}"
    )
    assert desk.posts()[0]["thread_ts"] == parent


async def test_a_post_to_an_unknown_thread_is_refused_and_nothing_is_posted(desk: Desk):
    failed = await desk.fail("send_message", channel="general", text="a", thread_ts="1700000000.000100")
    assert failed.code == "RESOURCE_NOT_FOUND"
    assert desk.posts() == []


async def test_get_channel_history_returns_messages_with_names_newest_first(desk: Desk):
    first = desk.workspace.say(GENERAL, ALICE, "hello <@U0BOB0001>")
    desk.workspace.say(
        GENERAL,
        BOB,
        "hi",
        edited={"user": BOB, "ts": "1"},
        files=[{"name": "plan.pdf", "pretty_type": "PDF", "size": 120_000}],
        reactions=[{"name": "eyes", "count": 2, "users": [ALICE, BOB]}],
    )
    desk.workspace.say(GENERAL, ALICE, "in the thread", thread_ts=first)
    read = await desk.call("get_channel_history", channel="general")
    newest, oldest = read["messages"]
    assert (oldest["user"], oldest["text"], oldest["reply_count"]) == ("Alice Martin", "hello @Bob Stone", 1)
    assert newest["reactions"] == [{"name": "eyes", "count": 2, "users": ["Alice Martin", "Bob Stone"]}]
    assert newest["files"] == ["plan.pdf (PDF, 120 kB)"]
    assert newest["edited"] is True
    assert "edited" not in oldest


async def test_history_pages_continue_without_gap_or_overlap(desk: Desk):
    stamps = [desk.workspace.say(GENERAL, ALICE, str(number)) for number in range(25)]
    seen: list[str] = []
    async with desk.client() as client:
        cursor: str | None = None
        for _ in range(3):
            page = data(
                await client.call_tool("get_channel_history", {"channel": "general", "limit": 10, "cursor": cursor})
            )
            seen += [message["ts"] for message in page["messages"]]
            cursor = page.get("next_cursor")
    assert cursor is None
    assert seen == list(reversed(stamps))


async def test_history_is_read_between_oldest_and_latest(desk: Desk):
    now = desk.workspace.clock()
    old, recent = (f"{now - age:.6f}" for age in (3 * 86_400, 3_600))
    desk.workspace.say(GENERAL, ALICE, "old", ts=old)
    desk.workspace.say(GENERAL, ALICE, "recent", ts=recent)
    read = await desk.call("get_channel_history", channel="general", oldest="2d")
    assert [message["text"] for message in read["messages"]] == ["recent"]
    read = await desk.call("get_channel_history", channel="general", latest="2d")
    assert [message["text"] for message in read["messages"]] == ["old"]
    read = await desk.call("get_channel_history", channel="general", oldest=old, latest=recent)
    assert [message["text"] for message in read["messages"]] == ["recent", "old"]


async def test_a_thread_is_read_oldest_first_by_ts_or_link(desk: Desk):
    parent = desk.workspace.say(GENERAL, ALICE, "question")
    desk.workspace.say(GENERAL, BOB, "one", thread_ts=parent)
    desk.workspace.say(GENERAL, BOB, "two", thread_ts=parent)
    for thread in (parent, permalink(GENERAL, parent)):
        read = await desk.call("get_thread", channel="general", thread_ts=thread)
        assert [message["text"] for message in read["messages"]] == ["question", "one", "two"]


async def test_a_missing_thread_error_names_the_ts_to_use(desk: Desk):
    failed = await desk.fail("get_thread", channel="general", thread_ts="1700000000.000100")
    assert failed.code == "RESOURCE_NOT_FOUND"
    assert "another tool" in failed.message


async def test_reading_a_channel_without_membership_says_to_invite_the_app(desk: Desk):
    failed = await desk.fail("get_channel_history", channel=ELSEWHERE)
    assert failed.code == "PERMISSION_DENIED"
    assert "invite" in failed.message


@pytest.mark.parametrize("emoji", ["thumbsup", ":thumbsup:", "👍"])
async def test_repeated_reactions_and_removals_change_the_message_once(desk: Desk, emoji: str):
    stamp = desk.workspace.say(GENERAL, ALICE, "x")
    for _ in range(2):
        assert await desk.call("add_reaction", channel="general", ts=stamp, emoji=emoji) == {"ok": True}
    message = desk.workspace.message(GENERAL, stamp)
    assert [(reaction["count"], reaction["users"]) for reaction in message["reactions"]] == [(1, ["U0BOT0001"])]
    for _ in range(2):
        assert await desk.call("add_reaction", channel="general", ts=stamp, emoji=emoji, remove=True) == {"ok": True}
    assert desk.workspace.message(GENERAL, stamp)["reactions"] == []


async def test_a_reaction_with_a_skin_tone_keeps_it(desk: Desk):
    stamp = desk.workspace.say(GENERAL, ALICE, "x")
    await desk.call("add_reaction", channel="general", ts=stamp, emoji="👋🏽")
    assert desk.workspace.message(GENERAL, stamp)["reactions"][0]["name"] == "wave::skin-tone-4"


async def test_a_reaction_to_a_missing_message_is_not_found(desk: Desk):
    failed = await desk.fail("add_reaction", channel="general", ts="1700000000.000100", emoji="eyes")
    assert failed.code == "RESOURCE_NOT_FOUND"


async def test_a_message_is_edited_and_deleted(desk: Desk):
    async with desk.client() as client:
        sent = data(await client.call_tool("send_message", {"channel": "general", "text": "one"}))
        place = {"channel": "general", "ts": sent["ts"]}
        assert data(await client.call_tool("update_message", {**place, "text": "**two**"})) == {"ts": sent["ts"]}
        assert desk.posts()[0]["text"] == "*two*"
        assert desk.posts()[0]["edited"]["user"] == "U0BOT0001"
        deleted = data(await client.call_tool("update_message", {**place, "delete": True}))
        assert deleted == {"ts": sent["ts"], "deleted": True}
    assert desk.posts() == []


async def test_deleting_a_deleted_message_succeeds_with_a_warning(desk: Desk):
    deleted = await desk.call("update_message", channel="general", ts="1700000000.000100", delete=True)
    assert deleted["deleted"] is True
    assert "deleted before" in deleted["warnings"][0]


async def test_a_deletion_whose_response_is_lost_counts_as_done(desk: Desk):
    async with desk.client() as client:
        sent = data(await client.call_tool("send_message", {"channel": "general", "text": "x"}))
        desk.slack.faults["chat.delete"].append("reset")
        asked = {"channel": "general", "ts": sent["ts"], "delete": True}
        assert data(await client.call_tool("update_message", asked))["deleted"] is True
    assert desk.posts() == []


async def test_a_reply_also_sent_to_the_channel_shows_its_thread_ts(desk: Desk):
    parent = desk.workspace.say(GENERAL, ALICE, "question")
    desk.workspace.say(GENERAL, BOB, "done", thread_ts=parent, subtype="thread_broadcast")
    read = await desk.call("get_channel_history", channel="general")
    assert [message.get("thread_ts") for message in read["messages"]] == [parent, None]


async def test_a_message_of_another_author_cannot_be_edited(desk: Desk):
    stamp = desk.workspace.say(GENERAL, ALICE, "mine")
    failed = await desk.fail("update_message", channel="general", ts=stamp, text="yours")
    assert failed.code == "PERMISSION_DENIED"
    assert desk.workspace.message(GENERAL, stamp)["text"] == "mine"


@pytest.mark.parametrize("what", [{}, {"text": "x", "delete": True}])
async def test_update_message_refuses_text_together_with_delete(desk: Desk, what: dict[str, object]):
    failed = await desk.fail("update_message", channel="general", ts="1700000000.000100", **what)
    assert failed.code == "INVALID_INPUT"
    assert desk.slack.calls == []


async def test_a_repeated_idempotency_key_posts_once(desk: Desk):
    async with desk.client() as client:
        asked = {"channel": "general", "text": "one", "idempotency_key": "k"}
        first, second = [data(await client.call_tool("send_message", asked)) for _ in range(2)]
    assert first["ts"] == second["ts"]
    assert len(desk.posts()) == 1


async def test_a_post_to_an_archived_channel_is_refused_with_the_reason(desk: Desk):
    desk.workspace.channels[RANDOM].archived = True
    failed = await desk.fail("send_message", channel="random", text="x")
    assert failed.code == "CONFLICT"
    assert "archived" in failed.message


async def test_a_direct_message_is_read_by_the_persons_handle_if_allowed(desk: Desk):
    sent = await desk.call("send_message", {"SLACK_ALLOW_DMS": "true"}, channel="@alice", text="hi")
    assert sent["channel"] == {"id": DIRECT, "name": "@alice"}
    read = await desk.call("get_channel_history", {"SLACK_ALLOW_DMS": "true"}, channel="alice@acme.example")
    assert [message["text"] for message in read["messages"]] == ["hi"]


async def test_reading_a_direct_message_does_not_open_one(desk: Desk):
    env = {"SLACK_ALLOW_DMS": "true"}
    failed = await desk.fail("get_channel_history", env, channel="@bob")
    assert failed.code == "RESOURCE_NOT_FOUND"
    await desk.call("get_channel_history", env, channel="@alice")
    assert desk.slack.count("conversations.open") == 0
    await desk.call("send_message", env, channel="@bob", text="hi")
    assert desk.slack.count("conversations.open") == 1


async def test_no_message_body_is_logged(desk: Desk, caplog: pytest.LogCaptureFixture):
    caplog.set_level("DEBUG")
    desk.workspace.say(GENERAL, ALICE, "body-that-was-read")
    await desk.call("send_message", channel="general", text="body-that-was-sent")
    await desk.call("get_channel_history", channel="general")
    logged = "\n".join(record.getMessage() for record in caplog.records)
    assert "conversations.history" in logged
    assert "body-that-was" not in logged
