"""PDF and office documents made by libraries that the server does not read them with, and hostile ones."""

import io
import zipfile
from collections.abc import Sequence

from docx import Document
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from pptx import Presentation
from pypdf import PdfReader, PdfWriter
from xlsxwriter import Workbook

OLDER_OR_ENCRYPTED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def pdf(texts: Sequence[str]) -> bytes:
    """One page for each text; an empty one is a page with a picture alone."""
    content = io.BytesIO()
    with PdfPages(content) as pages:
        for text in texts:
            figure = Figure(figsize=(8, 6))
            if text:
                figure.text(0.1, 0.5, text)
            else:
                figure.figimage([[0, 255], [255, 0]])
            pages.savefig(figure)
    return content.getvalue()


def repeated_pdf(text: str, count: int) -> bytes:
    """A PDF that shows one page many times."""
    page = PdfReader(io.BytesIO(pdf([text]))).pages[0]
    writer = PdfWriter()
    for _ in range(count):
        writer.add_page(page)
    return _written(writer)


def encrypted_pdf(text: str, password: str) -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(pdf([text])))
    writer.encrypt(password, "of the owner", algorithm="AES-256")
    return _written(writer)


def _written(writer: PdfWriter) -> bytes:
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()


def word(heading: str, paragraphs: Sequence[str], rows: Sequence[Sequence[str]] = ()) -> bytes:
    document = Document()
    document.add_heading(heading, 1)
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.add_paragraph("an item", style="List Bullet")
    if rows:
        table = document.add_table(len(rows), len(rows[0]))
        for row, texts in zip(table.rows, rows, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def slides(titles: Sequence[str], notes: str = "") -> bytes:
    presentation = Presentation()
    for title in titles:
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = f"points of {title}"
        if notes:
            slide.notes_slide.notes_text_frame.text = notes
    content = io.BytesIO()
    presentation.save(content)
    return content.getvalue()


def sheets(named: dict[str, Sequence[Sequence[object]]], hidden: str = "") -> bytes:
    content = io.BytesIO()
    workbook = Workbook(content, {"in_memory": True})
    for name, rows in named.items():
        sheet = workbook.add_worksheet(name)
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
        if name == hidden:
            sheet.hide()
    workbook.close()
    return content.getvalue()


def expanding(document: bytes, member: str, size: int, *, filling: bytes = b" ") -> bytes:
    """The same document with one member that expands to `size` bytes."""
    content = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(document)) as original,
        zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as changed,
    ):
        for held in original.infolist():
            if held.filename != member:
                changed.writestr(held, original.read(held))
        with changed.open(member, "w", force_zip64=True) as written:
            for _ in range(size // 1_000_000):
                written.write(filling * (1_000_000 // len(filling)))
    return content.getvalue()


def replaced(document: bytes, member: str, content_of_member: bytes) -> bytes:
    """The same document with another content of one member."""
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(document)) as original, zipfile.ZipFile(content, "w") as changed:
        for held in original.infolist():
            changed.writestr(held, content_of_member if held.filename == member else original.read(held))
    return content.getvalue()
