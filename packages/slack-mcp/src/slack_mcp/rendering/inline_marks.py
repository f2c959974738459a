"""Markdown of one paragraph of styled runs, according to a plan of escapes and marks."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from slack_mcp.rendering.runs import STYLES, Run

SPECIAL = frozenset("\\`*_~[]<&!")
MARKS = {"bold": "**", "strike": "~~"}
BLANKS_AROUND = re.compile(r"(\s*)(.*?)(\s*)", re.DOTALL)
PLAIN_TARGET = re.compile(r"(?:[^\s()<>\\&]|\([^\s()<>\\&]*\)|&(?![#\w]{1,40};))+")
ENTITY = re.compile(r"&(?=[#\w]{1,40};)")
SIGN_TO_ESCAPE = re.compile(r"[<>\\]")
BACKTICKS = re.compile("`+")
MAIL = re.compile("mailto:", re.IGNORECASE)


@dataclass
class Plan:
    """Choices for one paragraph: positions to escape, the mark for italics, the form of each link."""

    escaped: set[int] = field(default_factory=set[int])
    italic_mark: str = "_"
    encodes_neighbours: bool = False
    """Whether characters beside marks are written as entities, where Markdown would ignore the marks otherwise."""
    link_forms: dict[int, int] = field(default_factory=dict[int, int])
    """By position in the text: number of the form that the link there takes, from 0 (see `link_forms`)."""


@dataclass(slots=True)
class _Atom:
    """A piece of Markdown: one visible character, one mark, or a whole code span or link."""

    source: str
    kind: str = "other"


def marked(runs: Sequence[Run], plan: Plan) -> str:
    """Markdown of the runs according to the plan."""
    if not any(run.styles or run.url for run in runs):
        return _escaped("".join(run.text for run in runs), plan, 0)
    atoms = list(_atoms(_spread(runs), plan, 0))
    if plan.encodes_neighbours:
        _encode_neighbours(atoms)
    return "".join(atom.source for atom in atoms)


def link_forms(run: Run) -> int:
    """Number of Markdown forms for a link: bare, in angle brackets, with a label."""
    return 3 if run.text == run.url else 2 if _mail_address(run) else 1


def _spread(runs: Iterable[Run]) -> list[Run]:
    """Split off white space at the edges of styled runs; it gets only the styles that both neighbours have."""
    pieces = [piece for run in runs for piece in _blanks_apart(run)]
    for at, piece in enumerate(pieces):
        if not piece.text.isspace() or piece.is_code or piece.url:
            continue
        before = pieces[at - 1].styles if at else frozenset[str]()
        further = (pieces[other] for other in range(at + 1, len(pieces)))
        after = next((other.styles for other in further if not other.text.isspace()), frozenset[str]())
        styles = before & after - {"code"}
        if styles != piece.styles:
            pieces[at] = piece._replace(styles=styles)
    return pieces


def _blanks_apart(run: Run) -> list[Run]:
    """Split a run into up to three pieces: leading white space, text, trailing white space.

    Code and links are not split, nor is text without styles, whose white space has none to lose.
    """
    if run.is_code or run.url:
        return [run]
    if not (run.styles and (run.text[:1].isspace() or run.text[-1:].isspace())):
        return [run] if run.text else []
    match = BLANKS_AROUND.fullmatch(run.text)
    found = match.groups() if match else (run.text,)
    return [Run(piece, run.styles) for piece in found if piece]


def _atoms(runs: Sequence[Run], plan: Plan, start: int) -> Iterator[_Atom]:
    """The pieces of Markdown of the runs; marks open before the text, those with the longest extent first."""
    opened: dict[str, str] = {}
    units = [list(unit) for _, unit in groupby(runs, lambda run: run.url or id(run))]
    styles = [_common(unit) for unit in units]
    for at, unit in enumerate(units):
        while not opened.keys() <= styles[at]:
            yield _Atom(opened.popitem()[1], "close")
        is_blank = not unit[0].url and not unit[0].is_code and unit[0].text.isspace()
        if styles[at] and not is_blank:
            lasting = {style: _end(style, styles, at) for style in STYLES if style in styles[at] - opened.keys()}
            for style, last in sorted(lasting.items(), key=lambda item: -item[1]):
                opened[style] = _mark(style, plan, units[max(at - 1, 0) : at], units[last : last + 1])
                yield _Atom(opened[style], "open")
        yield from _link(unit, styles[at], plan, start) if unit[0].url else _words(unit[0], plan, start)
        start += sum(len(run.text) for run in unit)
    while opened:
        yield _Atom(opened.popitem()[1], "close")


def _common(unit: Sequence[Run]) -> frozenset[str]:
    """Styles of a unit: those of a single run, or those that all runs of a link's label have in common."""
    return unit[0].styles.intersection(*(run.styles for run in unit[1:])) - {"code"}


def _end(style: str, styles: Sequence[frozenset[str]], start: int) -> int:
    """Index of the first unit from `start` on that does not have the style."""
    return next((at for at in range(start, len(styles)) if style not in styles[at]), len(styles))


def _mark(style: str, plan: Plan, before: Sequence[Sequence[Run]], after: Sequence[Sequence[Run]]) -> str:
    """The Markdown mark of a style; italic text inside a word needs stars, since Markdown ignores underscores there."""
    if style != "italic":
        return MARKS[style]
    beside = [unit[-1].text[-1:] for unit in before] + [unit[0].text[:1] for unit in after]
    return "*" if any(map(str.isalnum, beside)) else plan.italic_mark


def _words(run: Run, plan: Plan, start: int) -> Iterator[_Atom]:
    if run.is_code:
        yield _Atom(code_span(run.text))
        return
    if plan.encodes_neighbours:  # Only then is an atom for each character needed.
        yield from (_Atom(_escaped(sign, plan, at), "sign") for at, sign in enumerate(run.text, start))
    else:
        yield _Atom(_escaped(run.text, plan, start))


def _escaped(text: str, plan: Plan, start: int) -> str:
    """A part of the visible text from position `start` on, with a backslash before each character to escape."""
    if not plan.escaped or plan.escaped.isdisjoint(range(start, start + len(text))):
        return text
    return "".join("\\" + sign if at in plan.escaped else sign for at, sign in enumerate(text, start))


def code_span(code: str) -> str:
    """A Markdown code span with a delimiter of backticks that the code does not contain."""
    held = set(map(len, BACKTICKS.findall(code)))
    fence = "`" * next(length for length in range(1, len(code) + 2) if length not in held)
    padded = code[:1] == "`" or code[-1:] == "`" or (code[0] == code[-1] == " " and code.strip(" "))
    return f"{fence} {code} {fence}" if padded else f"{fence}{code}{fence}"


def _link(unit: Sequence[Run], outer: frozenset[str], plan: Plan, start: int) -> Iterator[_Atom]:
    first, form = unit[0], plan.link_forms.get(start, 0)
    forms_without_label = link_forms(first) - 1 if len(unit) == 1 and not first.is_code else 0
    if form < forms_without_label:
        mail = _mail_address(first)
        yield _Atom(f"<{mail or first.url}>" if mail or form else first.url)
        return
    label = [Run(run.text, run.styles - outer) for run in unit]
    yield _Atom("[")
    yield from _atoms(_spread(label), plan, start)
    yield _Atom(f"]({_target(first.url)})")


def _mail_address(run: Run) -> str:
    if not run.url.startswith("mailto:"):
        return ""
    address = MAIL.sub("", run.url, count=1)
    return address if run.text == address else ""


def _target(url: str) -> str:
    if PLAIN_TARGET.fullmatch(url):
        return url
    bracketed = SIGN_TO_ESCAPE.sub(lambda sign: "\\" + sign[0], ENTITY.sub("&amp;", url))
    return f"<{bracketed}>" if set(url) & set(" ()<>") else bracketed


def _encode_neighbours(atoms: list[_Atom]) -> None:
    """Write characters beside marks as entities: Markdown ignores a mark between punctuation and a letter."""
    for kind, neighbours in groupby(list(enumerate(atoms)), lambda item: item[1].kind in ("open", "close")):
        marks = list(neighbours) if kind else []
        if not marks or not 0 < marks[0][0] <= marks[-1][0] < len(atoms) - 1:
            continue
        before, after = atoms[marks[0][0] - 1], atoms[marks[-1][0] + 1]
        kinds = {atom.kind for _, atom in marks}
        follows_sign, precedes_sign = not before.source[-1].isalnum(), not after.source[0].isalnum()
        if "close" in kinds and (follows_sign or len(marks) > 1):
            _encode(after)
        if "open" in kinds and (precedes_sign or len(marks) > 1):
            _encode(before)


def _encode(atom: _Atom) -> None:
    if atom.kind == "sign" and len(atom.source) == 1 and not atom.source.isspace():
        atom.source = f"&#{ord(atom.source)};"
