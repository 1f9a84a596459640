-- Which claim is the last one on an instance and on a row of the outbox.
ALTER TABLE cl_instance ADD COLUMN claims bigint NOT NULL DEFAULT 0;
ALTER TABLE cl_outbox ADD COLUMN claims bigint NOT NULL DEFAULT 0;

-- Files how an instance is found. Its names are written anew only where they changed.
CREATE OR REPLACE FUNCTION cl_file(acc text, x jsonb) RETURNS void
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
        due_at = (x->>'due')::bigint, claimed_until = NULL, claims = claims + 1
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
CREATE OR REPLACE FUNCTION cl_commit(b jsonb) RETURNS bigint
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
    UPDATE cl_instance SET due_at = now_at, claimed_until = NULL, claims = claims + 1
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
