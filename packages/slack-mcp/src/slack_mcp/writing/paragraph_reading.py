"""Markdown of one paragraph or line as the elements that would be written for it."""

from slack_mcp.writing.inline_elements import Element, elements
from slack_mcp.writing.markdown_parser import parser

PARAGRAPH = ["paragraph_open", "inline", "paragraph_close"]


def paragraph_elements(markdown: str) -> list[Element] | None:
    """The elements of a paragraph; None where the text is not one paragraph."""
    tokens = parser().parse(markdown)
    return elements(tokens[1].children or ()) if [token.type for token in tokens] == PARAGRAPH else None


def line_elements(markdown: str) -> list[Element]:
    """The elements of a heading or a cell."""
    return [element for token in parser().parseInline(markdown) for element in elements(token.children or ())]
