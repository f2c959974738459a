"""Document readers called directly, without the child process of the server."""

from collections.abc import Callable

import pytest
from office_documents import (
    OLDER_OR_ENCRYPTED,
    encrypted_pdf,
    expanding,
    pdf,
    repeated_pdf,
    replaced,
    sheets,
    slides,
    word,
)
from slack_mcp.documents import content
from slack_mcp.documents.content import Range, Unreadable
from slack_mcp.documents.pdf import read_pdf
from slack_mcp.documents.sheets import read_sheets
from slack_mcp.documents.slides import read_slides
from slack_mcp.documents.word import read_word

ALL = Range(1, 100)
DOCUMENT_XML = "word/document.xml"
SLIDE = "ppt/slides/slide1.xml"


def fault_of(read: Callable[[bytes, Range], object], document: bytes, wanted: Range = ALL) -> str:
    with pytest.raises(Unreadable) as caught:
        read(document, wanted)
    return caught.value.fault


def test_each_pdf_page_of_a_range_is_shown_below_its_page_number():
    found = read_pdf(pdf(["one", "two", "three"]), Range(2, 3))
    assert (found.text, found.first, found.last, found.total) == ("## Page 2\ntwo\n\n## Page 3\nthree", 2, 3, 3)
    assert (found.noun, found.notes) == ("pages", [])


def test_the_notes_count_the_read_pdf_pages_without_text():
    assert read_pdf(pdf(["", "words", ""]), ALL).notes[0].startswith("Pages with text: 2 of them not;")
    assert read_pdf(pdf(["words", ""]), Range(2, 2)).notes[0].startswith("Pages with text: none of them;")


def test_a_document_is_cut_after_a_million_characters_with_a_note(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(content, "MAX_CHARACTERS", 40)
    found = read_pdf(repeated_pdf("twenty characters ok", 5), ALL)
    assert (found.last, found.total, found.notes) == (2, 5, ["Only the first 40 characters are shown."])
    assert len(found.text) == 40 + len("\n\n")


def test_no_further_page_is_read_after_the_reading_time_limit(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(content, "READING_SECONDS", 0.0)
    found = read_pdf(repeated_pdf("again", 5), ALL)
    assert (found.first, found.last, found.total) == (1, 1, 5)


def test_a_range_after_the_last_page_reports_the_number_of_pages():
    with pytest.raises(Unreadable) as caught:
        read_slides(slides(["one", "two"]), Range(3, 4))
    assert (caught.value.fault, caught.value.total) == ("range", 2)


def test_a_pdf_with_only_an_owner_password_can_be_read():
    assert "open" in read_pdf(encrypted_pdf("open to all", ""), ALL).text
    assert fault_of(read_pdf, encrypted_pdf("secret", "s3cret")) == "encrypted"


def test_a_word_document_is_read_in_order_with_markdown_marks():
    found = read_word(word("Plan", ["First"], [["who", "what"], ["Ann", ""]]), ALL)
    assert found.text == "# Plan\nFirst\n- an item\nwho | what\nAnn"
    assert (found.total, found.notes) == (0, [])


def test_sheets_show_whole_numbers_and_leave_out_empty_rows():
    found = read_sheets(sheets({"A": [["x", 1.0, 2.5], [], ["", "y\nz"]]}), ALL)
    assert found.text == "## Sheet 1: A\nx\t1\t2.5\n\ty z"


def test_a_sheet_shows_at_most_5000_rows_and_the_number_of_all_rows():
    lines = read_sheets(sheets({"A": [[number] for number in range(5_001)]}), ALL).text.splitlines()
    assert lines[0] == "## Sheet 1: A (rows 1-5,000 of 5,001)"
    assert (len(lines), lines[1], lines[-1]) == (5_001, "0", "4999")


def test_slides_are_read_in_order_with_hidden_and_damaged_slides_marked():
    plain = slides(["Why", "How"])
    assert read_slides(plain, ALL).text == "## Slide 1\nWhy\npoints of Why\n\n## Slide 2\nHow\npoints of How"
    broken = read_slides(replaced(plain, SLIDE, b"<p"), ALL).text
    assert broken == "## Slide 1\n(this slide cannot be read)\n\n## Slide 2\nHow\npoints of How"
    space = b'xmlns="http://schemas.openxmlformats.org/presentationml/2006/main"'
    marked = read_slides(replaced(slides(["Why"]), SLIDE, b"<sld " + space + b' show="0"/>'), ALL).text
    assert marked == "## Slide 1 (hidden)"


@pytest.mark.parametrize(
    ("read", "document", "fault"),
    [
        (read_word, lambda: OLDER_OR_ENCRYPTED, "encrypted"),
        (read_slides, lambda: OLDER_OR_ENCRYPTED, "encrypted"),
        (read_sheets, lambda: OLDER_OR_ENCRYPTED, "broken"),
        (read_pdf, lambda: b"no pdf", "broken"),
        (read_word, lambda: b"PK no archive", "broken"),
        (read_word, lambda: sheets({"a": []}), "broken"),
        (read_slides, lambda: word("x", []), "broken"),
        (read_sheets, lambda: b"a,b", "broken"),
        (read_word, lambda: expanding(word("x", []), DOCUMENT_XML, 31_000_000), "large"),
        (read_slides, lambda: expanding(slides(["x"]), SLIDE, 301_000_000), "large"),
        (read_slides, lambda: expanding(slides(["x"]), "ppt/presentation.xml", 21_000_000), "large"),
    ],
)
def test_an_unreadable_document_is_reported_with_its_kind_of_fault(
    read: Callable[[bytes, Range], object], document: Callable[[], bytes], fault: str
):
    assert fault_of(read, document()) == fault
