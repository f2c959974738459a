"""Conversion of Markdown to Block Kit: rich text, headers, dividers, one table, substitutes for the rest."""

from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from slack_mcp.writing.inline_elements import Element, elements, text_element
from slack_mcp.writing.markdown_parser import parser
from slack_mcp.writing.tables import as_text, cell_text, table_block

if TYPE_CHECKING:
    from markdown_it.token import Token
    from markdown_it.tree import SyntaxTreeNode

Block = dict[str, Any]

MAX_BLOCKS = 50
MAX_HEADER_CHARACTERS = 150
MAX_INDENT = 8
RULE = "———"
STANDING_BELOW = {"bullet_list", "ordered_list", "fence", "code_block"}
TASKS = {"[ ] ": "☐ ", "[x] ": "☑ ", "[X] ": "☑ "}


def blocks_for(markdown: str) -> list[Block]:
    """The blocks of a message; if there are more than 50, headings and rules become rich text."""
    tree = _tree(markdown)
    blocks = _Builder(headers=True).blocks(tree)
    return blocks if len(blocks) <= MAX_BLOCKS else _Builder(headers=False).blocks(tree)


def inline_tokens(markdown: str) -> Iterator["Token"]:
    """All inline tokens of a Markdown text in order, for checks of its content."""
    for token in parser().parse(markdown):
        yield from token.children or ()


def _tree(markdown: str) -> "SyntaxTreeNode":
    from markdown_it.tree import SyntaxTreeNode

    return SyntaxTreeNode(parser().parse(markdown))


class _Builder:
    """Builder of the blocks of a message; adjacent groups are collected into one rich text block."""

    def __init__(self, *, headers: bool) -> None:
        self._headers = headers
        self._done: list[Block] = []
        self._groups: list[Block] = []
        self._has_table = False

    def blocks(self, tree: "SyntaxTreeNode") -> list[Block]:
        for node in tree.children:
            self._add(node)
        self._close()
        return self._done

    def _close(self, block: Block | None = None) -> None:
        if self._groups:
            self._done.append({"type": "rich_text", "elements": self._groups})
            self._groups = []
        if block is not None:
            self._done.append(block)

    def _add(self, node: "SyntaxTreeNode") -> None:
        if node.type == "heading":
            self._heading(_inline(node), large=node.tag in {"h1", "h2"})
        elif node.type == "hr":
            self._rule()
        elif node.type == "table":
            self._table(node)
        elif node.type in {"bullet_list", "ordered_list"}:
            self._list(node, 0)
        elif node.type == "blockquote":
            self._groups.append({"type": "rich_text_quote", "elements": _flowed(node.children)})
        elif node.type in {"fence", "code_block"}:
            self._code(node.content)
        else:
            self._paragraph(_inline(node))

    def _heading(self, found: list[Element], *, large: bool) -> None:
        plain = cell_text(found).replace("\n", " ")
        is_text = all(_fits_a_header(element) for element in found)
        if self._headers and large and is_text and 0 < len(plain) <= MAX_HEADER_CHARACTERS:
            self._close({"type": "header", "text": {"type": "plain_text", "text": plain}})
        else:
            self._paragraph([_bold(element) for element in found])

    def _rule(self) -> None:
        if self._headers:
            self._close({"type": "divider"})
        else:
            self._paragraph([text_element(RULE)])

    def _paragraph(self, found: list[Element]) -> None:
        """Add a paragraph; after text it is joined with a blank line, since Slack shows no space between sections."""
        if not found:
            return
        last = self._groups[-1] if self._groups else None
        if last is not None and last["type"] == "rich_text_section":
            last["elements"] += [text_element("\n\n"), *found]
        else:
            lead = [] if last is None or last["type"] == "rich_text_preformatted" else [text_element("\n")]
            self._groups.append({"type": "rich_text_section", "elements": lead + found})

    def _code(self, code: str) -> None:
        shown = code.removesuffix("\n") or " "
        self._groups.append({"type": "rich_text_preformatted", "elements": [text_element(shown)]})

    def _table(self, node: "SyntaxTreeNode") -> None:
        """Add a table; after the first one, as code in fixed width, since Slack allows one table in a message."""
        rows = [[_inline(cell) for cell in row.children] for part in node.children for row in part.children]
        aligned = [
            str(cell.attrs.get("style", "")).rpartition(":")[2] for cell in node.children[0].children[0].children
        ]
        block = None if self._has_table else table_block(rows, aligned)
        if block is None:
            self._code(as_text(rows))
        else:
            self._has_table = True
            self._close(block)

    def _list(self, node: "SyntaxTreeNode", indent: int) -> None:
        number = int(node.attrs.get("start", 1)) - 1
        for item in node.children:
            self._item(node, item, number, indent)
            number += 1

    def _item(self, node: "SyntaxTreeNode", item: "SyntaxTreeNode", number: int, indent: int) -> None:
        """Add a list item; nested lists and code, which a list cannot contain, follow as separate groups."""
        words = list(takewhile(lambda part: part.type not in STANDING_BELOW, item.children))
        section = {"type": "rich_text_section", "elements": _tasked(_flowed(words)) or [text_element(" ")]}
        self._into_list("ordered" if node.type == "ordered_list" else "bullet", number, indent, section)
        for part in item.children[len(words) :]:
            if part.type in {"bullet_list", "ordered_list"}:
                self._list(part, min(indent + 1, MAX_INDENT))
            elif part.type in {"fence", "code_block"}:
                self._code(part.content)
            else:
                self._paragraph(_flowed([part]))

    def _into_list(self, style: str, number: int, indent: int, section: Block) -> None:
        last = self._groups[-1] if self._groups else {}
        place = (last.get("type"), last.get("style"), last.get("indent", 0))
        count = last.get("offset", 0) + len(last.get("elements", [])) if place[0] == "rich_text_list" else -1
        if place == ("rich_text_list", style, indent) and (style == "bullet" or count == number):
            last["elements"].append(section)
            return
        group: Block = {"type": "rich_text_list", "style": style, "elements": [section]}
        group |= {"indent": indent} if indent else {}
        self._groups.append(group | ({"offset": number} if style == "ordered" and number else {}))


def _fits_a_header(element: Element) -> bool:
    """Whether a header block, which is bold plain text, can show the element."""
    return element["type"] in {"text", "emoji"} and set(element.get("style", {})) <= {"bold"}


def _bold(element: Element) -> Element:
    return {**element, "style": {**element.get("style", {}), "bold": True}}


def _tasked(found: list[Element]) -> list[Element]:
    first = found[0] if found else {}
    box = str(first.get("text", ""))[:4]
    if first.get("type") != "text" or box not in TASKS:
        return found
    return [{**first, "text": TASKS[box] + first["text"][4:]}, *found[1:]]


def _inline(node: "SyntaxTreeNode") -> list[Element]:
    """The elements of a block with inline content only."""
    tokens = [token for child in node.children if child.type == "inline" for token in child.to_tokens()]
    return elements([part for token in tokens for part in token.children or ()])


def _flowed(children: "Sequence[SyntaxTreeNode]") -> list[Element]:
    """All content as one sequence of elements, for places where Slack allows no groups."""
    found: list[Element] = []
    for at, child in enumerate(children):
        shown = _flowed_child(child)
        if found and shown:
            are_paragraphs = child.type == "paragraph" and children[at - 1].type == "paragraph"
            found.append(text_element("\n\n" if are_paragraphs else "\n"))
        found += shown
    return found


def _flowed_child(child: "SyntaxTreeNode") -> list[Element]:
    if child.type in {"fence", "code_block"}:
        return _code_lines(child.content)
    if child.type in {"bullet_list", "ordered_list"}:
        return [part for item in child.children for part in _marked(child, item)][:-1]
    if child.type == "hr":
        return [text_element(RULE)]
    if child.type == "heading":
        return [_bold(element) for element in _inline(child)]
    if child.type == "table":
        rows = [[_inline(cell) for cell in row.children] for part in child.children for row in part.children]
        return _code_lines(as_text(rows))
    return _inline(child) or _flowed(child.children)


def _code_lines(code: str) -> list[Element]:
    """One code span for each line, since a Markdown code span is one line when the message is read back."""
    found: list[Element] = []
    for line in (code.rstrip("\n") or " ").split("\n"):
        found += [text_element("\n")] if found else []
        found += [text_element(line or " ", code=True)]
    return found


def _marked(parent: "SyntaxTreeNode", item: "SyntaxTreeNode") -> list[Element]:
    start = int(parent.attrs.get("start", 1)) + parent.children.index(item)
    mark = f"{start}. " if parent.type == "ordered_list" else "• "
    return [text_element(mark), *_tasked(_flowed(item.children)), text_element("\n")]
