"""PDF and office documents read as text, and every kind of unreadable document."""

import asyncio
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mcp_chassis.testing import failure, text
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
from services import npm_package
from slack_desk import ALICE, GENERAL, Desk
from slack_mcp.documents import extraction

FILES = {"SLACK_TOOLS": "@files"}
LINK = "https://acme.slack.com/files/U/F0PAPER001"
DOCUMENT_XML = "word/document.xml"
ENTITIES = b"<!DOCTYPE a [<!ENTITY b 'b'>]><a>&b;</a>"


async def shown(desk: Desk, name: str, content: bytes, **arguments: Any) -> str:
    """The text that read_file returns for a document of this name, or the message of its failure."""
    desk.workspace.add_file(
        "F0PAPER001",
        name,
        content,
        url=desk.slack.url.removesuffix("/api/"),
        channels=[GENERAL],
        user=ALICE,
        filetype=name.rpartition(".")[2],
        permalink=LINK,
    )
    async with desk.client(**FILES) as client:
        result = await client.call_tool("read_file", {"file": "F0PAPER001", **arguments})
    return f"{failure(result).code}: {failure(result).message}" if result.is_error else text(result)


async def test_a_pdf_is_shown_page_by_page_with_its_number_of_pages(desk: Desk):
    answer = await shown(desk, "plan.pdf", pdf(["Ship it on Monday", "Then rest"]))
    assert "Pages 1-2 of 2." in answer
    assert answer.index("## Page 1\nShip it on Monday") < answer.index("## Page 2\nThen rest")


async def test_a_range_of_pages_is_read_and_the_next_range_is_named(desk: Desk):
    content = pdf([f"page number {number}" for number in range(1, 7)])
    answer = await shown(desk, "plan.pdf", content, pages="2-3")
    assert "Pages 2-3 of 6; read on with pages=4-6." in answer
    assert "page number 2" in answer
    assert "page number 3" in answer
    assert "page number 1" not in answer
    assert "page number 4" not in answer
    assert "has only 6 pages" in await shown(desk, "plan.pdf", content, pages="7")


async def test_without_a_range_the_first_100_pages_are_read(desk: Desk):
    answer = await shown(desk, "long.pdf", repeated_pdf("again and again", 3_000))
    assert "Pages 1-100 of 3,000; read on with pages=101-200." in answer
    assert answer.count("again and again") <= 100


@pytest.mark.parametrize("pages", ["0", "b", "3-1", "1-101", "-4", "1,3"])
async def test_an_invalid_page_range_is_refused_before_the_download(desk: Desk, pages: str):
    answer = await shown(desk, "plan.pdf", pdf(["x"]), pages=pages)
    assert answer.startswith("INVALID_INPUT")
    assert "5-20" in answer


async def test_pages_without_text_are_reported(desk: Desk):
    assert "Pages with text: none of them" in await shown(desk, "scan.pdf", pdf(["", ""]))
    assert "Pages with text: 1 of them not" in await shown(desk, "half.pdf", pdf(["words", ""]))


async def test_a_word_document_is_read_with_headings_lists_and_tables(desk: Desk):
    content = word("Plan", ["First & <second>"], [["who", "what"], ["Ann", "ships | waits"]])
    answer = await shown(desk, "plan.docx", content)
    assert "# Plan\nFirst & <second>\n- an item\n" in answer
    assert "who | what\n" in answer
    assert "Ann | ships | waits" in answer
    assert "have pages" in await shown(desk, "plan.docx", content, pages="1")


async def test_sheets_are_shown_row_by_row_with_hidden_sheets_marked(desk: Desk):
    content = sheets({"Cost": [["item", "euro"], ["tea", 3.0], ["milk", 1.25]], "Old": [["gone"]]}, hidden="Old")
    answer = await shown(desk, "cost.xlsx", content)
    assert "Sheets 1-2 of 2." in answer
    assert "## Sheet 1: Cost\nitem\teuro\ntea\t3\nmilk\t1.25" in answer
    assert "## Sheet 2: Old (hidden)\ngone" in answer


async def test_rows_of_a_sheet_after_the_first_5000_are_reported_as_omitted(desk: Desk):
    answer = await shown(desk, "rows.xlsx", sheets({"All": [[number] for number in range(5_001)]}))
    assert "## Sheet 1: All (rows 1-5,000 of 5,001)" in answer


async def test_slides_are_read_in_order_with_their_notes(desk: Desk):
    answer = await shown(desk, "talk.pptx", slides(["Why", "How"], notes="breathe"))
    assert "Slides 1-2 of 2." in answer
    assert "## Slide 1\nWhy\npoints of Why\nNotes: breathe" in answer
    assert answer.index("Why") < answer.index("## Slide 2\nHow")


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("locked.pdf", lambda: encrypted_pdf("secret", "s3cret"), "encrypted"),
        ("locked.docx", lambda: OLDER_OR_ENCRYPTED, "encrypted"),
        ("locked.pptx", lambda: OLDER_OR_ENCRYPTED, "encrypted"),
        ("broken.xls", lambda: OLDER_OR_ENCRYPTED, "damaged"),
        ("broken.pdf", lambda: b"%PDF-1.7 and nothing more", "damaged"),
        ("cut.pdf", lambda: pdf(["x"])[:300], "damaged"),
        ("cut.docx", lambda: word("x", ["y"])[:-400], "damaged"),
        ("text.xlsx", lambda: b"a,b\n1,2\n", "damaged"),
        ("sheet.pptx", lambda: sheets({"a": [["b"]]}), "damaged"),
        ("bomb.docx", lambda: expanding(word("x", []), DOCUMENT_XML, 301_000_000), "expands"),
        ("bomb.xlsx", lambda: expanding(sheets({"a": []}), "xl/sharedStrings.xml", 301_000_000), "expands"),
        ("wide.docx", lambda: expanding(word("x", []), DOCUMENT_XML, 31_000_000, filling=b"<b/>"), "expands"),
        ("deep.docx", lambda: replaced(word("x", []), DOCUMENT_XML, b"<a>" * 200_000), "damaged"),
        ("laughs.pptx", lambda: replaced(slides(["x"]), "ppt/presentation.xml", ENTITIES), "damaged"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_an_unreadable_document_is_refused_with_a_clear_message(
    desk: Desk, name: str, content: Callable[[], bytes], sentence: str
):
    answer = await shown(desk, name, content())
    assert answer.startswith("INVALID_INPUT: The document")
    assert sentence in answer
    assert LINK in answer


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not bound the address space")
def test_the_document_process_is_limited_to_1200_mb_of_memory():
    program = "from slack_mcp.documents.child import bound; bound(); print(len(bytearray({})))"
    few, many = (
        subprocess.run([sys.executable, "-c", program.format(size)], capture_output=True, text=True, check=False)
        for size in (100_000_000, 1_200_000_000)
    )
    assert few.stdout == "100000000\n"
    assert "MemoryError" in many.stderr


async def test_a_document_above_10_mb_is_not_downloaded(desk: Desk):
    desk.workspace.add_file("F0HUGE0001", "a.pdf", b"", url="http://127.0.0.1:9", channels=[GENERAL], filetype="pdf")
    desk.workspace.files["F0HUGE0001"]["size"] = 10_000_001
    failed = await desk.fail("read_file", FILES, file="F0HUGE0001")
    assert "at most 10 MB" in failed.message


async def test_without_the_documents_extra_read_file_names_the_package_to_install(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(extraction, "LIBRARY_BY_KIND", {"pdf": "no_such_library"})
    answer = await shown(desk, "plan.pdf", pdf(["x"]))
    assert "who runs this server can install toolroll-slack-mcp[documents]" in answer
    assert LINK in answer


def test_importing_the_server_loads_no_document_library():
    program = "import sys, slack_mcp.server; print(sorted({'pypdf', 'mammoth', 'python_calamine'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


async def test_the_document_process_inherits_no_environment_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    program = tmp_path / "python"
    program.write_text("""#!/bin/sh\nprintf '{"text": "%s"}' "$(env | tr '\\n' ' ')"\n""")
    program.chmod(0o755)
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-canary")
    monkeypatch.setattr(sys, "executable", str(program))
    found = await extraction.extracted(b"", "pdf", extraction.Range(1, 1), LINK)
    assert "PWD=" in found.text
    assert "SLACK_BOT_TOKEN" not in found.text


async def test_a_document_that_takes_too_long_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\nexec sleep 600\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setattr(extraction, "MAX_SECONDS", 0.2)
    with pytest.raises(extraction.InvalidInput, match="not read within"):
        await extraction.extracted(b"", "pdf", extraction.Range(1, 1), LINK)


@pytest.mark.services
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("01-valid.pdf", "Trace-based Just-in-Time Type Specialization"),
        ("02-valid.pdf", "solar cell structure"),
        ("04-valid.pdf", "Acute effect of speed exercise"),
        ("05-versions-space.pdf", "v.0.01"),
    ],
)
async def test_published_sample_pdfs_are_read(desk: Desk, name: str, words: str):
    file = Path(npm_package("pdf-parse")) / "test" / "data" / name
    answer = await shown(desk, name, await asyncio.to_thread(file.read_bytes))
    assert "Pages 1-" in answer
    assert words in answer


@pytest.mark.services
async def test_a_damaged_published_sample_pdf_is_refused(desk: Desk):
    file = Path(npm_package("pdf-parse")) / "test" / "data" / "03-invalid.pdf"
    answer = await shown(desk, "03-invalid.pdf", await asyncio.to_thread(file.read_bytes))
    assert answer.startswith("INVALID_INPUT: The document is damaged")
