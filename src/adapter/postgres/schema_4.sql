-- The plans of an account, of all products, from the newest on.
CREATE INDEX cl_plan_list ON cl_plan (account, number);

-- What adapters keep.
CREATE TABLE cl_row (
    key text COLLATE "C" PRIMARY KEY,
    value bytea NOT NULL
);

-- The purchases of an account in their order, from the newest on; those that are there by their first
-- instance.
CREATE TABLE cl_paid (
    number bigint GENERATED ALWAYS AS IDENTITY,
    account text NOT NULL,
    purchase text NOT NULL,
    PRIMARY KEY (account, number)
);
CREATE FUNCTION cl_purchase_paid() RETURNS trigger LANGUAGE plpgsql AS $cl$
BEGIN
    INSERT INTO cl_paid (account, purchase) VALUES (NEW.account, NEW.id);
    RETURN NULL;
END
$cl$;
CREATE TRIGGER cl_purchase_paid AFTER INSERT ON cl_purchase
    FOR EACH ROW EXECUTE FUNCTION cl_purchase_paid();
-- The trigger waits for whoever is writing, and who comes later waits for this transaction: none is
-- missed in between.
INSERT INTO cl_paid (account, purchase)
    SELECT p.account, p.id FROM cl_purchase p
        LEFT JOIN (SELECT account, purchase, MIN(number) AS first FROM cl_instance
            WHERE purchase IS NOT NULL GROUP BY account, purchase) i
            ON i.account = p.account AND i.purchase = p.id
        ORDER BY i.first, p.id;
