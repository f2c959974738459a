"""Inline rule for bare addresses in Markdown: an address is a link, and marks inside it are not emphasis."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it.rules_inline import StateInline

SCHEME = re.compile(r"(?<![a-z0-9+.-])https?$", re.IGNORECASE)
ADDRESS = re.compile(r"https?://[^\s<>\"|]{1,2000}", re.IGNORECASE)
ESCAPED_MARK = re.compile(r"\\([!-/:-@\[-`{-~])")
TRAILING_PUNCTUATION = ".,;:!?'"
MARKS = "*_~"
BRACKETS = {")": "(", "]": "[", "}": "{"}


def bare_link_rule(state: "StateInline", silent: bool) -> bool:
    """Inline rule of markdown-it that parses a whole http address at `://` as one link token."""
    if state.linkLevel > 0 or not state.src.startswith("://", state.pos):
        return False
    scheme = SCHEME.search(state.pending)
    if scheme is None:
        return False
    match = ADDRESS.match(state.src, state.pos - len(scheme[0]))
    if match is None:
        return False
    address = trimmed(match[0], open_marks(state))
    if len(address) <= len(scheme[0]) + 3:
        return False
    if not silent:
        state.pending = state.pending[: -len(scheme[0])]
        state.push("bare_link", "", 0).content = ESCAPED_MARK.sub(r"\1", address).replace("&amp;", "&")
    state.pos = match.start() + len(address)
    return True


def open_marks(state: "StateInline") -> str:
    """The emphasis marks that are open before the address, and that its last characters may close."""

    def balance(mark: str) -> int:
        return sum(held.open - held.close for held in state.delimiters if held.marker == ord(mark))

    return "".join(mark for mark in MARKS if balance(mark) > 0)


def trimmed(address: str, marks: str) -> str:
    """The address without punctuation, brackets and closing marks that belong to the text around it."""
    while address:
        last = address[-1]
        unbalanced = last in BRACKETS and address.count(last) > address.count(BRACKETS[last])
        if last not in TRAILING_PUNCTUATION + marks and not unbalanced:
            return address
        address = address[:-1]
    return address
