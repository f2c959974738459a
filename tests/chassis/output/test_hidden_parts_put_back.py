"""Visible Markdown and the edits behind it, with exact texts: merged edits, HTML elements, tables and large changes."""

import pytest
from mcp_chassis.output.markup.edits import Edit, VisibleText, described, with_edits
from mcp_chassis.output.markup.restore import MAX_COMPARISONS, with_hidden_parts
from mcp_chassis.output.markup.visible import MAX_IMAGE_MARKS, MAX_LANGUAGE_CHARS, visible_markdown


@pytest.mark.parametrize(
    ("edits", "text", "chosen"),
    [
        ([Edit(2, 4, "a")], "01456789", [(2, 4)]),
        ([Edit(6, 8, "b"), Edit(2, 4, "a")], "014589", [(2, 4), (6, 8)]),
        ([Edit(2, 4, "a"), Edit(4, 6, "b")], "016789", [(2, 4), (4, 6)]),
        ([Edit(2, 5, "a"), Edit(4, 7, "b")], "01789", [(2, 7)]),
        ([Edit(2, 7, "a"), Edit(3, 5, "b")], "01789", [(2, 7)]),
        ([Edit(2, 4, "a"), Edit(2, 7, "b")], "01789", [(2, 7)]),
        ([Edit(2, 7, "a"), Edit(3, 7, "b")], "01789", [(2, 7)]),
        ([Edit(2, 4, "a", "<>"), Edit(8, 10, "b")], "01<>4567", [(2, 4), (8, 10)]),
    ],
)
def test_edits_inside_another_are_dropped_and_overlapping_ones_merged(
    edits: list[Edit], text: str, chosen: list[tuple[int, int]]
):
    shown = with_edits("0123456789", edits)
    assert shown.text == text
    assert [(edit.start, edit.end) for edit in shown.edits] == chosen


@pytest.mark.parametrize(
    ("edit", "text"),
    [
        (Edit(3, 4, "a"), "x\ny\n"),
        (Edit(3, 4, "a", "shown"), "x\n shown \ny\n"),
        (Edit(3, 4, "a", attached=True), "x\n  \ny\n"),
        (Edit(3, 4, "a", group=0), "x\n  \ny\n"),
        (Edit(0, 1, "a"), " h \ny\n"),
        (Edit(6, 7, "a"), "x\n h \n"),
    ],
)
def test_a_line_of_which_only_spaces_are_left_is_removed_unless_the_edit_belongs_to_a_text(edit: Edit, text: str):
    assert with_edits("x\n h \ny\n", [edit]).text == text


def test_kinds_are_counted_in_alphabetical_order_without_further_pieces():
    edits = [Edit(0, 1, "link"), Edit(2, 3), Edit(4, 5, "comment"), Edit(6, 7, "link")]
    assert described(VisibleText("", "", tuple(edits)).kinds) == "1 comment, 2 links"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ('<area href="https://e.example/?q=1">text</area>', "[link to e.example]text</area>"),
        ('<a href="https://e.example/?q=1">text</a>', "text [link to e.example]"),
        ('<a href="https://e.example/?q=1">text', "[link to e.example]text"),
        ('<img alt="cat" src="https://e.example/?q=1">', "[image: cat at e.example]"),
        ('<img src="https://e.example/?q=1">', "[image:  at e.example]"),
        (f'<img alt="{"c" * 101}" src="https://e.example/?q=1">', f"[image: {'c' * 100} at e.example]"),
        (f'<img alt="{"c" * 100}" src="a.png">', f'<img alt="{"c" * 100}" src="a.png">'),
        (f'<img alt="{"c" * 101}" src="a.png">', '<img src="a.png">'),
        ('<img src="a.png" width="1">', ""),
        ('<img src="a.png" height="0px">', ""),
        ('<img src="a.png" width="2">', '<img src="a.png" width="2">'),
        ('<font size="1">x</font>', ""),
        ('<font color="WHITE">x</font>', ""),
        ('<font color="red">x</font>', "<font>x</font>"),
        ('<input type="checkbox"> x', '<input type="checkbox"> x'),
        ("<input> x", " x"),
        ("<Map<Key>>", "<Map<Key>>"),
        ("a <one><two> b", "a <one><two> b"),
        ("a <one><two><three> b", "a  b"),
        (f"a <{'n' * 24}> b", f"a <{'n' * 24}> b"),
        (f"a <{'n' * 25}> b", "a  b"),
        ("a </one> b", "a  b"),
        ("a </One> b", "a </One> b"),
        ("a <one>b</one> c", "a <one>b</one> c"),
        ("a <b hidden>x\n\nafter", "a \n\nafter"),
        ("<div hidden>x</div>after", "after"),
    ],
)
def test_html_is_shown_as_a_page_shows_it(source: str, text: str):
    assert visible_markdown(source).text == text


def test_a_language_of_exactly_the_limit_is_shown_and_a_longer_one_left_out():
    for more, shown in ((0, "l" * MAX_LANGUAGE_CHARS), (1, "")):
        source = f"```{'l' * (MAX_LANGUAGE_CHARS + more)}\ncode\n```\n"
        assert visible_markdown(source).text == f"```{shown}\ncode\n```\n"


def test_a_text_with_more_image_marks_than_the_limit_is_left_out_as_a_whole():
    source = "![" * MAX_IMAGE_MARKS
    assert visible_markdown(source).text == source
    shown = visible_markdown(f"{source}![")
    assert (shown.text, described(shown.kinds)) == ("", "1 text with too many image marks to read")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("| a | b |\n|---|---|\n| x | y <!-- h --> |\n", "| a | b |\n|---|---|\n| x | y  |\n"),
        ("| a | a <!-- h --> |\n|---|---|\n| <!-- h --> a | a |\n", "| a | a  |\n|---|---|\n|  a | a |\n"),
        ("| x \\| y <!-- h --> | z |\n|---|---|\n", "| x \\| y  | z |\n|---|---|\n"),
        ("-\tx <!-- h -->\n", "-\tx \n"),
        ("x[^1]\n\n[^1]: shown\n", "x[^1]\n\n[^1]: shown\n"),
        ("x\n\n[^1]: hidden\nmore\n\nafter\n", "x\n\n\nafter\n"),
        ("x\n\n[^1]: hidden", "x\n\n"),
        ('[r]\n\n[r]: https://a.example "title"\n', "[r]\n\n[r]: https://a.example\n"),
        ('[r][]\n\n[r]: https://a.example "title"\n', "[r][]\n\n[r]: https://a.example\n"),
        ("![r]\n\n[r]: https://a.example\n", "![r]\n\n[r]: https://a.example\n"),
        ('[r]\n\n[r]: <https://a.example> "title"\n', "[r]\n\n[r]: <https://a.example>\n"),
        ("[r]\n\n[s]: https://a.example\n", "[r]\n\n"),
        ("[r]\n\n[r]: https://a.example/?q=1\n", "r [link to a.example]\n\n"),
        ('[x](<a b> "title")\n', "[x](<a b>)\n"),
        ('[x](  a.html   "title")\n', "[x](  a.html)\n"),
        ("a&#8203;b &amp; c", "ab &amp; c"),
        ("text\n[//]: # (words)\nmore", "text\nmore"),
        ("```\n[//]: # (words)\n```\n", "```\n[//]: # (words)\n```\n"),
    ],
)
def test_markdown_is_shown_without_its_hidden_parts(source: str, text: str):
    assert visible_markdown(source).text == text


def test_in_a_change_too_large_to_compare_hidden_parts_are_put_at_its_beginning():
    assert MAX_COMPARISONS == 1_000_000
    for count, expected in ((1_000, "same\nb0\n<!-- h -->\nc\n"), (1_001, "same\n<!-- h -->\nb0\nc\n")):
        source = f"same\na0\n<!-- h -->\nc\n{lines('a', count - 2)}end\n"
        written = with_hidden_parts(visible_markdown(source), f"same\nb0\nc\n{lines('b', count - 2)}end\n")
        assert written == f"{expected}{lines('b', count - 2)}end\n"


def lines(letter: str, count: int) -> str:
    return "".join(f"{letter}{number}\n" for number in range(1, count + 1))


@pytest.mark.parametrize(
    ("edited", "expected"),
    [
        ("one\ntwo\n", "one <!-- a -->\ntwo <!-- b -->\n"),
        ("one\nTWO\n", "one <!-- a -->\nTWO<!-- b -->\n"),
    ],
)
def test_each_comment_returns_to_the_end_of_its_own_line(edited: str, expected: str):
    shown = visible_markdown("one <!-- a -->\ntwo <!-- b -->\n")
    assert with_hidden_parts(shown, edited.replace("one\n", "one \n").replace("two\n", "two \n")) == expected
