"""Organisation-wide tokens and rotating tokens."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mcp_chassis.testing import data
from scripted_slack import BOT_TOKEN, Token
from slack_desk import Desk

TEAMS = {"ok": True, "teams": [{"id": "T0ACME0001", "name": "Acme"}, {"id": "T0GLOBEX1", "name": "Globex"}]}
CHANNEL = {"id": "C0GENERAL", "name": "general"}
ROTATING = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "s3cret-of-the-app"}


def needing_a_team(desk: Desk, teams: dict[str, Any]) -> None:
    messages = ["[ERROR] missing required field: team_id"]
    refusal = {"ok": False, "error": "missing_argument", "response_metadata": {"messages": messages}}

    def listed(given: Mapping[str, str]) -> dict[str, Any]:
        return {"ok": True, "channels": [CHANNEL]} if given.get("team_id") else refusal

    desk.slack.answers["conversations.list"] = listed
    desk.slack.answers["auth.teams.list"] = lambda given: teams


async def test_a_workspace_set_by_id_is_sent_as_team_id(desk: Desk):
    needing_a_team(desk, TEAMS)
    listed = await desk.call("list_channels", {"SLACK_TEAM_ID": "T0ACME0001"})
    assert [channel["name"] for channel in listed["channels"]] == ["general"]
    assert desk.slack.calls[0].given["team_id"] == "T0ACME0001"


async def test_a_workspace_set_by_name_is_looked_up_and_sent_as_team_id(desk: Desk):
    needing_a_team(desk, TEAMS)
    await desk.call("list_channels", {"SLACK_TEAM_ID": "globex"})
    assert desk.slack.calls[-1].given["team_id"] == "T0GLOBEX1"


async def test_a_token_with_one_workspace_needs_no_workspace_setting(desk: Desk):
    needing_a_team(desk, {"ok": True, "teams": TEAMS["teams"][:1]})
    assert (await desk.call("list_channels"))["channels"]


async def test_a_token_with_several_workspaces_and_no_setting_lists_them(desk: Desk):
    needing_a_team(desk, TEAMS)
    failed = await desk.fail("list_channels")
    assert failed.code == "INVALID_INPUT"
    assert "SLACK_TEAM_ID" in failed.message
    assert failed.details["workspaces"] == ["Acme T0ACME0001", "Globex T0GLOBEX1"]


async def test_an_expired_token_is_refreshed_and_the_next_refresh_token_is_written_to_its_file(
    desk: Desk, tmp_path: Path
):
    file = tmp_path / "refresh"
    file.write_text("xoxe-1-first")
    forms: list[Mapping[str, str]] = []

    def refresh(given: Mapping[str, str]) -> dict[str, Any]:
        forms.append(given)
        desk.slack.tokens["xoxe.xoxb-1-new"] = Token("U0BOT0001", desk.slack.tokens[BOT_TOKEN].scopes)
        return {"ok": True, "access_token": "xoxe.xoxb-1-new", "refresh_token": "xoxe-1-second", "expires_in": 43200}

    def expired_unless_new(given: Mapping[str, str]) -> dict[str, Any]:
        new = desk.slack.calls[-1].token == "xoxe.xoxb-1-new"
        return {"ok": True, "channels": [CHANNEL]} if new else {"ok": False, "error": "token_expired"}

    desk.slack.answers |= {"oauth.v2.access": refresh, "conversations.list": expired_unless_new}
    env = {**ROTATING, "SLACK_REFRESH_TOKEN_FILE": str(file)}
    async with desk.client(**env) as client:
        assert data(await client.call_tool("list_channels", {}))["channels"]
    assert [(form["grant_type"], form["refresh_token"]) for form in forms] == [("refresh_token", "xoxe-1-first")]
    assert file.read_text().strip() == "xoxe-1-second"


async def test_an_expired_token_without_a_refresh_token_names_the_settings_to_set(desk: Desk):
    desk.slack.answers["conversations.list"] = lambda given: {"ok": False, "error": "token_expired"}
    failed = await desk.fail("list_channels")
    assert failed.code == "AUTHENTICATION_FAILED"
    assert "SLACK_REFRESH_TOKEN" in failed.message
