"""Analytical statements over the sample shop that an honest person would send; all of them must run."""

from pathlib import Path

SHAPES = Path(__file__).with_suffix(".sql")
MEASURES = (
    "count(*)",
    "sum(i.quantity * i.unit_price)",
    "round(avg(i.quantity * i.unit_price), 2)",
    "count(DISTINCT o.customer_id)",
    "percentile_cont(0.5) WITHIN GROUP (ORDER BY i.quantity * i.unit_price)",
    "max(o.ordered_at) - min(o.ordered_at)",
    "count(*) FILTER (WHERE o.status = 'returned')::float8 / count(*)",
    "stddev_samp(i.unit_price)::numeric(12, 4)",
)
DIMENSIONS = (
    "c.country",
    "o.status",
    "date_trunc('month', o.ordered_at)",
    "extract(isodow FROM o.ordered_at)",
    "to_char(o.ordered_at, 'YYYY-\"Q\"Q')",
    "width_bucket(i.unit_price, 0, 250, 5)",
    "CASE WHEN c.newsletter THEN 'reader' ELSE 'other' END",
    "GROUPING SETS ((c.country), (o.status), ())",
    "ROLLUP (c.country, o.status)",
    "CUBE (c.country, c.newsletter)",
)
_FROM = "FROM sales.orders o JOIN sales.order_items i USING (order_id) JOIN sales.customers c USING (customer_id)"


def statements() -> list[str]:
    """Every measure by every dimension, and the rest."""
    found = SHAPES.read_text(encoding="utf-8").strip().split("\n\n")
    for dimension in DIMENSIONS:
        several = dimension.startswith(("GROUPING", "ROLLUP", "CUBE"))
        shown, grouped = ("", dimension) if several else (f"{dimension}, ", "1")
        order = "1" if several else "1, 2"
        found += [f"SELECT {shown}{measure} {_FROM} GROUP BY {grouped} ORDER BY {order}" for measure in MEASURES]
    return found
