"""The tool `calculate`."""

from fractions import Fraction
from typing import Annotated

from mcp_chassis.results import Result
from mcp_chassis.tools import reads
from pydantic import Field

from first_server import arithmetic

Expression = Annotated[
    str, Field(min_length=1, max_length=500, description="Such as (2 + 3) * sqrt(16), round(pi, 2) or 2 ** 10.")
]
EXACT_IN_A_DOUBLE = 2**53


class Calculation(Result):
    result: int | float
    exact: str | None = Field(default=None, description="Every digit, where the number itself is rounded.")


@reads("Calculate", open_world=False)
async def calculate(expression: Expression) -> Calculation:
    """Work out an arithmetic expression with + - * / // % **, brackets and functions; angles are in radians."""
    value = arithmetic.calculate(expression)
    if isinstance(value, int) and abs(value) > EXACT_IN_A_DOUBLE:
        return Calculation(result=float(value), exact=str(value))
    if isinstance(value, Fraction):
        digits = arithmetic.decimal_text(value)
        return Calculation(result=float(value), exact=digits if digits != repr(float(value)) else None)
    return Calculation(result=value)
