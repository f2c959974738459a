"""Tokens that labels add to the text of results."""

import label_tokens
import pytest
import services

pytestmark = pytest.mark.services


def test_labels_add_at_most_three_percent_to_the_text_of_everyday_results() -> None:
    services.require("npm packages")
    rows = label_tokens.measured()
    assert len(rows) == 4
    assert {row.server: (row.plain, row.shown) for row in rows if row.shown > 1.03 * row.plain} == {}
    assert [row.server for row in rows if row.everything == row.plain] == []
