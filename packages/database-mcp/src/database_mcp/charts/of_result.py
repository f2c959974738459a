"""Chart of the rows of a query result."""

from mcp_chassis.failures import InvalidInput

from database_mcp.charts.drawing import draw, refuse_without_library
from database_mcp.charts.series import ChartKind, chart_data
from database_mcp.guard.statement import ExplainMode
from database_mcp.queries.execution import read_one
from database_mcp.queries.results import QueryResult


def refuse_early(chart: ChartKind | None, sql: str, explain: ExplainMode) -> None:
    """Check before the query runs that a chart can be drawn.

    Raises:
        InvalidInput: the call is an EXPLAIN, or matplotlib is not installed.
    """
    if chart is None:
        return
    refuse_without_library()
    if explain != "no" or read_one(sql).explain != "no":
        raise InvalidInput(
            "EXPLAIN returns a query plan, which cannot be drawn as a chart.", remedy="Leave out chart or explain."
        )


async def with_chart(result: QueryResult, chart: ChartKind | None) -> QueryResult:
    """Add a chart of the rows to a result; rows of more_queries are not drawn.

    Raises:
        InvalidInput: the rows cannot be drawn as a chart.
    """
    if chart is None or result.columns is None:
        return result
    rows = result.rows or []
    data = chart_data(chart, result.columns, result.types or [], rows)
    told = [f"The chart shows only the {len(rows)} rows of this page."] if result.truncated else []
    return result.charted(await draw(data), [*told, *data.warnings])
