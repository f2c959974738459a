"""Escapes for lines that Markdown would read as a list, heading, quotation, rule, code fence or table."""

import re
from collections.abc import Iterator

# The matching group of each pattern is the character to escape.
AT_ANY_LINE = re.compile(
    r"(?:(#)\#{0,5}(?:[ \t]|$)|(>)|([-+*])[ \t]+\S|(`)``|(~)~~|([-_*])[ \t]*(?:\6[ \t]*){2,}$|1([.)])[ \t]+\S)"
)
AT_FIRST_LINE = re.compile(r"(?:([-+*])(?:[ \t]|$)|[0-9]{1,9}([.)])(?:[ \t]|$)|(\[)[^\]]*\]:)")
AT_FURTHER_LINE = re.compile(r"(?:(=)=*[ \t]*$|(-)-*[ \t]*$|([|:-])[-:| \t]*$)")


def escaped_positions(shown: str) -> Iterator[int]:
    """Positions in a paragraph's text of the characters to escape at the start of a line."""
    start = 0
    for number, line in enumerate(shown.split("\n")):
        if line[:1].isalpha():  # no pattern matches a letter
            start += len(line) + 1
            continue
        indent = len(line) - len(line.lstrip(" \t"))
        patterns = (AT_ANY_LINE, AT_FURTHER_LINE if number else AT_FIRST_LINE)
        found = next(filter(None, (pattern.match(line[indent:]) for pattern in patterns)), None)
        if found is not None and found.lastindex is not None:
            yield start + indent + found.start(found.lastindex)
        start += len(line) + 1
