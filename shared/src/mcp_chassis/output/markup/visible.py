"""The visible form of Markdown, without parts that the rendered page does not show.

Left out are comments, hidden elements, attributes and titles, definitions that nothing refers to, and text after the
language of a code block. Links and images whose target carries data, or whose text names another address, become text
with their host. Code is not changed.
"""

import re
from collections.abc import Iterator, Sequence
from html import unescape
from typing import TYPE_CHECKING, Any

from mcp_chassis.output.markup.edits import Edit, VisibleText, with_edits
from mcp_chassis.output.markup.footnotes import FOOTNOTE, hidden_footnotes
from mcp_chassis.output.markup.formulas import FORMULA, HIDING, formula_edits
from mcp_chassis.output.markup.html import html_edits
from mcp_chassis.output.markup.parser import DEFINITIONS, LABEL, SPAN, parsed
from mcp_chassis.output.markup.source_places import ParagraphPlaces, SourceLines
from mcp_chassis.output.markup.tables import cells_end, has_wide_row
from mcp_chassis.output.markup.targets import host_to_show
from mcp_chassis.output.sanitize import sanitize

if TYPE_CHECKING:
    from markdown_it.token import Token

MAX_LANGUAGE_CHARS = 40
NO_LINES = (-1, -1)  # of a closing token, which is never looked at
MAX_IMAGE_MARKS = 5_000  # the parser's time is quadratic in their number; this many take 0.1 s
# A text without a match hides nothing but what formulas and tables hide, so that the parser need not be loaded.
_MARKUP = re.compile(
    r"<[!?/A-Za-z]|\]\(|\][ \t]*:|\]\[|!\[|&[#A-Za-z]|(?:```|~~~)[ \t]*\S+[ \t]+\S|(?:```|~~~)[ \t]*\S{41}"
)
_COMMENT_LINE = re.compile(r"(?m)^[ >]{0,12}\[[^\]\n]{0,200}\]:[ \t]*(?:#|<>)[ \t]*[\"'(].*$")
_REFERENCED = re.compile(r"\[([^\[\]]*)\]\Z")


def visible_markdown(source: str, own_hosts: Sequence[str] = ()) -> VisibleText:
    """The visible form of a Markdown source.

    Args:
        own_hosts: the service's own hosts; links to them may have queries.
    """
    if not _may_hide(source):
        return VisibleText(source, source)
    if source.count("![") > MAX_IMAGE_MARKS:
        return with_edits(source, [Edit(0, len(source), "text with too many image marks to read")])
    return with_edits(source, _Document(source, own_hosts).edits())


def _may_hide(source: str) -> bool:
    """Whether a text can contain hidden parts, so that it has to be parsed."""
    if _MARKUP.search(source) or ("|" in source and has_wide_row(source)):
        return True
    return ("$" in source or "math" in source) and HIDING.search(source) is not None


class _Document:
    def __init__(self, source: str, own_hosts: Sequence[str]) -> None:
        self._source = source
        self._own_hosts = own_hosts
        self._lines = SourceLines(source)
        self._tokens, self._environment = parsed(source)
        self._html: list[tuple[int, int]] = []
        self._used_labels: set[str] = set()
        self._code_lines: set[int] = set()

    def edits(self) -> Sequence[Edit]:
        """The edits that remove every part which the rendered page does not show."""
        found = [*self._block_edits(), *html_edits(self._source, self._html, self._own_hosts)]
        found += [*self._definition_edits(), *self._comment_line_edits(), *self._formula_edits()]
        return [*found, *self._footnote_edits(found)]

    def _block_edits(self) -> Iterator[Edit]:
        before, cell_end, columns = "", 0, 0
        for token in self._tokens:
            first, last = token.map or NO_LINES
            if token.type in ("fence", "code_block"):
                self._code_lines.update(range(first, last))
            columns = 0 if token.type == "table_open" else columns + (token.type == "th_open")
            if token.type == "fence":
                yield from self._fence_edits(token, first, last)
            elif token.type == "html_block":
                self._html.append(self._lines.region(first, last))
            elif token.type == "tr_open":
                cell_end = self._lines.offsets[first] + 1
                yield from self._row_edits(first, columns)
            elif token.type == "inline":
                after = cell_end if before in ("td_open", "th_open") else 0
                places = ParagraphPlaces(self._lines, token.content, first, after)
                cell_end = places.end
                yield from self._paragraph_edits(token, places, (first, last))
            before = token.type

    def _row_edits(self, number: int, columns: int) -> Iterator[Edit]:
        line, offset = self._lines.line(number), self._lines.offsets[number]
        if columns and (end := cells_end(line, columns)) is not None:
            yield Edit(offset + end, offset + len(line.rstrip()), "cell beyond its table's columns", attached=True)

    def _fence_edits(self, token: "Token", number: int, last: int) -> Iterator[Edit]:
        line, offset = self._lines.line(number).rstrip(), self._lines.offsets[number]
        info = line.find(token.markup) + len(token.markup)
        language = re.match(r"[ \t]*(\S*)", line[info:])
        end = info + (language.end() if language and len(language[1]) <= MAX_LANGUAGE_CHARS else 0)
        if end < len(line):
            yield Edit(offset + end, offset + len(line), "code block info", attached=True)
        if token.info.strip().lower() == "math":
            yield from formula_edits(self._source, *self._lines.region(number + 1, last))

    def _formula_edits(self) -> Iterator[Edit]:
        for match in FORMULA.finditer(self._source):
            if self._lines.number_at(match.start()) not in self._code_lines:
                yield from formula_edits(self._source, *match.span(match.lastgroup or 0))

    def _paragraph_edits(self, token: "Token", places: ParagraphPlaces, lines: tuple[int, int]) -> Iterator[Edit]:
        marked = [child for child in token.children or () if SPAN in child.meta]
        if marked and not places.mapped:  # such as with tabs in a list: nothing is shown rather than a hidden part
            yield Edit(*self._lines.region(*lines), "paragraph with markup")
            return
        for child in marked:
            start, end = places.range(*child.meta[SPAN])
            if child.type == "html_inline":
                self._html.append((start, end))
            elif child.type == "text_special":
                if child.info == "entity" and sanitize(child.content)[1]:
                    yield Edit(start, end, "invisible character reference")
            else:
                yield from self._target_edits(token, child, places)

    def _target_edits(self, token: "Token", child: "Token", places: ParagraphPlaces) -> Iterator[Edit]:
        """The edits of a link or an image: its title, or the host in place of its target."""
        (start, end), (label, label_end) = child.meta[SPAN], child.meta[LABEL]
        text, is_image = token.content[label:label_end], child.type == "image"
        target = str(child.attrs.get("src" if is_image else "href", ""))
        inline = token.content[label_end : label_end + 2] == "]("
        if not inline:
            self._used_labels.add(_normalized(_label_of(token.content[start:end])))
        group = places.place(start)
        if not is_image and not text.strip():
            yield Edit(*places.range(start, end), "link without a text")
        elif host := host_to_show(unescape(target), text, self._own_hosts, is_image=is_image):
            kind, before = ("image", "[image: ") if is_image else ("link", "")
            yield Edit(*places.range(start, label), kind, before, group=group)
            after = f" at {host}]" if is_image else f" [link to {host}]"
            yield Edit(*places.range(label_end, end), "", after, group=group)
        elif inline and child.attrs.get("title") and (cut := _end_of_target(token.content, label_end + 2, end)):
            yield Edit(*places.range(cut, end - 1), "link title", attached=True)

    def _definition_edits(self) -> Iterator[Edit]:
        references: dict[str, Any] = self._environment.get("references", {})
        for first, last, label in self._environment[DEFINITIONS]:
            start, end = self._lines.region(first, last)
            if label not in self._used_labels or label not in references:
                yield Edit(start, end, "link-reference comment")
            elif host_to_show(unescape(str(references[label]["href"])), "", self._own_hosts, is_image=True):
                yield Edit(start, end, "link target")
            elif references[label].get("title") and (cut := self._definition_target_end(start, end)):
                yield Edit(cut, start + len(self._source[start:end].rstrip()), "link title", attached=True)

    def _definition_target_end(self, start: int, end: int) -> int | None:
        found = re.match(r"(?s)[\s>]*\[(?:[^\[\]\\]|\\.)*\]:[\s>]*(?:<[^>\n]*>|\S+)", self._source[start:end])
        return start + found.end() if found else None

    def _comment_line_edits(self) -> Iterator[Edit]:
        """Edits of lines written as link-reference comments inside a paragraph, where they are not definitions."""
        for match in _COMMENT_LINE.finditer(self._source):
            if self._lines.number_at(match.start()) not in self._code_lines:
                yield Edit(match.start(), match.end(), "link-reference comment")

    def _footnote_edits(self, others: Sequence[Edit]) -> Iterator[Edit]:
        """Edits of footnotes that GitHub does not show: nothing visible refers to them, or an earlier one is shown."""
        if not FOOTNOTE.search(self._source):
            return
        unseen = [(edit.start, edit.end) for edit in others if not edit.shown]
        yield from hidden_footnotes(self._source, unseen, lambda at: self._lines.number_at(at) in self._code_lines)


def _label_of(element: str) -> str:
    """The label that a link or an image in reference form uses."""
    element = element.removesuffix("[]")
    found = _REFERENCED.search(element)
    return found[1] if found else element.lstrip("!").strip("[]")


def _normalized(label: str) -> str:
    from markdown_it.common.utils import normalizeReference

    return normalizeReference(label)


def _end_of_target(content: str, position: int, end: int) -> int | None:
    from markdown_it.helpers import parseLinkDestination

    start = position + len(content[position:end]) - len(content[position:end].lstrip())
    found = parseLinkDestination(content, start, end)
    return found.pos if found.ok else None
