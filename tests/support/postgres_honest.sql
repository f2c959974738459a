SELECT 1

SELECT 1;

SELECT 1 -- the answer

/* first */ SELECT /* second */ 1 /* third /* nested */ */ ;

select 'it''s; fine' as "a;b", $$;--$$, $tag$ ' $tag$, E'a\'b', U&'d\0061t', B'101', X'1f', N'n'

VALUES (1, 'a'), (2, 'b'), (3, NULL)

TABLE catalog.categories

TABLE catalog.categories ORDER BY category_id LIMIT 3

(SELECT 1) UNION ALL (SELECT 2) ORDER BY 1

SELECT 1 AS a, 2 AS a, 3 AS a

SELECT country, count(*) FROM sales.customers GROUP BY country ORDER BY 2 DESC, 1

SELECT * FROM sales.orders ORDER BY order_id LIMIT 20

SELECT * FROM sales.orders ORDER BY order_id LIMIT 20 OFFSET 40

SELECT * FROM sales.orders ORDER BY order_id FETCH FIRST 5 ROWS ONLY

SELECT DISTINCT ON (customer_id) customer_id, order_id FROM sales.orders ORDER BY customer_id, order_id LIMIT 9

SELECT status, count(*) FROM sales.orders GROUP BY status HAVING count(*) > 100 ORDER BY status

SELECT customer_id, rank() OVER (ORDER BY count(*) DESC, customer_id) FROM sales.orders GROUP BY 1 LIMIT 10

SELECT month, revenue, lag(revenue) OVER (PARTITION BY country
ORDER BY month) FROM analytics.monthly_revenue
WHERE country = 'DE'
ORDER BY month

SELECT month, sum(revenue) OVER w FROM analytics.monthly_revenue
WHERE country = 'FR' WINDOW w AS (ORDER BY month ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)
ORDER BY month

SELECT ntile(4) OVER (ORDER BY price, product_id), price FROM catalog.products ORDER BY product_id LIMIT 8

SELECT first_value(name) OVER (PARTITION BY category_id ORDER BY price, product_id)
FROM catalog.products ORDER BY product_id LIMIT 5

WITH RECURSIVE t(category_id, name, depth) AS (SELECT category_id, name, 0
FROM catalog.categories
WHERE parent_id IS NULL
UNION ALL SELECT c.category_id, c.name, t.depth + 1
FROM catalog.categories c JOIN t ON c.parent_id = t.category_id) SELECT * FROM t ORDER BY depth, category_id

WITH a AS (SELECT 1 AS x), b AS MATERIALIZED (SELECT x + 1 AS y FROM a), c AS NOT MATERIALIZED (SELECT 3 AS z) SELECT * FROM a, b, c

WITH v(a, b) AS (VALUES (1, 'x'), (2, 'y')) SELECT b, a FROM v ORDER BY a

SELECT * FROM (VALUES (1, 'x'), (2, 'y')) AS v(a, b) ORDER BY a

SELECT v.b FROM (VALUES (1, 'x')) v(a, b)

SELECT x, y FROM (SELECT 1, 2) t(x, y)

SELECT n FROM generate_series(1, 5) n

SELECT n, m FROM generate_series(1, 3) WITH ORDINALITY AS s(n, m)

SELECT d::date FROM generate_series('2024-01-01'::timestamp, '2024-01-05', interval '1 day') d

SELECT * FROM ROWS FROM (generate_series(1, 2), generate_series(1, 3)) AS r(a, b)

SELECT c.name, x.n
FROM catalog.categories c, LATERAL (SELECT count(*) AS n
FROM catalog.products p
WHERE p.category_id = c.category_id) x
ORDER BY c.category_id

SELECT c.name, p.name
FROM catalog.categories c LEFT JOIN LATERAL (SELECT name
FROM catalog.products p
WHERE p.category_id = c.category_id ORDER BY price DESC, product_id LIMIT 1) p ON true
ORDER BY c.category_id

SELECT o.order_id
FROM sales.orders o
WHERE EXISTS (SELECT
FROM sales.payments p
WHERE p.order_id = o.order_id AND p.method = 'gift_card') ORDER BY 1 LIMIT 5

SELECT order_id FROM sales.orders EXCEPT SELECT order_id FROM sales.payments ORDER BY 1 LIMIT 5

SELECT customer_id FROM sales.orders INTERSECT SELECT customer_id FROM sales.reviews ORDER BY 1 LIMIT 5

SELECT name FROM sales.customers WHERE name ILIKE 'a%' AND city IS NOT NULL ORDER BY customer_id LIMIT 5

SELECT name FROM sales.customers WHERE name ~ '^[A-C].* (B|G)' ORDER BY customer_id LIMIT 5

SELECT name FROM sales.customers WHERE name SIMILAR TO '(A|B)%' ORDER BY customer_id LIMIT 5

SELECT regexp_replace(email, '@.*$', '') FROM sales.customers ORDER BY customer_id LIMIT 5

SELECT regexp_matches('a1b22', '[0-9]+', 'g')

SELECT split_part(email, '@', 2), count(*) FROM sales.customers GROUP BY 1

SELECT upper(left(name, 1)), lower(right(name, 2)), length(name), position('a' IN name)
FROM sales.customers
ORDER BY customer_id LIMIT 4

SELECT substring(name FROM 1 FOR 3), overlay(name PLACING 'xx' FROM 1 FOR 2), trim(both ' ' FROM name)
FROM sales.customers
ORDER BY customer_id LIMIT 4

SELECT string_agg(name, ', ' ORDER BY name) FROM catalog.categories WHERE parent_id IS NULL

SELECT array_agg(category_id ORDER BY category_id) FROM catalog.categories

SELECT format('%s costs %s', name, price), concat_ws('-', sku, name) FROM catalog.products ORDER BY 1 LIMIT 3

SELECT sku, attributes->>'colour', (attributes->'weight_g')::int FROM catalog.products ORDER BY 1 LIMIT 4

SELECT count(*) FROM catalog.products WHERE attributes @> '{"colour": "red"}'

SELECT count(*) FROM catalog.products WHERE attributes ? 'colour'

SELECT key, count(*) FROM catalog.products, jsonb_each(attributes) GROUP BY key ORDER BY key

SELECT jsonb_build_object('a', 1, 'b', jsonb_agg(category_id ORDER BY category_id)) FROM catalog.categories

SELECT jsonb_path_query('{"a": [1, 2, 3]}', '$.a[*] ? (@ > 1)')

SELECT * FROM jsonb_to_recordset('[{"a": 1, "b": "x"}]') AS r(a int, b text)

SELECT json_agg(c ORDER BY category_id) FROM catalog.categories c WHERE category_id < 3

SELECT row_to_json(c) FROM catalog.categories c ORDER BY category_id LIMIT 2

SELECT jsonb_pretty('{"a": {"b": 1}}')

SELECT unnest(tags) AS tag, count(*) FROM catalog.products GROUP BY 1 ORDER BY 1

SELECT count(*) FROM catalog.products WHERE 'sale' = ANY (tags)

SELECT count(*) FROM catalog.products WHERE tags && ARRAY['new', 'gift']

SELECT array_length(tags, 1), cardinality(tags), tags[1] FROM catalog.products ORDER BY product_id LIMIT 5

SELECT array_to_string(ARRAY[1, 2, NULL, 4], ',', '*'), ARRAY[[1, 2], [3, 4]], ARRAY[1, 2] || 3

SELECT date_trunc('week', ordered_at), count(*) FROM sales.orders GROUP BY 1 ORDER BY 1 LIMIT 5

SELECT date_bin('6 hours', ordered_at, '2020-01-01'), count(*) FROM sales.orders GROUP BY 1 ORDER BY 1 LIMIT 5

SELECT age(max(ordered_at), min(ordered_at)) FROM sales.orders

SELECT avg(shipped_at - ordered_at) FROM sales.orders WHERE shipped_at IS NOT NULL

SELECT extract(epoch FROM avg(shipped_at - ordered_at)) / 3600 FROM sales.orders

SELECT justify_interval(interval '40 days 30 hours'), make_date(2024, 2, 29), to_date('05.03.2024', 'DD.MM.YYYY')

SELECT timestamptz '2024-03-31 01:30+00' AT TIME ZONE 'Europe/Berlin', timezone('UTC', timestamptz '2024-01-01 00:00+02')

SELECT daterange('2024-01-01', '2024-02-01') @> date '2024-01-15', range_agg(r) FROM (VALUES (int4range(1, 3)), (int4range(2, 5))) v(r)

SELECT (date '2024-01-01', interval '10 days') OVERLAPS (date '2024-01-05', date '2024-02-01')

SELECT corr(quantity, unit_price), regr_slope(quantity, unit_price), covar_pop(quantity, unit_price)
FROM sales.order_items

SELECT mode() WITHIN GROUP (ORDER BY quantity), percentile_disc(ARRAY[0.25, 0.75]) WITHIN GROUP (ORDER BY quantity)
FROM sales.order_items

SELECT bool_and(quantity > 0), bool_or(quantity > 3), every(unit_price > 0), bit_or(quantity) FROM sales.order_items

SELECT round(2.567, 1), ceil(1.2), floor(-1.2), trunc(1.99), abs(-3), sign(-2), mod(7, 3), power(2, 10), sqrt(2), ln(10), log(100), exp(1), pi()

SELECT 10 / 3, 10 % 3, 10 / 3.0, 2 ^ 3, |/ 16, 5 & 3, 5 | 3, 5 # 3, ~5, 1 << 4

SELECT 1.5e3, 0.1::real, 0.1::float8, 1e100::float8, 'NaN'::float8, 'Infinity'::float8, 'NaN'::numeric

SELECT 9007199254740993, 12345678901234567890123, 1::bigint, 1::smallint

SELECT NULL, true, false, NULL::text, NULL::int, ''

SELECT coalesce(NULL, 1), nullif(1, 1), greatest(1, 3, 2), least(1, 3, 2)

SELECT CASE status WHEN 'paid' THEN 1 ELSE 0 END, count(*) FROM sales.orders GROUP BY 1 ORDER BY 1

SELECT status::text, status > 'paid', enum_range(NULL::sales.order_status) FROM sales.orders ORDER BY order_id LIMIT 3

SELECT enumlabel FROM pg_enum WHERE enumtypid = 'sales.order_status'::regtype ORDER BY enumsortorder

SELECT to_tsvector('english', title) @@ to_tsquery('english', 'work'), count(*)
FROM sales.reviews
GROUP BY 1 ORDER BY 1

SELECT ts_rank(to_tsvector('english', 'good value good'), plainto_tsquery('english', 'good'))

SELECT ts_headline('english', 'works well enough', to_tsquery('english', 'work'))

SELECT md5('x'), encode(sha256('x'), 'hex'), encode('\x1234'::bytea, 'base64')

SELECT inet '192.0.2.1' << inet '192.0.2.0/24', host(inet '192.0.2.1/24'), network(inet '192.0.2.1/24')

SELECT point(1, 2) <-> point(4, 6), circle(point(0, 0), 2), box(point(0, 0), point(1, 1))

SELECT ROW(1, 'a', NULL), (1, 2) = (1, 2), (1, 2) < (1, 3)

SELECT (c).name FROM catalog.categories c ORDER BY (c).category_id LIMIT 2

SELECT c FROM catalog.categories c ORDER BY category_id LIMIT 2

SELECT o.* FROM sales.order_totals o ORDER BY order_id LIMIT 3

SELECT * FROM catalog.low_stock ORDER BY product_id LIMIT 3

SELECT * FROM analytics.page_views WHERE viewed_at < now() ORDER BY viewed_at, product_id, seconds LIMIT 3

SELECT tableoid::regclass::text, count(*) FROM analytics.page_views GROUP BY 1 ORDER BY 1

SELECT count(*) FROM sales.order_items TABLESAMPLE bernoulli (100)

SELECT count(*) FROM sales.order_items TABLESAMPLE SYSTEM (100) REPEATABLE (1)

SELECT count(*) > 0 FROM sales.orders WHERE random() < 2

SELECT current_database(), current_schema(), version() IS NOT NULL, current_setting('server_version_num')::int > 0

SELECT table_name FROM information_schema.tables WHERE table_schema = 'sales' ORDER BY 1

SELECT column_name, data_type FROM information_schema.columns
WHERE table_schema = 'sales' AND table_name = 'orders' ORDER BY ordinal_position

SELECT relname, reltuples::int FROM pg_class WHERE relnamespace = 'catalog'::regnamespace AND relkind = 'r' ORDER BY 1

SELECT pg_size_pretty(pg_total_relation_size('sales.orders')), pg_relation_size('sales.orders') > 0

SELECT count(*) FROM pg_stat_activity WHERE pid = pg_backend_pid()

SELECT indexname FROM pg_indexes WHERE schemaname = 'sales' ORDER BY 1

SELECT obj_description('sales.orders'::regclass), col_description('catalog.products'::regclass, 6)

SELECT a.total, b.total FROM (SELECT sum(amount) AS total
FROM sales.payments) a, (SELECT sum(quantity * unit_price) AS total
FROM sales.order_items) b

SELECT c.name, sum(i.quantity * i.unit_price) AS spent
FROM sales.customers c
JOIN sales.orders o USING (customer_id)
JOIN sales.order_items i USING (order_id)
WHERE o.ordered_at >= date_trunc('quarter', now()) - interval '3 months' AND o.status NOT IN ('cancelled', 'returned')
GROUP BY c.customer_id ORDER BY spent DESC, c.customer_id LIMIT 10

SELECT p.name, p.price
FROM catalog.products p
WHERE p.price > ALL (SELECT avg(price)
FROM catalog.products
GROUP BY category_id) ORDER BY p.product_id LIMIT 4

SELECT "order_id" FROM "sales"."orders" ORDER BY "order_id" LIMIT 2

SELECT a."left", a.over, a.filter FROM (SELECT 1 AS "left", 2 AS over, 3 AS filter) a

SELECT left('abc', 2), right('abc', 2), replace('abc', 'b', 'x'), reverse('abc'), lpad('1', 3, '0')

SELECT cast('1' AS int), '1'::int, int '1', date '2024-01-01', '{1,2}'::int[], CAST(1.5 AS numeric(10, 2))

SELECT 1 WHERE 1 = 1 AND NOT (1 = 2) OR (1 IS DISTINCT FROM 2)

SELECT 1 FROM sales.orders WHERE order_id BETWEEN SYMMETRIC 3 AND 1

SELECT interval '1 day' * 2, interval '1 month' + date '2024-01-31', now() - now()

SELECT timestamp '2024-02-29 12:00', timestamptz '2024-02-29 12:00+02', time '12:00', timetz '12:00+02'

SELECT 'a' || 'b' || 1, 'abc' LIKE 'a\_c' ESCAPE '\', 'x' COLLATE "C" < 'y'

SELECT

SELECT FROM sales.orders LIMIT 2

SELECT NOT EXISTS (SELECT 1 WHERE false)

SELECT grouping(country), country, count(*) FROM sales.customers GROUP BY ROLLUP (country) ORDER BY 1, 2

SELECT count(*), stars FROM sales.reviews GROUP BY stars ORDER BY stars

SELECT width_bucket(stars, ARRAY[2, 4]), count(*) FROM sales.reviews GROUP BY 1 ORDER BY 1

SELECT p.product_id, avg(r.stars)::numeric(3, 2)
FROM catalog.products p LEFT
JOIN sales.reviews r USING (product_id)
GROUP BY 1 ORDER BY 2 DESC NULLS LAST, 1 LIMIT 5

SELECT * FROM sales.customers NATURAL JOIN (SELECT 1 AS customer_id) x

SELECT a.category_id, b.category_id
FROM catalog.categories a FULL JOIN catalog.categories b ON a.parent_id = b.category_id ORDER BY 1, 2 LIMIT 6

SELECT 1 AS "Ünïcode", '日本' AS text, '🙂' AS emoji

SELECT pg_catalog.count(*) FROM sales.orders

SELECT nextval_like FROM (SELECT 5 AS nextval_like) x

SELECT gen_random_uuid() IS NOT NULL, clock_timestamp() >= now(), txid_current_if_assigned() IS NULL
