"""Powers and logarithms, exact if the result is rational and short enough."""

import math
from decimal import Context, Decimal, Overflow
from fractions import Fraction

Number = int | Fraction | float
"""Integers and fractions are exact; functions such as sqrt return floats."""

MAX_BITS = 1024
"""Maximum size of an integer in bits, so that its value is within the range of a double."""
MAX_EXACT_BITS = 2 * MAX_BITS  # of numerator and denominator; larger fractions become floats
MAX_ROOT = 64
DIGITS = Context(prec=60, Emax=10**12, Emin=-(10**12))


def power(base: Number, exponent: Number) -> Number | complex:
    """Compute a power, exact for integer exponents and for roots that are rational.

    Raises:
        OverflowError: the result is beyond the range of a double.
        ZeroDivisionError: zero to a negative power.
    """
    if isinstance(base, float):
        return base ** float(exponent) if not isinstance(exponent, int) else base**exponent
    if isinstance(exponent, int):
        return _whole_power(base, exponent)
    if isinstance(exponent, Fraction) and exponent.denominator <= MAX_ROOT:
        root = _exact_root(base, exponent.denominator)
        if root is not None:
            return _whole_power(root, exponent.numerator)
    return float(base) ** float(exponent)


def _whole_power(base: int | Fraction, exponent: int) -> Number:
    if isinstance(base, int) and abs(base) > 1 and (base.bit_length() - 1) * exponent > MAX_BITS:
        raise OverflowError
    longest = max(base.numerator.bit_length(), base.denominator.bit_length())
    if abs(base) in {0, 1} or longest * abs(exponent) <= MAX_EXACT_BITS:
        return base**exponent if exponent >= 0 else Fraction(base) ** exponent
    try:
        return float(DIGITS.power(DIGITS.divide(Decimal(base.numerator), Decimal(base.denominator)), Decimal(exponent)))
    except Overflow as error:
        raise OverflowError from error


def _exact_root(base: int | Fraction, degree: int) -> Fraction | None:
    """The rational root of a non-negative number; None if there is none."""
    if base < 0:
        return None
    parts = [_whole_root(part, degree) for part in (base.numerator, base.denominator)]
    return None if None in parts else Fraction(parts[0] or 0, parts[1] or 1)


def _whole_root(value: int, degree: int) -> int | None:
    if value.bit_length() > MAX_BITS:
        return None
    nearest = round(value ** (1 / degree))
    return next((root for root in (nearest - 1, nearest, nearest + 1) if root >= 0 and root**degree == value), None)


def logarithm(value: Number, base: Number | None = None) -> Number:
    """Compute the natural logarithm, or that to `base`: an integer if `value` is an integer power of it.

    Raises:
        ValueError: there is no real logarithm.
        ZeroDivisionError: the base is 1.
    """
    if base is None:
        return math.log(value)
    found = math.log10(value) if base == 10 else math.log2(value) if base == 2 else math.log(value) / math.log(base)
    whole = round(found)
    exact = not isinstance(value, float) and not isinstance(base, float) and abs(whole) <= MAX_BITS
    return whole if exact and Fraction(base) ** whole == value else found
