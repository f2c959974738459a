"""HTML inside Markdown: comments, elements and attributes that the rendered page does not show."""

import dataclasses
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from html import unescape

from mcp_chassis.output.markup.edits import Edit
from mcp_chassis.output.markup.targets import host_to_show

Region = tuple[int, int]

_PIECE = re.compile(
    r"(?s)<!--(?:-?>|.*?(?:--!?>|\Z))"
    r"|<\?.*?(?:\?>|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<![A-Za-z][^>]*+>?"
    r"|<(?P<close>/?)(?P<name>[A-Za-z][^\s/>]*+)(?P<attributes>(?:[^>\"']++|\"[^\"]*+\"|'[^']*+')*+)>"
    r"|<[A-Za-z/][^>]*+>?"
)
_ATTRIBUTE = re.compile(r"\s*([^\s\"'<>/=]+)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'<>=`]+))?")
_NEVER_SHOWN = frozenset(
    re.findall(
        r"\w+",
        """script style template noscript noembed noframes iframe object textarea title xmp plaintext datalist canvas
        audio video dialog head select svg math""",
    )
)
_NEVER_SHOWN_VOID = {"meta", "link", "base", "embed", "param", "input"}
VOID_ELEMENTS = {"img", "br", "hr", "source", "wbr", "col", "area", "track", *_NEVER_SHOWN_VOID}
_KNOWN = frozenset(
    re.findall(
        r"\w+",
        """a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del details
        dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p
        picture pre q rp rt ruby s samp section small source span strike strong sub summary sup table tbody td tfoot th
        thead time tr tt u ul var wbr""",
    )
)
_TARGETS = {"href", "src"}
_WITH_TARGET = {"a", "img", "source"}
_SHOWN = frozenset(
    re.findall(
        r"\w+",
        """width height align valign open colspan rowspan type start reversed dir lang datetime border size""",
    )
)
_SHORT = re.compile(
    r"[+-]?[0-9.:]{0,12}(?:px|em|rem|%)?|[a-z]{1,8}(?:-[A-Za-z]{2,4})?|[0-9]{4}-[0-9T:.Z+-]{3,20}|[{}\w]{0,4}"
)
_HIDING_STYLE = re.compile(
    r"(?i)display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0*\.?0\d*\s*(?:;|$|%|!)|/\*|\\|filter\s*:"
    r"|(?:font-size|(?:max-)?(?:width|height)|line-height)\s*:\s*0*\.?0*\s*(?:px|pt|em|rem|%)?\s*(?:;|$|!)"
    r"|(?<!background-)color\s*:\s*(?:transparent|white|#fff(?:fff)?\b|rgba?\([^)]*,\s*0\s*\)|rgba?\(\s*255[\s,]+255[\s,]+255|hsla?\([^)]*\b100%\s*[,/)])|font-size\s*:\s*[0-2](?:\.\d+)?px"
    r"|(?:text-indent|left|top|right|bottom|margin[a-z-]*)\s*:\s*-\d{3,}|clip(?:-path)?\s*:|transform\s*:[^;]*scale\(0"
)
MAX_ALT_CHARS = 100
MAX_NAME_CHARS = 24
MAX_NAME_HYPHENS = 1
MAX_RUBY_PARENTHESIS_CHARS = 3
MAX_UNKNOWN_TAGS_IN_A_ROW = 2  # `Map<Key><Value>` is code; more is a sentence
MAX_SPARED_CHARS, MAX_SPARED_TAGS = 10, 3  # of unknown attributes: `a <b or c>d` and `<li key={i}>` are code
MAX_LINK_TEXT_CHARS = 2_000


@dataclasses.dataclass(frozen=True)
class _Tag:
    start: int
    end: int
    name: str
    closes: bool
    is_capitalised: bool  # as components are in code
    attributes: tuple[tuple[str, str, int, int], ...]  # name, value, range

    @property
    def is_void(self) -> bool:
        return self.name in VOID_ELEMENTS

    def value(self, name: str) -> str | None:
        return next((value for each, value, _, _ in self.attributes if each == name), None)


def html_edits(source: str, regions: Sequence[Region], own_hosts: Sequence[str]) -> Iterator[Edit]:
    """The edits of all HTML in the given ranges of a Markdown source, which are in order."""
    tags: list[_Tag] = []
    for start, end in regions:
        for match in _PIECE.finditer(source, start, end):
            if match["name"]:
                tags.append(_tag(match))
            else:
                kind = "comment" if match.group().startswith("<!--") else "part of markup"
                yield Edit(match.start(), match.end(), kind)
    closing, pretended = _closing_tags(tags), _pretended(tags)
    end = spared = 0
    for index, tag in enumerate(tags):
        if tag.start < end:
            continue
        close = closing.get(index)
        if not tag.closes and (_is_hidden(tag) or _is_ruby_text(tag, close)):
            end = tag.end if tag.is_void else close.end if close else _end_of_unclosed(source, tag, regions)
            yield Edit(tag.start, end, "hidden element")
        elif index in pretended:
            yield Edit(tag.start, tag.end, "unknown tag")
        else:
            hidden = list(_attribute_edits(tag, own_hosts))
            if spared < MAX_SPARED_TAGS and sum(each.end - each.start for each in hidden) <= MAX_SPARED_CHARS:
                spared += bool(hidden)
            else:
                yield from hidden
            yield from _target_edits(source, tag, close, own_hosts)


def _tag(match: re.Match[str]) -> _Tag:
    first = match.start("attributes")
    attributes = tuple(
        (found[1].lower(), unescape((found[2] or "").strip("\"'")), first + found.start(), first + found.end())
        for found in _ATTRIBUTE.finditer(match["attributes"])
    )
    return _Tag(
        match.start(), match.end(), match["name"].lower(), bool(match["close"]), match["name"][0].isupper(), attributes
    )


def _is_hidden(tag: _Tag) -> bool:
    return is_hidden_element(tag.name, {name: value for name, value, _, _ in tag.attributes})


def _is_ruby_text(tag: _Tag, close: _Tag | None) -> bool:
    """Whether a tag begins the text of `rp`, which browsers do not show, unless it is only a parenthesis."""
    return tag.name == "rp" and (close is None or close.start - tag.end > MAX_RUBY_PARENTHESIS_CHARS)


def is_hidden_element(name: str, attributes: Mapping[str, str | None]) -> bool:
    """Whether a rendered page hides an element, because of its name, its `hidden` attribute, its style or its size."""
    if name in _NEVER_SHOWN or (name in _NEVER_SHOWN_VOID and attributes.get("type") != "checkbox"):
        return True
    if "hidden" in attributes or _HIDING_STYLE.search(attributes.get("style") or ""):
        return True
    sizes = ("width", "height") if name == "img" else ("size",) if name == "font" else ()
    tiny = any(re.fullmatch(r"\s*[01](?:px|%)?\s*", attributes.get(size) or "") for size in sizes)
    colour = (attributes.get("color") or "").lower().strip()
    return tiny or colour in ("white", "#fff", "#ffffff", "transparent")


def _closing_tags(tags: Sequence[_Tag]) -> dict[int, _Tag]:
    """The closing tags, by the index of their opening tag."""
    open_tags: dict[str, list[int]] = {}
    found: dict[int, _Tag] = {}
    for index, tag in enumerate(tags):
        if not tag.closes and not tag.is_void:
            open_tags.setdefault(tag.name, []).append(index)
        elif tag.closes and open_tags.get(tag.name):
            found[open_tags[tag.name].pop()] = tag
    return found


def _end_of_unclosed(source: str, tag: _Tag, regions: Sequence[Region]) -> int:
    """The end offset of a hidden element without a closing tag: of its paragraph if it is inline, else of the text."""
    region = regions[bisect_right(regions, (tag.start, len(source))) - 1]
    paragraph_end = source.find("\n\n", tag.end)
    return paragraph_end if region == (tag.start, tag.end) and paragraph_end >= 0 else len(source)


def _pretended(tags: Sequence[_Tag]) -> set[int]:
    """Indexes of tags that are not HTML elements, and that look like a sentence or close what was never opened."""
    found: set[int] = set()
    opened: set[str] = set()
    run: list[int] = []
    for index, tag in enumerate(tags):
        if run and tags[run[-1]].end != tag.start:
            run = []
        if tag.name in _KNOWN or tag.name in VOID_ELEMENTS:
            continue
        run.append(index)
        if len(run) > MAX_UNKNOWN_TAGS_IN_A_ROW:
            found.update(run[-MAX_UNKNOWN_TAGS_IN_A_ROW - 1 :])
        is_sentence = len(tag.name) > MAX_NAME_CHARS or tag.name.count("-") > MAX_NAME_HYPHENS
        if is_sentence or (tag.closes and tag.name not in opened and not tag.is_capitalised):
            found.add(index)
        opened.add(tag.name)
    return found


def _attribute_edits(tag: _Tag, own_hosts: Sequence[str]) -> Iterator[Edit]:
    for name, value, start, end in tag.attributes:
        if not _is_shown(tag, name, value, own_hosts):
            yield Edit(start, end, "attribute", attached=True)


def _is_shown(tag: _Tag, name: str, value: str, own_hosts: Sequence[str]) -> bool:
    """Whether an attribute has an effect that a person sees, and no room for a text."""
    if name in _TARGETS:
        return tag.name in _WITH_TARGET or tag.is_capitalised
    if name == "srcset":
        return _is_plain_set(value, own_hosts)
    return (name == "alt" and tag.name == "img" and len(value) <= MAX_ALT_CHARS) or (
        name in _SHOWN and bool(_SHORT.fullmatch(value))
    )


def _is_plain_set(candidates: str, own_hosts: Sequence[str]) -> bool:
    """Whether no image of a `srcset` has an address that carries data."""
    return all(
        host_to_show(each, "", own_hosts, is_image=True) is None for each in re.findall(r"[^\s,]\S*", candidates)
    )


def _target_edits(source: str, tag: _Tag, close: _Tag | None, own_hosts: Sequence[str]) -> Iterator[Edit]:
    if tag.closes or (target := tag.value("src") if tag.name == "img" else tag.value("href")) is None:
        return
    if tag.name == "img":
        if host := host_to_show(target, "", own_hosts, is_image=True):
            alt = (tag.value("alt") or "")[:MAX_ALT_CHARS]
            yield Edit(tag.start, tag.end, "image", f"[image: {alt} at {host}]", group=tag.start)
        return
    text = source[tag.end : close.start][:MAX_LINK_TEXT_CHARS] if close else ""
    if close and not text.strip():
        yield Edit(tag.start, close.end, "link without a text")
    elif host := host_to_show(target, text, own_hosts, is_image=False):
        yield Edit(tag.start, tag.end, "link", "" if close else f"[link to {host}]", group=tag.start)
        if close:
            yield Edit(close.start, close.end, "", f" [link to {host}]", group=tag.start)
