"""Content of files as text."""

from html.parser import HTMLParser

from mcp_chassis.failures import InvalidInput

from slack_mcp.connection import Workspace
from slack_mcp.records.files import FileRecord
from slack_mcp.rendering.files import file_content, shown_size

MAX_TEXT_BYTES = 5_000_000
TEXT_TYPES = ("text/", "application/json", "application/xml", "application/x-yaml", "application/javascript")
BLOCK_TAGS = {"p", "div", "li", "tr", "br", "h1", "h2", "h3", "h4", "pre", "blockquote"}


async def text_of_file(file: FileRecord, slack: Workspace) -> str:
    """The text of a file that holds one.

    Raises:
        InvalidInput: when the file holds no text that can be read here, or too much.
    """
    if file.mode == "email" or file.transcription.preview.content:
        return file_content(file)
    if file.size > MAX_TEXT_BYTES:
        raise InvalidInput(f"The file has {shown_size(file.size)}; at most 5 MB are read.", remedy="Open its address.")
    is_text = file.mode == "snippet" or file.mimetype.startswith(TEXT_TYPES)
    if not is_text and not file.is_canvas:
        return f"Files of this type are not read as text: {file.permalink or file.url_private}"
    content = (await slack.api.files.content(file)).decode("utf-8", "replace")
    return _text_of_html(content) if file.is_canvas else content


def _text_of_html(html: str) -> str:
    reader = _TextReader()
    reader.feed(html)
    reader.close()
    return "\n".join(line.strip() for line in "".join(reader.parts).split("\n") if line.strip())


class _TextReader(HTMLParser):
    """The words of a page, headings and list items marked as in Markdown."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in BLOCK_TAGS:
            mark = f"{'#' * int(tag[1])} " if tag[0] == "h" and tag[1:].isdigit() else "- " if tag == "li" else ""
            self.parts.append(f"\n{mark}")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)
