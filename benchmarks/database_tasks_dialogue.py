"""The calls of benchmarks/database_tasks.py, and for each question another query that gives the right answer."""

import dataclasses
from typing import Any

Call = tuple[str, dict[str, Any]]


@dataclasses.dataclass(frozen=True)
class Task:
    """A question, the calls that answer it, and `reference`, whose rows in any order are the last answer's.

    `says` is what the last answer has to say besides.
    """

    question: str
    database: str
    calls: list[Call]
    reference: str
    says: str = ""


def on_shop(query: str) -> list[Call]:
    return [("execute_query", {"query": query})]


def on_northwind(query: str) -> list[Call]:
    return [("execute_query", {"query": query, "database": "northwind"})]


OVERVIEWS: list[tuple[str, list[Call]]] = [
    ("(what the shop holds)", [("list_tables", {"detail": "columns"})]),
    ("(what Northwind holds)", [("list_tables", {"detail": "columns", "database": "northwind"})]),
]

DIALOGUE: tuple[Task, ...] = (
    Task(
        "Revenue by month in Berlin time and its change, latest eight",
        "shop",
        on_shop("""WITH m AS (
  SELECT date_trunc('month', t.ordered_at AT TIME ZONE 'Europe/Berlin')::date AS month, sum(t.total) AS revenue,
  count(*) AS orders
  FROM sales.order_totals t WHERE t.status NOT IN ('cancelled','returned') GROUP BY 1)
SELECT month, orders, revenue, round(100 * (revenue / lag(revenue) OVER (ORDER BY month) - 1), 1) AS change_percent
FROM m ORDER BY month DESC LIMIT 8"""),
        """WITH lines AS (
  SELECT to_char(timezone('Europe/Berlin', o.ordered_at), 'YYYY-MM') AS m, i.order_id, i.quantity * i.unit_price AS
  value
  FROM sales.order_items i JOIN sales.orders o ON o.order_id = i.order_id
  WHERE o.status IN ('pending', 'paid', 'shipped', 'delivered')),
months AS (SELECT m, count(DISTINCT order_id) AS orders, sum(value) AS value FROM lines GROUP BY m)
SELECT this.m || '-01', this.orders, this.value, round((this.value - before.value) / before.value * 100, 1)
FROM months this LEFT JOIN months before
  ON before.m = to_char(to_date(this.m, 'YYYY-MM') - interval '1 day', 'YYYY-MM')
ORDER BY this.m DESC LIMIT 8""",
    ),
    Task(
        "The five products with the most buyers in three months, with ties",
        "shop",
        on_shop("""SELECT p.product_id, p.name, count(DISTINCT o.customer_id) AS buyers
FROM sales.order_items i JOIN sales.orders o USING (order_id) JOIN catalog.products p USING (product_id)
WHERE o.status NOT IN ('cancelled','returned') AND o.ordered_at >= date_trunc('month', now()) - interval '3 months'
GROUP BY p.product_id, p.name ORDER BY buyers DESC FETCH FIRST 5 ROWS WITH TIES"""),
        """WITH pairs AS (SELECT DISTINCT i.product_id, o.customer_id FROM sales.orders o JOIN sales.order_items i
  ON i.order_id = o.order_id WHERE o.status::text !~ '^(cancelled|returned)$'
  AND o.ordered_at >= date_trunc('month', current_date) - interval '3 months'),
counted AS (SELECT product_id, count(*) AS n, rank() OVER (ORDER BY count(*) DESC) AS place FROM pairs GROUP BY 1)
SELECT product_id, (SELECT name FROM catalog.products p WHERE p.product_id = counted.product_id), n
FROM counted WHERE place <= 5""",
    ),
    Task(
        "Units, revenue and share of the main categories",
        "shop",
        on_shop("""SELECT parent.name AS category, sum(i.quantity) AS units, sum(i.quantity * i.unit_price) AS
  revenue,
  round(100 * sum(i.quantity * i.unit_price) / sum(sum(i.quantity * i.unit_price)) OVER (), 2) AS share_percent
FROM sales.orders o JOIN sales.order_items i USING (order_id) JOIN catalog.products p USING (product_id)
JOIN catalog.categories leaf ON leaf.category_id = p.category_id
JOIN catalog.categories parent ON parent.category_id = leaf.parent_id
WHERE o.status NOT IN ('cancelled','returned') GROUP BY parent.name ORDER BY revenue DESC"""),
        """WITH RECURSIVE tree AS (SELECT category_id, name AS top FROM catalog.categories WHERE parent_id IS NULL
  UNION ALL SELECT c.category_id, t.top FROM catalog.categories c JOIN tree t ON c.parent_id = t.category_id),
lines AS (SELECT t.top, i.quantity, i.quantity * i.unit_price AS value FROM sales.order_items i, catalog.products p,
  tree t
  WHERE p.product_id = i.product_id AND t.category_id = p.category_id
  AND i.order_id IN (SELECT order_id FROM sales.orders WHERE status NOT IN ('cancelled', 'returned')))
SELECT top, sum(quantity), sum(value), round(sum(value) * 100 / (SELECT sum(value) FROM lines), 2) FROM lines GROUP
  BY top""",
    ),
    Task(
        "Customers by quarter of their first order, and who came back in 90 days",
        "shop",
        on_shop("""WITH o AS (SELECT customer_id, ordered_at, min(ordered_at) OVER (PARTITION BY customer_id) AS
  first_at
  FROM sales.orders WHERE status NOT IN ('cancelled','returned')),
c AS (SELECT customer_id, date_trunc('quarter', first_at)::date AS cohort,
  bool_or(ordered_at > first_at AND ordered_at <= first_at + interval '90 days') AS again FROM o GROUP BY 1, 2)
SELECT cohort, count(*) AS customers, count(*) FILTER (WHERE again) AS again,
  round(100.0 * count(*) FILTER (WHERE again) / count(*), 1) AS percent
FROM c GROUP BY cohort ORDER BY cohort"""),
        """WITH good AS (SELECT * FROM sales.orders WHERE status IN ('pending', 'paid', 'shipped', 'delivered')),
firsts AS (SELECT DISTINCT ON (customer_id) customer_id, ordered_at FROM good ORDER BY customer_id, ordered_at),
marked AS (SELECT date_trunc('quarter', f.ordered_at)::date AS q, (EXISTS (SELECT FROM good g
  WHERE g.customer_id = f.customer_id AND g.ordered_at > f.ordered_at
  AND g.ordered_at - f.ordered_at <= interval '90 days'))::int AS again FROM firsts f)
SELECT q, count(*), sum(again), round(avg(again) * 100, 1) FROM marked GROUP BY q""",
    ),
    Task(
        "Product views that led to an order in 30 days (no foreign key), visitors apart",
        "shop",
        on_shop("""WITH v AS (SELECT customer_id, product_id, min(viewed_at) AS first_view FROM analytics.page_views
  WHERE viewed_at >= date_trunc('month', now()) - interval '2 months' AND viewed_at < date_trunc('month', now()) -
  interval '1 month'
  AND customer_id IS NOT NULL GROUP BY 1, 2)
SELECT count(*) AS pairs, count(*) FILTER (WHERE EXISTS (SELECT FROM sales.orders o JOIN sales.order_items i USING
  (order_id)
  WHERE o.customer_id = v.customer_id AND i.product_id = v.product_id
  AND o.ordered_at BETWEEN v.first_view AND v.first_view + interval '30 days')) AS bought,
 (SELECT count(*) FROM analytics.page_views WHERE customer_id IS NULL AND viewed_at >= date_trunc('month', now()) -
  interval '2 months'
   AND viewed_at < date_trunc('month', now()) - interval '1 month') AS visitor_views FROM v"""),
        """WITH seen AS (SELECT * FROM analytics.page_views
  WHERE date_trunc('month', viewed_at) = date_trunc('month', now()) - interval '2 months'),
bought AS (SELECT DISTINCT s.customer_id, s.product_id FROM
  (SELECT customer_id, product_id, min(viewed_at) AS at FROM seen GROUP BY 1, 2) s
  JOIN sales.orders o ON o.customer_id = s.customer_id AND o.ordered_at >= s.at AND o.ordered_at - s.at <= interval
  '30 days'
  JOIN sales.order_items i ON i.order_id = o.order_id AND i.product_id = s.product_id)
SELECT (SELECT count(DISTINCT (customer_id, product_id)) FROM seen WHERE customer_id IS NOT NULL),
  (SELECT count(*) FROM bought), (SELECT count(*) - count(customer_id) FROM seen)""",
    ),
    Task(
        "Whether payments add up to the orders' values, by status",
        "shop",
        on_shop("""SELECT o.status, count(*) AS orders, sum(o.total) AS value, sum(p.paid) AS paid,
  count(*) FILTER (WHERE p.order_id IS NULL) AS without_payment,
  count(*) FILTER (WHERE p.paid <> o.total) AS different
FROM sales.order_totals o LEFT JOIN (SELECT order_id, sum(amount) AS paid FROM sales.payments GROUP BY order_id) p
  USING (order_id)
GROUP BY o.status ORDER BY o.status"""),
        """WITH value AS (SELECT order_id, sum(quantity * unit_price) AS due FROM sales.order_items GROUP BY 1),
paid AS (SELECT order_id, sum(amount) AS amount FROM sales.payments GROUP BY 1)
SELECT o.status, count(*), sum(v.due), sum(p.amount), count(*) - count(p.amount), count(*) FILTER (WHERE p.amount -
  v.due <> 0)
FROM sales.orders o JOIN value v ON v.order_id = o.order_id LEFT JOIN paid p ON p.order_id = o.order_id GROUP BY
  o.status""",
    ),
    Task(
        "The five products that lost most revenue from one month to the next",
        "shop",
        on_shop("""WITH m AS (SELECT i.product_id, date_trunc('month', o.ordered_at) AS month, sum(i.quantity *
  i.unit_price) AS revenue
  FROM sales.orders o JOIN sales.order_items i USING (order_id)
  WHERE o.status NOT IN ('cancelled','returned') AND o.ordered_at >= date_trunc('month', now()) - interval '2 months'
    AND o.ordered_at < date_trunc('month', now()) GROUP BY 1, 2)
SELECT p.product_id, p.name, coalesce(sum(revenue) FILTER (WHERE month < date_trunc('month', now()) - interval
  '1 month'), 0) AS before,
  coalesce(sum(revenue) FILTER (WHERE month = date_trunc('month', now()) - interval '1 month'), 0) AS after,
  coalesce(sum(revenue) FILTER (WHERE month = date_trunc('month', now()) - interval '1 month'), 0)
  - coalesce(sum(revenue) FILTER (WHERE month < date_trunc('month', now()) - interval '1 month'), 0) AS change
FROM m JOIN catalog.products p USING (product_id) GROUP BY 1, 2 ORDER BY change LIMIT 5"""),
        """WITH lines AS (SELECT product_id, date_trunc('month', ordered_at)::date AS m, quantity * unit_price AS
  value
  FROM sales.order_items NATURAL JOIN sales.orders WHERE status NOT IN ('cancelled', 'returned')),
old AS (SELECT product_id, sum(value) AS v FROM lines WHERE m = date_trunc('month', now()) - interval '2 months'
  GROUP BY 1),
new AS (SELECT product_id, sum(value) AS v FROM lines WHERE m = date_trunc('month', now()) - interval '1 month' GROUP
  BY 1)
SELECT product_id, p.name, coalesce(old.v, 0), coalesce(new.v, 0), coalesce(new.v, 0) - coalesce(old.v, 0)
FROM old FULL JOIN new USING (product_id) JOIN catalog.products p USING (product_id) ORDER BY 5 LIMIT 5""",
    ),
    Task(
        "Revenue after discount by category and year (prices are real)",
        "northwind",
        on_northwind("""SELECT c.category_name, extract(year FROM o.order_date) AS year,
  round(sum(d.unit_price::numeric * d.quantity * (1 - d.discount::numeric)), 2) AS revenue
FROM order_details d JOIN orders o USING (order_id) JOIN products p USING (product_id) JOIN categories c USING
  (category_id)
GROUP BY 1, 2 ORDER BY 1, 2"""),
        """WITH lines AS (SELECT order_id, product_id, (unit_price::text::numeric * quantity)
  - unit_price::text::numeric * quantity * discount::text::numeric AS net FROM order_details)
SELECT (SELECT category_name FROM categories c WHERE c.category_id = p.category_id), to_char(o.order_date, 'YYYY'),
  round(sum(net), 2) FROM lines l, orders o, products p
WHERE o.order_id = l.order_id AND p.product_id = l.product_id GROUP BY p.category_id, 2""",
    ),
    Task(
        "Managers, their direct and indirect reports, and their teams' revenue in 1997",
        "northwind",
        on_northwind("""WITH RECURSIVE team AS (
  SELECT employee_id AS boss, employee_id AS member FROM employees
  UNION ALL SELECT t.boss, e.employee_id FROM team t JOIN employees e ON e.reports_to = t.member)
SELECT b.first_name || ' ' || b.last_name AS manager, count(DISTINCT t.member) - 1 AS reports,
  (SELECT round(sum(d.unit_price::numeric * d.quantity * (1 - d.discount::numeric)), 2) FROM orders o JOIN
  order_details d USING (order_id)
   WHERE extract(year FROM o.order_date) = 1997 AND o.employee_id IN (SELECT member FROM team x WHERE x.boss =
  t.boss)) AS revenue_1997
FROM team t JOIN employees b ON b.employee_id = t.boss GROUP BY t.boss, b.first_name, b.last_name
HAVING count(*) > 1 ORDER BY reports DESC"""),
        """WITH RECURSIVE up AS (SELECT employee_id AS e, array[employee_id] AS above, reports_to FROM employees
  UNION ALL SELECT up.e, up.above || m.employee_id, m.reports_to FROM up JOIN employees m ON m.employee_id =
  up.reports_to),
pairs AS (SELECT e, above[array_upper(above, 1)] AS boss FROM up),
own AS (SELECT o.employee_id AS e, sum(unit_price::text::numeric * quantity * (1 - discount::text::numeric)) AS net
  FROM orders o, order_details d WHERE d.order_id = o.order_id AND o.order_date BETWEEN '1997-01-01' AND '1997-12-31'
  GROUP BY 1)
SELECT concat(b.first_name, ' ', b.last_name), count(*) FILTER (WHERE p.e <> p.boss), round(sum(own.net), 2)
FROM pairs p JOIN employees b ON b.employee_id = p.boss LEFT JOIN own ON own.e = p.e
GROUP BY p.boss, 1 HAVING count(*) FILTER (WHERE p.e <> p.boss) > 0""",
    ),
    Task(
        "Late and unshipped orders of each shipper, those without orders too",
        "northwind",
        on_northwind("""SELECT s.company_name, count(o.order_id) AS orders, count(*) FILTER (WHERE o.shipped_date >
  o.required_date) AS late,
  count(o.order_id) FILTER (WHERE o.shipped_date IS NULL) AS not_shipped,
  round(100.0 * count(*) FILTER (WHERE o.shipped_date > o.required_date) / nullif(count(o.shipped_date), 0), 1) AS
  late_percent
FROM shippers s LEFT JOIN orders o ON o.ship_via = s.shipper_id GROUP BY s.company_name ORDER BY orders DESC"""),
        """SELECT s.company_name, (SELECT count(*) FROM orders WHERE ship_via = s.shipper_id),
  (SELECT count(*) FROM orders WHERE ship_via = s.shipper_id AND shipped_date - required_date > 0),
  (SELECT count(*) FROM orders WHERE ship_via = s.shipper_id AND shipped_date IS NULL),
  (SELECT round(avg((shipped_date > required_date)::int) * 100, 1) FROM orders
   WHERE ship_via = s.shipper_id AND shipped_date IS NOT NULL) FROM shippers s""",
    ),
    Task(
        "Customers who never ordered, or had orders sent to another country",
        "northwind",
        on_northwind("""SELECT c.customer_id, c.company_name, c.country, count(o.order_id) AS orders,
 count(*) FILTER (WHERE o.ship_country <> c.country) AS shipped_abroad,
 array_agg(DISTINCT o.ship_country) FILTER (WHERE o.ship_country <> c.country) AS to_countries
FROM customers c LEFT JOIN orders o USING (customer_id) GROUP BY c.customer_id
HAVING count(o.order_id) = 0 OR bool_or(o.ship_country <> c.country) ORDER BY orders, c.customer_id"""),
        """SELECT customer_id, company_name, country, 0, 0, NULL FROM customers
WHERE customer_id NOT IN (SELECT customer_id FROM orders WHERE customer_id IS NOT NULL)
UNION ALL SELECT c.customer_id, c.company_name, c.country, count(*), count(*) FILTER (WHERE ship_country <> country),
  array_agg(DISTINCT ship_country)::text FROM customers c, orders o
WHERE o.customer_id = c.customer_id AND EXISTS (SELECT FROM orders x WHERE x.customer_id = c.customer_id
  AND x.ship_country <> c.country) GROUP BY 1, 2, 3""",
    ),
    Task(
        "Customers by segment (its tables are empty)",
        "northwind",
        on_northwind("""SELECT cd.customer_desc, count(DISTINCT ccd.customer_id) AS customers FROM
  customer_demographics cd
LEFT JOIN customer_customer_demo ccd USING (customer_type_id) GROUP BY 1 ORDER BY 2 DESC"""),
        "SELECT customer_desc, 0 FROM customer_demographics",
        says="public.customer_demographics hold no rows",
    ),
    Task(
        "Employees, orders and revenue of each sales region (territories multiply rows)",
        "northwind",
        on_northwind("""WITH er AS (SELECT DISTINCT et.employee_id, t.region_id FROM employee_territories et JOIN
  territories t USING (territory_id))
SELECT r.region_description, count(DISTINCT er.employee_id) AS employees, count(DISTINCT o.order_id) AS orders,
 round(sum(d.unit_price::numeric * d.quantity * (1 - d.discount::numeric)), 2) AS revenue
FROM region r LEFT JOIN er USING (region_id) LEFT JOIN orders o ON o.employee_id = er.employee_id LEFT JOIN
  order_details d USING (order_id)
GROUP BY 1 ORDER BY revenue DESC"""),
        """WITH own AS (SELECT employee_id, count(DISTINCT order_id) AS n,
  sum(unit_price::text::numeric * quantity * (1 - discount::text::numeric)) AS net
  FROM orders JOIN order_details USING (order_id) GROUP BY 1),
home AS (SELECT employee_id, min(region_id) AS region_id, count(DISTINCT region_id) AS regions
  FROM employee_territories JOIN territories USING (territory_id) GROUP BY 1 HAVING count(DISTINCT region_id) = 1)
SELECT r.region_description, count(home.employee_id), sum(own.n), round(sum(own.net), 2)
FROM region r LEFT JOIN home USING (region_id) LEFT JOIN own USING (employee_id) GROUP BY r.region_id, 1""",
    ),
    Task(
        "Which facts about customers are missing, and how often",
        "northwind",
        [("profile_table", {"table": "customers", "database": "northwind"})],
        """SELECT key, round(avg((value IS NULL)::int), 4)::float FROM customers c, jsonb_each_text(to_jsonb(c))
GROUP BY key HAVING bool_or(value IS NULL)""",
    ),
)
