"""How channels, messages and times may be named."""

import pytest
from mcp_chassis.failures import InvalidInput
from slack_mcp.references import ChannelReference, channel_name, channel_reference, message_ts
from slack_mcp.times import as_ts

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
def test_a_channel_is_named_in_every_usual_way(given: str, expected: ChannelReference):
    assert channel_reference(given) == expected


@pytest.mark.parametrize(
    "given", ["", "#", "a b", "x" * 81, "https://evil.example/archives", "https://[", "a/b", "<#C1"]
)
def test_what_names_no_channel_says_how_to_name_one(given: str):
    with pytest.raises(InvalidInput) as refused:
        channel_reference(given)
    assert "link" in refused.value.message


def test_a_message_is_named_by_ts_or_link():
    assert message_ts("1700000000.123456") == "1700000000.123456"
    assert message_ts(LINK) == "1700000000.123456"


def test_a_thread_that_is_open_in_the_client_is_named_by_its_address():
    link = "https://app.slack.com/client/T0TEAM001/C0GENERAL/thread/C0GENERAL-1700000000.123456"
    assert channel_reference(link) == ChannelReference(id="C0GENERAL")
    assert message_ts(link, thread=True) == "1700000000.123456"
    assert channel_reference("x" * 80) == ChannelReference(name="x" * 80)


def test_a_link_to_a_reply_names_its_thread_or_itself():
    link = f"{LINK}?thread_ts=1699999999.000100&cid=C0GENERAL"
    assert message_ts(link, thread=True) == "1699999999.000100"
    assert message_ts(link) == "1700000000.123456"


@pytest.mark.parametrize("given", ["", "yesterday", "1700000000", "https://acme.slack.com/archives/C0GENERAL"])
def test_what_names_no_message_says_how_to_name_one(given: str):
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
def test_a_moment_is_told_in_every_usual_way(given: str, expected: str):
    got = as_ts(given, 1_000_000_000.0)
    assert got == ("999993600.000000" if given == "2001-09-09" else expected)


@pytest.mark.parametrize("given", ["", "soon", "2001-13-01", "99999999d", "-1d"])
def test_what_is_no_moment_says_how_to_tell_one(given: str):
    with pytest.raises(InvalidInput) as refused:
        as_ts(given, 0)
    assert "2d" in refused.value.message


def test_a_new_channels_name_becomes_one_that_slack_accepts():
    assert channel_name("#Launch Plan v2.0!") == "launch-plan-v2-0"
    assert channel_name("Équipe Été") == "équipe-été"
    assert len(channel_name("x" * 200)) == 80
    with pytest.raises(InvalidInput):
        channel_name("!!!")
