"""Charts of query results: a PNG image beside the text, with warnings and errors for values not shown."""

import io
import subprocess
import sys
from base64 import b64decode
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from database_mcp.charts import drawing
from database_mcp.server import SERVER
from mcp.client import Client
from mcp_chassis.failures import InvalidInput
from mcp_chassis.testing import connected, failure
from mcp_types import ImageContent, TextContent
from PIL import Image

MONTHS = (
    "SELECT date_trunc('month', ordered_at)::date AS month, count(*) AS orders FROM sales.orders GROUP BY 1 ORDER BY 1"
)
COUNTRIES = (
    "SELECT country, count(*) AS customers, count(city) AS with_city FROM sales.customers GROUP BY 1 ORDER BY 2 DESC"
)
PRICES = "SELECT price FROM catalog.products"
SCATTER = "SELECT price, length(name) AS letters FROM catalog.products"


@pytest.fixture
async def client(shop: str) -> AsyncGenerator[Client]:
    async with connected(SERVER, env={"DATABASE_URL": shop}) as session:
        yield session


async def charted(client: Client, query: str, chart: str, **more: Any) -> tuple[Image.Image, dict[str, Any]]:
    """Run a query with a chart; returns the image and the structured content."""
    result = await client.call_tool("execute_query", {"query": query, "chart": chart, **more})
    assert not result.is_error, result.content
    text, picture = result.content
    assert isinstance(text, TextContent)
    assert isinstance(picture, ImageContent)
    assert picture.mime_type == "image/png"
    return Image.open(io.BytesIO(b64decode(picture.data))).convert("RGB"), result.structured_content or {}


async def refused(client: Client, query: str, chart: str, **more: Any) -> Any:
    return failure(await client.call_tool("execute_query", {"query": query, "chart": chart, **more}))


def drawn(image: Image.Image) -> int:
    """Number of pixels in the first two colours of matplotlib's colour cycle."""
    return sum(1 for pixel in pixels(image) if near(pixel, (31, 119, 180)) or near(pixel, (255, 127, 14)))


def pixels(image: Image.Image) -> list[tuple[int, int, int]]:
    return list(image.get_flattened_data())


def near(pixel: tuple[int, int, int], colour: tuple[int, int, int]) -> bool:
    return all(abs(one - other) < 12 for one, other in zip(pixel, colour, strict=True))


def has_axes(image: Image.Image) -> bool:
    """Whether dark lines of at least half the image's width and height exist."""
    width, height = image.size
    found = pixels(image)
    dark = [[max(found[row * width + column]) < 90 for column in range(width)] for row in range(height)]
    across = max(sum(row) for row in dark)
    up = max(sum(row[column] for row in dark) for column in range(width))
    return across > width / 2 and up > height / 2


@pytest.mark.parametrize(
    ("query", "chart"), [(MONTHS, "line"), (COUNTRIES, "bar"), (SCATTER, "scatter"), (PRICES, "histogram")]
)
async def test_each_kind_of_chart_has_axes_data_and_the_rows_as_text(client: Client, query: str, chart: str):
    image, told = await charted(client, query, chart)
    assert image.size == (800, 450)
    assert has_axes(image)
    assert drawn(image) > 300
    assert len(told["rows"]) == told["row_count"] > 1


async def test_bars_for_larger_values_are_taller(client: Client):
    low, _ = await charted(client, "SELECT * FROM (VALUES ('a', 10), ('b', 1)) v(name, n)", "bar")
    high, _ = await charted(client, "SELECT * FROM (VALUES ('a', 10), ('b', 10)) v(name, n)", "bar")
    assert drawn(high) > drawn(low) * 1.5


@pytest.mark.parametrize(
    ("query", "chart", "warning"),
    [
        ("SELECT n, nullif(n, 3) AS y FROM generate_series(1, 9) n", "line", "1 values are NULL or not finite"),
        ("SELECT n, 'NaN'::float8 / n AS y, n AS z FROM generate_series(1, 9) n", "line", "9 values are NULL"),
        ("SELECT 'c' || n, n FROM generate_series(1, 500) n", "bar", "the first 40 of 500 categories"),
        ("SELECT nullif(n, 2), n FROM generate_series(1, 9) n", "scatter", "1 rows have no valid value for x"),
        (
            "SELECT * FROM (VALUES ('infinity'::date, 1), ('2024-01-01', 2)) v",
            "line",
            "1 rows have no valid value for x",
        ),
        ("SELECT n, n FROM generate_series(1, 5000) n ORDER BY 1", "line", "only the 1000 rows of this page"),
    ],
)
async def test_a_chart_warns_about_values_that_it_does_not_show(client: Client, query: str, chart: str, warning: str):
    image, told = await charted(client, query, chart)
    assert warning in " ".join(told["warnings"])
    assert drawn(image) > 20


@pytest.mark.parametrize(
    ("query", "chart"),
    [
        ("SELECT date '2024-01-01', 5", "line"),
        ("SELECT 'only', 5", "bar"),
        ("SELECT 5", "scatter"),
        ("SELECT 5", "histogram"),
        ("SELECT 12345678901234567890.5::numeric AS big, 9007199254740993 AS wide", "line"),
        ("SELECT 'x', 1 UNION ALL SELECT 'x', 2", "line"),
        ("SELECT '$\\frac{$', 1 AS \"$_\"", "bar"),
        ("SELECT '2024-03-31 01:30:00.5+00'::timestamptz, 1", "line"),
        ("SELECT NULL::text, 1 UNION ALL SELECT '日本', 2", "bar"),
    ],
)
async def test_a_chart_draws_one_row_large_numbers_and_unusual_labels(client: Client, query: str, chart: str):
    image, _ = await charted(client, query, chart)
    assert has_axes(image)
    assert drawn(image) > 20


@pytest.mark.parametrize(
    ("query", "chart", "told"),
    [
        ("SELECT 1, 'a' AS word", "line", "word has the type text, and a chart needs numbers"),
        ("SELECT 'a' AS word", "histogram", "word has the type text"),
        ("SELECT 'a', 1", "scatter", "a scatter chart needs numbers or dates"),
        ("SELECT 1, 2 WHERE false", "line", "returned no rows"),
        ("SELECT", "line", "returns no columns"),
        ("SELECT 1,2,3,4,5,6,7,8,9,10", "line", "at most 8 columns of numbers, and the query returns 9"),
        ("EXPLAIN SELECT 1", "line", "cannot be drawn as a chart"),
    ],
)
async def test_a_chart_that_cannot_be_drawn_is_refused_with_the_reason(
    client: Client, query: str, chart: str, told: str
):
    answer = await refused(client, query, chart)
    assert (answer.code, told in answer.message) == ("INVALID_INPUT", True), answer.message


async def test_chart_with_explain_is_refused_and_a_call_without_chart_has_no_image(client: Client):
    answer = await refused(client, "SELECT 1", "line", explain="plan")
    plain = await client.call_tool("execute_query", {"query": "SELECT 1"})
    assert "cannot be drawn as a chart" in answer.message
    assert len(plain.content) == 1


def test_without_matplotlib_a_chart_error_names_the_package_to_install():
    with pytest.raises(InvalidInput) as caught:
        drawing.refuse_without_library("a library that nobody has")
    assert caught.value.message == (
        "This server cannot draw charts: matplotlib is not installed. Call without chart; the person who runs this "
        "server can install toolroll-database-mcp[charts]."
    )


def test_matplotlib_is_not_imported_before_the_first_chart():
    program = "import sys; import database_mcp.server; print('matplotlib' in sys.modules, 'numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
