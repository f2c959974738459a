"""Bare addresses in Markdown: links whose characters mean nothing else, whatever emphasis marks they hold."""

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
    """Inline rule of markdown-it: at `://`, takes a whole http address as one token."""
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
    """The emphasis marks that are open where the address stands, and which its end may close."""

    def balance(mark: str) -> int:
        return sum(held.open - held.close for held in state.delimiters if held.marker == ord(mark))

    return "".join(mark for mark in MARKS if balance(mark) > 0)


def trimmed(address: str, marks: str) -> str:
    """The address without the punctuation, brackets and closing marks of the sentence around it."""
    while address:
        last = address[-1]
        unbalanced = last in BRACKETS and address.count(last) > address.count(BRACKETS[last])
        if last not in TRAILING_PUNCTUATION + marks and not unbalanced:
            return address
        address = address[:-1]
    return address
