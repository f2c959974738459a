"""Random Markdown documents, and their meaning as styled characters: by CommonMark's HTML and by Slack's blocks."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from random import Random
from typing import Any

from markdown_it import MarkdownIt

Run = tuple[str, frozenset[str], str]
"""One visible character, its styles, and the address of the link it is in."""

SCHEME = re.compile("(?:https?|mailto|tel|slack):", re.IGNORECASE)
"""Addresses that Slack takes; others are not links there."""
STYLE_BY_TAG = {"strong": "bold", "b": "bold", "em": "italic", "s": "strike", "del": "strike", "code": "code"}
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6", "th"}
WORDS = (
    *("release", "deploy", "a_b", "x*y", "2*3*4", "snake_case", "__init__", "foo&bar", "AT&amp;T", "<tag>", "50%"),
    *("~tilde~", "it's", '"quoted"', "naïve", "漢字", "f(x)", "[brackets]", "path/to/file", "C:\\dir", "v1.2.3"),
    *("e.g.", "#tag", "@name", "--", "|", "end.", "\\*not", "bold\\*", "5"),
)
RULE: list[Run] = [("—", frozenset(), "")] * 3
ADDRESSES = (
    "https://a.example/x_y_z",
    "https://en.wikipedia.example/wiki/A_(b)",
    "https://a.example/?q=1&r=2#frag_ment",
    "http://a.example/~user/",
)


def document(dice: Random) -> str:
    """A document of a few blocks, with every construct of CommonMark, tables and strikethrough."""
    blocks = [_block(dice) for _ in range(dice.randint(1, 6))]
    if dice.random() < 0.2:
        blocks.insert(dice.randint(0, len(blocks)), _table(dice))
    return "\n\n".join(blocks)


def _block(dice: Random) -> str:
    kind = dice.choice((*("paragraph",) * 3, "heading", "list", "ordered", "nested", "quote", "code", "rule"))
    if kind == "heading":
        return f"{'#' * dice.randint(1, 6)} {_inline(dice)}"
    if kind in ("list", "nested"):
        marks = ("1.", "   -", "     -", "2.") if kind == "nested" else ("-",) * 4
        return "\n".join(f"{mark} {_inline(dice)}" for mark in marks[: dice.randint(1, 4)])
    if kind == "ordered":
        start = dice.choice((1, 1, 3, 10))
        return "\n".join(f"{start + number}. {_inline(dice)}" for number in range(dice.randint(1, 4)))
    if kind == "quote":
        return "\n".join(f"> {_inline(dice)}" for _ in range(dice.randint(1, 3)))
    if kind == "code":
        return "```python\n" + "\n".join(f"x = {dice.choice(WORDS)}  # *not* _styled_" for _ in range(2)) + "\n```"
    return "---" if kind == "rule" else "\n".join(_inline(dice) for _ in range(dice.randint(1, 3)))


def _table(dice: Random) -> str:
    columns = dice.randint(1, 3)
    rows = [
        [dice.choice(("x", "snake_case", "**b**", "`c`", "a\\|b", "5 €")) for _ in range(columns)] for _ in range(3)
    ]
    rows.insert(1, [dice.choice(("---", ":-:", "--:"))] * columns)
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _inline(dice: Random) -> str:
    return " ".join(_span(dice) for _ in range(dice.randint(1, 7)))


def _span(dice: Random) -> str:
    words = " ".join(dice.choice(WORDS) for _ in range(dice.randint(1, 3)))
    plain = dice.choice(("alpha", "beta gamma", "delta", "ε"))
    return dice.choice(
        (
            words,
            words,
            f"**{plain}**",
            f"_{plain}_",
            f"*{plain}*",
            f"~~{plain}~~",
            f"`{words.replace('`', '')}`",
            f"**bold _both_ {plain}**",
            f"[{plain}]({dice.choice(ADDRESSES)})",
            f"[**{plain}**]({dice.choice(ADDRESSES)})",
            f"<{dice.choice(ADDRESSES)}>",
        )
    )


def meaning_of_html(markdown: str) -> list[Run]:
    """The visible characters of CommonMark's HTML; blanks are left out."""
    reader = _HtmlReader()
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.normalizeLink = parser.normalizeLinkText = lambda url: url
    parser.validateLink = lambda url: SCHEME.match(url) is not None
    reader.feed(parser.render(markdown))
    reader.close()
    return reader.runs


class _HtmlReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.runs: list[Run] = []
        self._open: list[str] = []
        self._links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "hr":
            self.runs += RULE
        elif tag == "img":
            shown = dict(attrs)
            self.runs += [(sign, frozenset(), shown["src"] or "") for sign in shown["alt"] or "" if not sign.isspace()]
        elif tag == "a":
            self._links.append(dict(attrs).get("href") or "")
        elif tag == "li":
            self.runs.append(("•", frozenset(), ""))
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._links.pop()
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        styles = frozenset(STYLE_BY_TAG[tag] for tag in self._open if tag in STYLE_BY_TAG)
        if "pre" in self._open:
            styles = frozenset({"preformatted"})
        elif HEADINGS & set(self._open):
            styles |= {"bold"}
        link = self._links[-1] if self._links else ""
        self.runs += [(sign, styles, link) for sign in data if not sign.isspace()]


def meaning_of_blocks(blocks: list[dict[str, Any]]) -> list[Run]:
    """The visible characters of Slack's blocks; blanks are left out."""
    return [run for block in blocks for run in _block_runs(block)]


def _block_runs(block: dict[str, Any]) -> Iterator[Run]:
    kind = block["type"]
    if kind == "divider":
        yield from RULE
    elif kind == "header":
        yield from _runs(block["text"]["text"], frozenset({"bold"}), "")
    elif kind == "table":
        for row, cells in enumerate(block["rows"]):
            yield from (run for cell in cells for run in _cell_runs(cell, "bold" if row == 0 else ""))
    elif kind == "rich_text":
        for group in block["elements"]:
            yield from _group_runs(group)


def _cell_runs(cell: dict[str, Any], style: str) -> Iterator[Run]:
    groups = cell["elements"] if cell["type"] == "rich_text" else [{"type": "section", "elements": [cell]}]
    for sign, styles, link in (run for group in groups for run in _group_runs(group)):
        yield sign, styles | ({style} - {""}), link


def _group_runs(group: dict[str, Any]) -> Iterator[Run]:
    if group["type"] == "rich_text_list":
        for item in group["elements"]:
            yield ("•", frozenset(), "")
            yield from _group_runs(item)
        return
    preformatted = frozenset({"preformatted"}) if group["type"] == "rich_text_preformatted" else None
    for element in group["elements"]:
        styles = preformatted or frozenset(name for name, on in element.get("style", {}).items() if on)
        yield from _runs(element.get("text") or element.get("url", ""), styles, element.get("url", ""))


def _runs(text: str, styles: frozenset[str], link: str) -> Iterator[Run]:
    yield from ((sign, styles, link) for sign in text if not sign.isspace())
