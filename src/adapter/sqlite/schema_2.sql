-- Which claim is the last one on an instance and on a row of the outbox.
ALTER TABLE cl_instance ADD COLUMN claims INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cl_outbox ADD COLUMN claims INTEGER NOT NULL DEFAULT 0;

-- A batch is committed by one statement, which inserts it as JSONB into the view cl_batch. There is
-- nothing to read in these views: their triggers are what PostgreSQL has functions for. A trigger
-- that says RAISE undoes all that the statement has done.
CREATE VIEW cl_batch AS SELECT CAST(NULL AS BLOB) AS body WHERE 0;
CREATE VIEW cl_expected AS
    SELECT '' AS account, 0 AS place, '' AS expected, CAST(NULL AS BLOB) AS body WHERE 0;
CREATE VIEW cl_appended AS
    SELECT '' AS account, 0 AS kind, '' AS id, 0 AS events, CAST(NULL AS BLOB) AS body WHERE 0;

CREATE TRIGGER cl_commit INSTEAD OF INSERT ON cl_batch BEGIN
    INSERT INTO cl_expected (account, place, expected, body)
        SELECT NEW.body ->> 'account', key + 1, value ->> 'is', value
        FROM jsonb_each(NEW.body, '$.expect');
    -- The first stream with events that is another account's.
    SELECT RAISE(ABORT, 'cl stream ' || (s.key + 1))
        FROM jsonb_each(NEW.body, '$.streams') s
        WHERE json_array_length(s.value, '$.bodies') > 0
            AND NEW.body ->> 'account' <> CASE s.value ->> 'kind'
                WHEN 0 THEN (SELECT account FROM cl_instance WHERE id = s.value ->> 'id')
                WHEN 1 THEN (SELECT account FROM cl_plan WHERE id = s.value ->> 'id')
                WHEN 2 THEN (SELECT account FROM cl_chain WHERE id = s.value ->> 'id')
                WHEN 3 THEN (SELECT account FROM cl_purchase WHERE id = s.value ->> 'id')
                END;
    INSERT INTO cl_appended (account, kind, id, events, body)
        SELECT NEW.body ->> 'account', value ->> 'kind', value ->> 'id',
            json_array_length(value, '$.bodies'), value
        FROM jsonb_each(NEW.body, '$.streams');
    UPDATE cl_instance
        SET due_at = NEW.body ->> 'at', claimed_until = NULL, claims = claims + 1
        WHERE id IN (SELECT value FROM json_each(NEW.body, '$.stir'))
            AND account = NEW.body ->> 'account' AND stage IS NOT NULL;
    INSERT INTO cl_outbox (id, account, at, effect, not_before)
        SELECT value ->> 'id', NEW.body ->> 'account', NEW.body ->> 'at', value ->> 'effect',
            NEW.body ->> 'at'
        FROM jsonb_each(NEW.body, '$.outbox');
    INSERT INTO cl_record (account, key, digest, at, receipt)
        SELECT NEW.body ->> 'account', NEW.body ->> '$.record.key', NEW.body ->> '$.record.digest',
            NEW.body ->> '$.record.at', NEW.body ->> '$.record.receipt'
        WHERE json_type(NEW.body, '$.record') <> 'null';
END;

CREATE TRIGGER cl_expect_new INSTEAD OF INSERT ON cl_expected
WHEN NEW.expected = 'new'
BEGIN
    SELECT RAISE(ABORT, 'cl expectation ' || NEW.place)
        WHERE CASE NEW.body ->> 'kind'
            WHEN 0 THEN EXISTS (SELECT 1 FROM cl_instance WHERE id = NEW.body ->> 'id')
            WHEN 1 THEN EXISTS (SELECT 1 FROM cl_plan WHERE id = NEW.body ->> 'id')
            WHEN 2 THEN EXISTS (SELECT 1 FROM cl_chain WHERE id = NEW.body ->> 'id')
            WHEN 3 THEN EXISTS (SELECT 1 FROM cl_purchase WHERE id = NEW.body ->> 'id')
            END;
END;
CREATE TRIGGER cl_expect_version INSTEAD OF INSERT ON cl_expected
WHEN NEW.expected = 'version'
BEGIN
    SELECT RAISE(ABORT, 'cl expectation ' || NEW.place)
        WHERE NEW.body ->> 'version' IS NOT CASE NEW.body ->> 'kind'
            WHEN 0 THEN (SELECT version FROM cl_instance
                WHERE id = NEW.body ->> 'id' AND account = NEW.account)
            WHEN 1 THEN (SELECT version FROM cl_plan
                WHERE id = NEW.body ->> 'id' AND account = NEW.account)
            WHEN 2 THEN (SELECT version FROM cl_chain
                WHERE id = NEW.body ->> 'id' AND account = NEW.account)
            WHEN 3 THEN (SELECT version FROM cl_purchase
                WHERE id = NEW.body ->> 'id' AND account = NEW.account)
            END;
END;
CREATE TRIGGER cl_expect_order INSTEAD OF INSERT ON cl_expected
WHEN NEW.expected = 'order'
BEGIN
    SELECT RAISE(ABORT, 'cl expectation ' || NEW.place)
        WHERE EXISTS (SELECT 1 FROM cl_order WHERE id = NEW.body ->> 'id');
END;
CREATE TRIGGER cl_expect_remaining INSTEAD OF INSERT ON cl_expected
WHEN NEW.expected = 'remaining'
BEGIN
    SELECT RAISE(ABORT, 'cl expectation ' || NEW.place)
        WHERE NOT EXISTS (SELECT 1 FROM cl_plan
            WHERE id = NEW.body ->> 'id' AND account = NEW.account
                AND total - reserved - settled >= NEW.body ->> 'units');
END;
CREATE TRIGGER cl_expect_name INSTEAD OF INSERT ON cl_expected
WHEN NEW.expected = 'name'
BEGIN
    SELECT RAISE(ABORT, 'cl expectation ' || NEW.place)
        WHERE EXISTS (SELECT 1 FROM cl_instance
            WHERE account = NEW.account AND name = NEW.body ->> 'name');
END;
CREATE TRIGGER cl_expect_key INSTEAD OF INSERT ON cl_expected
WHEN NEW.expected = 'key'
BEGIN
    SELECT RAISE(ABORT, 'cl expectation ' || NEW.place)
        WHERE EXISTS (SELECT 1 FROM cl_record
            WHERE account = NEW.account AND key = NEW.body ->> 'key');
END;
CREATE TRIGGER cl_expect_beside INSTEAD OF INSERT ON cl_expected
WHEN NEW.expected = 'beside'
BEGIN
    SELECT RAISE(ABORT, 'cl expectation ' || NEW.place)
        WHERE NOT (
            SELECT COALESCE(SUM(bought), 0) = NEW.body ->> 'all_bought'
                AND COALESCE(SUM(kept), 0) = NEW.body ->> 'all_kept'
                AND COALESCE(SUM(revoked), 0) = NEW.body ->> 'all_revoked'
                AND COALESCE(SUM(bought) FILTER (WHERE product = NEW.body ->> 'product'), 0)
                    = NEW.body ->> 'bought'
                AND COALESCE(SUM(kept) FILTER (WHERE product = NEW.body ->> 'product'), 0)
                    = NEW.body ->> 'kept'
                AND COALESCE(SUM(revoked) FILTER (WHERE product = NEW.body ->> 'product'), 0)
                    = NEW.body ->> 'revoked'
            FROM (
                SELECT product, bought, kept, revoked FROM cl_tally WHERE account = NEW.account
                UNION ALL
                SELECT product, -total, CASE WHEN refunded_at IS NULL THEN -total ELSE 0 END,
                    -revocations
                    FROM cl_plan WHERE id = NEW.body ->> 'plan' AND account = NEW.account
                UNION ALL
                SELECT product, -bought, -kept, -revoked FROM cl_purchase
                    WHERE id = NEW.body ->> 'purchase' AND account = NEW.account
            )
        ) OR (
            SELECT COALESCE(SUM(count), 0) <> NEW.body ->> 'free' FROM cl_free
            WHERE account = NEW.account
                AND at >= NEW.body ->> 'from' AND at < NEW.body ->> 'until'
        );
END;

-- An instance: its events, the orders that it begins, and how it is found from now on. An entry
-- without events changes one that is there.
CREATE TRIGGER cl_instance_appended INSTEAD OF INSERT ON cl_appended WHEN NEW.kind = 0 BEGIN
    -- Names are written anew only where they changed.
    DELETE FROM cl_name
        WHERE account = NEW.account AND instance = NEW.id AND EXISTS (SELECT 1 FROM cl_instance
            WHERE id = NEW.id AND account = NEW.account
                AND names <> '' AND names <> NEW.body ->> '$.file.names');
    INSERT INTO cl_name (account, backwards, instance)
        SELECT NEW.account, value, NEW.id FROM json_each(NEW.body, '$.file.backwards')
        WHERE CASE WHEN NEW.events > 0
            THEN NOT EXISTS (SELECT 1 FROM cl_instance
                WHERE id = NEW.id AND names IS NEW.body ->> '$.file.names')
            ELSE EXISTS (SELECT 1 FROM cl_instance
                WHERE id = NEW.id AND account = NEW.account
                    AND names IS NOT NEW.body ->> '$.file.names') END
        ON CONFLICT DO NOTHING;
    UPDATE cl_instance SET
        version = version + NEW.events,
        plan = COALESCE(NEW.body ->> 'plan', plan),
        purchase = COALESCE(NEW.body ->> 'purchase', purchase),
        chain = COALESCE(NEW.body ->> 'chain', chain),
        name = CASE WHEN NEW.body ->> 'frees' THEN NULL
            ELSE COALESCE(NEW.body ->> 'name', name) END,
        order_id = CASE WHEN json_type(NEW.body, '$.file') <> 'null' THEN NEW.body ->> '$.file.order'
            ELSE order_id END,
        product = CASE WHEN json_type(NEW.body, '$.file') <> 'null' THEN NEW.body ->> '$.file.product'
            ELSE product END,
        stage = CASE WHEN json_type(NEW.body, '$.file') <> 'null' THEN NEW.body ->> '$.file.stage'
            ELSE stage END,
        names = CASE WHEN json_type(NEW.body, '$.file') <> 'null' THEN NEW.body ->> '$.file.names'
            ELSE names END,
        expires_at = CASE WHEN json_type(NEW.body, '$.file') <> 'null' THEN NEW.body ->> '$.file.expires'
            ELSE expires_at END,
        due_at = CASE WHEN json_type(NEW.body, '$.file') <> 'null' THEN NEW.body ->> '$.file.due'
            ELSE due_at END,
        claimed_until = CASE WHEN json_type(NEW.body, '$.file') <> 'null' THEN NULL ELSE claimed_until END,
        claims = claims + (json_type(NEW.body, '$.file') <> 'null')
        -- With the plus it is found by its id, not among all that the account has.
        WHERE id = NEW.id AND +account = NEW.account;
    INSERT INTO cl_instance (account, id, version, product, plan, purchase, chain, name, order_id,
            stage, names, expires_at, due_at)
        SELECT NEW.account, NEW.id, NEW.events,
            COALESCE(NEW.body ->> '$.file.product', NEW.body ->> 'product', ''),
            NEW.body ->> 'plan', NEW.body ->> 'purchase', NEW.body ->> 'chain',
            CASE WHEN NEW.body ->> 'frees' THEN NULL ELSE NEW.body ->> 'name' END,
            NEW.body ->> '$.file.order', NEW.body ->> '$.file.stage', NEW.body ->> '$.file.names',
            NEW.body ->> '$.file.expires', NEW.body ->> '$.file.due'
        WHERE NEW.events > 0 AND NOT EXISTS (SELECT 1 FROM cl_instance WHERE id = NEW.id);
    INSERT INTO cl_order (id, account, instance)
        SELECT value, NEW.account, NEW.id FROM json_each(NEW.body, '$.orders')
        WHERE true ON CONFLICT DO NOTHING;
    -- Somebody was faster, or nothing was expected of it.
    SELECT RAISE(ABORT, 'cl order ' || value) FROM json_each(NEW.body, '$.orders') o
        WHERE NOT EXISTS (SELECT 1 FROM cl_order
            WHERE id = o.value AND account = NEW.account AND instance = NEW.id);
    INSERT INTO cl_event (account, kind, id, version, body)
        SELECT NEW.account, 0, NEW.id,
            (SELECT version FROM cl_instance WHERE id = NEW.id) - NEW.events + key + 1, value
        FROM json_each(NEW.body, '$.bodies');
END;

-- A plan: its events, its counters, and what they change in the sums of the account.
CREATE TRIGGER cl_plan_appended INSTEAD OF INSERT ON cl_appended WHEN NEW.kind = 1 BEGIN
    -- What begins it counts in the sums of the account.
    INSERT INTO cl_tally (account, product, bought, kept, revoked)
        SELECT NEW.account, NEW.body ->> 'product', NEW.body ->> 'begins', NEW.body ->> 'begins', 0
        WHERE NEW.body ->> 'begins' IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM cl_plan WHERE id = NEW.id)
        ON CONFLICT (account, product) DO UPDATE
            SET bought = bought + excluded.bought, kept = kept + excluded.kept;
    INSERT INTO cl_free (account, at, count)
        SELECT NEW.account, NEW.body ->> 'free_at', NEW.body ->> 'begins'
        WHERE NEW.body ->> 'free_at' IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM cl_plan WHERE id = NEW.id);
    INSERT INTO cl_plan (account, id, version, product, total, reserved, settled, issued,
            revocations, taken, revoked)
        SELECT NEW.account, NEW.id, 0, NEW.body ->> 'product', NEW.body ->> 'begins', 0, 0, 0, 0,
            0, 0
        WHERE NOT EXISTS (SELECT 1 FROM cl_plan WHERE id = NEW.id);
    SELECT RAISE(ABORT, 'the money of plan ' || NEW.id || ' went back before')
        WHERE NEW.body ->> 'refunded_at' IS NOT NULL
            AND EXISTS (SELECT 1 FROM cl_plan WHERE id = NEW.id AND refunded_at IS NOT NULL);
    INSERT INTO cl_tally (account, product, bought, kept, revoked)
        SELECT account, product,
            CASE WHEN NEW.body ->> 'refunded_at' IS NULL THEN 0
                ELSE reserved + settled + (NEW.body ->> 'reserved') + (NEW.body ->> 'settled')
                    - total END,
            CASE WHEN NEW.body ->> 'refunded_at' IS NULL THEN 0 ELSE -total END,
            NEW.body ->> 'revocations'
        FROM cl_plan
        WHERE id = NEW.id
            AND (NEW.body ->> 'refunded_at' IS NOT NULL OR NEW.body ->> 'revocations' <> 0)
        ON CONFLICT (account, product) DO UPDATE
            SET bought = bought + excluded.bought, kept = kept + excluded.kept,
                revoked = revoked + excluded.revoked;
    UPDATE cl_plan SET
        version = version + NEW.events,
        total = CASE WHEN NEW.body ->> 'refunded_at' IS NULL THEN total
            ELSE reserved + settled + (NEW.body ->> 'reserved') + (NEW.body ->> 'settled') END,
        reserved = reserved + (NEW.body ->> 'reserved'),
        settled = settled + (NEW.body ->> 'settled'),
        issued = issued + (NEW.body ->> 'issued'),
        revocations = revocations + (NEW.body ->> 'revocations'),
        taken = taken + (NEW.body ->> 'taken'),
        revoked = revoked + (NEW.body ->> 'revoked'),
        refunded_at = COALESCE(NEW.body ->> 'refunded_at', refunded_at),
        refunded_cash = COALESCE(NEW.body ->> 'refunded_cash', refunded_cash)
        WHERE id = NEW.id;
    INSERT INTO cl_event (account, kind, id, version, body)
        SELECT NEW.account, 1, NEW.id,
            (SELECT version FROM cl_plan WHERE id = NEW.id) - NEW.events + key + 1, value
        FROM json_each(NEW.body, '$.bodies');
END;

-- A chain: its events, and whose turn it is.
CREATE TRIGGER cl_chain_appended INSTEAD OF INSERT ON cl_appended WHEN NEW.kind = 2 BEGIN
    UPDATE cl_chain SET
        version = version + NEW.events,
        current = COALESCE(NEW.body ->> 'current', current)
        WHERE id = NEW.id;
    INSERT INTO cl_chain (account, id, version, current)
        SELECT NEW.account, NEW.id, NEW.events, NEW.body ->> 'current'
        WHERE NOT EXISTS (SELECT 1 FROM cl_chain WHERE id = NEW.id);
    INSERT INTO cl_event (account, kind, id, version, body)
        SELECT NEW.account, 2, NEW.id,
            (SELECT version FROM cl_chain WHERE id = NEW.id) - NEW.events + key + 1, value
        FROM json_each(NEW.body, '$.bodies');
END;

-- A purchase: its events, and what they change in the sums of the account.
CREATE TRIGGER cl_purchase_appended INSTEAD OF INSERT ON cl_appended WHEN NEW.kind = 3 BEGIN
    -- What begins it counts in the sums of the account.
    INSERT INTO cl_tally (account, product, bought, kept, revoked)
        SELECT NEW.account, NEW.body ->> 'product', NEW.body ->> 'begins', NEW.body ->> 'begins', 0
        WHERE NEW.body ->> 'begins' IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM cl_purchase WHERE id = NEW.id)
        ON CONFLICT (account, product) DO UPDATE
            SET bought = bought + excluded.bought, kept = kept + excluded.kept;
    INSERT INTO cl_free (account, at, count)
        SELECT NEW.account, NEW.body ->> 'free_at', NEW.body ->> 'begins'
        WHERE NEW.body ->> 'free_at' IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM cl_purchase WHERE id = NEW.id);
    INSERT INTO cl_purchase (account, id, version, product, bought, kept, revoked)
        SELECT NEW.account, NEW.id, 0, NEW.body ->> 'product', NEW.body ->> 'begins',
            NEW.body ->> 'begins', 0
        WHERE NOT EXISTS (SELECT 1 FROM cl_purchase WHERE id = NEW.id);
    INSERT INTO cl_tally (account, product, bought, kept, revoked)
        SELECT account, product, 0, CASE WHEN NEW.body ->> 'refunded' THEN -kept ELSE 0 END,
            NEW.body ->> 'revocations'
        FROM cl_purchase
        WHERE id = NEW.id AND (NEW.body ->> 'refunded' OR NEW.body ->> 'revocations' <> 0)
        ON CONFLICT (account, product) DO UPDATE
            SET kept = kept + excluded.kept, revoked = revoked + excluded.revoked;
    UPDATE cl_purchase SET
        version = version + NEW.events,
        kept = CASE WHEN NEW.body ->> 'refunded' THEN 0 ELSE kept END,
        revoked = revoked + (NEW.body ->> 'revocations')
        WHERE id = NEW.id;
    INSERT INTO cl_event (account, kind, id, version, body)
        SELECT NEW.account, 3, NEW.id,
            (SELECT version FROM cl_purchase WHERE id = NEW.id) - NEW.events + key + 1, value
        FROM json_each(NEW.body, '$.bodies');
END;
