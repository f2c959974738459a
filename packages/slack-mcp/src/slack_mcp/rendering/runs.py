"""Runs of equally styled text, made from the elements of a rich text section."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from slack_mcp.rendering.dates import from_template
from slack_mcp.rendering.emoji import character, with_skin_tone
from slack_mcp.rendering.json_node import Node, number, part, text
from slack_mcp.rendering.names import Names
from slack_mcp.writing.markdown_parser import LINK_SCHEME

STYLES = ("bold", "italic", "strike", "code")
NO_STYLES = frozenset[str]()


class Run(NamedTuple):
    """Text with one set of styles (`bold`, `italic`, `strike`, `code`) and the URL of its link, if any."""

    text: str
    styles: frozenset[str] = NO_STYLES
    url: str = ""

    @property
    def is_code(self) -> bool:
        return "code" in self.styles


def runs_of(elements: Iterable[Node], names: Names) -> list[Run]:
    """Convert elements to runs; adjacent runs of the same style are joined."""
    joined: list[Run] = []
    for run in (found for element in elements for found in _runs(element, names)):
        last = joined[-1] if joined else None
        if last is not None and (last.styles, last.url) == (run.styles, run.url):
            joined[-1] = last._replace(text=last.text + run.text)
        elif run.text:
            joined.append(run)
    return joined


def plain_text(elements: Iterable[Node], names: Names) -> str:
    """Plain text of elements, without styles and links."""
    return "".join(run.text for element in elements for run in _runs(element, names))


def _runs(element: Node, names: Names) -> Iterator[Run]:
    """The runs of one element: one, or one for each line of code, since a Markdown code span is one line."""
    style = part(element, "style")
    styles = frozenset(name for name in STYLES if style.get(name)) if style else NO_STYLES
    shown = ELEMENTS.get(text(element, "type"), _unknown)(element, names)
    url = text(element, "url")
    if url and not LINK_SCHEME.match(url):
        shown, url = (f"{shown} ({url})" if shown != url else url), ""
    if "code" not in styles or "\n" not in shown:
        yield Run(shown, styles, url)
        return
    for at, line in enumerate(shown.split("\n")):
        yield from [Run("\n")] if at else []
        yield Run(line, styles, url)


def _unknown(element: Node, names: Names) -> str:
    return text(element, "text", "fallback")


def _emoji(element: Node, names: Names) -> str:
    if codes := text(element, "unicode"):
        try:
            return "".join(chr(int(code, 16)) for code in codes.split("-"))
        except (ValueError, OverflowError):
            pass
    name = text(element, "name")
    if not name:
        return ""
    found = character(name)
    return with_skin_tone(found, number(element, "skin_tone")) if found else f":{name}:"


def _date(element: Node, names: Names) -> str:
    template = text(element, "format") or "{date_num}"
    return from_template(text(element, "timestamp"), template, text(element, "fallback"))


def _broadcast(element: Node, names: Names) -> str:
    return f"@{text(element, 'range') or 'channel'}"


ELEMENTS: Mapping[str, Callable[[Node, Names], str]] = {
    "text": lambda element, names: text(element, "text"),
    "link": lambda element, names: text(element, "text", "url"),
    "user": lambda element, names: names.user(text(element, "user_id"), text(element, "label")),
    "usergroup": lambda element, names: names.group(text(element, "usergroup_id"), text(element, "label")),
    "channel": lambda element, names: names.channel(text(element, "channel_id"), text(element, "label")),
    "broadcast": _broadcast,
    "color": lambda element, names: text(element, "value"),
    "emoji": _emoji,
    "date": _date,
}
