"""Markdown parser that records the place of every inline element in its source.

markdown-it-py finds the elements as CommonMark and GitHub's tables define them; its rules are wrapped so that they
record where each element begins and ends.
"""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

    InlineRule = Callable[[StateInline, bool], bool]
    BlockRule = Callable[[StateBlock, int, int, bool], bool]

SPAN, LABEL, DEFINITIONS = "span", "label", "definitions"
_TOKENS = {"html_inline": "html_inline", "link": "link_open", "image": "image", "entity": "text_special"}


def parsed(source: str) -> "tuple[list[Token], dict[str, Any]]":
    """The block tokens of a source, and the environment, whose DEFINITIONS are line ranges with their labels.

    The `meta` of an inline element has its SPAN in the paragraph's content; that of a link or an image LABEL too.
    """
    environment: dict[str, Any] = {DEFINITIONS: []}
    return _parser().parse(source, environment), environment


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # 0.1 s: only texts with markup need it
    from markdown_it.rules_block import reference
    from markdown_it.rules_inline import entity, html_inline, image, link

    parser = MarkdownIt("commonmark").enable("table").disable("text_join")
    for name, rule in {"html_inline": html_inline, "link": link, "image": image, "entity": entity}.items():
        parser.inline.ruler.at(name, _noting_place(rule, _TOKENS[name]))
    vars(parser)["validateLink"] = bool  # links with `data:` are parsed too, so that they can be replaced
    parser.block.ruler.at("reference", _noting_lines(reference))
    return parser


def _noting_place(rule: "InlineRule", kind: str) -> "InlineRule":
    def noting(state: "StateInline", silent: bool) -> bool:
        start, before = state.pos, len(state.tokens)
        if not rule(state, silent):
            return False
        if not silent and (token := next((each for each in state.tokens[before:] if each.type == kind), None)):
            token.meta[SPAN] = (start, state.pos)
            if kind in ("link_open", "image"):
                first = start + (1 if kind == "link_open" else 2)
                token.meta[LABEL] = (first, state.md.helpers.parseLinkLabel(state, first - 1, kind == "link_open"))
        return True

    return noting


def _noting_lines(rule: "BlockRule") -> "BlockRule":
    def noting(state: "StateBlock", first: int, last: int, silent: bool) -> bool:
        known = set(state.env.get("references", ()))
        found = rule(state, first, last, silent)
        if found and not silent:
            labels = set(state.env.get("references", ())) - known
            state.env[DEFINITIONS].append((first, state.line, next(iter(labels), "")))
        return found

    return noting
