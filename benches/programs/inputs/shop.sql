-- Run as `sqlite3 FILE < shop.sql`: builds a database file with indices, full text and r-tree, then asks of it.
PRAGMA journal_mode = DELETE;
PRAGMA page_size = 4096;
CREATE TABLE customer(id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT, born TEXT);
CREATE TABLE product(id INTEGER PRIMARY KEY, title TEXT, price REAL CHECK(price > 0), attributes TEXT);
CREATE TABLE orders(id INTEGER PRIMARY KEY, customer INTEGER REFERENCES customer(id), day TEXT);
CREATE TABLE item(orders INTEGER REFERENCES orders(id), product INTEGER REFERENCES product(id), count INTEGER,
  PRIMARY KEY(orders, product)) WITHOUT ROWID;
CREATE TABLE log(t TEXT, what TEXT);
CREATE TRIGGER item_log AFTER UPDATE ON item WHEN new.count <> old.count
  BEGIN INSERT INTO log VALUES ('item', old.orders || ':' || old.count || '>' || new.count); END;

BEGIN;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
  INSERT INTO customer SELECT i, printf('%s %s', substr('AdaBobCleDanEveFayGusHal', i % 8 * 3 + 1, 3), char(65 + i * 7 % 26, 97 + i * 11 % 26, 97 + i * 13 % 26)),
    substr('Oslo  Paris Rome  Turin Wien  ', i * 3 / 8 % 5 * 6 + 1, 6), date('1950-01-01', '+' || (i * 7919 % 20000) || ' days') FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 800)
  INSERT INTO product SELECT i, 'thing ' || hex(i * 2654435761 % 1000003), round((i * 37 % 997) / 7.0 + 0.5, 2),
    json_object('weight', i * 31 % 97, 'tags', json_array('t' || (i % 7), 't' || (i % 11))) FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
  INSERT INTO orders SELECT i, (i * 7907) % 5000 + 1, date('2020-01-01', '+' || (i / 12) || ' days') FROM n;
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 69999)
  INSERT OR IGNORE INTO item SELECT i % 20000 + 1, (i * 104729) % 800 + 1, i * 17 % 9 + 1 FROM n;
COMMIT;
CREATE INDEX order_customer ON orders(customer, day);
CREATE INDEX item_product ON item(product);
CREATE INDEX customer_city ON customer(city COLLATE NOCASE, born);
ANALYZE;

SELECT count(*), sum(count) FROM item;
SELECT '-- turnover by city';
SELECT trim(city), count(DISTINCT o.id), round(sum(count * price), 2) AS turnover
  FROM customer c JOIN orders o ON o.customer = c.id JOIN item i ON i.orders = o.id JOIN product p ON p.id = i.product
  GROUP BY city ORDER BY turnover DESC;
SELECT '-- best customers a year, by window';
SELECT * FROM (
  SELECT strftime('%Y', day) AS year, c.name, round(sum(count * price), 2) AS spent,
    rank() OVER (PARTITION BY strftime('%Y', day) ORDER BY sum(count * price) DESC) AS place
  FROM orders o JOIN customer c ON c.id = o.customer JOIN item i ON i.orders = o.id JOIN product p ON p.id = i.product
  GROUP BY year, c.id) WHERE place <= 3;
SELECT '-- moving average';
SELECT day, n, round(avg(n) OVER (ORDER BY day ROWS BETWEEN 6 PRECEDING AND CURRENT ROW), 3)
  FROM (SELECT day, sum(count) AS n FROM orders o JOIN item i ON i.orders = o.id GROUP BY day) LIMIT 12 OFFSET 100;
SELECT '-- json';
SELECT t.value, count(*), avg(json_extract(attributes, '$.weight')) FROM product, json_each(attributes, '$.tags') t
  GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 6;
SELECT '-- correlated';
SELECT count(*) FROM customer c WHERE NOT EXISTS (SELECT 1 FROM orders WHERE customer = c.id AND day > '2022-01-01');

UPDATE item SET count = count + 1 WHERE product IN (SELECT id FROM product WHERE price > 130) AND orders % 50 = 0;
SELECT count(*), min(what), max(what) FROM log;
DELETE FROM item WHERE orders IN (SELECT id FROM orders WHERE day < '2020-06-01');
SELECT count(*) FROM item;

CREATE VIRTUAL TABLE note USING fts5(body, tokenize = 'porter');
INSERT INTO note SELECT name || ' from ' || trim(city) || ' ordering ' || p.title || 's ' || (c.id % 12) || ' times'
  FROM customer c JOIN product p ON p.id = c.id % 800 + 1;
SELECT '-- full text';
SELECT count(*) FROM note WHERE note MATCH 'order AND rome NOT "eve"';
SELECT snippet(note, 0, '[', ']', '..', 6) FROM note WHERE note MATCH 'pari*' ORDER BY rank, rowid LIMIT 4;
CREATE VIRTUAL TABLE place USING rtree(id, x0, x1, y0, y1);
INSERT INTO place SELECT id, id * 31 % 1000, id * 31 % 1000 + id % 7, id * 57 % 1000, id * 57 % 1000 + id % 5 FROM customer;
SELECT count(*), sum(id) FROM place WHERE x0 > 200 AND x1 < 400 AND y0 > 500 AND y1 < 650;
SELECT '-- numbers';
SELECT round(sqrt(2), 12), 0.1 + 0.2, 1e308 * 10, -7 / 2, -7 % 3, 9223372036854775807 + 1, 1 << 62, printf('%.17g', 1 / 3.0);
PRAGMA integrity_check;
VACUUM;
PRAGMA page_count;
.mode csv
SELECT * FROM customer WHERE id % 1000 = 7;
.schema orders
