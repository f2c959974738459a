"""Rules on channels, direct messages, mass mentions and previews hold for every tool and reference."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from mcp.shared.exceptions import MCPError
from mcp_chassis.testing import data, failure, text
from scripted_slack_workspace import permalink
from slack_desk import ALICE, DIRECT, ELSEWHERE, GENERAL, GROUP, RANDOM, SECRET, Desk

HIDDEN = "the-hidden-words"
READING = {"SLACK_ALLOWED_CHANNELS": "general"}
WRITING = {"SLACK_WRITE_CHANNELS": "general"}
TS = "1700000000.000100"


@dataclass(frozen=True)
class Try:
    """A tool call that violates a rule and must be refused."""

    what: str
    tool: str
    arguments: dict[str, Any]
    env: dict[str, str] = field(default_factory=dict)
    code: str = "PERMISSION_DENIED"


REFUSED = [
    *(
        Try(f"reading outside the list by {kind}", "get_channel_history", {"channel": given}, READING)
        for kind, given in {
            "name": "random",
            "hash": "#random",
            "id": RANDOM,
            "mention": f"<#{RANDOM}|general>",
            "link": permalink(RANDOM, TS),
            "capitals": "RANDOM",
            "private name": "secret",
            "private id": SECRET,
        }.items()
    ),
    Try("a thread outside the list", "get_thread", {"channel": RANDOM, "thread_ts": TS}, READING),
    Try("posting outside the list", "send_message", {"channel": RANDOM, "text": "x"}, READING),
    Try("replying outside the list", "send_message", {"channel": RANDOM, "text": "x", "thread_ts": TS}, READING),
    Try("scanning outside the list", "search_messages", {"query": HIDDEN, "channel": RANDOM}, READING),
    Try("reacting outside the list", "add_reaction", {"channel": RANDOM, "ts": TS, "emoji": "eyes"}, READING),
    Try("editing outside the list", "update_message", {"channel": RANDOM, "ts": TS, "text": "x"}, READING),
    Try("creating outside the list", "create_channel", {"name": "other"}, READING),
    Try("creating outside the write list", "create_channel", {"name": "other"}, WRITING),
    Try("posting outside the write list", "send_message", {"channel": RANDOM, "text": "x"}, WRITING),
    Try("editing outside the write list", "update_message", {"channel": "random", "ts": TS, "text": "x"}, WRITING),
    Try("deleting outside the write list", "update_message", {"channel": "random", "ts": TS, "delete": True}, WRITING),
    Try("reacting outside the write list", "add_reaction", {"channel": "random", "ts": TS, "emoji": "eyes"}, WRITING),
    *(
        Try(f"a direct message by {kind}", "send_message", {"channel": given, "text": "x"})
        for kind, given in {
            "handle": "@alice",
            "id of a person": ALICE,
            "mention": f"<@{ALICE}>",
            "address": "alice@acme.example",
            "conversation": DIRECT,
            "link": permalink(DIRECT, TS),
            "group conversation": GROUP,
        }.items()
    ),
    Try("reading a direct message", "get_channel_history", {"channel": DIRECT}),
    Try("reading a group conversation", "get_channel_history", {"channel": GROUP}),
    Try("a thread in a direct message", "get_thread", {"channel": DIRECT, "thread_ts": TS}),
    Try("listing direct messages", "list_channels", {"types": ["dm"]}),
    Try("listing group conversations", "list_channels", {"types": ["public", "group_dm"]}),
    *(
        Try(f"a broadcast as {given}", "send_message", {"channel": "general", "text": given, "format": kind})
        for kind in ("markdown", "mrkdwn")
        for given in ("<!channel>", "hi <!here|here>", "<!subteam^S0AAAAAAA>", "&lt;!everyone&gt;", "<!chan\u200bnel>")
    ),
    Try("a broadcast in a reply", "send_message", {"channel": "general", "text": "<!here>", "thread_ts": TS}),
    Try("a broadcast by an edit", "update_message", {"channel": "general", "ts": TS, "text": "<!channel>"}),
    Try("a broadcast in a topic", "create_channel", {"name": "new", "description": "<!channel>"}),
]


@pytest.mark.parametrize("attempt", REFUSED, ids=[attempt.what for attempt in REFUSED])
async def test_every_attempt_against_the_access_rules_is_refused(desk: Desk, attempt: Try):
    for place in (RANDOM, SECRET, DIRECT, GROUP):
        desk.workspace.say(place, ALICE, HIDDEN, ts=TS)
    async with desk.client(**attempt.env) as client:
        result = await client.call_tool(attempt.tool, attempt.arguments)
    assert failure(result).code == attempt.code
    assert HIDDEN not in text(result)
    assert not any(call.method.startswith(("chat.", "reactions.", "conversations.create")) for call in desk.slack.calls)
    assert desk.workspace.pings == []


async def test_an_allowed_channel_is_matched_by_name_glob_or_id(desk: Desk):
    for listed in ("general", "#general", "gen*", GENERAL, f"other,{GENERAL}"):
        read = await desk.call("get_channel_history", {"SLACK_ALLOWED_CHANNELS": listed}, channel="general")
        assert read["messages"] == []


async def test_a_channel_outside_the_write_list_can_be_read(desk: Desk):
    desk.workspace.say(RANDOM, ALICE, "x")
    assert len((await desk.call("get_channel_history", WRITING, channel="random"))["messages"]) == 1
    await desk.call("send_message", WRITING, channel="general", text="x")


async def test_only_allowed_channels_are_listed(desk: Desk):
    listed = await desk.call("list_channels", READING)
    assert [channel["name"] for channel in listed["channels"]] == ["general"]


async def test_a_refusal_does_not_reveal_names_of_other_channels(desk: Desk):
    failed = await desk.fail("get_channel_history", {"SLACK_ALLOWED_CHANNELS": "gen*"}, channel="genrandom")
    assert "random" not in str(failed.details)
    failed = await desk.fail("create_channel", {"SLACK_ALLOWED_CHANNELS": "gen*,r*"}, name="elsewhere")
    assert ELSEWHERE not in str(failed)


async def test_search_returns_no_results_from_forbidden_channels_or_direct_messages(desk: Desk):
    token = desk.slack.with_user_token(ALICE)
    for place in (GENERAL, RANDOM, SECRET, DIRECT, GROUP):
        desk.workspace.say(place, ALICE, f"needle in {place}")
    found = await desk.call("search_messages", {"SLACK_USER_TOKEN": token}, query="needle")
    assert {item["channel"] for item in found["items"]} == {"#general", "#random", "#secret"}
    assert "total" not in found
    for query in ("needle", "needle in:#random", f"needle in:{DIRECT}", "needle in:@alice"):
        found = await desk.call("search_messages", {"SLACK_USER_TOKEN": token, **READING}, query=query)
        assert {item["channel"] for item in found["items"]} <= {"#general"}
        assert "total" not in found


async def test_a_search_in_one_channel_returns_only_its_messages(desk: Desk):
    token = desk.slack.with_user_token(ALICE)
    for place in (GENERAL, RANDOM):
        desk.workspace.say(place, ALICE, "needle")
    found = await desk.call("search_messages", {"SLACK_USER_TOKEN": token}, query="needle in:random", channel="general")
    assert {item["channel"] for item in found["items"]} <= {"#general"}


@pytest.mark.parametrize("name", ["random", RANDOM, "secret", DIRECT, "@alice"])
async def test_resources_of_forbidden_channels_are_refused(desk: Desk, name: str):
    desk.workspace.say(RANDOM, ALICE, HIDDEN)
    async with desk.client(**READING) as client:
        with pytest.raises(MCPError) as refused:
            await client.read_resource(f"slack://channel/{name}/recent")
    assert refused.value.error.data["code"] == "PERMISSION_DENIED"
    assert HIDDEN not in str(refused.value.error)


async def test_only_links_to_allowed_domains_get_previews(desk: Desk):
    async with desk.client(SLACK_UNFURL_DOMAINS="good.example") as client:
        for words in ("no link", "https://evil.example", "https://good.example [x](https://evil.example)"):
            data(await client.call_tool("send_message", {"channel": "general", "text": words}))
        assert desk.workspace.unfurled == []
        data(await client.call_tool("send_message", {"channel": "general", "text": "https://docs.good.example"}))
    assert len(desk.workspace.unfurled) == 1


async def test_an_edit_contains_no_link_that_could_get_a_preview(desk: Desk):
    async with desk.client() as client:
        sent = data(await client.call_tool("send_message", {"channel": "general", "text": "x"}))
        asked = {"channel": "general", "ts": sent["ts"], "text": "[x](https://evil.example/?secret=1)"}
        answer = data(await client.call_tool("update_message", asked))
    assert answer["warnings"]
    message = desk.posts()[0]
    assert "'link'" not in str(message["blocks"])
    assert "evil" not in message["text"]


async def test_mass_mentions_are_sent_if_allowed(desk: Desk):
    await desk.call(
        "send_message", {"SLACK_ALLOW_BROADCASTS": "true"}, channel="general", text="<!here> <!subteam^S0AAAAAAA>"
    )
    assert desk.workspace.pings == ["here", "subteam^S0AAAAAAA"]


async def test_a_channel_that_cannot_be_looked_up_is_used_only_without_access_rules(desk: Desk):
    desk.slack.without_scope("channels:read", "groups:read")
    failed = await desk.fail("send_message", channel=GENERAL, text="x")
    assert failed.code == "PERMISSION_DENIED"
    assert failed.details["needed"] == "channels:read"
    await desk.call("send_message", {"SLACK_ALLOW_DMS": "true"}, channel=GENERAL, text="x")
    assert len(desk.posts()) == 1


async def test_read_tools_call_no_writing_method(desk: Desk):
    parent = desk.workspace.say(GENERAL, ALICE, "x")
    asked: dict[str, dict[str, Any]] = {
        "search_messages": {"query": "x", "channel": "general"},
        "get_channel_history": {"channel": "general"},
        "get_thread": {"channel": "general", "thread_ts": parent},
        "list_channels": {},
        "find_users": {"query": "alice"},
    }
    async with desk.client(SLACK_READ_ONLY="true") as client:
        offered = (await client.list_tools()).tools
        for tool in offered:
            data(await client.call_tool(tool.name, asked[tool.name]))
        refused = await client.call_tool("send_message", {"channel": "general", "text": "x"})
    assert {tool.name for tool in offered} == set(asked)
    assert failure(refused).code == "PERMISSION_DENIED"
    reads = ("conversations.history", "conversations.info", "conversations.list", "conversations.replies", "users.")
    assert [call.method for call in desk.slack.calls if not call.method.startswith((*reads, "auth.test"))] == []
