"""Time zone of named days: the setting, else the zone of the token's person."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from mcp_chassis.testing import data
from slack_desk import ALICE, GENERAL, Desk

TOKYO = ZoneInfo("Asia/Tokyo")


async def test_named_days_use_the_time_zone_of_the_tokens_person(desk: Desk):
    desk.workspace.people[ALICE]["tz"] = "Asia/Tokyo"
    token = desk.slack.with_user_token(ALICE)
    async with desk.client(SLACK_USER_TOKEN=token) as client:
        for _ in range(2):
            data(await client.call_tool("get_channel_history", {"channel": GENERAL, "oldest": "2026-07-01"}))
    asked = [call.given["oldest"] for call in desk.slack.calls if call.method == "conversations.history"]
    midnight = datetime(2026, 7, 1, tzinfo=TOKYO).timestamp()
    assert [float(oldest) for oldest in asked] == [midnight, midnight]
    assert desk.slack.count("auth.test") == 1


@pytest.mark.parametrize(
    ("given", "clock"),
    [("today", "00:00"), ("yesterday", "00:00"), ("yesterday 9am", "09:00"), ("day before yesterday", "00:00")],
)
@pytest.mark.parametrize("by_setting", [False, True])
async def test_a_day_by_its_distance_from_today_is_one_of_the_persons_zone(
    desk: Desk, given: str, clock: str, by_setting: bool
):
    desk.workspace.people[ALICE]["tz"] = "America/Lima" if by_setting else "Asia/Tokyo"
    env = {"SLACK_USER_TOKEN": desk.slack.with_user_token(ALICE)}
    env |= {"SLACK_TIMEZONE": "Asia/Tokyo"} if by_setting else {}
    await desk.call("get_channel_history", env, channel=GENERAL, oldest=given)
    asked = next(call.given["oldest"] for call in desk.slack.calls if call.method == "conversations.history")
    assert f"{datetime.fromtimestamp(float(asked), TOKYO):%H:%M}" == clock


async def test_a_message_for_tomorrow_at_nine_is_scheduled_for_nine_in_the_persons_zone(desk: Desk):
    desk.workspace.people[ALICE]["tz"] = "Asia/Tokyo"
    env = {"SLACK_USER_TOKEN": desk.slack.with_user_token(ALICE), "SLACK_TOOLS": "@write"}
    await desk.call("schedule_message", env, channel="general", text="later", at="tomorrow 9am")
    asked = next(call.given["post_at"] for call in desk.slack.calls if call.method == "chat.scheduleMessage")
    assert f"{datetime.fromtimestamp(int(asked), TOKYO):%H:%M}" == "09:00"


async def test_the_time_zone_setting_takes_precedence_over_the_persons_zone(desk: Desk):
    desk.workspace.people[ALICE]["tz"] = "Asia/Tokyo"
    env = {"SLACK_USER_TOKEN": desk.slack.with_user_token(ALICE), "SLACK_TIMEZONE": "Europe/Paris"}
    await desk.call("get_channel_history", env, channel=GENERAL, oldest="2026-07-01")
    asked = next(call.given["oldest"] for call in desk.slack.calls if call.method == "conversations.history")
    assert float(asked) == datetime(2026, 7, 1, tzinfo=ZoneInfo("Europe/Paris")).timestamp()


@pytest.mark.parametrize("given", ["2026-07-01T09:00Z", "2d", "1782900000.000100", "19 Nov 12:40"])
async def test_a_time_that_does_not_depend_on_a_zone_causes_no_zone_look_up(desk: Desk, given: str):
    token = desk.slack.with_user_token(ALICE)
    await desk.call("get_channel_history", {"SLACK_USER_TOKEN": token}, channel=GENERAL, oldest=given)
    assert desk.slack.count("auth.test") == 0


async def test_a_status_that_expires_in_the_past_is_refused(desk: Desk):
    token = desk.slack.with_user_token(ALICE)
    env = {"SLACK_USER_TOKEN": token, "SLACK_TOOLS": "@personal"}
    failed = await desk.fail("set_status", env, text="out", until="yesterday")
    assert (failed.code, "past" in failed.message) == ("INVALID_INPUT", True)
    assert desk.slack.count("users.profile.set") == 0


async def test_an_age_as_the_expiry_of_a_status_is_counted_from_now_on(desk: Desk):
    token = desk.slack.with_user_token(ALICE)
    env = {"SLACK_USER_TOKEN": token, "SLACK_TOOLS": "@personal"}
    await desk.call("set_status", env, text="out", until="2h")
    assert abs(desk.workspace.status["status_expiration"] - desk.workspace.clock() - 7200) < 120


@pytest.mark.parametrize("text", ["", " ", None])
async def test_an_empty_text_beside_delete_counts_as_no_text(desk: Desk, text: str | None):
    ts = desk.workspace.say(GENERAL, "U0BOT0001", "wrong", bot_id="B0BOT0001")
    assert (await desk.call("update_message", channel=GENERAL, ts=ts, text=text, delete=True))["deleted"]


@pytest.mark.parametrize("arguments", [{"text": ""}, {"text": "new", "delete": True}, {}])
async def test_update_message_needs_either_a_text_or_delete(desk: Desk, arguments: dict[str, object]):
    failed = await desk.fail("update_message", channel=GENERAL, ts="1795092052.118741", **arguments)
    assert "delete=true" in failed.message
    assert desk.slack.calls == []
