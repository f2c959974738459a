"""Text extraction from PowerPoint presentations: paragraphs and speaker notes of each slide."""

import posixpath
from collections.abc import Iterator
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile

from slack_mcp.documents.content import Extract, Range, Unreadable, archive_of, collected

DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
PRESENTATION = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
MAIN = "ppt/presentation.xml"
MAX_XML_BYTES = 20_000_000
BROKEN = (BadZipFile, ElementTree.ParseError, EOFError, KeyError, NotImplementedError, RuntimeError, ValueError)


def read_slides(content: bytes, wanted: Range) -> Extract:
    with archive_of(content) as archive:
        try:
            names = _slides(archive)
        except BROKEN as exc:
            raise Unreadable("broken") from exc
        numbers = wanted.within(len(names))
        return collected("slides", numbers, len(names), _texts(archive, names, numbers))


def _slides(archive: ZipFile) -> list[str]:
    """Names of the archive members that contain the slides, in the order of the presentation."""
    targets = _relations(archive, MAIN)
    listed = _parsed(archive, MAIN).iter(f"{PRESENTATION}sldId")
    return [targets[slide.attrib[RELATION_ID]][1] for slide in listed]


def _texts(archive: ZipFile, names: list[str], numbers: range) -> Iterator[str]:
    for number in numbers:
        name = names[number - 1]
        try:
            slide = _parsed(archive, name)
            notes = [member for kind, member in _relations(archive, name).values() if kind.endswith("/notesSlide")]
            told = [f"Notes: {line}" for member in notes for line in _paragraphs(_parsed(archive, member))]
        except (*BROKEN, Unreadable):
            yield f"## Slide {number}\n(this slide cannot be read)"
            continue
        hidden = " (hidden)" if slide.attrib.get("show") in {"0", "false"} else ""
        yield "\n".join([f"## Slide {number}{hidden}", *_paragraphs(slide), *told])


def _relations(archive: ZipFile, member: str) -> dict[str, tuple[str, str]]:
    """Relationships of an archive member: kind and target by relationship id."""
    folder, name = posixpath.split(member)
    relations = f"{folder}/_rels/{name}.rels"
    if relations not in archive.namelist():
        return {}
    return {
        found.attrib["Id"]: (
            found.attrib["Type"],
            posixpath.normpath(posixpath.join(folder, found.attrib["Target"])).lstrip("/"),
        )
        for found in _parsed(archive, relations)
        if found.attrib.get("TargetMode") != "External"
    }


def _paragraphs(root: ElementTree.Element) -> list[str]:
    """The text lines of a slide; fields such as the slide number are left out."""
    lines: list[str] = []
    for paragraph in root.iter(f"{DRAWING}p"):
        runs = [run for run in paragraph if run.tag in {f"{DRAWING}r", f"{DRAWING}br"}]
        text = "".join(" " if run.tag == f"{DRAWING}br" else run.findtext(f"{DRAWING}t") or "" for run in runs)
        lines += [text.strip()] if text.strip() else []
    return lines


def _parsed(archive: ZipFile, member: str) -> ElementTree.Element:
    """Parse the XML of an archive member.

    Raises:
        Unreadable: when the member is too large.
        ValueError: when the XML declares entities, which no valid document does.
    """
    if archive.getinfo(member).file_size > MAX_XML_BYTES:
        raise Unreadable("large")
    content = archive.read(member)
    if b"<!DOCTYPE" in content:
        raise ValueError("declares entities")
    return ElementTree.fromstring(content)  # noqa: S314, XML without declarations has no entities to expand
