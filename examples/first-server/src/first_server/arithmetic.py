"""Arithmetic as people type it, worked out by a parser of our own: nothing here can reach Python's `eval`."""

import dataclasses
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from mcp_chassis.failures import InvalidInput

Number = int | float

MAX_DEPTH = 50
MAX_BITS = 1023
"""Integers stay within the range of a double (1e308), so every answer survives any JSON reader."""
MAX_DIGITS = 30

TOKEN = re.compile(r"\s*(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[A-Za-z_]\w*|\*\*|//|[-+*/%(),])", re.ASCII)
CONSTANTS: Mapping[str, float] = {"pi": math.pi, "e": math.e, "tau": math.tau}


@dataclasses.dataclass(frozen=True)
class Function:
    """One function by name: what computes it, how many arguments it takes, and whether they must be whole."""

    compute: Callable[..., Any]
    fewest: int = 1
    most: int = 1
    whole: bool = False


def calculate(expression: str) -> Number:
    """The value of `expression`: + - * / // % **, brackets, pi, e, tau and the functions of `FUNCTIONS`.

    Raises:
        InvalidInput: not arithmetic, no such name, no such value (1/0, sqrt(-1)), or beyond 1e308.
    """
    parser = Parser(tokens(expression))
    value = parser.sum()
    if parser.peek():
        raise InvalidInput(f"There is {parser.peek()!r} where an operator or the end was expected.")
    return value


def tokens(expression: str) -> list[str]:
    """Numbers, names and operators of `expression`, in order."""
    found: list[str] = []
    text = expression.rstrip()
    position = 0
    while position < len(text):
        match = TOKEN.match(text, position)
        if match is None:
            strange = text[position:].lstrip()[0]
            raise InvalidInput(f"{strange!r} is no arithmetic.", remedy="Powers are written 2 ** 10.")
        found.append(match[0].strip())
        position = match.end()
    return found


class Parser:
    """Recursive descent, one method per level of precedence, loosest first."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._next = 0
        self._depth = 0

    def peek(self) -> str:
        """The next token, empty at the end."""
        return self._tokens[self._next] if self._next < len(self._tokens) else ""

    def sum(self) -> Number:
        value = self._product()
        while self.peek() in ("+", "-"):
            value = applied(self._take(), value, self._product())
        return value

    def _product(self) -> Number:
        value = self._signed()
        while self.peek() in ("*", "/", "//", "%"):
            value = applied(self._take(), value, self._signed())
        return value

    def _signed(self) -> Number:
        self._deeper()
        sign = self._take() if self.peek() in ("+", "-") else ""
        value = self._signed() if sign else self._power()
        self._depth -= 1
        return -value if sign == "-" else value

    def _power(self) -> Number:
        base = self._atom()
        if self.peek() != "**":
            return base
        return applied(self._take(), base, self._signed())

    def _atom(self) -> Number:
        word = self._take()
        if word.startswith("("):
            value = self.sum()
            self._expect(")")
            return value
        if word[:1].isdigit() or word.startswith("."):
            return finite(float(word) if re.search(r"[.eE]", word) else int(word))
        if self.peek() == "(" and word in FUNCTIONS:
            return self._call(word)
        if word in CONSTANTS:
            return CONSTANTS[word]
        raise _not_a_value(word)

    def _call(self, name: str) -> Number:
        self._expect("(")
        arguments = [] if self.peek() == ")" else [self.sum()]
        while self.peek() == ",":
            self._take()
            arguments.append(self.sum())
        self._expect(")")
        return called(name, arguments)

    def _take(self) -> str:
        word = self.peek()
        self._next += 1
        return word

    def _expect(self, word: str) -> None:
        if self._take() != word:
            raise InvalidInput(f"A {word!r} is missing.")

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise InvalidInput(f"Nested more than {MAX_DEPTH} deep.", remedy="Split it into smaller calculations.")


def applied(symbol: str, left: Number, right: Number) -> Number:
    """`left symbol right`, refused before it is computed where it would be too large."""
    if symbol == "**":
        _check_power(left, right)
    return _computed(OPERATORS[symbol], left, right)


def called(name: str, arguments: list[Number]) -> Number:
    """The function `name` of `arguments`."""
    function = FUNCTIONS[name]
    if not function.fewest <= len(arguments) <= function.most:
        raise InvalidInput(f"{name} does not take {len(arguments)} arguments.")
    if function.whole and not all(isinstance(argument, int) for argument in arguments):
        raise InvalidInput(f"{name} takes whole numbers.")
    return _computed(function.compute, *arguments)


def finite(value: Any) -> Number:
    """`value` itself when it is a real number within 1e308."""
    if isinstance(value, complex):
        raise InvalidInput("The result is not a real number.")
    if value.bit_length() > MAX_BITS if isinstance(value, int) else not math.isfinite(value):
        raise _too_large()
    return value


def _computed(compute: Callable[..., Any], *arguments: Number) -> Number:
    try:
        return finite(compute(*arguments))
    except ZeroDivisionError as error:
        raise InvalidInput("It divides by zero.") from error
    except OverflowError as error:
        raise _too_large() from error
    except ValueError as error:
        raise InvalidInput("A function has no real value there, like sqrt(-1) or log(0).") from error


def _check_power(base: Number, exponent: Number) -> None:
    if isinstance(base, int) and abs(base) > 1 and (base.bit_length() - 1) * exponent > MAX_BITS:
        raise _too_large()


def _rounded(value: Number, digits: Number = 0) -> Number:
    if not isinstance(digits, int) or abs(digits) > MAX_DIGITS:
        raise InvalidInput(f"round takes a whole number of digits, at most {MAX_DIGITS}.")
    return round(value, digits) if digits else round(value)


def _factorial(value: int) -> int:
    if value > 170:
        raise _too_large()
    return math.factorial(value)


def _too_large() -> InvalidInput:
    return InvalidInput("The result is beyond 1e308.", remedy="Work with logarithms or smaller numbers.")


def _not_a_value(word: str) -> InvalidInput:
    if not word:
        return InvalidInput("It ends where a number was expected.")
    known = ", ".join([*FUNCTIONS, *CONSTANTS])
    return InvalidInput(f"{word[:30]!r} is no number here.", remedy=f"Known names: {known}.")


OPERATORS: Mapping[str, Callable[[Number, Number], Any]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
    "//": lambda left, right: left // right,
    "%": lambda left, right: left % right,
    "**": lambda left, right: left**right,
}

FUNCTIONS: Mapping[str, Function] = {
    "abs": Function(abs),
    "round": Function(_rounded, most=2),
    "min": Function(lambda *values: min(values), most=50),
    "max": Function(lambda *values: max(values), most=50),
    "sqrt": Function(math.sqrt),
    "exp": Function(math.exp),
    "log": Function(math.log, most=2),
    "log2": Function(math.log2),
    "log10": Function(math.log10),
    "sin": Function(math.sin),
    "cos": Function(math.cos),
    "tan": Function(math.tan),
    "asin": Function(math.asin),
    "acos": Function(math.acos),
    "atan": Function(math.atan),
    "atan2": Function(math.atan2, fewest=2, most=2),
    "hypot": Function(math.hypot, most=10),
    "degrees": Function(math.degrees),
    "radians": Function(math.radians),
    "floor": Function(math.floor),
    "ceil": Function(math.ceil),
    "gcd": Function(math.gcd, fewest=2, most=10, whole=True),
    "factorial": Function(_factorial, whole=True),
}
