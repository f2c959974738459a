"""Recognition of texts that are the same in Slack's markup, as plain text and in Markdown: nothing is converted."""

import re

# A colon may begin an emoji name if another one follows in the same word.
_WORD = r"(?:[^\s\x00-\x1f\\`*_~\[\]<>&|:]++|:(?![^\s:]*+:))++"
# A line does not begin like a list item, a heading, or a line of signs under a heading or in a table.
_LINE = rf"(?![-+#=:•◦▪]|[0-9]++[.)]){_WORD}(?: ++{_WORD})*+"
_PLAIN = re.compile(rf"{_LINE}(?:\n{_LINE})*+")


def is_plain(text: str) -> bool:
    """Whether no character of a text has a meaning in Slack's markup or in Markdown; blank lines have one."""
    return _PLAIN.fullmatch(text) is not None
