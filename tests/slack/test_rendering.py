"""Rendering of messages of every known shape."""

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
def test_every_message_shape_is_rendered_as_expected(shape: Shape):
    _, message, expected = shape
    assert text_of(message_from(message), NAMES) == expected


def test_a_message_author_is_shown_by_the_real_name():
    assert author(message_from({"user": "U1", "text": "x"}), NAMES) == "Alice Martin"


def test_an_unknown_message_author_is_shown_by_id():
    assert author(message_from({"user": "U7"}), NAMES) == "U7"


def test_a_bot_author_is_shown_by_its_username_and_marked_as_app():
    assert author(message_from({"bot_id": "B1", "user": "U1", "username": "PagerDuty"}), NAMES) == "PagerDuty (app)"
    assert author(message_from({"bot_id": "B1", "user": "U9", "bot_profile": {"name": "CI"}}), NAMES) == "CI (app)"
    assert author(message_from({"bot_id": "B1"}), NAMES) == "B1 (app)"


def test_a_person_posting_through_an_app_is_shown_by_the_real_name():
    assert (
        author(message_from({"bot_id": "B1", "user": "U1", "bot_profile": {"name": "CI"}}), NAMES)
        == "Alice Martin (app)"
    )


def test_a_file_is_described_in_one_phrase():
    assert described_file(FileRecord(name="p.pdf", pretty_type="PDF", size=120_400)) == "p.pdf (PDF, 120 kB)"
    assert described_file(FileRecord(name="p.mp4", filetype="mp4", size=5_200_000)) == "p.mp4 (mp4, 5 MB)"
    assert described_file(FileRecord(id="F1", size=12)) == "F1 (12 B)"


def test_a_deleted_file_is_described_as_deleted():
    assert described_file(FileRecord(mode="tombstone")) == "(deleted file)"
    assert "limit" in described_file(FileRecord(mode="hidden_by_limit"))


def test_people_in_collects_every_person_of_a_page():
    messages = [
        {"user": "U1", "text": "<@U2> and <@W3|w>"},
        {"user": "U9", "bot_id": "B1", "username": "CI", "attachments": [{"text": "<@U4>"}]},
        {"blocks": [{"elements": [{"elements": [{"type": "user", "user_id": "U5"}]}]}]},
        {"reactions": [{"name": "x", "users": ["U6"]}], "room": {"participant_history": ["U7"]}},
    ]
    assert sorted(set(people_in(map(message_from, messages)))) == ["U1", "U2", "U4", "U5", "U6", "U7", "W3"]


def test_a_message_without_content_is_rendered_empty():
    assert text_of(MessageRecord(), NAMES) == ""
    assert text_of(message_from({"text": None, "blocks": None, "attachments": None, "files": None}), NAMES) == ""
