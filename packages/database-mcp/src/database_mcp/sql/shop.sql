-- A small shop: who buys (sales), what is sold and stocked (catalog), and what is made of it (analytics).
CREATE SCHEMA sales;
CREATE SCHEMA catalog;
CREATE SCHEMA analytics;
COMMENT ON SCHEMA sales IS 'Customers, their orders, payments and reviews';
COMMENT ON SCHEMA catalog IS 'Products, categories, suppliers and stock';
COMMENT ON SCHEMA analytics IS 'Page views by month, and figures computed from sales';

CREATE TYPE sales.order_status AS ENUM ('pending', 'paid', 'shipped', 'delivered', 'cancelled', 'returned');
CREATE TYPE sales.payment_method AS ENUM ('card', 'bank_transfer', 'invoice', 'gift_card');
CREATE DOMAIN sales.email AS text CHECK (VALUE ~ '^[^@ ]+@[^@ ]+$');

CREATE TABLE catalog.categories (
    category_id int PRIMARY KEY,
    parent_id int REFERENCES catalog.categories,
    name text NOT NULL UNIQUE
);
COMMENT ON TABLE catalog.categories IS 'A tree two levels deep; products hang on its leaves';

CREATE TABLE catalog.suppliers (
    supplier_id int PRIMARY KEY,
    name text NOT NULL,
    country char(2) NOT NULL,
    lead_time interval NOT NULL DEFAULT '7 days'
);
COMMENT ON COLUMN catalog.suppliers.lead_time IS 'From order to delivery at our warehouse';

CREATE TABLE catalog.products (
    product_id int PRIMARY KEY,
    sku text NOT NULL UNIQUE,
    name text NOT NULL,
    category_id int NOT NULL REFERENCES catalog.categories,
    supplier_id int NOT NULL REFERENCES catalog.suppliers,
    price numeric(10, 2) NOT NULL CHECK (price > 0),
    tags text[] NOT NULL DEFAULT '{}',
    attributes jsonb NOT NULL DEFAULT '{}',
    discontinued boolean NOT NULL DEFAULT false
);
COMMENT ON COLUMN catalog.products.price IS 'Euro, without tax, as sold today; what was paid is in order_items';
CREATE INDEX products_category ON catalog.products (category_id);
CREATE INDEX products_attributes ON catalog.products USING gin (attributes);

CREATE TABLE catalog.stock (
    product_id int PRIMARY KEY REFERENCES catalog.products,
    on_hand int NOT NULL CHECK (on_hand >= 0),
    reorder_level int NOT NULL
);

CREATE TABLE sales.customers (
    customer_id int PRIMARY KEY,
    name text NOT NULL,
    email sales.email NOT NULL UNIQUE,
    country char(2) NOT NULL,
    city text,
    joined_on date NOT NULL,
    newsletter boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE sales.customers IS 'Everyone who has an account; not all have bought something';

CREATE TABLE sales.orders (
    order_id int PRIMARY KEY,
    customer_id int NOT NULL REFERENCES sales.customers,
    status sales.order_status NOT NULL DEFAULT 'pending',
    ordered_at timestamptz NOT NULL,
    shipped_at timestamptz,
    CONSTRAINT shipped_after_ordered CHECK (shipped_at >= ordered_at)
);
COMMENT ON TABLE sales.orders IS 'Cancelled and returned orders stay here: leave them out of revenue';
CREATE INDEX orders_customer ON sales.orders (customer_id);
CREATE INDEX orders_ordered_at ON sales.orders (ordered_at);

CREATE TABLE sales.order_items (
    order_id int NOT NULL REFERENCES sales.orders,
    line int NOT NULL,
    product_id int NOT NULL REFERENCES catalog.products,
    quantity int NOT NULL CHECK (quantity > 0),
    unit_price numeric(10, 2) NOT NULL,
    PRIMARY KEY (order_id, line)
);
COMMENT ON COLUMN sales.order_items.unit_price IS 'Euro at the time of the order; revenue is quantity * unit_price';

CREATE TABLE sales.payments (
    payment_id int PRIMARY KEY,
    order_id int NOT NULL REFERENCES sales.orders,
    method sales.payment_method NOT NULL,
    amount numeric(12, 2) NOT NULL,
    paid_at timestamptz NOT NULL
);

CREATE TABLE sales.reviews (
    review_id int PRIMARY KEY,
    product_id int NOT NULL REFERENCES catalog.products,
    customer_id int NOT NULL REFERENCES sales.customers,
    stars smallint NOT NULL CHECK (stars BETWEEN 1 AND 5),
    title text,
    written_at timestamptz NOT NULL
);
CREATE INDEX reviews_product ON sales.reviews (product_id);

CREATE TABLE analytics.page_views (
    viewed_at timestamptz NOT NULL,
    customer_id int,
    product_id int NOT NULL,
    seconds real,
    referrer inet
) PARTITION BY RANGE (viewed_at);
COMMENT ON TABLE analytics.page_views IS 'One row a product page seen; customer_id is null for visitors';

-- Everything below counts back from the first day of this month, so that "last quarter" always holds rows; the
-- numbers come from the rows' own, not from random(), so that every shop made in one month is the same.
DO $$
DECLARE
    start date;
BEGIN
    FOR month IN 0..11 LOOP
        start := date_trunc('month', now())::date - make_interval(months => month);
        EXECUTE format('CREATE TABLE analytics.page_views_%s PARTITION OF analytics.page_views FOR VALUES FROM (%L) TO (%L)',
            to_char(start, 'YYYY_MM'), start, start + interval '1 month');
    END LOOP;
END
$$;
CREATE TABLE analytics.page_views_other PARTITION OF analytics.page_views DEFAULT;
CREATE INDEX page_views_product ON analytics.page_views (product_id, viewed_at);

CREATE FUNCTION pg_temp.pick(seed bigint, salt int, choices int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT ((hashint8extended(seed, salt) & 9223372036854775807) % choices)::int $$;

INSERT INTO catalog.categories
SELECT n, NULL, (ARRAY['Kitchen', 'Garden', 'Office', 'Outdoor', 'Home'])[n] FROM generate_series(1, 5) n;
INSERT INTO catalog.categories
SELECT 5 + n, (n - 1) % 5 + 1, (ARRAY['Knives', 'Plants', 'Paper', 'Tents', 'Lamps', 'Pans', 'Tools', 'Pens', 'Bags',
    'Rugs', 'Cups', 'Seeds', 'Chairs', 'Ropes', 'Clocks'])[n] FROM generate_series(1, 15) n;

INSERT INTO catalog.suppliers
SELECT n, (ARRAY['Northwind', 'Lakeside', 'Alder', 'Brook', 'Cedar', 'Dune', 'Elm', 'Fjord'])[(n - 1) % 8 + 1]
    || (ARRAY[' Works', ' Trading', ' Mill', ' Supply', ' & Sons'])[(n - 1) / 8 + 1],
    (ARRAY['DE', 'NL', 'SE', 'IT', 'PL'])[n % 5 + 1], make_interval(days => 3 + n % 12)
FROM generate_series(1, 40) n;

INSERT INTO catalog.products
SELECT n, 'SKU-' || lpad(n::text, 5, '0'),
    (ARRAY['Plain', 'Fine', 'Sturdy', 'Light', 'Classic', 'Folding', 'Small', 'Large'])[n % 8 + 1] || ' '
    || lower(rtrim(c.name, 's')) || ' ' || n,
    c.category_id, pg_temp.pick(n, 2, 40) + 1, (3 + pg_temp.pick(n, 3, 24000) / 100.0)::numeric(10, 2),
    string_to_array((ARRAY['new', 'sale gift', 'bestseller', ''])[pg_temp.pick(n, 1, 4) + 1], ' '),
    jsonb_build_object('weight_g', 50 + pg_temp.pick(n, 4, 5000), 'colour',
        (ARRAY['red', 'green', 'blue', 'black', 'oak'])[n % 5 + 1]),
    n % 29 = 0
FROM generate_series(1, 1200) n JOIN catalog.categories c ON c.category_id = 6 + n % 15;

INSERT INTO catalog.stock
SELECT product_id, pg_temp.pick(product_id, 5, 400), 20 + product_id % 60 FROM catalog.products;

INSERT INTO sales.customers
SELECT n, (ARRAY['Anna', 'Bela', 'Chloe', 'David', 'Elif', 'Farid', 'Greta', 'Hugo', 'Ines', 'Jonas', 'Kira', 'Luis',
        'Mila', 'Noah', 'Olga', 'Paul'])[n % 16 + 1] || ' '
    || (ARRAY['Adler', 'Bauer', 'Costa', 'Dubois', 'Eriksen', 'Ferrari', 'Garcia', 'Horvat', 'Ivanova', 'Jansen',
        'Kowalski', 'Larsen', 'Moreau'])[n % 13 + 1],
    'customer' || n || '@example.com', (ARRAY['DE', 'FR', 'NL', 'ES', 'IT', 'SE', 'PL'])[pg_temp.pick(n, 6, 7) + 1],
    CASE WHEN n % 11 <> 0 THEN (ARRAY['Berlin', 'Paris', 'Utrecht', 'Madrid', 'Turin', 'Lund', 'Gdansk'])[
        pg_temp.pick(n, 6, 7) + 1] END,
    date_trunc('month', now())::date - 30 - pg_temp.pick(n, 7, 1200), n % 3 = 0
FROM generate_series(1, 5000) n;

INSERT INTO sales.orders
SELECT n, customer_id, status, ordered_at,
    CASE WHEN status IN ('shipped', 'delivered', 'returned') THEN ordered_at + make_interval(hours => 8 + n % 90) END
FROM (
    SELECT n, (power(pg_temp.pick(n, 8, 100000) / 100000.0, 2) * 4500)::int + 1 AS customer_id,
        (ARRAY['delivered', 'delivered', 'delivered', 'delivered', 'shipped', 'paid', 'pending', 'cancelled',
            'returned', 'delivered'])[pg_temp.pick(n, 9, 10) + 1]::sales.order_status AS status,
        date_trunc('month', now()) - make_interval(mins => pg_temp.pick(n, 10, 525600)) AS ordered_at
    FROM generate_series(1, 20000) n) o;

INSERT INTO sales.order_items
SELECT o.order_id, line, p.product_id, 1 + pg_temp.pick(o.order_id * 7 + line, 12, 4),
    (p.price * (1 - (o.order_id % 4) * 0.05))::numeric(10, 2)
FROM sales.orders o CROSS JOIN generate_series(1, 4) line
JOIN catalog.products p ON p.product_id = pg_temp.pick(o.order_id * 5 + line, 11, 1200) + 1
WHERE line <= 1 + o.order_id % 4;

INSERT INTO sales.payments
SELECT row_number() OVER (ORDER BY o.order_id), o.order_id,
    (ARRAY['card', 'card', 'card', 'bank_transfer', 'invoice', 'gift_card'])[o.order_id % 6 + 1]::sales.payment_method,
    sum(i.quantity * i.unit_price), o.ordered_at + interval '5 minutes'
FROM sales.orders o JOIN sales.order_items i USING (order_id)
WHERE o.status NOT IN ('pending', 'cancelled') GROUP BY o.order_id;

INSERT INTO sales.reviews
SELECT n, pg_temp.pick(n, 13, 1200) + 1, pg_temp.pick(n, 14, 5000) + 1, 1 + greatest(pg_temp.pick(n, 15, 5),
    pg_temp.pick(n, 16, 5)), CASE WHEN n % 4 <> 0 THEN (ARRAY['Works well', 'As described', 'Broke after a week',
    'Would buy again', 'Good value'])[n % 5 + 1] END,
    date_trunc('month', now()) - make_interval(mins => pg_temp.pick(n, 17, 525600))
FROM generate_series(1, 6000) n;

INSERT INTO analytics.page_views
SELECT date_trunc('month', now()) - make_interval(secs => pg_temp.pick(n, 18, 28512000)),
    CASE WHEN n % 3 <> 0 THEN pg_temp.pick(n, 19, 5000) + 1 END, pg_temp.pick(n, 20, 1200) + 1,
    (pg_temp.pick(n, 21, 3000) / 10.0)::real, ('192.0.2.' || n % 250)::inet
FROM generate_series(1, 60000) n;

CREATE VIEW sales.order_totals AS
SELECT o.order_id, o.customer_id, o.status, o.ordered_at, sum(i.quantity * i.unit_price) AS total
FROM sales.orders o JOIN sales.order_items i USING (order_id) GROUP BY o.order_id;
COMMENT ON VIEW sales.order_totals IS 'Each order with its value in euro';

CREATE VIEW catalog.low_stock AS
SELECT p.product_id, p.name, s.on_hand, s.reorder_level
FROM catalog.products p JOIN catalog.stock s USING (product_id) WHERE s.on_hand < s.reorder_level;

CREATE MATERIALIZED VIEW analytics.monthly_revenue AS
SELECT date_trunc('month', o.ordered_at)::date AS month, c.country, count(DISTINCT o.order_id) AS orders,
    sum(i.quantity * i.unit_price) AS revenue
FROM sales.orders o JOIN sales.order_items i USING (order_id) JOIN sales.customers c USING (customer_id)
WHERE o.status NOT IN ('cancelled', 'returned') GROUP BY 1, 2;
CREATE UNIQUE INDEX monthly_revenue_month ON analytics.monthly_revenue (month, country);
COMMENT ON MATERIALIZED VIEW analytics.monthly_revenue IS 'Without cancelled and returned orders; by country of the customer';

DROP FUNCTION pg_temp.pick(bigint, int, int)
