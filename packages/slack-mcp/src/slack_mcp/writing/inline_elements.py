"""Conversion of Markdown's inline tokens to the elements of a rich text section.

Slack does not parse markup in text elements, so a text in them cannot mention anybody.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from slack_mcp.rendering.emoji import character, with_skin_tone

if TYPE_CHECKING:
    from markdown_it.token import Token

Element = dict[str, Any]

STYLE_FOR_TOKEN = {"strong": "bold", "em": "italic", "s": "strike"}
EMOJI = re.compile(r"(?<![\w:]):([a-z0-9_+'-]{1,100}):(?::skin-tone-([2-6])(?:-([2-6]))?:)?(?![\w:])")
EPOCH = re.compile(r"[0-9]{1,11}")
LETTER = re.compile(r"[a-z+]")
BROADCASTS = {"here", "channel", "everyone"}


@dataclass
class _Span:
    """State of the conversion: open styles and the open link."""

    depths: dict[str, int] = field(default_factory=dict[str, int])
    url: str | None = None

    @property
    def styles(self) -> dict[str, bool]:
        return {style: True for style, depth in self.depths.items() if depth > 0}


def elements(tokens: Sequence["Token"]) -> list[Element]:
    """Convert the tokens of one paragraph to elements; adjacent elements of the same style are joined."""
    found: list[Element] = []
    span = _Span()
    for token in tokens:
        for element in _elements_of(token, span):
            _append(found, element)
    return found


def text_element(text: str, **style: bool) -> Element:
    return {"type": "text", "text": text, **({"style": style} if style else {})}


def _append(found: list[Element], element: Element) -> None:
    """Append an element, or join it to the last one if both have the same style or belong to one link."""
    last = found[-1] if found else {}
    same = {name: last.get(name) for name in ("type", "style", "url")} == {
        name: element.get(name) for name in ("type", "style", "url")
    }
    if same and element["type"] in {"text", "link"} and "text" in last and "text" in element:
        last["text"] += element["text"]
    elif element.get("text") != "":
        found.append(element)


def _elements_of(token: "Token", span: _Span) -> Iterator[Element]:
    kind, _, edge = token.type.rpartition("_")
    if kind in STYLE_FOR_TOKEN:
        _turn(span, STYLE_FOR_TOKEN[kind], on=edge == "open")
    elif token.type in {"link_open", "link_close"}:
        span.url = str(token.attrs["href"]) or None if token.type == "link_open" else None
    elif token.type == "code_inline":
        yield _styled(text_element(token.content), {**span.styles, "code": True}, span.url)
    elif token.type in {"softbreak", "hardbreak"}:
        yield _styled(text_element("\n"), span.styles, span.url)
    elif token.type == "image":
        url = str(token.attrs["src"])
        yield _styled(text_element(token.content or url), {}, url or None)
    elif token.type == "bare_link":
        yield _styled({"type": "link", "url": token.content}, span.styles)
    elif token.type == "slack_token":
        yield slack_element(token.content, span.styles)
    elif span.url is not None:
        yield _styled(text_element(token.content), span.styles, span.url)
    else:
        yield from _words(token.content, span.styles)


def _turn(span: _Span, style: str, *, on: bool) -> None:
    """Open or close a style; nested emphasis of the same kind is counted, so that only the outermost end closes it."""
    span.depths[style] = span.depths.get(style, 0) + (1 if on else -1)


def _styled(element: Element, styles: dict[str, bool], url: str | None = None) -> Element:
    if url is not None:
        element = {"type": "link", "url": url, "text": element["text"]}
    return {**element, "style": dict(styles)} if styles else element


def _words(text: str, styles: dict[str, bool]) -> Iterator[Element]:
    """Elements of a plain text, with `:name:` converted to emoji."""
    end = 0
    for match in EMOJI.finditer(text):
        if not LETTER.search(match[1]) and character(match[1]) is None:
            continue
        yield _styled(text_element(text[end : match.start()]), styles)
        yield _styled(_emoji(*match.groups()), styles)
        end = match.end()
    yield _styled(text_element(text[end:]), styles)


def _emoji(name: str, tone: str | None, other_tone: str | None) -> Element:
    """Element of an emoji; a pair with two skin tones is a text element, since Slack's emoji element has only one."""
    found = character(name)
    if found and tone and other_tone:
        return text_element(with_skin_tone(found, int(tone), int(other_tone)))
    return {"type": "emoji", "name": name, **({"skin_tone": int(tone)} if tone else {})}


def slack_element(body: str, styles: dict[str, bool]) -> Element:
    """Element of a control sequence `<...>` of Slack; an unknown one stays text."""
    target, _, label = body.partition("|")
    kind, rest = target[0], target[1:]
    if kind == "@" and re.fullmatch(r"[UW][A-Z0-9]+", rest):
        return _styled({"type": "user", "user_id": rest}, styles)
    if kind == "#" and re.fullmatch(r"[CG][A-Z0-9]+", rest):
        return _styled({"type": "channel", "channel_id": rest}, styles)
    if kind == "!":
        return _styled(_special(rest, label) or text_element(f"<{body}>"), styles)
    return _styled(text_element(label), styles, target) if kind not in "@#" else text_element(f"<{body}>")


def _special(command: str, label: str) -> Element | None:
    name, *rest = command.split("^")
    if name.casefold() in BROADCASTS:
        return {"type": "broadcast", "range": name.casefold()}
    if name.casefold() == "subteam" and rest:
        return {"type": "usergroup", "usergroup_id": rest[0]}
    if name == "date" and len(rest) >= 2 and EPOCH.fullmatch(rest[0]) and "{" in rest[1]:
        return {"type": "date", "timestamp": int(rest[0]), "format": rest[1], "fallback": label or rest[1]}
    return None
