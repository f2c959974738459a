"""A chart of the rows that a query gave."""

from mcp_chassis.failures import InvalidInput

from database_mcp.charts.drawing import draw, refuse_without_library
from database_mcp.charts.series import ChartKind, chart_data
from database_mcp.guard.statement import ExplainMode
from database_mcp.queries.execution import read_one
from database_mcp.queries.results import QueryResult


def refuse_early(chart: ChartKind | None, sql: str, explain: ExplainMode) -> None:
    """Refuse, before the query runs, a chart that cannot be.

    Raises:
        InvalidInput: a plan has none, or charts are not installed.
    """
    if chart is None:
        return
    refuse_without_library()
    if explain != "no" or read_one(sql).explain != "no":
        raise InvalidInput("A plan has no chart.", remedy="Leave out chart or explain.")


async def with_chart(result: QueryResult, chart: ChartKind | None) -> QueryResult:
    """The result with a picture of its own rows, those of more_queries left aside.

    Raises:
        InvalidInput: they cannot be drawn.
    """
    if chart is None or result.columns is None:
        return result
    rows = result.rows or []
    data = chart_data(chart, result.columns, result.types or [], rows)
    told = [f"The chart shows the {len(rows)} rows of this page alone."] if result.truncated else []
    return result.charted(await draw(data), [*told, *data.warnings])
