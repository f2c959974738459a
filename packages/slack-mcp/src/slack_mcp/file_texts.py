"""Text of files: text files, canvases, lists, e-mails, transcripts, PDF and office documents."""

from html.parser import HTMLParser

from mcp_chassis.failures import InvalidInput
from mcp_chassis.output.markup.html import VOID_ELEMENTS, is_hidden_element
from mcp_chassis.output.warnings import warn

from slack_mcp.connection import Workspace
from slack_mcp.documents.extraction import (
    KIND_BY_ENDING,
    MAX_DOCUMENT_BYTES,
    WORD,
    extracted,
    installed,
    parts_given,
    text_with_range,
)
from slack_mcp.list_items import text_of_list
from slack_mcp.records.files import FileRecord
from slack_mcp.rendering.files import file_content, shown_size

MAX_TEXT_BYTES = 5_000_000
TEXT_TYPES = ("text/", "application/json", "application/xml", "application/x-yaml", "application/javascript")
BLOCK_TAGS = {"p", "div", "li", "tr", "br", "h1", "h2", "h3", "h4", "pre", "blockquote"}


async def text_of_file(file: FileRecord, slack: Workspace, pages: str | None = None) -> str:
    """Read a file and return its text; for a file of another type, a sentence with its address.

    Args:
        pages: range of pages, slides or sheets of a document.

    Raises:
        InvalidInput: when the file is too large or damaged, or `pages` is given for a file without pages.
    """
    if file.is_list:
        return await text_of_list(file.id, slack)
    kind = _document_kind(file)
    if pages and kind in {"", WORD}:
        raise InvalidInput(
            "Only PDF, Excel and PowerPoint files have pages.", remedy="Call without pages; use cursor to read further."
        )
    if kind:
        return await _text_of_document(file, kind, slack, pages)
    if file.mode == "email" or file.transcription.preview.content:
        return file_content(file)
    if file.size > MAX_TEXT_BYTES:
        raise InvalidInput(
            f"The file is too large: {shown_size(file.size)}, at most 5 MB can be read.", remedy="Open its address."
        )
    is_text = file.mode == "snippet" or file.mimetype.startswith(TEXT_TYPES)
    if not is_text and not file.is_canvas:
        return f"Files of this type cannot be read as text. Address of the file: {file.permalink or file.url_private}"
    content = (await slack.api.files.content(file)).decode("utf-8", "replace")
    return _text_of_html(content) if file.is_canvas else content


def _document_kind(file: FileRecord) -> str:
    """Kind of a PDF or office document, from Slack's file type or the file name; empty for other files."""
    if file.is_canvas or file.mode in {"email", "snippet"}:
        return ""
    return KIND_BY_ENDING.get(file.filetype) or KIND_BY_ENDING.get(file.name.rpartition(".")[2].lower(), "")


async def _text_of_document(file: FileRecord, kind: str, slack: Workspace, pages: str | None) -> str:
    address = file.permalink or file.url_private
    wanted = parts_given(pages)
    if not installed(kind):
        way = "the person who runs this server can install toolroll-slack-mcp[documents]"
        return f"This server cannot read PDF and office documents: {way}. Address of the file: {address}"
    if file.size > MAX_DOCUMENT_BYTES:
        raise InvalidInput(
            f"The document is too large: {shown_size(file.size)}, at most 10 MB can be read.",
            remedy=f"Open its address: {address}",
        )
    content = await slack.api.files.content(file)

    return text_with_range(await extracted(content, kind, wanted, address))


def _text_of_html(html: str) -> str:
    reader = _TextReader()
    reader.feed(html)
    reader.close()
    if reader.hidden:
        warn(f"{reader.hidden} hidden element{'' if reader.hidden == 1 else 's'} of the canvas were left out.")
    return "\n".join(line.strip() for line in "".join(reader.parts).split("\n") if line.strip())


class _TextReader(HTMLParser):
    """Parser that collects the visible text of an HTML page, with Markdown marks for headings and list items."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.hidden = 0
        self._within: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._within or is_hidden_element(tag, dict(attrs)):
            self.hidden += not self._within
            self._within += [tag] if tag not in VOID_ELEMENTS else []
        elif tag in BLOCK_TAGS:
            mark = f"{'#' * int(tag[1])} " if tag[0] == "h" and tag[1:].isdecimal() else "- " if tag == "li" else ""
            self.parts.append(f"\n{mark}")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._within:
            del self._within[len(self._within) - 1 - self._within[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        if not self._within:
            self.parts.append(data)
