CREATE TABLE cl_instance (
    number bigint GENERATED ALWAYS AS IDENTITY,
    account text NOT NULL,
    id text NOT NULL,
    version bigint NOT NULL,
    product text NOT NULL,
    plan text,
    purchase text,
    chain text,
    name text,
    order_id bigint,
    stage text,
    names text,
    expires_at bigint,
    due_at bigint,
    claimed_until bigint,
    PRIMARY KEY (account, id)
);
CREATE UNIQUE INDEX cl_instance_id ON cl_instance (id);
CREATE UNIQUE INDEX cl_instance_number ON cl_instance (number);
CREATE INDEX cl_instance_list ON cl_instance (account, number);
CREATE INDEX cl_instance_expiry ON cl_instance (account, expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX cl_instance_due ON cl_instance (due_at, id) WHERE due_at IS NOT NULL;
CREATE UNIQUE INDEX cl_instance_name ON cl_instance (account, name) WHERE name IS NOT NULL;

CREATE TABLE cl_order (
    id bigint PRIMARY KEY,
    account text NOT NULL,
    instance text NOT NULL
);

CREATE TABLE cl_name (
    account text NOT NULL,
    backwards text COLLATE "C" NOT NULL,
    instance text NOT NULL,
    PRIMARY KEY (account, backwards, instance)
);
CREATE INDEX cl_name_instance ON cl_name (account, instance);

CREATE TABLE cl_plan (
    number bigint GENERATED ALWAYS AS IDENTITY,
    account text NOT NULL,
    id text NOT NULL,
    version bigint NOT NULL,
    product text NOT NULL,
    total bigint NOT NULL,
    reserved bigint NOT NULL CHECK (reserved >= 0),
    settled bigint NOT NULL CHECK (settled >= 0),
    issued bigint NOT NULL,
    revocations bigint NOT NULL CHECK (revocations >= 0),
    taken bigint NOT NULL,
    revoked bigint NOT NULL,
    refunded_at bigint,
    refunded_cash bigint,
    PRIMARY KEY (account, id),
    CHECK (reserved + settled <= total)
);
CREATE UNIQUE INDEX cl_plan_id ON cl_plan (id);
CREATE INDEX cl_plan_product ON cl_plan (account, product, number);

CREATE TABLE cl_chain (
    account text NOT NULL,
    id text NOT NULL,
    version bigint NOT NULL,
    current text,
    PRIMARY KEY (account, id)
);
CREATE UNIQUE INDEX cl_chain_id ON cl_chain (id);

CREATE TABLE cl_purchase (
    account text NOT NULL,
    id text NOT NULL,
    version bigint NOT NULL,
    product text NOT NULL,
    bought bigint NOT NULL,
    kept bigint NOT NULL,
    revoked bigint NOT NULL,
    PRIMARY KEY (account, id)
);
CREATE UNIQUE INDEX cl_purchase_id ON cl_purchase (id);

CREATE TABLE cl_event (
    account text NOT NULL,
    kind bigint NOT NULL,
    id text NOT NULL,
    version bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (account, kind, id, version)
);

CREATE TABLE cl_tally (
    account text NOT NULL,
    product text NOT NULL,
    bought bigint NOT NULL,
    kept bigint NOT NULL,
    revoked bigint NOT NULL,
    PRIMARY KEY (account, product)
);

CREATE TABLE cl_free (
    account text NOT NULL,
    at bigint NOT NULL,
    count bigint NOT NULL
);
CREATE INDEX cl_free_account ON cl_free (account, at);

CREATE TABLE cl_outbox (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text NOT NULL UNIQUE,
    account text NOT NULL,
    at bigint NOT NULL,
    effect text NOT NULL,
    attempts bigint NOT NULL DEFAULT 0,
    not_before bigint NOT NULL,
    since bigint,
    parked text
);
CREATE INDEX cl_outbox_due ON cl_outbox (not_before, position) WHERE parked IS NULL;

CREATE TABLE cl_record (
    account text NOT NULL,
    key text NOT NULL,
    digest text NOT NULL,
    at bigint NOT NULL,
    receipt text NOT NULL,
    PRIMARY KEY (account, key)
);
CREATE INDEX cl_record_at ON cl_record (at);

CREATE TABLE cl_key (
    id bigint PRIMARY KEY,
    sealed bytea
);

-- Owner and version of a stream, whosever it is; the row stays locked until the transaction ends.
CREATE FUNCTION cl_stream(of_kind bigint, of_id text, OUT owner text, OUT reached bigint)
LANGUAGE plpgsql AS $cl$
BEGIN
    CASE of_kind
    WHEN 0 THEN SELECT account, version INTO owner, reached FROM cl_instance WHERE id = of_id FOR UPDATE;
    WHEN 1 THEN SELECT account, version INTO owner, reached FROM cl_plan WHERE id = of_id FOR UPDATE;
    WHEN 2 THEN SELECT account, version INTO owner, reached FROM cl_chain WHERE id = of_id FOR UPDATE;
    WHEN 3 THEN SELECT account, version INTO owner, reached FROM cl_purchase WHERE id = of_id FOR UPDATE;
    END CASE;
END
$cl$;

-- Whether an expectation of an account's batch holds.
CREATE FUNCTION cl_holds(acc text, x jsonb) RETURNS boolean
LANGUAGE plpgsql AS $cl$
DECLARE
    s record;
    units bigint;
BEGIN
    CASE x->>'is'
    WHEN 'new' THEN
        SELECT * INTO s FROM cl_stream((x->>'kind')::bigint, x->>'id');
        RETURN s.owner IS NULL;
    WHEN 'version' THEN
        SELECT * INTO s FROM cl_stream((x->>'kind')::bigint, x->>'id');
        RETURN s.owner IS NOT DISTINCT FROM acc AND s.reached = (x->>'version')::bigint;
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

-- Adds to the account's sums.
CREATE FUNCTION cl_sum(
    acc text, of_product text, more_bought bigint, more_kept bigint, more_revoked bigint, x jsonb)
RETURNS void LANGUAGE plpgsql AS $cl$
BEGIN
    IF more_bought <> 0 OR more_kept <> 0 OR more_revoked <> 0 THEN
        INSERT INTO cl_tally AS t (account, product, bought, kept, revoked)
            VALUES (acc, of_product, more_bought, more_kept, more_revoked)
            ON CONFLICT (account, product) DO UPDATE
            SET bought = t.bought + more_bought, kept = t.kept + more_kept,
                revoked = t.revoked + more_revoked;
    END IF;
    IF x->>'free_at' IS NOT NULL THEN
        INSERT INTO cl_free VALUES (acc, (x->>'free_at')::bigint, (x->>'begins')::bigint);
    END IF;
END
$cl$;

-- Appends the events of one stream, and what follows from them in the rows beside the journal.
CREATE FUNCTION cl_append(acc text, x jsonb) RETURNS void
LANGUAGE plpgsql AS $cl$
DECLARE
    n bigint := jsonb_array_length(x->'bodies');
    after bigint;
    old record;
    p cl_plan;
    own text;
    bought_now bigint;
    kept_now bigint;
    taken bigint;
BEGIN
    CASE (x->>'kind')::bigint
    WHEN 0 THEN
        UPDATE cl_instance SET version = version + n,
            plan = COALESCE(x->>'plan', plan),
            purchase = COALESCE(x->>'purchase', purchase),
            chain = COALESCE(x->>'chain', chain),
            name = CASE WHEN (x->>'frees')::boolean THEN NULL ELSE COALESCE(x->>'name', name) END
            WHERE account = acc AND id = x->>'id' RETURNING version INTO after;
        IF after IS NULL THEN
            after := n;
            INSERT INTO cl_instance (account, id, version, product, plan, purchase, chain, name)
                VALUES (acc, x->>'id', n, COALESCE(x->>'product', ''), x->>'plan', x->>'purchase',
                    x->>'chain', x->>'name');
        END IF;
        FOR taken IN SELECT o::bigint FROM jsonb_array_elements_text(x->'orders') o LOOP
            INSERT INTO cl_order VALUES (taken, acc, x->>'id') ON CONFLICT (id) DO NOTHING;
            IF NOT EXISTS (SELECT 1 FROM cl_order
                WHERE id = taken AND account = acc AND instance = x->>'id') THEN
                -- Somebody was faster, or nothing was expected of it.
                RAISE EXCEPTION '%', taken USING ERRCODE = 'CL003';
            END IF;
        END LOOP;
    WHEN 1 THEN
        SELECT * INTO p FROM cl_plan WHERE account = acc AND id = x->>'id' FOR UPDATE;
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
        PERFORM cl_sum(acc, p.product, p.total - bought_now,
            CASE WHEN x->>'refunded_at' IS NULL THEN 0 ELSE -bought_now END,
            (x->>'revocations')::bigint, '{}');
    WHEN 2 THEN
        UPDATE cl_chain SET version = version + n, current = COALESCE(x->>'current', current)
            WHERE account = acc AND id = x->>'id' RETURNING version INTO after;
        IF after IS NULL THEN
            after := n;
            INSERT INTO cl_chain VALUES (acc, x->>'id', n, x->>'current');
        END IF;
    WHEN 3 THEN
        SELECT product, bought, kept, revoked, version INTO old FROM cl_purchase
            WHERE account = acc AND id = x->>'id' FOR UPDATE;
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
        SELECT acc, (x->>'kind')::bigint, x->>'id', after - n + place, body
        FROM jsonb_array_elements_text(x->'bodies') WITH ORDINALITY AS b (body, place);
END
$cl$;

-- Files how an instance is found. Its names are written anew only where they changed.
CREATE FUNCTION cl_file(acc text, x jsonb) RETURNS void
LANGUAGE plpgsql AS $cl$
DECLARE
    old record;
BEGIN
    SELECT names INTO old FROM cl_instance WHERE account = acc AND id = x->>'id' FOR UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    UPDATE cl_instance SET order_id = (x->>'order')::bigint, product = x->>'product',
        stage = x->>'stage', names = x->>'names', expires_at = (x->>'expires')::bigint,
        due_at = (x->>'due')::bigint, claimed_until = NULL
        WHERE account = acc AND id = x->>'id';
    IF old.names IS DISTINCT FROM x->>'names' THEN
        IF old.names <> '' THEN
            DELETE FROM cl_name WHERE account = acc AND instance = x->>'id';
        END IF;
        INSERT INTO cl_name SELECT acc, b, x->>'id' FROM jsonb_array_elements_text(x->'backwards') b
            ON CONFLICT DO NOTHING;
    END IF;
END
$cl$;

-- Commits a batch. 0 if it is done; n if the n-th expectation does not hold; -n if the n-th stream is
-- another account's. Whatever else is wrong is an exception, and nothing is written.
CREATE FUNCTION cl_commit(b jsonb) RETURNS bigint
LANGUAGE plpgsql AS $cl$
DECLARE
    acc text := b->>'account';
    now_at bigint := (b->>'at')::bigint;
    x jsonb;
    s record;
    n bigint := 0;
BEGIN
    IF (b->>'sums')::boolean THEN
        -- What sums over an account is done by one at a time.
        PERFORM pg_advisory_xact_lock(hashtextextended(acc, 1668048230));
    END IF;
    FOR x IN SELECT e FROM jsonb_array_elements(b->'expect') WITH ORDINALITY t (e, o) ORDER BY o LOOP
        n := n + 1;
        IF NOT cl_holds(acc, x) THEN
            RETURN n;
        END IF;
    END LOOP;
    n := 0;
    FOR x IN SELECT e FROM jsonb_array_elements(b->'streams') WITH ORDINALITY t (e, o) ORDER BY o LOOP
        n := n + 1;
        SELECT * INTO s FROM cl_stream((x->>'kind')::bigint, x->>'id');
        IF s.owner <> acc THEN
            RETURN -n;
        END IF;
    END LOOP;
    FOR x IN SELECT e FROM jsonb_array_elements(b->'streams') WITH ORDINALITY t (e, o) ORDER BY o LOOP
        PERFORM cl_append(acc, x);
    END LOOP;
    FOR x IN SELECT jsonb_array_elements(b->'index') LOOP
        PERFORM cl_file(acc, x);
    END LOOP;
    UPDATE cl_instance SET due_at = now_at, claimed_until = NULL
        WHERE account = acc AND stage IS NOT NULL
        AND id IN (SELECT jsonb_array_elements_text(b->'stir'));
    INSERT INTO cl_outbox (id, account, at, effect, not_before)
        SELECT e->>'id', acc, now_at, e->>'effect', now_at
        FROM jsonb_array_elements(b->'outbox') WITH ORDINALITY t (e, o) ORDER BY o;
    IF b->'record' <> 'null' THEN
        x := b->'record';
        INSERT INTO cl_record VALUES (acc, x->>'key', x->>'digest', (x->>'at')::bigint, x->>'receipt');
    END IF;
    RETURN 0;
END
$cl$;
