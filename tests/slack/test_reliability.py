"""Failures of Slack on a real socket, with the effects of writes counted (docs/reliability.md)."""

import asyncio
from pathlib import Path

import pytest
from mcp_chassis.testing import data, failure
from scripted_slack import BOT_TOKEN, busiest_second
from slack_desk import ALICE, GENERAL, RANDOM, Desk
from volume import in_volume, volume

QUICK = {"MCP_READ_TIMEOUT": "0.3", "MCP_CALL_DEADLINE": "5"}
LOST = ["reset", "cut", "bad_gateway", "hang"]


@pytest.mark.parametrize("fault", LOST)
async def test_a_post_whose_response_is_lost_is_looked_up_and_not_repeated(desk: Desk, fault: str):
    desk.slack.faults["chat.postMessage"].append(fault)
    sent = await desk.call("send_message", QUICK, channel="general", text="once")
    assert sent["recovered"] is True
    assert [post["ts"] for post in desk.posts()] == [sent["ts"]]
    assert desk.slack.count("chat.postMessage") == 1


@pytest.mark.parametrize("fault", LOST)
async def test_a_reply_whose_response_is_lost_is_looked_up_in_its_thread(desk: Desk, fault: str):
    parent = desk.workspace.say(GENERAL, ALICE, "question")
    desk.slack.faults["chat.postMessage"].append(fault)
    sent = await desk.call("send_message", QUICK, channel="general", text="once", thread_ts=parent)
    assert sent["recovered"] is True
    assert desk.slack.count("conversations.replies") == 2
    assert len(desk.posts()) == 1


async def test_a_lost_post_that_is_not_found_is_an_unknown_outcome_with_a_remedy(desk: Desk):
    desk.slack.faults["chat.postMessage"].append("unavailable")
    failed = await desk.fail("send_message", QUICK, channel="general", text="x")
    assert failed.code == "OUTCOME_UNKNOWN"
    assert failed.retryable is False
    assert "get_channel_history" in failed.message
    assert desk.slack.count("chat.postMessage") == 1
    assert desk.posts() == []


async def test_a_lost_post_whose_look_up_fails_is_an_unknown_outcome(desk: Desk):
    desk.slack.faults["chat.postMessage"].append("reset")
    desk.slack.faults["conversations.history"].extend(["unavailable"] * 20)
    failed = await desk.fail("send_message", {**QUICK, "MCP_RETRY_ATTEMPTS": "1"}, channel="general", text="x")
    assert failed.code == "OUTCOME_UNKNOWN"
    assert len(desk.posts()) == 1


@in_volume
async def test_lost_responses_never_duplicate_a_post(desk: Desk):
    count = volume(1_000, share=0.15)
    desk.slack.fault_rate = 1.0
    env = {"MCP_RETRY_BUDGET": "1e6", "MCP_BREAKER_FAILURES": "100000"}
    async with desk.client(**env) as client:
        slots = asyncio.Semaphore(16)

        async def post(number: int) -> bool:
            async with slots:
                asked = {"channel": RANDOM if number % 2 else GENERAL, "text": f"message {number}"}
                return data(await client.call_tool("send_message", asked))["recovered"]

        recovered = await asyncio.gather(*(post(number) for number in range(count)))
    texts = [post["text"] for post in desk.posts()]
    assert all(recovered)
    assert len(texts) == len(set(texts)) == count


async def test_an_edit_with_an_unknown_outcome_is_repeated_once(desk: Desk):
    async with desk.client(**QUICK) as client:
        sent = data(await client.call_tool("send_message", {"channel": "general", "text": "a"}))
        desk.slack.faults["chat.update"].append("reset")
        asked = {"channel": "general", "ts": sent["ts"], "text": "b"}
        assert data(await client.call_tool("update_message", asked))["ts"] == sent["ts"]
    assert desk.slack.count("chat.update") == 2
    assert [post["text"] for post in desk.posts()] == ["b"]


async def test_a_reaction_whose_response_is_lost_counts_as_added(desk: Desk):
    stamp = desk.workspace.say(GENERAL, ALICE, "x")
    desk.slack.faults["reactions.add"].append("reset")
    assert await desk.call("add_reaction", QUICK, channel="general", ts=stamp, emoji="eyes") == {"ok": True}
    assert desk.workspace.message(GENERAL, stamp)["reactions"][0]["count"] == 1


async def test_a_channel_creation_whose_response_is_lost_is_an_unknown_outcome(desk: Desk):
    desk.slack.faults["conversations.create"].append("reset")
    failed = await desk.fail("create_channel", QUICK, name="new")
    assert failed.code == "OUTCOME_UNKNOWN"
    assert "list_channels" in failed.message
    assert desk.slack.count("conversations.create") == 1


async def test_a_rate_limited_post_is_sent_once_after_retry_after(desk: Desk):
    desk.slack.faults["chat.postMessage"].append("limited:1")
    await desk.call("send_message", channel="general", text="x")
    first, second = [call.at for call in desk.slack.calls if call.method == "chat.postMessage"]
    assert second - first >= 1
    assert len(desk.posts()) == 1


async def test_a_post_refused_at_the_connection_is_sent_when_slack_is_reachable(desk: Desk):
    async with desk.client() as client:
        await desk.slack.stop_listening()
        posting = asyncio.create_task(client.call_tool("send_message", {"channel": "general", "text": "x"}))
        await asyncio.sleep(0)
        await desk.slack.listen()
        data(await posting)
    assert len(desk.posts()) == 1


async def test_a_read_succeeds_after_one_failure_of_every_kind(desk: Desk):
    desk.workspace.say(GENERAL, ALICE, "x")
    for fault in (*LOST, "unavailable", "reset_before", "limited:1"):
        asked = desk.slack.count("conversations.history")
        desk.slack.faults["conversations.history"].append(fault)
        read = await desk.call("get_channel_history", QUICK, channel=GENERAL)
        assert len(read["messages"]) == 1
        assert desk.slack.count("conversations.history") - asked == 2


async def test_a_read_that_keeps_failing_gives_up_after_a_few_attempts(desk: Desk):
    desk.slack.faults["conversations.history"].extend(["unavailable"] * 10)
    failed = await desk.fail("get_channel_history", channel=GENERAL)
    assert (failed.code, failed.retryable) == ("SERVICE_UNAVAILABLE", True) or failed.code == "UPSTREAM_ERROR"
    assert 2 <= desk.slack.count("conversations.history") <= 4


async def test_a_retry_after_beyond_the_deadline_is_reported_at_once(desk: Desk):
    desk.slack.faults["users.list"].append("limited:3600")
    failed = await desk.fail("find_users", query="alice")
    assert (failed.code, failed.retry_after_seconds) == ("RATE_LIMITED", 3600)
    assert desk.slack.count("users.list") == 1


@pytest.mark.parametrize("wait", ["soon", "-5", ""])
async def test_an_invalid_retry_after_does_not_cause_a_busy_loop(desk: Desk, wait: str):
    desk.slack.faults["conversations.history"].extend([f"limited:{wait}"] * 30)
    failed = await desk.fail("get_channel_history", channel=GENERAL)
    assert failed.code == "RATE_LIMITED"
    assert failed.retry_after_seconds
    assert desk.slack.count("conversations.history") <= 3


async def test_after_a_long_rate_limit_other_calls_send_no_request(desk: Desk):
    desk.slack.faults["users.list"].append("limited:3600")
    async with desk.client() as client:
        failure(await client.call_tool("find_users", {"query": "alice"}))
        asked = (client.call_tool("find_users", {"query": f"a{number}"}) for number in range(20))
        codes = {failure(answer).code for answer in await asyncio.gather(*asked)}
    assert codes == {"RATE_LIMITED"}
    assert desk.slack.count("users.list") == 1


@pytest.mark.parametrize("fault", ["html"])
async def test_a_html_response_is_reported_as_an_upstream_error(desk: Desk, fault: str):
    desk.slack.faults["conversations.history"].append(fault)
    failed = await desk.fail("get_channel_history", channel=GENERAL)
    assert failed.code == "UPSTREAM_ERROR"
    assert "<" not in failed.message


async def test_a_missing_scope_is_named_after_one_request(desk: Desk):
    desk.slack.without_scope("channels:history")
    failed = await desk.fail("get_channel_history", channel=GENERAL)
    assert failed.code == "PERMISSION_DENIED"
    assert "channels:history" in failed.message
    assert failed.details["needed"] == "channels:history"
    assert "channels:read" in failed.details["provided"]
    assert desk.slack.count("conversations.history") == 1


async def test_a_refused_token_error_names_its_variable_after_one_request(desk: Desk):
    failed = await desk.fail("find_users", {"SLACK_BOT_TOKEN": "xoxb-wrong"}, query="alice")
    assert failed.code == "AUTHENTICATION_FAILED"
    assert "SLACK_BOT_TOKEN" in failed.message
    assert len(desk.slack.calls) == 1


async def test_a_token_replaced_in_its_file_is_read_again(desk: Desk, tmp_path: Path):
    mounted = tmp_path / "token"
    mounted.write_text("xoxb-old")
    async with desk.client(SLACK_BOT_TOKEN="", SLACK_BOT_TOKEN_FILE=str(mounted)) as client:
        mounted.write_text(BOT_TOKEN)
        assert data(await client.call_tool("find_users", {"query": "alice"}))["users"]


async def test_a_missing_token_fails_the_first_call_without_a_request(desk: Desk):
    failed = await desk.fail("find_users", {"SLACK_BOT_TOKEN": ""}, query="alice")
    assert failed.code == "AUTHENTICATION_FAILED"
    assert "SLACK_BOT_TOKEN" in failed.message
    assert desk.slack.calls == []


async def test_concurrent_posts_in_a_channel_are_sent_once_a_second_without_delaying_another_channel(desk: Desk):
    desk.slack.post_interval = 0.9
    async with desk.client(SLACK_POSTS_PER_SECOND="1") as client:
        asked = [{"channel": GENERAL, "text": str(number)} for number in range(20)]
        answers = await asyncio.gather(
            *(client.call_tool("send_message", one) for one in [*asked, {"channel": RANDOM, "text": "other"}])
        )
    posts = [call for call in desk.slack.calls if call.method == "chat.postMessage"]
    in_general = sorted(call.at for call in posts if call.given["channel"] == GENERAL)
    elsewhere = [call.at for call in posts if call.given["channel"] == RANDOM]
    assert [answer.is_error for answer in answers] == [False] * 21
    assert (busiest_second(in_general), len(in_general)) == (1, 20)
    assert elsewhere[0] < in_general[2]


async def test_the_history_limit_of_unlisted_apps_is_detected_and_reported(desk: Desk):
    desk.slack.limit_history()
    for number in range(40):
        desk.workspace.say(GENERAL, ALICE, str(number))
    async with desk.client() as client:
        page = data(await client.call_tool("get_channel_history", {"channel": GENERAL}))
        failed = failure(await client.call_tool("get_channel_history", {"channel": GENERAL}))
        again = failure(await client.call_tool("get_channel_history", {"channel": GENERAL}))
    assert len(page["messages"]) == 15
    assert any("15 messages" in warning for warning in page["warnings"])
    assert (failed.code, again.code) == ("RATE_LIMITED", "RATE_LIMITED")
    assert "one call of its message history a minute" in failed.message
    assert 55 <= failed.retry_after_seconds <= 60
    assert desk.slack.count("conversations.history") == 2


async def test_under_the_history_limit_a_lost_post_causes_no_look_up(desk: Desk):
    desk.slack.limit_history()
    for number in range(40):
        desk.workspace.say(GENERAL, ALICE, str(number))
    desk.slack.faults["chat.postMessage"].append("reset")
    async with desk.client() as client:
        data(await client.call_tool("get_channel_history", {"channel": GENERAL}))
        failed = failure(await client.call_tool("send_message", {"channel": GENERAL, "text": "x"}))
    assert failed.code == "OUTCOME_UNKNOWN"
    assert desk.slack.count("conversations.history") == 1
    assert len(desk.posts()) == 1
