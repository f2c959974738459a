"""Parsing of one paragraph or line of Markdown into rich text elements."""

from slack_mcp.writing.inline_elements import Element, elements
from slack_mcp.writing.markdown_parser import parser

PARAGRAPH = ["paragraph_open", "inline", "paragraph_close"]


def paragraph_elements(markdown: str) -> list[Element] | None:
    """The elements of a Markdown paragraph; None if the text is not exactly one paragraph."""
    tokens = parser().parse(markdown)
    return elements(tokens[1].children or ()) if [token.type for token in tokens] == PARAGRAPH else None


def line_elements(markdown: str) -> list[Element]:
    """The elements of one line of Markdown, as in a heading or table cell."""
    return [element for token in parser().parseInline(markdown) for element in elements(token.children or ())]
