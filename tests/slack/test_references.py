"""Parsing of references to channels, messages and times in every usual form."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from mcp_chassis.failures import InvalidInput
from slack_mcp.references import ChannelReference, channel_name, channel_reference, message_ts
from slack_mcp.rendering.dates import from_template, written
from slack_mcp.times import as_ts, period_of

TEMPLATES = (
    "{date_num}",
    "{date_num} {time}",
    "{date_num} {time_secs}",
    "{date_slash}",
    "{date_long}",
    "{date_long_full}",
    "{date}",
    "{date_short}",
    "{day_divider}",
    "{ago}",
)
LINK = "https://acme.slack.com/archives/C0GENERAL/p1700000000123456"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("#general", ChannelReference(name="general")),
        ("General", ChannelReference(name="general")),
        (" général_2-x ", ChannelReference(name="général_2-x")),
        ("C0GENERAL", ChannelReference(id="C0GENERAL")),
        ("D0DIRECT1", ChannelReference(id="D0DIRECT1")),
        ("<#C0GENERAL|general>", ChannelReference(id="C0GENERAL")),
        ("<#C0GENERAL>", ChannelReference(id="C0GENERAL")),
        (LINK, ChannelReference(id="C0GENERAL")),
        ("https://acme.slack.com/archives/C0GENERAL", ChannelReference(id="C0GENERAL")),
        ("https://app.slack.com/client/T0TEAM001/C0GENERAL", ChannelReference(id="C0GENERAL")),
        ("@alice", ChannelReference(user="@alice")),
        ("U0ALICE01", ChannelReference(user="U0ALICE01")),
        ("<@U0ALICE01>", ChannelReference(user="U0ALICE01")),
        ("alice@acme.example", ChannelReference(user="alice@acme.example")),
    ],
)
def test_every_usual_channel_reference_is_parsed(given: str, expected: ChannelReference):
    assert channel_reference(given) == expected


@pytest.mark.parametrize(
    "given", ["", "#", "a b", "x" * 81, "https://evil.example/archives", "https://[", "a/b", "<#C1"]
)
def test_an_invalid_channel_reference_error_names_the_valid_forms(given: str):
    with pytest.raises(InvalidInput) as refused:
        channel_reference(given)
    assert "link" in refused.value.message


def test_a_message_reference_is_a_ts_or_a_link():
    assert message_ts("1700000000.123456") == "1700000000.123456"
    assert message_ts(LINK) == "1700000000.123456"


def test_the_address_of_an_open_thread_in_the_web_client_is_parsed():
    link = "https://app.slack.com/client/T0TEAM001/C0GENERAL/thread/C0GENERAL-1700000000.123456"
    assert channel_reference(link) == ChannelReference(id="C0GENERAL")
    assert message_ts(link, thread=True) == "1700000000.123456"
    assert channel_reference("x" * 80) == ChannelReference(name="x" * 80)


def test_a_link_to_a_reply_is_parsed_as_thread_ts_or_message_ts():
    link = f"{LINK}?thread_ts=1699999999.000100&cid=C0GENERAL"
    assert message_ts(link, thread=True) == "1699999999.000100"
    assert message_ts(link) == "1700000000.123456"


def test_a_message_link_into_another_channel_is_refused():
    with pytest.raises(InvalidInput) as refused:
        message_ts(LINK, channel="C0RANDOM1")
    assert "but the given channel is" in refused.value.message
    assert message_ts(LINK, channel="C0GENERAL") == "1700000000.123456"


@pytest.mark.parametrize(
    ("given", "reference"),
    [
        ("slack://channel?team=T0ACME001&id=C0GENERAL", ChannelReference(id="C0GENERAL")),
        ("<https://acme.slack.com/archives/C0GENERAL|#general>", ChannelReference(id="C0GENERAL")),
        ("https://acme.slack.com/team/U0ALICE01", ChannelReference(user="U0ALICE01")),
        ("WATERFALLS", ChannelReference(user="WATERFALLS", name="waterfalls")),
        ("CUSTOMERSX", ChannelReference(id="CUSTOMERSX", name="customersx")),
    ],
)
def test_rare_channel_references_are_parsed(given: str, reference: ChannelReference):
    assert channel_reference(given) == reference


@pytest.mark.parametrize("given", ["", "yesterday", "1700000000", "https://acme.slack.com/archives/C0GENERAL"])
def test_an_invalid_message_reference_error_names_the_valid_forms(given: str):
    with pytest.raises(InvalidInput) as refused:
        message_ts(given)
    assert "ts" in refused.value.message


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("1700000000.123456", "1700000000.123456"),
        ("2d", "999827200.000000"),
        ("30m", "999998200.000000"),
        ("1w ago", "999395200.000000"),
        ("2001-09-09", "1000000000.000000"),
        ("2001-09-09T01:46:40Z", "1000000000.000000"),
        ("2001-09-09T03:46:40+02:00", "1000000000.000000"),
    ],
)
def test_every_usual_form_of_a_time_is_parsed(given: str, expected: str):
    got = as_ts(given, 1_000_000_000.0)
    assert got == ("999993600.000000" if given == "2001-09-09" else expected)


@pytest.mark.parametrize("given", ["", "soon", "2001-13-01", "99999999d", "-1d"])
def test_an_invalid_time_error_names_the_valid_forms(given: str):
    with pytest.raises(InvalidInput) as refused:
        as_ts(given, 0)
    assert "2d" in refused.value.message


def test_a_new_channel_name_is_converted_to_a_valid_one():
    assert channel_name("#Launch Plan v2.0!") == "launch-plan-v2-0"
    assert channel_name("Équipe Été") == "équipe-été"
    assert len(channel_name("x" * 200)) == 80
    with pytest.raises(InvalidInput):
        channel_name("!!!")


@pytest.mark.parametrize(
    ("given", "zone", "expected"),
    [
        ("today", "UTC", "2026-11-20T00:00:00+00:00"),
        ("today", "America/Los_Angeles", "2026-11-20T00:00:00-08:00"),
        ("since yesterday", "Europe/Paris", "2026-11-19T00:00:00+01:00"),
        ("2026-11-20", "Europe/Paris", "2026-11-20T00:00:00+01:00"),
        ("Monday", "UTC", "2026-11-16T00:00:00+00:00"),
        ("last friday", "UTC", "2026-11-13T00:00:00+00:00"),
        ("this morning", "UTC", "2026-11-20T00:00:00+00:00"),
        ("last week", "UTC", "2026-11-09T00:00:00+00:00"),
        ("2 days ago", "UTC", "2026-11-18T13:06:40+00:00"),
        ("an hour ago", "UTC", "2026-11-20T12:06:40+00:00"),
        ("19 Nov 12:40", "Europe/Paris", "2026-11-19T12:40:00+00:00"),
        ("20 Nov 2025 04:35", "UTC", "2025-11-20T04:35:00+00:00"),
        ("Nov 20", "UTC", "2026-11-20T00:00:00+00:00"),
        ("1795092052118", "UTC", "2026-11-19T12:40:52.118000+00:00"),
        ("20261119", "Europe/Paris", "2026-11-19T00:00:00+01:00"),
        ("2026-07-01", "Europe/Paris", "2026-07-01T00:00:00+02:00"),
        ("2026/11/19", "UTC", "2026-11-19T00:00:00+00:00"),
        ("2026-11-19 22:13 UTC", "Europe/Paris", "2026-11-19T22:13:00+00:00"),
        ("Thursday, November 19, 2026", "UTC", "2026-11-19T00:00:00+00:00"),
        ("yesterday at 9am", "Europe/Paris", "2026-11-19T09:00:00+01:00"),
        ("monday 17:30", "America/New_York", "2026-11-16T17:30:00-05:00"),
        ("9:15", "Europe/Paris", "2026-11-20T09:15:00+01:00"),
        ("9:15 UTC", "Europe/Paris", "2026-11-20T09:15:00+00:00"),
        ("August", "UTC", "2026-08-01T00:00:00+00:00"),
        ("December", "UTC", "2025-12-01T00:00:00+00:00"),
        ("2026-08", "UTC", "2026-08-01T00:00:00+00:00"),
        ("2025", "UTC", "2025-01-01T00:00:00+00:00"),
        ("last month", "UTC", "2026-10-01T00:00:00+00:00"),
        ("past week", "UTC", "2026-11-13T13:06:40+00:00"),
        ("the last 24 hours", "UTC", "2026-11-19T13:06:40+00:00"),
        ("last hour", "UTC", "2026-11-20T12:06:40+00:00"),
        ("tomorrow", "UTC", "2026-11-21T00:00:00+00:00"),
    ],
)
def test_named_days_use_the_zone_and_printed_times_are_utc(given: str, zone: str, expected: str):
    assert float(as_ts(given, 1_795_180_000.0, ZoneInfo(zone))) == datetime.fromisoformat(expected).timestamp()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2026-11-19", "2026-11-19T23:59:59.999999+01:00"),
        ("yesterday", "2026-11-19T23:59:59.999999+01:00"),
        ("last week", "2026-11-15T23:59:59.999999+01:00"),
        ("February 2026", "2026-02-28T23:59:59.999999+01:00"),
        ("25 Oct 2026", "2026-10-25T23:59:59.999999+01:00"),
        ("19 Nov 12:40", "2026-11-19T12:40:59.999999+00:00"),
        ("yesterday morning", "2026-11-19T11:59:59.999999+01:00"),
        ("the last 3 days", "2026-11-20T13:06:40+00:00"),
        ("2026-11-19T12:40:00Z", "2026-11-19T12:40:00+00:00"),
        ("2d", "2026-11-18T13:06:40+00:00"),
    ],
)
def test_a_period_as_an_upper_bound_counts_to_its_end(given: str, expected: str):
    got = float(as_ts(given, 1_795_180_000.0, ZoneInfo("Europe/Paris"), end=True))
    assert abs(got - datetime.fromisoformat(expected).timestamp()) < 0.000_002


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2h", "2026-11-20T15:06:40+00:00"),
        ("in 30 minutes", "2026-11-20T13:36:40+00:00"),
        ("3 days from now", "2026-11-23T13:06:40+00:00"),
        ("tomorrow 9:00", "2026-11-21T09:00:00+01:00"),
        ("tomorrow at 9 am", "2026-11-21T09:00:00+01:00"),
        ("Friday 17:00", "2026-11-20T17:00:00+01:00"),
        ("next friday 17:00", "2026-11-27T17:00:00+01:00"),
        ("Monday 8:30", "2026-11-23T08:30:00+01:00"),
        ("17:00", "2026-11-20T17:00:00+01:00"),
        ("5 Jan 09:00", "2027-01-05T09:00:00+00:00"),
        ("January", "2027-01-01T00:00:00+01:00"),
        ("2 hours ago", "2026-11-20T11:06:40+00:00"),
    ],
)
def test_every_usual_form_of_a_future_time_is_parsed(given: str, expected: str):
    got = as_ts(given, 1_795_180_000.0, ZoneInfo("Europe/Paris"), ahead=True)
    assert float(got) == datetime.fromisoformat(expected).timestamp()


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_date_format_shown_in_messages_is_parsed(template: str):
    shown = from_template("1795092052", template)
    period = period_of(shown, 1_795_180_000.0)
    assert period.begin <= 1795092052 < period.end + 60


@pytest.mark.parametrize("seconds", [0, 3_600, 86_400 * 3, 86_400 * 200, 86_400 * 400])
def test_every_time_printed_in_results_is_parsed_to_the_same_minute(seconds: int):
    now = 1_795_180_000.0
    assert abs(float(as_ts(written(now - seconds, now), now)) - (now - seconds)) < 60


@pytest.mark.parametrize("given", ["0001-01-01", "9999-12-31", "1 Jan 1970", "20 Foo", "31 Feb 2026", "0000-00-00"])
def test_a_time_far_outside_slacks_years_is_refused(given: str):
    with pytest.raises(InvalidInput):
        as_ts(given, 1_795_180_000.0)
