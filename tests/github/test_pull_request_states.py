"""Words for the state of a pull request, and review threads, from GitHub's records."""

from typing import Any

import pytest
from github_mcp.models.pull_requests import mergeability
from github_mcp.models.reviews import ReviewThread
from github_mcp.records.pull_requests import PullRequestRecord
from github_mcp.records.reviews import ReviewCommentRecord
from mcp_chassis.http.records import read_record

REFS = {"number": 1, "head": {"sha": "a" * 40}, "base": {"sha": "b" * 40}}
WAITING = "no conflicts; GitHub has not computed yet whether other rules prevent the merge"


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"merged": True, "state": "closed"}, "already merged"),
        ({"merged_at": "2026-01-01T00:00:00Z", "state": "closed"}, "already merged"),
        ({"state": "closed", "mergeable": True, "mergeable_state": "clean"}, "no: closed"),
        ({}, "unknown: GitHub has not computed it yet"),
        ({"mergeable": None, "mergeable_state": "unknown"}, "unknown: GitHub has not computed it yet"),
        ({"mergeable": False, "mergeable_state": "dirty"}, "no: conflicts"),
        ({"mergeable": False}, "no: conflicts"),
        ({"mergeable": False, "mergeable_state": "blocked"}, "no: blocked"),
        ({"mergeable": True, "mergeable_state": "clean"}, "yes"),
        ({"mergeable": True, "mergeable_state": "has_hooks"}, "yes"),
        ({"mergeable": True}, "yes"),
        ({"mergeable": True, "mergeable_state": "unknown"}, WAITING),
        ({"mergeable": True, "mergeable_state": "unstable"}, "no conflicts, but unstable"),
        ({"mergeable": True, "mergeable_state": "behind"}, "no conflicts, but behind"),
    ],
)
def test_mergeability_is_yes_no_or_unknown_with_githubs_reason(fields: dict[str, Any], word: str) -> None:
    record = read_record({**REFS, "state": "open", **fields}, PullRequestRecord, upstream="GitHub", operation="read it")
    assert mergeability(record) == word


def thread(**fields: Any) -> dict[str, Any]:
    comment = read_record({"id": 5, "path": "a.py", **fields}, ReviewCommentRecord, upstream="GitHub", operation="read")
    shown = ReviewThread.of([comment], None).model_dump(exclude_none=True)
    return {name: value for name, value in shown.items() if name not in ("comments", "path")}


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"line": 3, "original_line": 2, "side": "RIGHT"}, {"line": 3, "comment_id": 5}),
        ({"line": 3, "side": "LEFT"}, {"line": 3, "old_side": True, "comment_id": 5}),
        ({"line": 3, "start_line": 1}, {"line": 3, "start_line": 1, "comment_id": 5}),
        ({"line": None, "original_line": 2}, {"line": 2, "outdated": True, "comment_id": 5}),
        ({"subject_type": "file"}, {"comment_id": 5}),
        ({"line": 3, "in_reply_to_id": 4}, {"line": 3, "comment_id": 4}),
    ],
)
def test_a_review_thread_names_its_line_its_side_and_the_comment_to_reply_to(
    fields: dict[str, Any], shown: dict[str, Any]
) -> None:
    assert thread(**fields) == shown
