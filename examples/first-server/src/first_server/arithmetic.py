"""Arithmetic expressions, evaluated by a recursive-descent parser without Python's `eval`."""

import dataclasses
import math
import re
import sys
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Any

from mcp_chassis.failures import InvalidInput

from first_server.notation import INSTEAD, plain_signs, tokens, unexpected
from first_server.powers import MAX_BITS, MAX_EXACT_BITS, Number, logarithm, power

MAX_DEPTH = 50
LARGEST = int(sys.float_info.max)
"""Largest integer: within the range of a double, so that any JSON parser can read a result."""
MAX_DIGITS = 30
MAX_PLACES = 50

CONSTANTS: Mapping[str, float] = {"pi": math.pi, "e": math.e, "tau": math.tau}


@dataclasses.dataclass(frozen=True)
class Function:
    """One function: its implementation, the number of its arguments, and whether they must be integers."""

    compute: Callable[..., Any]
    fewest: int = 1
    most: int = 1
    whole: bool = False


def calculate(expression: str) -> Number:
    """The value of `expression`: + - * / // % **, brackets, pi, e, tau and the functions of `FUNCTIONS`.

    Raises:
        InvalidInput: not arithmetic, no such name, no such value (1/0, sqrt(-1)), or beyond a double.
    """
    plain = plain_signs(expression)
    parser = Parser(tokens(plain))
    value = parser.sum()
    if parser.peek():
        raise unexpected(parser.peek(), plain)
    return value if not isinstance(value, Fraction) or value.denominator > 1 else int(value)


class Parser:
    """Recursive-descent parser with one method per level of precedence, loosest first."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._next = 0
        self._depth = 0

    def peek(self) -> str:
        """The next token, which is not consumed; empty at the end."""
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
        if self.peek() == "!":
            self._take()
            base = called("factorial", [base])
        if self.peek() == "!":
            raise InvalidInput(
                "!! may be a double factorial or one of a factorial.", remedy="Write (3!)! for the latter."
            )
        if self.peek() != "**":
            return base
        return applied(self._take(), base, self._signed())

    def _atom(self) -> Number:
        word = self._take()
        if word == "\u221a":
            return called("sqrt", [self._signed() if self.peek() in ("+", "-") else self._atom()])
        if word.startswith("("):
            value = self.sum()
            self._expect(")")
            return value
        if word[:1].isdigit() or word.startswith("."):
            return _literal(word)
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
    """Compute `left symbol right`; a power that would be too large is refused before it is computed."""
    value = _computed(OPERATORS[symbol], left, right)
    if value == 0 and left != 0 and (symbol in ("/", "**") or (symbol == "*" and right != 0)):
        raise _too_small()
    return value


def called(name: str, arguments: list[Number]) -> Number:
    """Call the function `name` with `arguments`."""
    function = FUNCTIONS[name]
    if not function.fewest <= len(arguments) <= function.most:
        raise InvalidInput(f"{name} does not take {len(arguments)} arguments.")
    if function.whole:
        if not all(isinstance(argument, int | Fraction) and argument == int(argument) for argument in arguments):
            raise InvalidInput(f"{name} takes whole numbers.")
        return _computed(function.compute, *(int(argument) for argument in arguments))
    value = _computed(function.compute, *arguments)
    if name == "exp" and value == 0:
        raise _too_small()
    return value


def finite(value: Any) -> Number:
    """Return `value` if it is a real number within the range of a double."""
    if isinstance(value, complex):
        raise InvalidInput("A power of a negative number is not real.", remedy="Write -(8 ** (1 / 3)) for a real root.")
    if isinstance(value, Fraction):
        return _simplest(value)
    if abs(value) > LARGEST if isinstance(value, int) else not math.isfinite(value):
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


def _literal(word: str) -> Number:
    """Parse a number exactly; `1e400` is too large and `1e-400` too small."""
    if not re.search(r"[.eE]", word):
        return finite(int(word))
    exponent = re.search(r"[eE]([+-]?\d+)$", word)
    if exponent and abs(int(exponent[1])) > MAX_BITS:
        if float(word) == 0 and re.match(r"[0.]*[1-9]", word):
            raise _too_small()
        return finite(float(word))
    return finite(Fraction(word))


def _simplest(value: Fraction) -> Number:
    """Convert a fraction to an integer if it is one, or to a float if its parts are too long."""
    if value.denominator == 1:
        return finite(value.numerator)
    if float(value) == 0:
        raise _too_small()
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_EXACT_BITS:
        return finite(float(value))
    return value


def _rounded(value: Number, digits: Number = 0) -> Number:
    """Round half away from zero, as by hand: round(2.675, 2) is 2.68."""
    if not isinstance(digits, int) or abs(digits) > MAX_DIGITS:
        raise InvalidInput(f"round takes a whole number of digits, at most {MAX_DIGITS}.")
    place = Fraction(10) ** digits
    exact = Fraction(value) * place
    whole = math.floor(abs(exact) + Fraction(1, 2))
    return (whole if exact >= 0 else -whole) / place


def decimal_text(value: Fraction) -> str | None:
    """The decimal digits of a fraction whose expansion ends within 50 places; None for others."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return None
    with localcontext(prec=400, rounding=ROUND_HALF_UP):
        text = format((Decimal(value.numerator) / Decimal(value.denominator)).normalize(), "f")
    return text if len(text.partition(".")[2]) <= MAX_PLACES else None


def _factorial(value: int) -> int:
    if value > 170:
        raise _too_large()
    return math.factorial(value)


def _too_large() -> InvalidInput:
    return InvalidInput("The result is beyond 1.79e308.", remedy="Work with logarithms or smaller numbers.")


def _too_small() -> InvalidInput:
    return InvalidInput("The result is nearer to zero than 5e-324.", remedy="Work with logarithms or larger numbers.")


def _not_a_value(word: str) -> InvalidInput:
    if not word:
        return InvalidInput("It ends where a number was expected.")
    plain = word.lower()
    if plain in CONSTANTS or plain in FUNCTIONS:
        remedy = f"Write {plain}{'(...)' if plain in FUNCTIONS else ''}."
    else:
        remedy = INSTEAD.get(plain, f"Known names: {', '.join([*FUNCTIONS, *CONSTANTS])}.")
    return InvalidInput(f"{word[:30]!r} is not a number or a known name.", remedy=remedy)


OPERATORS: Mapping[str, Callable[[Number, Number], Any]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: (
        Fraction(left, right) if isinstance(left, int) and isinstance(right, int) else left / right
    ),
    "//": lambda left, right: left // right,
    "%": lambda left, right: left % right,
    "**": power,
}

FUNCTIONS: Mapping[str, Function] = {
    "abs": Function(abs),
    "round": Function(_rounded, most=2),
    "min": Function(lambda *values: min(values), most=50),
    "max": Function(lambda *values: max(values), most=50),
    "sqrt": Function(math.sqrt),
    "exp": Function(math.exp),
    "log": Function(logarithm, most=2),
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
