"""Threads: the ts of a reply stands for its thread, and the newest replies are read in one call."""

from mcp_chassis.testing import data
from slack_desk import ALICE, BOB, GENERAL, Desk


def thread(desk: Desk, replies: int) -> tuple[str, list[str]]:
    begin = desk.workspace.clock() - 100_000
    root = desk.workspace.say(GENERAL, ALICE, "root", ts=f"{begin:.6f}")
    stamps = [f"{begin + 30 * (number + 1):.6f}" for number in range(replies)]
    for number, stamp in enumerate(stamps):
        desk.workspace.say(GENERAL, BOB, f"reply {number}", ts=stamp, thread_ts=root)
    return root, stamps


async def test_get_thread_with_the_ts_of_a_reply_returns_its_whole_thread_with_a_warning(desk: Desk):
    root, stamps = thread(desk, 3)
    alone = {"messages": [{"ts": stamps[1], "text": "reply 1", "user": BOB, "thread_ts": root}], "ok": True}
    whole = desk.workspace.conversations_replies
    desk.slack.answers["conversations.replies"] = lambda given: (
        alone if given["ts"] == stamps[1] else {"ok": True, **whole(given, "U0BOT0001")}
    )
    read = await desk.call("get_thread", channel="general", thread_ts=stamps[1])
    assert [message["text"] for message in read["messages"]] == ["root", "reply 0", "reply 1", "reply 2"]
    assert read["thread_ts"] == root
    assert "reply" in read["warnings"][0]


async def test_a_reply_to_a_reply_is_posted_in_its_thread_with_a_warning(desk: Desk):
    root, stamps = thread(desk, 2)
    sent = await desk.call("send_message", channel="general", text="me too", thread_ts=stamps[0])
    assert desk.posts()[0]["thread_ts"] == root
    assert "thread" in sent["warnings"][0]


async def test_newest_returns_the_last_replies_of_a_long_thread_and_a_cursor_to_older_ones(desk: Desk):
    root, stamps = thread(desk, 1_500)
    asked = {"channel": "general", "thread_ts": root, "newest": True, "limit": 20}
    async with desk.client() as client:
        first = data(await client.call_tool("get_thread", asked))
        requests = desk.slack.count("conversations.replies")
        second = data(await client.call_tool("get_thread", {**asked, "cursor": first["next_cursor"]}))
    shown = [message["ts"] for message in first["messages"] + second["messages"]]
    assert shown == list(reversed(stamps))[:40]
    assert requests <= 4


async def test_newest_replies_of_a_short_thread_include_its_first_message(desk: Desk):
    root, stamps = thread(desk, 3)
    read = await desk.call("get_thread", channel="general", thread_ts=root, newest=True)
    assert [message["ts"] for message in read["messages"]] == [*reversed(stamps), root]
    assert "next_cursor" not in read


async def test_a_thread_is_read_from_oldest_on(desk: Desk):
    root, stamps = thread(desk, 10)
    read = await desk.call("get_thread", channel="general", thread_ts=root, oldest=stamps[7])
    assert [message["ts"] for message in read["messages"] if message["ts"] != root] == stamps[7:]


async def test_the_latest_reply_time_of_a_thread_is_accepted_as_oldest(desk: Desk):
    root, stamps = thread(desk, 5)
    latest = (await desk.call("get_channel_history", channel="general"))["messages"][0]["latest_reply"]
    read = await desk.call("get_thread", channel="general", thread_ts=root, oldest=latest)
    assert read["messages"][-1]["ts"] == stamps[-1]


async def test_broadcast_also_sends_a_reply_to_the_channel(desk: Desk):
    parent = desk.workspace.say(GENERAL, ALICE, "question")
    async with desk.client() as client:
        for broadcast in (True, False):
            asked = {"channel": "general", "text": "yes", "thread_ts": parent, "broadcast": broadcast}
            data(await client.call_tool("send_message", asked))
    posts = [call.given for call in desk.slack.calls if call.method == "chat.postMessage"]
    assert [given.get("reply_broadcast") for given in posts] == ["true", None]
