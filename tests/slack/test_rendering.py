"""What people would read, for every shape of message."""

import pytest
from slack_mcp.rendering.messages import author, described_file, people_in, text_of
from slack_mcp.rendering.names import Names
from slack_shapes import SHAPES, Shape

NAMES = Names(users={"U1": "Alice Martin", "U2": "Bob Stone"}, channels={"C1": "general"}, groups={"S1": "ops-team"})


@pytest.mark.parametrize("shape", SHAPES, ids=[name for name, _, _ in SHAPES])
def test_a_message_reads_as_a_person_reads_it(shape: Shape):
    _, message, expected = shape
    assert text_of(message, NAMES) == expected


def test_a_person_is_called_by_the_real_name():
    assert author({"user": "U1", "text": "x"}, NAMES) == "Alice Martin"


def test_somebody_unknown_is_called_by_the_id():
    assert author({"user": "U7"}, NAMES) == "U7"


def test_a_bot_is_called_by_the_name_it_posted_under_and_marked():
    assert author({"bot_id": "B1", "user": "U1", "username": "PagerDuty"}, NAMES) == "PagerDuty (app)"
    assert author({"bot_id": "B1", "user": "U9", "bot_profile": {"name": "CI"}}, NAMES) == "CI (app)"
    assert author({"bot_id": "B1"}, NAMES) == "B1 (app)"


def test_a_person_who_posts_through_an_app_is_called_by_the_real_name():
    assert author({"bot_id": "B1", "user": "U1", "bot_profile": {"name": "CI"}}, NAMES) == "Alice Martin (app)"


def test_a_file_is_told_in_one_phrase():
    assert described_file({"name": "p.pdf", "pretty_type": "PDF", "size": 120_400}) == "p.pdf (PDF, 120 kB)"
    assert described_file({"name": "p.mp4", "filetype": "mp4", "size": 5_200_000}) == "p.mp4 (mp4, 5 MB)"
    assert described_file({"id": "F1", "size": 12}) == "F1 (12 B)"


def test_a_file_that_is_gone_says_so():
    assert described_file({"mode": "tombstone"}) == "(deleted file)"
    assert "limit" in described_file({"mode": "hidden_by_limit"})


def test_everybody_a_page_names_is_found():
    messages = [
        {"user": "U1", "text": "<@U2> and <@W3|w>"},
        {"user": "U9", "bot_id": "B1", "username": "CI", "attachments": [{"text": "<@U4>"}]},
        {"blocks": [{"elements": [{"elements": [{"type": "user", "user_id": "U5"}]}]}]},
        {"reactions": [{"name": "x", "users": ["U6"]}], "room": {"participant_history": ["U7"]}},
    ]
    assert sorted(set(people_in(messages))) == ["U1", "U2", "U4", "U5", "U6", "U7", "W3"]


def test_a_message_without_anything_reads_as_nothing():
    assert text_of({}, NAMES) == ""
    assert text_of({"text": None, "blocks": None, "attachments": None, "files": None}, NAMES) == ""
