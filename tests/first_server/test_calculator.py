"""Results and refusals of the tutorial's server."""

import math
import time
from collections.abc import AsyncGenerator

import pytest
from first_server import arithmetic
from first_server.server import SERVER
from hypothesis import given
from hypothesis import strategies as st
from mcp.client import Client
from mcp_chassis.failures import InvalidInput
from mcp_chassis.testing import connected, data, failure

LEAST_WORK = 0.05


@pytest.fixture(params=["modern", "legacy"])
async def client(request: pytest.FixtureRequest) -> AsyncGenerator[Client]:
    async with connected(SERVER, era=request.param) as session:
        yield session


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("2 ** 10", 1024),
        ("sqrt(16)", 4),
        ("-2 ** 2", -4),
        ("2 ** -1", 0.5),
        ("2 ** 3 ** 2", 512),
        ("(2 + 3) * 4 - 6 / 3", 18),
        ("7 // 2 * 2 + 7 % 2", 7),
        ("1e3 + .5", 1000.5),
        ("abs(-5) + min(3, 1, 2) + max(4, 6)", 12),
        ("round(pi, 2)", 3.14),
        ("round(2.5)", 3),
        ("round(-2.5)", -3),
        ("round(2.675, 2)", 2.68),
        ("3\N{MULTIPLICATION SIGN}4 ÷ 2 \N{MINUS SIGN} 1", 5),
        ("√16 + √(2 + 2)", 6),
        ("5!", 120),
        ("1/3*3", 1),
        ("0.1 + 0.2", 0.3),
        ("1 - 0.9", 0.1),
        ("19.99 * 3", 59.97),
        ("log(8, 2)", 3),
        ("factorial(5) + gcd(12, 18)", 126),
        ("degrees(atan2(1, 1))", 45),
        ("+3 - -3", 6),
    ],
)
async def test_an_expression_is_worked_out_as_people_write_it(client: Client, expression: str, value: float) -> None:
    answer = data(await client.call_tool("calculate", {"expression": expression}))
    assert answer == {"result": pytest.approx(value)}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("0.1+0.2", 0.3),
        ("4.35*100", 435),
        ("1.1+2.2", 3.3),
        ("100*1.1", 110),
        ("1/3+1/3+1/3", 1),
        ("round(123456789012345678901, -3)", 123456789012345679000),
        ("64 ** (1/3)", 4),
        ("27 ** (2/3)", 9),
        ("(4/9) ** -0.5", 1.5),
        ("log(1000, 10)", 3),
        ("log(125, 5)", 3),
        ("log(1/8, 2)", -3),
        ("log(16, 0.5)", -4),
        ("2 ** 1023", 2**1023),
        ("10 ** 308", 10**308),
        ("(-1) ** (10 ** 300)", 1),
        ("0e-999", 0),
    ],
)
def test_what_has_an_exact_value_is_exact(expression: str, value: float) -> None:
    found = arithmetic.calculate(expression)
    assert found == value if isinstance(value, int) else float(found) == value


@pytest.mark.parametrize(
    ("expression", "value"),
    [("(1 + 1e-10) ** 10**9", 1.1051709180701217), ("2 ** (1/3)", 2 ** (1 / 3)), ("log(2, 3)", math.log(2, 3))],
)
def test_what_has_none_is_right_to_the_last_digits(expression: str, value: float) -> None:
    assert arithmetic.calculate(expression) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    "expression",
    ["1e-400", "1e-200 * 1e-200", "exp(-1000)", "0.5 ** 2000", "pi ** -1000", "0.9 ** 1e300", "1e-300 / 1e300"],
)
def test_a_result_too_small_for_a_number_is_refused_and_not_zero(expression: str) -> None:
    with pytest.raises(InvalidInput, match="nearer to zero than 5e-324"):
        arithmetic.calculate(expression)


@pytest.mark.parametrize(
    "expression", ["1e400", "2 ** 1024", "1.8e308", "171!", "1.1 ** 1e300", "exp(1000)", "1e308 * 10", "7 ** 7 ** 7"]
)
def test_a_result_too_large_for_a_number_is_refused(expression: str) -> None:
    with pytest.raises(InvalidInput, match=r"beyond 1\.79e308"):
        arithmetic.calculate(expression)


async def test_digits_that_a_double_cannot_hold_are_given_as_text(client: Client) -> None:
    answer = data(await client.call_tool("calculate", {"expression": "0.1234567890123456789 + 1"}))
    assert answer["exact"] == "1.1234567890123456789"


@pytest.mark.parametrize(
    ("expression", "hint"),
    [
        ("2 ^ 10", "2 ** 10"),
        ("50%", "50 / 100"),
        ("20% * 80", "50 / 100"),
        ("2(3+4)", "2 * (3 + 4)"),
        ("1,000+1", "1000"),
        ("3 = 3", "without an equals sign"),
        ("10% of 200", "50 / 100"),
        ("50 percent", "50 / 100"),
        ("50 %", "50 / 100"),
        ("5%-3", "50 / 100"),
        ("2√9", "2 * sqrt(9)"),
        ("√-4", "sqrt(-1)"),
        ("3!!", "(3!)!"),
        ("(-8) ** (1/3)", "-(8 ** (1 / 3))"),
        ("sin(30°)", "sin(radians(30))"),
        ("½ + 1", "1 / 2"),
        ("1,5 + 1", "1.5"),
        ("10:2", "10 / 2"),
        ("ln(10)", "log(10)"),
        ("7 mod 2", "7 % 2"),
        ("mod(7, 2)", "7 % 2"),
        ("5 x 3", "2 * 3"),
        ("3pi", "2 * (3 + 4)"),
        ("PI", "Write pi."),
        ("SQRT(2)", "Write sqrt(...)."),
        ("1_000", "without underscores"),
        ("1 000 + 1", "Write 1000 without separators."),
        ("\u0663+\uff14", "Write the digits 0 to 9."),
        ("0x1F", "in decimal"),
    ],
)
def test_a_sign_that_is_not_understood_is_refused_with_the_way_to_write_it(expression: str, hint: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        arithmetic.calculate(expression)
    assert hint in refused.value.message


def test_the_angle_unit_stands_in_the_description() -> None:
    assert "angles are in radians" in (SERVER.tools[0].__doc__ or "")


async def test_whole_numbers_beyond_a_double_also_come_with_every_digit(client: Client) -> None:
    answer = data(await client.call_tool("calculate", {"expression": "2 ** 100"}))
    assert answer == {"result": 2.0**100, "exact": str(2**100)}


@pytest.mark.parametrize(
    "expression",
    [
        "import os",
        "__class__",
        "(1).__class__",
        "().__class__.__bases__[0].__subclasses__()",
        "eval('1')",
        "open('/etc/passwd')",
        "9**9**9",
        "9**9**9**9",
        "10**308 * 10**308",
        "factorial(171)",
        "factorial(10 ** 9)",
        "round(5, -1000000000)",
        "1/0",
        "0 ** -1",
        "sqrt(-1)",
        "(-8) ** 0.5",
        "gcd(4, 6.5)",
        "sqrt()",
        "max()",
        "2 3",
        "2 +",
        "(2",
        "2)",
        "2 ^ 3",
        "1 if 1 else 2",
        "a := 1",
        "'a' * 9",
        "0x10",
        "(" * 250 + "1" + ")" * 249,
        "-" * 499 + "1",
        "9" * 500,
    ],
)
async def test_what_is_no_arithmetic_is_refused_with_a_reason(client: Client, expression: str) -> None:
    refused = failure(await client.call_tool("calculate", {"expression": expression}))
    assert refused.code == "INVALID_INPUT"
    assert 10 < len(refused.message) < 350


@pytest.mark.parametrize("expression", ["9**9**9", "import os", "__class__", "9" * 500, "2**" * 160 + "2"])
def test_a_refusal_takes_no_work(expression: str) -> None:
    began = time.process_time()
    with pytest.raises(InvalidInput):
        arithmetic.calculate(expression)
    assert time.process_time() - began < LEAST_WORK


async def test_a_long_expression_is_refused_before_it_is_read(client: Client) -> None:
    refused = failure(await client.call_tool("calculate", {"expression": "1+" * 400 + "1"}))
    assert "expression should have at most 500 characters" in refused.message


@given(st.text(alphabet="0123456789.+-*/%() ,episqrtlogx_", max_size=200))
def test_any_text_gives_a_finite_number_or_a_reason(expression: str) -> None:
    outcome = value_or_reason(expression)
    assert outcome if isinstance(outcome, str) else math.isfinite(outcome)


@given(st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6), st.integers(1, 10**6))
def test_it_agrees_with_python_about_whole_numbers(left: int, right: int, divisor: int) -> None:
    assert (
        arithmetic.calculate(f"{left} + {right} * 3 - {left} // {divisor} % 7")
        == left + right * 3 - left // divisor % 7
    )


async def test_anyone_named_is_greeted_and_the_world_is_listed(client: Client) -> None:
    listed = [str(resource.uri) for resource in (await client.list_resources()).resources]
    assert "greeting://world" in listed
    for name in ("world", "Ada"):
        contents = (await client.read_resource(f"greeting://{name}")).contents
        assert contents[0].text == f"Hello, {name}!"


def value_or_reason(expression: str) -> float | str:
    try:
        return arithmetic.calculate(expression)
    except InvalidInput as refused:
        return refused.message
