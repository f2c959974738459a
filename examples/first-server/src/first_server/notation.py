"""Notation of arithmetic: signs of print and of the keyboard, and refusals that say how to write what was meant."""

import re
from collections.abc import Mapping

from mcp_chassis.failures import InvalidInput

TOKEN = re.compile(r"\s*(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[A-Za-z_]\w*|\*\*|//|[-+*/%(),!\u221a])", re.ASCII)
SIGNS = str.maketrans({"\u00d7": "*", "\u00b7": "*", "\u00f7": "/", "\u2212": "-", "\u2217": "*"})
"""Signs of print for the operators of a keyboard."""
PERCENT = re.compile(r"[\d)]%(?:$|\s*[),*/]|\s+[-+])")
GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])")
INSTEAD: Mapping[str, str] = {
    "^": "Powers are written 2 ** 10.",
    "=": "Write the expression alone, without an equals sign.",
    "\u00b2": "Powers are written 2 ** 2.",
    "\u00b3": "Powers are written 2 ** 3.",
    "\u03c0": "Write pi.",
    "\u221e": "Only finite numbers can be worked out.",
}
"""What to write for signs that are not understood."""


def plain_signs(expression: str) -> str:
    """The expression with the operators of a keyboard.

    Raises:
        InvalidInput: a percent sign in it has two meanings.
    """
    plain = expression.translate(SIGNS)
    if PERCENT.search(plain.strip()):
        raise InvalidInput(
            "A percent sign may mean a hundredth or a remainder.", remedy="Write 50 / 100, 80 * 50 / 100 or 7 % 2."
        )
    return plain


def tokens(expression: str) -> list[str]:
    """Numbers, names and operators of `expression`, in order."""
    found: list[str] = []
    text = expression.rstrip()
    position = 0
    while position < len(text):
        match = TOKEN.match(text, position)
        if match is None:
            strange = text[position:].lstrip()[0]
            raise InvalidInput(f"{strange!r} is no arithmetic.", remedy=INSTEAD.get(strange, ""))
        found.append(match[0].strip())
        position = match.end()
    return found


def unexpected(word: str, expression: str) -> InvalidInput:
    """The refusal of what follows a whole expression, with the way to write what was probably meant."""
    remedy = ""
    if grouped := GROUPED.search(expression):
        remedy = f"Write {grouped[0].replace(',', '')} without separators."
    elif word == "(" or word[:1].isalnum():
        remedy = "Multiplication is written 2 * (3 + 4)."
    return InvalidInput(f"There is {word!r} where an operator or the end was expected.", remedy=remedy)
