-- Which claim is the last one on an instance and on a row of the outbox.
ALTER TABLE cl_instance ADD COLUMN claims bigint NOT NULL DEFAULT 0;
ALTER TABLE cl_outbox ADD COLUMN claims bigint NOT NULL DEFAULT 0;

-- Ids are taken across accounts, so they are keys by themselves.
ALTER TABLE cl_instance DROP CONSTRAINT cl_instance_pkey;
ALTER TABLE cl_instance ADD PRIMARY KEY USING INDEX cl_instance_id;
ALTER TABLE cl_plan DROP CONSTRAINT cl_plan_pkey;
ALTER TABLE cl_plan ADD PRIMARY KEY USING INDEX cl_plan_id;
ALTER TABLE cl_chain DROP CONSTRAINT cl_chain_pkey;
ALTER TABLE cl_chain ADD PRIMARY KEY USING INDEX cl_chain_id;
ALTER TABLE cl_purchase DROP CONSTRAINT cl_purchase_pkey;
ALTER TABLE cl_purchase ADD PRIMARY KEY USING INDEX cl_purchase_id;
DROP INDEX cl_instance_number;

DROP FUNCTION cl_file(text, jsonb);
DROP FUNCTION cl_stream(bigint, text);

-- Whose a stream is.
CREATE FUNCTION cl_owner(of_kind bigint, of_id text) RETURNS text
LANGUAGE plpgsql AS $cl$
BEGIN
    CASE of_kind
    WHEN 0 THEN RETURN (SELECT account FROM cl_instance WHERE id = of_id);
    WHEN 1 THEN RETURN (SELECT account FROM cl_plan WHERE id = of_id);
    WHEN 2 THEN RETURN (SELECT account FROM cl_chain WHERE id = of_id);
    WHEN 3 THEN RETURN (SELECT account FROM cl_purchase WHERE id = of_id);
    END CASE;
END
$cl$;

-- Whether an expectation of an account's batch holds.
CREATE OR REPLACE FUNCTION cl_holds(acc text, x jsonb) RETURNS boolean
LANGUAGE plpgsql AS $cl$
DECLARE
    units bigint;
    reached bigint;
BEGIN
    CASE x->>'is'
    WHEN 'new' THEN
        RETURN cl_owner((x->>'kind')::bigint, x->>'id') IS NULL;
    WHEN 'version' THEN
        -- The row stays locked until the transaction ends.
        CASE (x->>'kind')::bigint
        WHEN 0 THEN SELECT version INTO reached FROM cl_instance
            WHERE id = x->>'id' AND account = acc FOR UPDATE;
        WHEN 1 THEN SELECT version INTO reached FROM cl_plan
            WHERE id = x->>'id' AND account = acc FOR UPDATE;
        WHEN 2 THEN SELECT version INTO reached FROM cl_chain
            WHERE id = x->>'id' AND account = acc FOR UPDATE;
        WHEN 3 THEN SELECT version INTO reached FROM cl_purchase
            WHERE id = x->>'id' AND account = acc FOR UPDATE;
        END CASE;
        RETURN reached IS NOT DISTINCT FROM (x->>'version')::bigint;
    WHEN 'order' THEN
        RETURN NOT EXISTS (SELECT 1 FROM cl_order WHERE id = (x->>'id')::bigint);
    WHEN 'remaining' THEN
        SELECT total - reserved - settled INTO units FROM cl_plan
            WHERE account = acc AND id = x->>'id' FOR UPDATE;
        RETURN COALESCE(units >= (x->>'units')::bigint, false);
    WHEN 'name' THEN
        RETURN NOT EXISTS (SELECT 1 FROM cl_instance WHERE account = acc AND name = x->>'name');
    WHEN 'key' THEN
        RETURN NOT EXISTS (SELECT 1 FROM cl_record WHERE account = acc AND key = x->>'key');
    WHEN 'beside' THEN
        RETURN (
            SELECT COALESCE(SUM(b), 0) = (x->>'all_bought')::bigint
               AND COALESCE(SUM(k), 0) = (x->>'all_kept')::bigint
               AND COALESCE(SUM(r), 0) = (x->>'all_revoked')::bigint
               AND COALESCE(SUM(b) FILTER (WHERE p = x->>'product'), 0) = (x->>'bought')::bigint
               AND COALESCE(SUM(k) FILTER (WHERE p = x->>'product'), 0) = (x->>'kept')::bigint
               AND COALESCE(SUM(r) FILTER (WHERE p = x->>'product'), 0) = (x->>'revoked')::bigint
            FROM (
                SELECT product AS p, bought AS b, kept AS k, revoked AS r FROM cl_tally WHERE account = acc
                UNION ALL
                SELECT product, -total, CASE WHEN refunded_at IS NULL THEN -total ELSE 0 END,
                    -revocations
                    FROM cl_plan WHERE account = acc AND id = x->>'plan'
                UNION ALL
                SELECT product, -bought, -kept, -revoked
                    FROM cl_purchase WHERE account = acc AND id = x->>'purchase'
            ) sums
        ) AND (
            SELECT COALESCE(SUM(count), 0) = (x->>'free')::bigint FROM cl_free
            WHERE account = acc AND at >= (x->>'from')::bigint AND at < (x->>'until')::bigint
        );
    END CASE;
END
$cl$;

-- Appends the events of one stream, and what follows from them in the rows beside the journal.
CREATE OR REPLACE FUNCTION cl_append(acc text, x jsonb) RETURNS void
LANGUAGE plpgsql AS $cl$
DECLARE
    n bigint := jsonb_array_length(x->'bodies');
    -- What is expected to be new is put in, so that of two at once one fails on the key.
    begins boolean := COALESCE((x->>'new')::boolean, false);
    after bigint;
    old record;
    p cl_plan;
    file jsonb;
    filed boolean;
    bought_now bigint;
    kept_now bigint;
    taken bigint;
BEGIN
    CASE (x->>'kind')::bigint
    WHEN 0 THEN
        file := x->'file';
        filed := file <> 'null';
        IF filed THEN
            -- Names are written anew only where they changed.
            SELECT names INTO old FROM cl_instance WHERE account = acc AND id = x->>'id' FOR UPDATE;
            IF (FOUND OR n > 0) AND old.names IS DISTINCT FROM file->>'names' THEN
                IF old.names <> '' THEN
                    DELETE FROM cl_name WHERE account = acc AND instance = x->>'id';
                END IF;
                INSERT INTO cl_name SELECT acc, b, x->>'id'
                    FROM jsonb_array_elements_text(file->'backwards') b ON CONFLICT DO NOTHING;
            END IF;
        END IF;
        UPDATE cl_instance SET version = version + n,
            plan = COALESCE(x->>'plan', plan),
            purchase = COALESCE(x->>'purchase', purchase),
            chain = COALESCE(x->>'chain', chain),
            name = CASE WHEN (x->>'frees')::boolean THEN NULL ELSE COALESCE(x->>'name', name) END,
            order_id = CASE WHEN filed THEN (file->>'order')::bigint ELSE order_id END,
            product = CASE WHEN filed THEN file->>'product' ELSE product END,
            stage = CASE WHEN filed THEN file->>'stage' ELSE stage END,
            names = CASE WHEN filed THEN file->>'names' ELSE names END,
            expires_at = CASE WHEN filed THEN (file->>'expires')::bigint ELSE expires_at END,
            due_at = CASE WHEN filed THEN (file->>'due')::bigint ELSE due_at END,
            claimed_until = CASE WHEN filed THEN NULL ELSE claimed_until END,
            claims = claims + filed::int
            WHERE account = acc AND id = x->>'id' AND NOT begins RETURNING version INTO after;
        IF n = 0 THEN
            RETURN;
        END IF;
        IF after IS NULL THEN
            after := n;
            INSERT INTO cl_instance (account, id, version, product, plan, purchase, chain, name,
                order_id, stage, names, expires_at, due_at)
                VALUES (acc, x->>'id', n, COALESCE(file->>'product', x->>'product', ''), x->>'plan',
                    x->>'purchase', x->>'chain',
                    CASE WHEN (x->>'frees')::boolean THEN NULL ELSE x->>'name' END,
                    (file->>'order')::bigint, file->>'stage', file->>'names',
                    (file->>'expires')::bigint, (file->>'due')::bigint);
        END IF;
        FOR place IN 0 .. jsonb_array_length(x->'orders') - 1 LOOP
            taken := (x->'orders'->>place)::bigint;
            INSERT INTO cl_order VALUES (taken, acc, x->>'id') ON CONFLICT (id) DO NOTHING;
            IF NOT FOUND AND NOT EXISTS (SELECT 1 FROM cl_order
                WHERE id = taken AND account = acc AND instance = x->>'id') THEN
                -- Somebody was faster, or nothing was expected of it.
                RAISE EXCEPTION '%', taken USING ERRCODE = 'CL003';
            END IF;
        END LOOP;
    WHEN 1 THEN
        IF NOT begins THEN
            SELECT * INTO p FROM cl_plan WHERE account = acc AND id = x->>'id' FOR UPDATE;
        END IF;
        IF p.id IS NULL THEN
            INSERT INTO cl_plan (account, id, version, product, total, reserved, settled, issued,
                revocations, taken, revoked)
                VALUES (acc, x->>'id', 0, x->>'product', (x->>'begins')::bigint, 0, 0, 0, 0, 0, 0)
                RETURNING * INTO p;
            PERFORM cl_sum(acc, p.product, p.total, p.total, 0, x);
        END IF;
        bought_now := p.total;
        p.reserved := p.reserved + (x->>'reserved')::bigint;
        p.settled := p.settled + (x->>'settled')::bigint;
        IF x->>'refunded_at' IS NOT NULL THEN
            IF p.refunded_at IS NOT NULL THEN
                RAISE EXCEPTION 'the money of plan % went back before', p.id USING ERRCODE = 'CL002';
            END IF;
            p.refunded_at := (x->>'refunded_at')::bigint;
            p.refunded_cash := (x->>'refunded_cash')::bigint;
            p.total := p.reserved + p.settled;
        END IF;
        UPDATE cl_plan SET version = p.version + n, total = p.total, reserved = p.reserved,
            settled = p.settled, issued = p.issued + (x->>'issued')::bigint,
            revocations = p.revocations + (x->>'revocations')::bigint,
            taken = p.taken + (x->>'taken')::bigint,
            revoked = p.revoked + (x->>'revoked')::bigint,
            refunded_at = p.refunded_at, refunded_cash = p.refunded_cash
            WHERE account = acc AND id = p.id;
        after := p.version + n;
        IF x->>'refunded_at' IS NOT NULL OR (x->>'revocations')::bigint <> 0 THEN
            PERFORM cl_sum(acc, p.product, p.total - bought_now,
                CASE WHEN x->>'refunded_at' IS NULL THEN 0 ELSE -bought_now END,
                (x->>'revocations')::bigint, '{}');
        END IF;
    WHEN 2 THEN
        UPDATE cl_chain SET version = version + n, current = COALESCE(x->>'current', current)
            WHERE account = acc AND id = x->>'id' AND NOT begins RETURNING version INTO after;
        IF after IS NULL THEN
            after := n;
            INSERT INTO cl_chain VALUES (acc, x->>'id', n, x->>'current');
        END IF;
    WHEN 3 THEN
        SELECT product, bought, kept, revoked, version INTO old FROM cl_purchase
            WHERE account = acc AND id = x->>'id' AND NOT begins FOR UPDATE;
        IF NOT FOUND THEN
            INSERT INTO cl_purchase VALUES (acc, x->>'id', 0, x->>'product',
                COALESCE((x->>'begins')::bigint, 0), COALESCE((x->>'begins')::bigint, 0), 0)
                RETURNING product, bought, kept, revoked, version INTO old;
            PERFORM cl_sum(acc, old.product, old.bought, old.kept, 0, x);
        END IF;
        after := old.version + n;
        kept_now := CASE WHEN (x->>'refunded')::boolean THEN 0 ELSE old.kept END;
        UPDATE cl_purchase SET version = after, kept = kept_now,
            revoked = old.revoked + (x->>'revocations')::bigint
            WHERE account = acc AND id = x->>'id';
        PERFORM cl_sum(acc, old.product, 0, kept_now - old.kept, (x->>'revocations')::bigint,
            '{}');
    END CASE;
    INSERT INTO cl_event (account, kind, id, version, body)
        SELECT acc, (x->>'kind')::bigint, x->>'id', after - n + b.place, b.body
        FROM jsonb_array_elements_text(x->'bodies') WITH ORDINALITY AS b (body, place);
END
$cl$;

-- Commits a batch. 0 if it is done; n if the n-th expectation does not hold; -n if the n-th stream is
-- another account's. Whatever else is wrong is an exception, and nothing is written.
CREATE OR REPLACE FUNCTION cl_commit(b jsonb) RETURNS bigint
LANGUAGE plpgsql AS $cl$
DECLARE
    acc text := b->>'account';
    now_at bigint := (b->>'at')::bigint;
    x jsonb;
    n int;
BEGIN
    IF (b->>'sums')::boolean THEN
        -- What sums over an account is done by one at a time.
        PERFORM pg_advisory_xact_lock(hashtextextended(acc, 1668048230));
    END IF;
    FOR n IN 1 .. jsonb_array_length(b->'expect') LOOP
        IF NOT cl_holds(acc, b->'expect'->(n - 1)) THEN
            RETURN n;
        END IF;
    END LOOP;
    FOR n IN 1 .. jsonb_array_length(b->'streams') LOOP
        x := b->'streams'->(n - 1);
        CONTINUE WHEN jsonb_array_length(x->'bodies') = 0;
        IF cl_owner((x->>'kind')::bigint, x->>'id') <> acc THEN
            RETURN -n;
        END IF;
    END LOOP;
    FOR n IN 1 .. jsonb_array_length(b->'streams') LOOP
        PERFORM cl_append(acc, b->'streams'->(n - 1));
    END LOOP;
    FOR n IN 1 .. jsonb_array_length(b->'stir') LOOP
        UPDATE cl_instance SET due_at = now_at, claimed_until = NULL, claims = claims + 1
            WHERE account = acc AND stage IS NOT NULL AND id = b->'stir'->>(n - 1);
    END LOOP;
    FOR n IN 1 .. jsonb_array_length(b->'outbox') LOOP
        x := b->'outbox'->(n - 1);
        INSERT INTO cl_outbox (id, account, at, effect, not_before)
            VALUES (x->>'id', acc, now_at, x->>'effect', now_at);
    END LOOP;
    IF b->'record' <> 'null' THEN
        x := b->'record';
        INSERT INTO cl_record VALUES (acc, x->>'key', x->>'digest', (x->>'at')::bigint, x->>'receipt');
    END IF;
    RETURN 0;
END
$cl$;
