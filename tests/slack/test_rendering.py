"""Messages of every shape as people read them."""

from typing import Any

import pytest
from mcp_chassis.http.records import read_record
from slack_mcp.records.files import FileRecord
from slack_mcp.records.messages import MessageRecord
from slack_mcp.rendering.files import described_file
from slack_mcp.rendering.messages import author, people_in, text_of
from slack_mcp.rendering.names import Names
from slack_shapes import SHAPES, Shape

NAMES = Names(users={"U1": "Alice Martin", "U2": "Bob Stone"}, channels={"C1": "general"}, groups={"S1": "ops-team"})


def message_from(fields: dict[str, Any]) -> MessageRecord:
    return read_record(fields, MessageRecord, upstream="Slack", operation="read the message")


@pytest.mark.parametrize("shape", SHAPES, ids=[name for name, _, _ in SHAPES])
def test_a_message_reads_as_a_person_reads_it(shape: Shape):
    _, message, expected = shape
    assert text_of(message_from(message), NAMES) == expected


def test_a_person_is_called_by_the_real_name():
    assert author(message_from({"user": "U1", "text": "x"}), NAMES) == "Alice Martin"


def test_somebody_unknown_is_called_by_the_id():
    assert author(message_from({"user": "U7"}), NAMES) == "U7"


def test_a_bot_is_called_by_the_name_it_posted_under_and_marked():
    assert author(message_from({"bot_id": "B1", "user": "U1", "username": "PagerDuty"}), NAMES) == "PagerDuty (app)"
    assert author(message_from({"bot_id": "B1", "user": "U9", "bot_profile": {"name": "CI"}}), NAMES) == "CI (app)"
    assert author(message_from({"bot_id": "B1"}), NAMES) == "B1 (app)"


def test_a_person_who_posts_through_an_app_is_called_by_the_real_name():
    assert (
        author(message_from({"bot_id": "B1", "user": "U1", "bot_profile": {"name": "CI"}}), NAMES)
        == "Alice Martin (app)"
    )


def test_a_file_is_told_in_one_phrase():
    assert described_file(FileRecord(name="p.pdf", pretty_type="PDF", size=120_400)) == "p.pdf (PDF, 120 kB)"
    assert described_file(FileRecord(name="p.mp4", filetype="mp4", size=5_200_000)) == "p.mp4 (mp4, 5 MB)"
    assert described_file(FileRecord(id="F1", size=12)) == "F1 (12 B)"


def test_a_file_that_is_gone_says_so():
    assert described_file(FileRecord(mode="tombstone")) == "(deleted file)"
    assert "limit" in described_file(FileRecord(mode="hidden_by_limit"))


def test_everybody_a_page_names_is_found():
    messages = [
        {"user": "U1", "text": "<@U2> and <@W3|w>"},
        {"user": "U9", "bot_id": "B1", "username": "CI", "attachments": [{"text": "<@U4>"}]},
        {"blocks": [{"elements": [{"elements": [{"type": "user", "user_id": "U5"}]}]}]},
        {"reactions": [{"name": "x", "users": ["U6"]}], "room": {"participant_history": ["U7"]}},
    ]
    assert sorted(set(people_in(map(message_from, messages)))) == ["U1", "U2", "U4", "U5", "U6", "U7", "W3"]


def test_a_message_without_anything_reads_as_nothing():
    assert text_of(MessageRecord(), NAMES) == ""
    assert text_of(message_from({"text": None, "blocks": None, "attachments": None, "files": None}), NAMES) == ""
