"""Replacement of a text whose hidden parts its reader did not see."""

import pytest
from mcp_chassis.failures import Conflict
from mcp_chassis.output.markup.replaced_body import HiddenParts, replacement

PRESENT = "<!-- template: bug -->\n\n## Steps\n\nOpen it.\n"


@pytest.mark.parametrize("hidden", [None, "keep", "drop"])
def test_a_text_without_hidden_parts_is_replaced_without_a_question(hidden: HiddenParts | None):
    assert replacement("## Steps\n\nOpen *it*.", "## Steps\n\nClose it.", hidden) == "## Steps\n\nClose it."


def test_a_text_with_hidden_parts_is_replaced_only_with_a_decision_about_them():
    with pytest.raises(Conflict) as caught:
        replacement(PRESENT, "## Steps\n\nClose it.\n", None)
    assert "has hidden parts that reading it left out: 1 comment." in caught.value.message
    assert "Nothing was changed. Send hidden=keep to keep them, or hidden=drop to delete them." in caught.value.text()


def test_hidden_parts_are_put_back_if_they_are_kept():
    kept = replacement(PRESENT, "## Steps\n\nClose it.\n", "keep")
    assert kept.split() == ["<!--", "template:", "bug", "-->", "##", "Steps", "Close", "it."]
    assert kept.endswith("\n## Steps\n\nClose it.\n")


def test_hidden_parts_are_deleted_if_they_are_dropped():
    assert replacement(PRESENT, "## Steps\n\nClose it.\n", "drop") == "## Steps\n\nClose it.\n"


def test_an_unchanged_text_needs_no_decision():
    assert replacement(PRESENT, PRESENT, None) == PRESENT


def test_hidden_parts_are_found_in_a_text_with_windows_line_ends():
    kept = replacement(PRESENT.replace("\n", "\r\n"), "## Steps\n\nClose it.\n", "keep")
    assert "<!-- template: bug -->" in kept
    assert "Close it." in kept
