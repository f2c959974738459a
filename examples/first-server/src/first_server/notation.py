"""Tokeniser of arithmetic expressions, and errors that say how to write what was probably meant."""

import re
from collections.abc import Mapping

from mcp_chassis.failures import InvalidInput

TOKEN = re.compile(r"\s*(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[A-Za-z_]\w*|\*\*|//|[-+*/%(),!\u221a])", re.ASCII)
SIGNS = str.maketrans({"\u00d7": "*", "\u00b7": "*", "\u00f7": "/", "\u2212": "-", "\u2217": "*"})
"""ASCII operators by typographic sign."""
PERCENT = re.compile(r"[\d)]\s*(?:%(?:$|\s*[-+),*/]|\s*of\b)|per ?cent\b)", re.ASCII)
COMMA_FOR_POINT = re.compile(r"\d,\d")
GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3}|[ \u00a0\u202f]\d{3})+(?![\d,])")
SEPARATORS = re.compile(r"[, \u00a0\u202f]")
ROOTS = "Write 2 * sqrt(9) for a product, 27 ** (1 / 3) for a cube root."
FRACTIONS = "Write fractions as 1 / 2."
DIGITS = "Write the digits 0 to 9."
DECIMAL = "Write numbers in decimal, without underscores."
INSTEAD: Mapping[str, str] = {
    "^": "Powers are written 2 ** 10.",
    "=": "Write the expression alone, without an equals sign.",
    "\u00b2": "Powers are written 2 ** 2.",
    "\u00b3": "Powers are written 2 ** 3.",
    "\u207b": "Powers are written 10 ** -2.",
    "\u03c0": "Write pi.",
    "\u221a": ROOTS,
    "\u221b": ROOTS,
    "\u221e": "Only finite numbers can be worked out.",
    "\u00b0": "Angles are in radians: write sin(radians(30)).",
    "\u00bd": FRACTIONS,
    "\u00bc": FRACTIONS,
    "\u00be": FRACTIONS,
    ":": "Division is written 10 / 2.",
    "ln": "The natural logarithm is log(10).",
    "mod": "A remainder is written 7 % 2.",
    "x": "Multiplication is written 2 * 3.",
}
"""Remedies for signs and words that are not supported."""


def plain_signs(expression: str) -> str:
    """Replace typographic operators by ASCII ones.

    Raises:
        InvalidInput: a percent sign is ambiguous.
    """
    plain = expression.translate(SIGNS)
    if PERCENT.search(plain.strip()):
        raise InvalidInput(
            "A percent sign may mean a hundredth or a remainder.", remedy="Write 50 / 100, 80 * 50 / 100 or 7 % (-2)."
        )
    return plain


def tokens(expression: str) -> list[str]:
    """Split `expression` into numbers, names and operators.

    Raises:
        InvalidInput: it contains another character.
    """
    found: list[str] = []
    text = expression.rstrip()
    position = 0
    while position < len(text):
        match = TOKEN.match(text, position)
        if match is None:
            strange = text[position:].lstrip()[0]
            remedy = DIGITS if strange.isdecimal() else INSTEAD.get(strange, "")
            raise InvalidInput(f"{strange!r} is not allowed in an expression.", remedy=remedy)
        found.append(match[0].strip())
        position = match.end()
    return found


def unexpected(word: str, expression: str) -> InvalidInput:
    """The error for a token after a complete expression, with the way to write what was probably meant."""
    remedy = ""
    if grouped := GROUPED.search(expression):
        remedy = f"Write {SEPARATORS.sub('', grouped[0])} without separators."
    elif word == "," and COMMA_FOR_POINT.search(expression):
        remedy = "Write decimals with a point, such as 1.5."
    elif word.lower() in INSTEAD:
        remedy = INSTEAD[word.lower()]
    elif re.match(r"_|[xob][0-9a-f]", word, re.IGNORECASE):
        remedy = DECIMAL
    elif word == "(" or word[:1].isalnum():
        remedy = "Multiplication is written 2 * (3 + 4)."
    return InvalidInput(f"There is {word!r} where an operator or the end was expected.", remedy=remedy)
