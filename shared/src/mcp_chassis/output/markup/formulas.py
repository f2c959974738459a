"""Parts of TeX formulas that GitHub does not show: comments, phantoms, white text, unused definitions."""

import re
from collections.abc import Iterator

from mcp_chassis.output.markup.edits import Edit

FORMULA = re.compile(
    r"(?s)\$\$(?P<block>(?:[^$]|\\\$){1,5000}?)\$\$|\$`(?P<code>[^`\n]{1,2000})`\$"
    r"|(?<![\\$\w])\$(?P<inline>[^\s$](?:[^$\n]{0,2000}[^\s$\\])?)\$(?![\w$])"
)
HIDING = re.compile(r"\\(?:[hv]?phantom|(?:text)?color|g?def|(?:re|provide)?newcommand|let|label|mathchoice)\b|%")
_COMMAND = re.compile(
    r"(?<!\\)(?P<comment>%[^\n]*)"
    r"|\\(?P<group>[hv]?phantom|label)\s*\{"
    r"|\\(?P<color>(?:text)?color)\s*(?:\[[a-zA-Z]+\]\s*)?\{\s*(?i:white|transparent|#fff(?:fff)?|1\s*,\s*1\s*,\s*1)\s*\}"
    r"|\\(?P<define>g?def|(?:re|provide)?newcommand|let)\s*\{?\s*(?P<name>\\[A-Za-z]+)"
    r"|\\(?P<choice>mathchoice)\b"
)
MAX_PHANTOM_CHARS = 16
"""Characters of a phantom that only makes room, or of a label."""


def formula_edits(source: str, start: int, end: int) -> Iterator[Edit]:
    """The edits of one formula, which is the range of a source without its dollar signs."""
    position = start
    while match := _COMMAND.search(source, position, end):
        position = match.end()
        first, last = match.start(), match.end()
        if match["comment"]:
            if len(match["comment"].strip("% ")) == 0:
                continue
        elif match["group"]:
            last = _end_of_group(source, match.end() - 1, end)
            if last - match.end() <= MAX_PHANTOM_CHARS:
                continue
        elif match["color"] == "textcolor":
            last = _end_of_group(source, match.end(), end)
        elif match["color"] or match["choice"]:
            last = end
        elif source.count(match["name"]) == 1:
            last = _end_of_definition(source, match.end(), end)
        else:
            continue
        position = last
        yield Edit(first, last, "hidden part of a formula", attached=True)


def _end_of_group(source: str, start: int, end: int) -> int:
    """The end of the group in braces that begins at `start`; `end` if it is not closed."""
    depth = 0
    for place in range(start, end):
        if source[place] in "{}" and source[place - 1] != "\\":
            depth += 1 if source[place] == "{" else -1
            if depth <= 0:
                return place + 1
    return end


def _end_of_definition(source: str, start: int, end: int) -> int:
    brace = source.find("{", start, end)
    return end if brace < 0 else _end_of_group(source, brace, end)
