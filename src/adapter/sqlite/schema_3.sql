-- The plans of an account, of all products, from the newest on.
CREATE INDEX cl_plan_list ON cl_plan (account, number);

-- What adapters keep.
CREATE TABLE cl_row (
    key TEXT PRIMARY KEY NOT NULL,
    value BLOB NOT NULL
) STRICT;

-- The purchases of an account in their order, from the newest on; those that are there by their first
-- instance.
CREATE TABLE cl_paid (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    purchase TEXT NOT NULL
) STRICT;
CREATE INDEX cl_paid_list ON cl_paid (account, number);
INSERT INTO cl_paid (account, purchase)
    SELECT p.account, p.id FROM cl_purchase p
        LEFT JOIN (SELECT account, purchase, MIN(number) AS first FROM cl_instance
            WHERE purchase IS NOT NULL GROUP BY account, purchase) i
            ON i.account = p.account AND i.purchase = p.id
        ORDER BY i.first, p.id;
CREATE TRIGGER cl_purchase_paid AFTER INSERT ON cl_purchase BEGIN
    INSERT INTO cl_paid (account, purchase) VALUES (NEW.account, NEW.id);
END;
