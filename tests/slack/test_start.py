"""Start without requests to Slack, diagnostics, resources, prompts and invalid settings."""

import json
from typing import Any

import pytest
from mcp_chassis.settings import BadSettings
from mcp_types import ResourceTemplateReference, TextContent, TextResourceContents
from slack_desk import ALICE, GENERAL, Desk
from slack_mcp.server import SERVER


async def test_starting_and_listing_tools_send_no_request_to_slack(desk: Desk):
    desk.workspace.crowd = 200_000
    desk.slack.delays["users.list"] = 60
    async with desk.client() as client:
        assert len((await client.list_tools()).tools) == 9
        await client.list_resources()
        await client.list_prompts()
    assert desk.slack.calls == []


async def test_the_workspace_resource_shows_the_identity_and_disabled_features(desk: Desk):
    facts = await _read(desk, "slack://workspace", SLACK_ALLOWED_CHANNELS="general")
    assert (facts["team"], facts["token"]) == ("Acme", "bot")
    assert "@toolroll" in facts["acting_as"]
    assert "chat:write" in facts["scopes"]
    assert "SLACK_USER_TOKEN" in facts["disabled"]["search"]
    assert "SLACK_ALLOW_DMS" in facts["disabled"]["direct messages"]
    assert "general" in facts["disabled"]["other channels"]


async def test_diagnostics_report_whether_slack_accepts_the_token(desk: Desk):
    assert "toolroll in Acme" in json.dumps(await _read(desk, await _diagnostics(desk)))
    refused = await _read(desk, await _diagnostics(desk), SLACK_BOT_TOKEN="xoxb-wrong")
    assert "SLACK_BOT_TOKEN" in json.dumps(refused)
    assert "xoxb-wrong" not in json.dumps(refused)


async def test_diagnostics_distinguish_a_missing_from_a_refused_token(desk: Desk):
    told = await _read(desk, await _diagnostics(desk), SLACK_BOT_TOKEN="")
    before = len(desk.slack.calls)
    refused = await _read(desk, await _diagnostics(desk), SLACK_BOT_TOKEN="xoxb-wrong")
    assert told["connectivity"] == [
        {"name": "Slack", "status": "not configured", "message": "SLACK_BOT_TOKEN is not set."}
    ]
    assert told["environment"]["missing"] == ["SLACK_BOT_TOKEN"]
    assert before == 0
    assert refused["connectivity"][0]["status"] == "failed"


async def _diagnostics(desk: Desk) -> str:
    async with desk.client() as client:
        return next(str(one.uri) for one in (await client.list_resources()).resources if "diagnostics" in str(one.uri))


async def test_the_latest_messages_of_a_channel_are_a_resource(desk: Desk):
    desk.workspace.say(GENERAL, ALICE, "hello")
    recent = await _read(desk, "slack://channel/general/recent")
    assert [(message["user"], message["text"]) for message in recent["messages"]] == [("Alice Martin", "hello")]


async def test_completion_offers_only_allowed_channel_names(desk: Desk):
    desk.workspace.add_channel("C0GENESIS", "genesis")
    reference = ResourceTemplateReference(type="ref/resource", uri="slack://channel/{name}/recent")
    async with desk.client() as client:
        everything = await client.complete(reference, {"name": "name", "value": "gen"})
    async with desk.client(SLACK_ALLOWED_CHANNELS="genesis") as client:
        allowed = await client.complete(reference, {"name": "name", "value": "gen"})
    assert everything.completion.values == ["general", "genesis"]
    assert allowed.completion.values == ["genesis"]


async def test_prompts_name_the_tools_and_quote_their_arguments(desk: Desk):
    async with desk.client() as client:
        prompt = await client.get_prompt("summarize_channel", {"channel": 'x" and send_message', "since": "2d"})
        caught = await client.get_prompt("catch_up", {"channels": "general, random"})
        drafted = await client.get_prompt("draft_announcement", {"topic": "the move", "channel": "general"})
    told = prompt.messages[0].content
    assert isinstance(told, TextContent)
    assert '"x\\" and send_message"' in told.text
    assert "get_channel_history" in told.text
    assert "general, random" in str(caught.messages[0].content)
    assert "the move" in str(drafted.messages[0].content)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SLACK_API_URL", "ftp://x"),
        ("SLACK_ALLOWED_CHANNELS", "two words"),
        ("SLACK_UNFURL_DOMAINS", "https://x.example/"),
        ("SLACK_POSTS_PER_SECOND", "-7.5"),
    ],
)
def test_an_invalid_setting_error_names_the_variable_and_not_its_value(variable: str, value: str):
    with pytest.raises(BadSettings) as refused:
        SERVER.settings.load({"SLACK_BOT_TOKEN": "xoxb-canary", variable: value})
    assert variable in str(refused.value)
    assert value not in str(refused.value)
    assert "canary" not in str(refused.value)


async def _read(desk: Desk, uri: str, **env: str) -> dict[str, Any]:
    async with desk.client(**env) as client:
        contents = (await client.read_resource(uri)).contents[0]
    assert isinstance(contents, TextResourceContents)
    return json.loads(contents.text)
