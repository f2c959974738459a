"""Markdown of styled runs, checked by parsing it again; characters are escaped only where this is needed."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from slack_mcp.rendering.inline_marks import SPECIAL, Plan, link_forms, marked
from slack_mcp.rendering.line_starts import escaped_positions
from slack_mcp.rendering.plain_lines import is_plain
from slack_mcp.rendering.runs import Run
from slack_mcp.writing.inline_elements import Element
from slack_mcp.writing.paragraph_reading import line_elements, paragraph_elements

MAX_ATTEMPTS = 12
"""Maximum number of corrections of a paragraph; after that all special characters are escaped."""
MAX_CHARACTERS_READ = 4_000
BLANK_LINES = re.compile(r"\n(?:[ \t]*\n)+")
BLANK_ENDS = re.compile(r"[ \t]+$", re.MULTILINE)
INDENTED = re.compile(r"[ ]{0,3}(?:\t| {4})[ \t]*|\n+")
COULD_MATTER = re.compile(
    r"\\(?:[!-/:-@\[-`{-~\n]|$)|\*.*\*|(?<![^\W_])_|_(?![^\W_])|`|~~|\][(\[]|<[^\s<>|]*[:@#!]|&[#a-z]",
    re.DOTALL | re.IGNORECASE,
)
SPECIAL_SIGN = re.compile(f"[{re.escape(''.join(SPECIAL))}]")
WITHIN_WORD = re.compile(r"(?<=[^\W_])_+(?=[^\W_])")
SIMPLE_ADDRESS = re.compile(r"https?://(?:[\w.%:/?=,#+;-]|&(?!\w{1,40};))*[^\W_]/?", re.ASCII)
BESIDE_WORDS = frozenset(" \n\t.,;:!?()")

Read = Callable[[str], list[Element] | None]
Seen = tuple[str, frozenset[str], str]
"""A visible character with its styles and the URL of its link."""


def paragraphs(runs: Sequence[Run]) -> str:
    """Markdown of several paragraphs; blank lines between them are preserved."""
    if len(runs) == 1 and not (runs[0].styles or runs[0].url) and is_plain(runs[0].text):
        return runs[0].text
    text = _outline(runs)
    pieces: list[str] = []
    end = 0
    for match in BLANK_LINES.finditer(text):
        pieces += [_paragraph(_cut(runs, end, match.start())), match[0].replace(" ", "").replace("\t", "")]
        end = match.end()
    return "".join([*pieces, _paragraph(_cut(runs, end, len(text)))])


def one_line(runs: Sequence[Run]) -> str:
    """Markdown of one line, such as a heading or a table cell, without escapes for line starts."""
    flat = [run._replace(text=run.text.replace("\n", " ")) for run in runs]
    return _Paragraph(flat, Plan(), line_elements).written()


def _paragraph(runs: Sequence[Run]) -> str:
    text = _outline(runs)
    if indented := INDENTED.match(text):
        return _paragraph(_cut(runs, indented.end(), len(text)))
    markdown = _Paragraph(runs, Plan(escaped=set(escaped_positions(text))), paragraph_elements).written()
    return BLANK_ENDS.sub("", markdown)


def _outline(runs: Sequence[Run]) -> str:
    """The visible text with `x` for every character of code and bare links, where Markdown needs no escapes."""
    return "".join("x" * len(run.text) if run.is_code or run.text == run.url else run.text for run in runs)


def _cut(runs: Sequence[Run], begin: int, end: int) -> list[Run]:
    """The parts of the runs between two positions of the visible text."""
    found: list[Run] = []
    start = 0
    for run in runs:
        text = run.text[max(begin - start, 0) : max(end - start, 0)]
        if text:
            found.append(run if text == run.text else run._replace(text=text))
        start += len(run.text)
    return found


@dataclass
class _Paragraph:
    """One paragraph: its runs, the plan of escapes and marks, and the parser that checks the Markdown."""

    runs: Sequence[Run]
    plan: Plan
    read: Read

    def written(self) -> str:
        markdown = marked(self.runs, self.plan)
        if _is_certain(self.runs):
            return markdown
        wanted = [(sign, at) for sign, at in _wanted(self.runs) if not sign[0].isspace()]
        for _ in range(MAX_ATTEMPTS if len(markdown) <= MAX_CHARACTERS_READ else 0):
            different = self._difference(markdown, [sign for sign, _ in wanted])
            if different is None:
                return markdown
            if not self._corrected([at for _, at in wanted][: different + 1]):
                break
            markdown = marked(self.runs, self.plan)
        return self._wholly_escaped([sign for sign, _ in wanted])

    def _difference(self, markdown: str, wanted: Sequence[Seen]) -> int | None:
        """Index of the first character that the parser reads differently; the last one if it reads other blocks."""
        elements = self.read(markdown)
        if elements is None:
            return len(wanted) - 1
        found = list(_seen(elements))
        for at, (sign, (other, bare)) in enumerate(zip(wanted, found, strict=False)):
            if sign != other and not (bare and not sign[2] and sign[:2] == other[:2]):
                return at
        return None if len(wanted) == len(found) else min(len(wanted), len(found)) - (len(found) >= len(wanted))

    def _corrected(self, positions: Sequence[int]) -> bool:
        """Change the plan so that the character at the last position is parsed correctly; False if nothing can help."""
        last = positions[-1] if positions else 0
        start, run = self._run_at(last)
        if run.url and self.plan.link_forms.get(start, 0) + 1 < link_forms(run):
            self.plan.link_forms[start] = self.plan.link_forms.get(start, 0) + 1
            return True
        text = "".join(run.text for run in self.runs)
        for at in (last, last + 1) if text[last] not in SPECIAL else (last,):
            if self._escape(at, text):
                return True
        if any(run.styles - {"code"} for run in self.runs):
            if self.plan.italic_mark == "_" and any("italic" in run.styles for run in self.runs):
                self.plan.italic_mark = "*"
                return True
            if not self.plan.encodes_neighbours:
                self.plan.encodes_neighbours = True
                return True
        return any(self._escape(at, text) for at in reversed(positions))

    def _escape(self, at: int, text: str) -> bool:
        if at >= len(text) or text[at] not in SPECIAL or at in self.plan.escaped or self._run_at(at)[1].is_code:
            return False
        self.plan.escaped.add(at)
        return True

    def _run_at(self, position: int) -> tuple[int, Run]:
        start = 0
        for run in self.runs:
            if position < start + len(run.text):
                return start, run
            start += len(run.text)
        return 0, Run("")

    def _wholly_escaped(self, wanted: Sequence[Seen]) -> str:
        """Markdown with all special characters escaped, with the first choice of marks that is parsed correctly."""
        text = "".join(run.text for run in self.runs)
        self.plan.escaped |= {at for at, sign in enumerate(text) if sign in SPECIAL or text.startswith("://", at)}
        self.plan.link_forms = dict.fromkeys(range(len(text)), 1)
        markdown = ""
        is_short = len(text) <= MAX_CHARACTERS_READ
        for choice in product((False, True), "_*") if is_short else [(True, "_")]:
            self.plan.encodes_neighbours, self.plan.italic_mark = choice
            markdown = marked(self.runs, self.plan)
            if is_short and self._difference(markdown, wanted) is None:
                break
        return markdown


def _wanted(runs: Sequence[Run]) -> Iterator[tuple[Seen, int]]:
    """Every visible character of the runs, with its position."""
    start = 0
    for run in runs:
        yield from (((sign, run.styles, run.url), at) for at, sign in enumerate(run.text, start))
        start += len(run.text)


def _seen(elements: Sequence[Element]) -> Iterator[tuple[Seen, bool]]:
    """Every visible character of parsed elements, and whether it belongs to a link without a label."""
    for element in elements:
        styles = frozenset(name for name, on in element.get("style", {}).items() if on)
        if element["type"] == "emoji":
            tone = f":skin-tone-{element['skin_tone']}:" if "skin_tone" in element else ""
            shown = f":{element['name']}:{tone}"
        else:
            shown = element.get("text") or element.get("url") or ""
        is_bare = element["type"] == "link" and "text" not in element
        yield from (((sign, styles, element.get("url", "")), is_bare) for sign in shown if not sign.isspace())


def _is_certain(runs: Sequence[Run]) -> bool:
    """Whether Markdown reads these runs correctly in any case, so that no check is needed."""
    if not any(run.styles or run.url for run in runs):
        return not any(COULD_MATTER.search(run.text) for run in runs)
    return all(_is_certain_among(runs, at) for at in range(len(runs)))


def _has_special(text: str) -> bool:
    """Whether a text has a special character that is not an underscore inside a word."""
    return SPECIAL_SIGN.search(text) is not None and SPECIAL_SIGN.search(WITHIN_WORD.sub("", text)) is not None


def _is_certain_among(runs: Sequence[Run], at: int) -> bool:
    run = runs[at]
    if run.url and not SIMPLE_ADDRESS.fullmatch(run.url):
        return False
    if not run.is_code and run.text != run.url and _has_special(run.text):
        return False
    if not (run.styles or run.text == run.url):
        return True
    words = run.text.strip()
    before, after = (runs[at - 1].text if at else ""), (runs[at + 1].text if at + 1 < len(runs) else "")
    beside = {(before + run.text[: run.text.find(words[:1])])[-1:], (run.text[len(run.text.rstrip()) :] + after)[:1]}
    ends_in_letters = run.is_code or (words[:1].isalnum() and (words[-1:].isalnum() or run.text == run.url))
    return bool(words) and ends_in_letters and beside - {""} <= BESIDE_WORDS
