--
-- PostgreSQL database dump
--


-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: cl_append(text, jsonb); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.cl_append(acc text, x jsonb) RETURNS void
    LANGUAGE plpgsql
    AS $$
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
            SELECT names INTO old FROM cl_instance
                WHERE id = x->>'id' AND (account = acc) IS TRUE FOR UPDATE;
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
            WHERE id = x->>'id' AND (account = acc) IS TRUE AND NOT begins RETURNING version INTO after;
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
$$;


--
-- Name: cl_commit(jsonb); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.cl_commit(b jsonb) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
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
            WHERE (account = acc) IS TRUE AND stage IS NOT NULL AND id = b->'stir'->>(n - 1);
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
$$;


--
-- Name: cl_holds(text, jsonb); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.cl_holds(acc text, x jsonb) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
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
            WHERE id = x->>'id' AND (account = acc) IS TRUE FOR UPDATE;
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
$$;


--
-- Name: cl_moved(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.cl_moved() RETURNS bigint
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'a row is not as expected, the batch is judged anew' USING ERRCODE = 'CL004';
END
$$;


--
-- Name: cl_owner(bigint, text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.cl_owner(of_kind bigint, of_id text) RETURNS text
    LANGUAGE plpgsql
    AS $$
BEGIN
    CASE of_kind
    WHEN 0 THEN RETURN (SELECT account FROM cl_instance WHERE id = of_id);
    WHEN 1 THEN RETURN (SELECT account FROM cl_plan WHERE id = of_id);
    WHEN 2 THEN RETURN (SELECT account FROM cl_chain WHERE id = of_id);
    WHEN 3 THEN RETURN (SELECT account FROM cl_purchase WHERE id = of_id);
    END CASE;
END
$$;


--
-- Name: cl_sum(text, text, bigint, bigint, bigint, jsonb); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.cl_sum(acc text, of_product text, more_bought bigint, more_kept bigint, more_revoked bigint, x jsonb) RETURNS void
    LANGUAGE plpgsql
    AS $$
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
$$;


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: cl_chain; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.cl_chain (
    account text NOT NULL,
    id text NOT NULL,
    version bigint NOT NULL,
    current text
);


--
-- Name: cl_event; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.cl_event (
    account text NOT NULL,
    kind bigint NOT NULL,
    id text NOT NULL,
    version bigint NOT NULL,
    body text NOT NULL
);


--
-- Name: cl_free; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.cl_free (
    account text NOT NULL,
    at bigint NOT NULL,
    count bigint NOT NULL
);


--
-- Name: cl_instance; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.cl_instance (
    number bigint NOT NULL,
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
    claims bigint DEFAULT 0 NOT NULL
);


--
-- Name: cl_instance_number_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.cl_instance ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.cl_instance_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: cl_key; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.cl_key (
    id bigint NOT NULL,
    sealed bytea
);


--
-- Name: cl_name; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.cl_name (
    account text NOT NULL,
    backwards text NOT NULL COLLATE pg_catalog."C",
    instance text NOT NULL
);


--
-- Name: cl_order; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.cl_order (
    id bigint NOT NULL,
    account text NOT NULL,
    instance text NOT NULL
);


--
-- Name: cl_outbox; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.cl_outbox (
    "position" bigint NOT NULL,
    id text NOT NULL,
    account text NOT NULL,
    at bigint NOT NULL,
    effect text NOT NULL,
    attempts bigint DEFAULT 0 NOT NULL,
    not_before bigint NOT NULL,
    since bigint,
    parked text,
    claims bigint DEFAULT 0 NOT NULL
);


--
-- Name: cl_outbox_position_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.cl_outbox ALTER COLUMN "position" ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.cl_outbox_position_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: cl_plan; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.cl_plan (
    number bigint NOT NULL,
    account text NOT NULL,
    id text NOT NULL,
    version bigint NOT NULL,
    product text NOT NULL,
    total bigint NOT NULL,
    reserved bigint NOT NULL,
    settled bigint NOT NULL,
    issued bigint NOT NULL,
    revocations bigint NOT NULL,
    taken bigint NOT NULL,
    revoked bigint NOT NULL,
    refunded_at bigint,
    refunded_cash bigint,
    CONSTRAINT cl_plan_check CHECK (((reserved + settled) <= total)),
    CONSTRAINT cl_plan_reserved_check CHECK ((reserved >= 0)),
    CONSTRAINT cl_plan_revocations_check CHECK ((revocations >= 0)),
    CONSTRAINT cl_plan_settled_check CHECK ((settled >= 0))
);


--
-- Name: cl_plan_number_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.cl_plan ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.cl_plan_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: cl_purchase; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.cl_purchase (
    account text NOT NULL,
    id text NOT NULL,
    version bigint NOT NULL,
    product text NOT NULL,
    bought bigint NOT NULL,
    kept bigint NOT NULL,
    revoked bigint NOT NULL
);


--
-- Name: cl_record; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.cl_record (
    account text NOT NULL,
    key text NOT NULL,
    digest text NOT NULL,
    at bigint NOT NULL,
    receipt text NOT NULL
);


--
-- Name: cl_schema; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.cl_schema (
    version bigint NOT NULL
);


--
-- Name: cl_tally; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.cl_tally (
    account text NOT NULL,
    product text NOT NULL,
    bought bigint NOT NULL,
    kept bigint NOT NULL,
    revoked bigint NOT NULL
);


--
-- Data for Name: cl_chain; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.cl_chain VALUES ('2000000001', 'c-2-7', 1, 'i-2-0');


--
-- Data for Name: cl_event; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.cl_event VALUES ('1234567890', 1, 'p-1-0', 1, '{"v":1,"type":"plan.bought","id":"p-1-0","account":"1234567890","product":{"code":"geotrust-dv-1-starter","class":"dv","names":"single","free":false},"count":3,"payment":{"cash":0,"voucher":0,"currency":"CNY","add_on":false},"pin":{"edition":"cn-api@2026-03-18","digest":"88c1b8dff588d7dd561dcdd31cad7003be894348da667a7640c4207e0089e6a5"},"at":"2026-03-20T01:00:00Z"}');
INSERT INTO public.cl_event VALUES ('1234567890', 0, 'i-1-1', 1, '{"v":1,"type":"instance.submitted","id":"i-1-1","account":"1234567890","product":{"code":"geotrust-dv-1-starter","class":"dv","names":"single","free":false},"origin":{"plan":{"id":"p-1-0","unit":"settled"}},"order":"100001000000002","submission":{"operation":"request","names":["www.example.com"],"applicant":{"name":"Tom","phone":"13900000000","email":"username@example.com"},"method":"dns","key":{"service_made":"p-256"}},"names":["www.example.com"],"pin":{"edition":"cn-api@2026-03-18","digest":"88c1b8dff588d7dd561dcdd31cad7003be894348da667a7640c4207e0089e6a5"},"verify":true,"at":"2026-03-20T01:00:00Z"}');
INSERT INTO public.cl_event VALUES ('1234567890', 1, 'p-1-0', 2, '{"v":1,"type":"plan.settled","id":"p-1-0","order":"100001000000002","was_reserved":false,"at":"2026-03-20T01:00:00Z"}');
INSERT INTO public.cl_event VALUES ('1234567890', 0, 'i-1-1', 2, '{"v":1,"type":"instance.challenge-received","id":"i-1-1","challenge":{"dns":{"record":"_dnsauth.www.example.com","type":"txt","value":"145f19cea9faedb752b6b82f31fdfcf7e81e95b16c69ff88df13bb56f51c0d51"}},"key":"7516daed5e427ce401901b0ec9e46868807a5f2be9e6d70a52630f65620c74b5","at":"2026-03-20T01:30:00Z"}');
INSERT INTO public.cl_event VALUES ('1234567890', 0, 'i-1-1', 3, '{"v":1,"type":"instance.domain-confirmed","id":"i-1-1","at":"2026-03-20T02:00:00Z"}');
INSERT INTO public.cl_event VALUES ('1234567890', 0, 'i-1-1', 4, '{"v":1,"type":"instance.issued","id":"i-1-1","certificate":{"serial":"66e6697ef3e30d96ab07c2769b7068eb","not_before":"2026-03-20T02:30:00Z","not_after":"2026-10-06T02:29:59Z","names":["www.example.com"],"key":"p-256","spki":"7516daed5e427ce401901b0ec9e46868807a5f2be9e6d70a52630f65620c74b5","issuer":"CN=Local CA Intermediate,O=Local CA,C=XX","der":"MIICfTCCAiOgAwIBAgIQZuZpfvPjDZarB8J2m3Bo6zAKBggqhkjOPQQDAjBAMQswCQYDVQQGEwJYWDERMA8GA1UECgwITG9jYWwgQ0ExHjAcBgNVBAMMFUxvY2FsIENBIEludGVybWVkaWF0ZTAeFw0yNjAzMjAwMjMwMDBaFw0yNjEwMDYwMjI5NTlaMBoxGDAWBgNVBAMMD3d3dy5leGFtcGxlLmNvbTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABM6OXoyBpiE+bdyRQvo4MMkOuuHSOX2FGHxN/w7jeM97ztdgOC78b9w0m/clD/SKTPt8KN/WLNk7GluT3dkuM7+jggEjMIIBHzAdBgNVHQ4EFgQUnvQu8+SmTAYLVk1wU0+FLuQl4fcwHwYDVR0jBBgwFoAUYuerk7KHGLS+aYx/I22QB8gbaHEwDAYDVR0TAQH/BAIwADAOBgNVHQ8BAf8EBAMCB4AwEwYDVR0lBAwwCgYIKwYBBQUHAwEwEwYDVR0gBAwwCjAIBgZngQwBAgEwGgYDVR0RBBMwEYIPd3d3LmV4YW1wbGUuY29tMDYGA1UdHwQvMC0wK6ApoCeGJWh0dHA6Ly9sb2NhbC1jYS50ZXN0L2ludGVybWVkaWF0ZS5jcmwwQQYIKwYBBQUHAQEENTAzMDEGCCsGAQUFBzAChiVodHRwOi8vbG9jYWwtY2EudGVzdC9pbnRlcm1lZGlhdGUuY3J0MAoGCCqGSM49BAMCA0gAMEUCIQDyQLku9q/aT5vA/NeACOQv/+mvX5fjhT3D4tdRrGI0JgIgVAtrqdP+ve/hU+6uJuO9GMMkwIk8Jlik8CNV0HsUdPE=","chain":["MIICBjCCAaygAwIBAgIQeYrpqUvh+sUQq7zIKAwcZjAKBggqhkjOPQQDAjA4MQswCQYDVQQGEwJYWDERMA8GA1UECgwITG9jYWwgQ0ExFjAUBgNVBAMMDUxvY2FsIENBIFJvb3QwHhcNMjYwMzIwMDEwMDAwWhcNMzYwMzE3MDA1OTU5WjBAMQswCQYDVQQGEwJYWDERMA8GA1UECgwITG9jYWwgQ0ExHjAcBgNVBAMMFUxvY2FsIENBIEludGVybWVkaWF0ZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABP+nuce808uBACxSxIZe7ykB8oDeD5Y2yRSkQocFr1D/YJNWAG5EMkec6VkZ4Ra0D3cYdnGqMll85PvS50LUWXqjgY8wgYwwHQYDVR0OBBYEFGLnq5Oyhxi0vmmMfyNtkAfIG2hxMB8GA1UdIwQYMBaAFLHdKBx27U1CWK41T9t78YGsWwuvMBIGA1UdEwEB/wQIMAYBAf8CAQAwDgYDVR0PAQH/BAQDAgEGMBMGA1UdJQQMMAoGCCsGAQUFBwMBMBEGA1UdIAQKMAgwBgYEVR0gADAKBggqhkjOPQQDAgNIADBFAiEAujxbY1Kk0MKz7bmA7eTzOF6kAP8SSacnFo0QA0ouMjUCIFylAwMWVLMNiyWCnta6iWJsLl3oCdsliczDPKiOLVW8"]},"at":"2026-03-20T02:30:00Z"}');
INSERT INTO public.cl_event VALUES ('1234567890', 1, 'p-1-0', 3, '{"v":1,"type":"plan.certificate-issued","id":"p-1-0","order":"100001000000002","at":"2026-03-20T02:30:00Z"}');
INSERT INTO public.cl_event VALUES ('1234567890', 0, 'i-1-8', 1, '{"v":1,"type":"instance.submitted","id":"i-1-8","account":"1234567890","product":{"code":"geotrust-dv-1-starter","class":"dv","names":"single","free":false},"origin":{"plan":{"id":"p-1-0","unit":"settled"}},"order":"100001000000009","submission":{"operation":"request","names":["www.example.com"],"applicant":{"name":"Tom","phone":"13900000000","email":"username@example.com"},"method":"dns","key":{"service_made":"p-256"}},"names":["www.example.com"],"pin":{"edition":"cn-api@2026-03-18","digest":"88c1b8dff588d7dd561dcdd31cad7003be894348da667a7640c4207e0089e6a5"},"verify":true,"at":"2026-03-20T02:30:00Z"}');
INSERT INTO public.cl_event VALUES ('1234567890', 1, 'p-1-0', 4, '{"v":1,"type":"plan.settled","id":"p-1-0","order":"100001000000009","was_reserved":false,"at":"2026-03-20T02:30:00Z"}');
INSERT INTO public.cl_event VALUES ('1234567890', 0, 'i-1-8', 2, '{"v":1,"type":"instance.withdrawn","id":"i-1-8","at":"2026-03-20T02:30:00Z"}');
INSERT INTO public.cl_event VALUES ('1234567890', 0, 'i-1-8', 3, '{"v":1,"type":"instance.deleted","id":"i-1-8","at":"2026-03-20T02:30:00Z"}');
INSERT INTO public.cl_event VALUES ('1234567890', 1, 'p-1-0', 5, '{"v":1,"type":"plan.returned","id":"p-1-0","order":"100001000000009","was_settled":true,"cause":"order-ended","at":"2026-03-20T02:30:00Z"}');
INSERT INTO public.cl_event VALUES ('2000000001', 3, 'b-2-6', 1, '{"v":1,"type":"purchase.paid","id":"b-2-6","account":"2000000001","product":{"code":"geotrust-dv-1-starter","class":"dv","names":"single","free":false},"kind":"new","payment":{"cash":30000,"voucher":0,"currency":"CNY","add_on":false},"pin":{"edition":"cn-console@2026-03-18","digest":"6fdb139a941577c912247029b1056999ecfc78d75f730fb15cd7b00e7ddbc89d"},"first":"i-2-0","chain":"c-2-7","count":3,"at":"2026-03-20T02:30:00Z"}');
INSERT INTO public.cl_event VALUES ('2000000001', 2, 'c-2-7', 1, '{"v":1,"type":"chain.linked","id":"c-2-7","account":"2000000001","product":{"code":"geotrust-dv-1-starter","class":"dv","names":"single","free":false},"purchase":"b-2-6","pin":{"edition":"cn-console@2026-03-18","digest":"6fdb139a941577c912247029b1056999ecfc78d75f730fb15cd7b00e7ddbc89d"},"first":"i-2-0","waiting":["i-2-2","i-2-4"],"at":"2026-03-20T02:30:00Z"}');
INSERT INTO public.cl_event VALUES ('2000000001', 0, 'i-2-0', 1, '{"v":1,"type":"instance.opened","id":"i-2-0","account":"2000000001","product":{"code":"geotrust-dv-1-starter","class":"dv","names":"single","free":false},"origin":{"purchase":"b-2-6"},"order":"100002000000001","chain":"c-2-7","waits":false,"at":"2026-03-20T02:30:00Z"}');
INSERT INTO public.cl_event VALUES ('2000000001', 0, 'i-2-2', 1, '{"v":1,"type":"instance.opened","id":"i-2-2","account":"2000000001","product":{"code":"geotrust-dv-1-starter","class":"dv","names":"single","free":false},"origin":{"purchase":"b-2-6"},"order":"100002000000003","chain":"c-2-7","waits":true,"at":"2026-03-20T02:30:00Z"}');
INSERT INTO public.cl_event VALUES ('2000000001', 0, 'i-2-4', 1, '{"v":1,"type":"instance.opened","id":"i-2-4","account":"2000000001","product":{"code":"geotrust-dv-1-starter","class":"dv","names":"single","free":false},"origin":{"purchase":"b-2-6"},"order":"100002000000005","chain":"c-2-7","waits":true,"at":"2026-03-20T02:30:00Z"}');
INSERT INTO public.cl_event VALUES ('2000000001', 0, 'i-2-0', 2, '{"v":1,"type":"instance.applied","id":"i-2-0","order":"100002000000008","submission":{"operation":"request","names":["shop.example.com"],"applicant":{"name":"Tom","phone":"13900000000","email":"username@example.com"},"method":"dns","key":{"service_made":{"rsa":2048}}},"names":["shop.example.com"],"pin":{"edition":"cn-console@2026-03-18","digest":"6fdb139a941577c912247029b1056999ecfc78d75f730fb15cd7b00e7ddbc89d"},"verify":true,"settles":false,"automatic":false,"unacceptable":false,"at":"2026-03-20T02:30:00Z"}');
INSERT INTO public.cl_event VALUES ('1234567890', 1, 'p-1-13', 2, '{"v":1,"type":"plan.refunded","id":"p-1-13","cash":20000,"at":"2026-03-20T02:30:00Z"}');
INSERT INTO public.cl_event VALUES ('1234567890', 1, 'p-1-13', 1, '{"v":1,"type":"plan.bought","id":"p-1-13","account":"1234567890","product":{"code":"geotrust-dv-1-starter","class":"dv","names":"single","free":false},"count":3,"payment":{"cash":20000,"voucher":0,"currency":"CNY","add_on":false},"pin":{"edition":"cn-api@2026-03-18","digest":"88c1b8dff588d7dd561dcdd31cad7003be894348da667a7640c4207e0089e6a5"},"at":"2026-03-20T02:30:00Z"}');
INSERT INTO public.cl_event VALUES ('1234567890', 0, 'i-1-1', 5, '{"v":1,"type":"instance.revocation-requested","id":"i-1-1","reason":"superseded","confirm":false,"at":"2026-03-20T02:30:00Z"}');
INSERT INTO public.cl_event VALUES ('1234567890', 1, 'p-1-0', 6, '{"v":1,"type":"plan.revocation-charged","id":"p-1-0","order":"100001000000002","at":"2026-03-20T02:30:00Z"}');
INSERT INTO public.cl_event VALUES ('1234567890', 0, 'i-1-16', 1, '{"v":1,"type":"instance.submitted","id":"i-1-16","account":"1234567890","product":{"code":"geotrust-dv-1-starter","class":"dv","names":"single","free":false},"origin":{"plan":{"id":"p-1-0","unit":"settled"}},"order":"100001000000017","submission":{"operation":"request","names":["www.example.com"],"applicant":{"name":"Tom","phone":"13900000000","email":"username@example.com"},"method":"dns","key":{"service_made":"p-256"}},"names":["www.example.com"],"pin":{"edition":"cn-api@2026-03-18","digest":"88c1b8dff588d7dd561dcdd31cad7003be894348da667a7640c4207e0089e6a5"},"verify":true,"at":"2026-03-20T02:30:00Z"}');
INSERT INTO public.cl_event VALUES ('1234567890', 1, 'p-1-0', 7, '{"v":1,"type":"plan.settled","id":"p-1-0","order":"100001000000017","was_reserved":false,"at":"2026-03-20T02:30:00Z"}');


--
-- Data for Name: cl_free; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: cl_instance; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.cl_instance OVERRIDING SYSTEM VALUE VALUES (2, '1234567890', 'i-1-8', 3, 'geotrust-dv-1-starter', 'p-1-0', NULL, NULL, NULL, 100001000000009, 'deleted', '', NULL, NULL, NULL, 2);
INSERT INTO public.cl_instance OVERRIDING SYSTEM VALUE VALUES (5, '2000000001', 'i-2-4', 1, 'geotrust-dv-1-starter', NULL, 'b-2-6', 'c-2-7', NULL, 100002000000005, 'not_activated', '', NULL, NULL, NULL, 0);
INSERT INTO public.cl_instance OVERRIDING SYSTEM VALUE VALUES (3, '2000000001', 'i-2-0', 2, 'geotrust-dv-1-starter', NULL, 'b-2-6', 'c-2-7', NULL, 100002000000008, 'verifying', 'shop.example.com', NULL, 1773973801, NULL, 1);
INSERT INTO public.cl_instance OVERRIDING SYSTEM VALUE VALUES (1, '1234567890', 'i-1-1', 5, 'geotrust-dv-1-starter', 'p-1-0', NULL, NULL, NULL, 100001000000002, 'live', 'www.example.com', 1791253799, 1773973801, NULL, 7);
INSERT INTO public.cl_instance OVERRIDING SYSTEM VALUE VALUES (6, '1234567890', 'i-1-16', 1, 'geotrust-dv-1-starter', 'p-1-0', NULL, NULL, NULL, 100001000000017, 'verifying', 'www.example.com', NULL, 1773973801, NULL, 0);
INSERT INTO public.cl_instance OVERRIDING SYSTEM VALUE VALUES (4, '2000000001', 'i-2-2', 1, 'geotrust-dv-1-starter', NULL, 'b-2-6', 'c-2-7', NULL, 100002000000003, 'not_activated', '', NULL, 1773973800, 1774060260, 2);


--
-- Data for Name: cl_key; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.cl_key VALUES (100001000000002, '\x0100005af34c150a02056b656b2d31a65d958c7775336b94a0b55fd0d0e53a698d8ccb04b1a47fc22093160cbc2524b5a2c7b0e27451640e07da5f40839d823996946612bc924ef211ad89420528f4b9658310f0587947009a9f2c050de08c5f182c30520d2a1019e61a2857fce68432164427284eee45c5a42c18ea33e9e2a5cd8af3b493554b9999a3d123acb3d5747841303dfce5dc644a9dc132845f04adf5d7f73f25351385c6a9080d162f4eaa5e387272cf870142257117f90c5ef843cd407ef80afbe9b284e06e566a4d56123f64285d695ed80ca15029cb67f230c2c19d25640551ff5c9da27b32063227fe4322a5');
INSERT INTO public.cl_key VALUES (100001000000009, NULL);


--
-- Data for Name: cl_name; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.cl_name VALUES ('1234567890', 'com.example.www.', 'i-1-1');
INSERT INTO public.cl_name VALUES ('2000000001', 'com.example.shop.', 'i-2-0');
INSERT INTO public.cl_name VALUES ('1234567890', 'com.example.www.', 'i-1-16');


--
-- Data for Name: cl_order; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.cl_order VALUES (100001000000002, '1234567890', 'i-1-1');
INSERT INTO public.cl_order VALUES (100001000000009, '1234567890', 'i-1-8');
INSERT INTO public.cl_order VALUES (100002000000001, '2000000001', 'i-2-0');
INSERT INTO public.cl_order VALUES (100002000000003, '2000000001', 'i-2-2');
INSERT INTO public.cl_order VALUES (100002000000005, '2000000001', 'i-2-4');
INSERT INTO public.cl_order VALUES (100002000000008, '2000000001', 'i-2-0');
INSERT INTO public.cl_order VALUES (100001000000017, '1234567890', 'i-1-16');


--
-- Data for Name: cl_outbox; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.cl_outbox OVERRIDING SYSTEM VALUE VALUES (9, 'request-1-18', '1234567890', 1773973800, '{"v":1,"type":"effect.request-issuance","order":"100001000000017"}', 0, 1773973800, NULL, NULL, 0);
INSERT INTO public.cl_outbox OVERRIDING SYSTEM VALUE VALUES (8, 'request-1-15', '1234567890', 1773973800, '{"v":1,"type":"effect.revoke-at-ca","order":"100001000000002","serial":"66e6697ef3e30d96ab07c2769b7068eb","reason":"superseded"}', 1, 1773973860, 1773973800, NULL, 1);
INSERT INTO public.cl_outbox OVERRIDING SYSTEM VALUE VALUES (6, 'request-2-9', '2000000001', 1773973800, '{"v":1,"type":"effect.request-issuance","order":"100002000000008"}', 1, 1773973860, 1773973800, 'the desk is closed', 1);
INSERT INTO public.cl_outbox OVERRIDING SYSTEM VALUE VALUES (7, 'request-1-14', '1234567890', 1773973800, '{"v":1,"type":"effect.pay-plan-back","plan":"p-1-13","cash":20000}', 1, 1773974400, 1773973800, NULL, 1);


--
-- Data for Name: cl_plan; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.cl_plan OVERRIDING SYSTEM VALUE VALUES (2, '1234567890', 'p-1-13', 2, 'geotrust-dv-1-starter', 0, 0, 0, 0, 0, 0, 0, 1773973800, 20000);
INSERT INTO public.cl_plan OVERRIDING SYSTEM VALUE VALUES (1, '1234567890', 'p-1-0', 7, 'geotrust-dv-1-starter', 3, 0, 2, 1, 1, 3, 0, NULL, NULL);


--
-- Data for Name: cl_purchase; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.cl_purchase VALUES ('2000000001', 'b-2-6', 1, 'geotrust-dv-1-starter', 3, 3, 0);


--
-- Data for Name: cl_record; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.cl_record VALUES ('1234567890', 'first', '0bb0332cc439be96929bf2f04379343fea043ce5386cee3ef83648d504cb5f14', 1773968400, '{"v":1,"type":"receipt","at":"2026-03-20T01:00:00Z","edition":"cn-api@2026-03-18","status":"domain-verification","rules":["R-15","R-23"],"events":[{"v":1,"type":"instance.submitted","id":"i-1-1","account":"1234567890","product":{"code":"geotrust-dv-1-starter","class":"dv","names":"single","free":false},"origin":{"plan":{"id":"p-1-0","unit":"settled"}},"order":"100001000000002","submission":{"operation":"request","names":["www.example.com"],"applicant":{"name":"Tom","phone":"13900000000","email":"username@example.com"},"method":"dns","key":{"service_made":"p-256"}},"names":["www.example.com"],"pin":{"edition":"cn-api@2026-03-18","digest":"88c1b8dff588d7dd561dcdd31cad7003be894348da667a7640c4207e0089e6a5"},"verify":true,"at":"2026-03-20T01:00:00Z"},{"v":1,"type":"plan.settled","id":"p-1-0","order":"100001000000002","was_reserved":false,"at":"2026-03-20T01:00:00Z"}]}');


--
-- Data for Name: cl_schema; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.cl_schema VALUES (3);


--
-- Data for Name: cl_tally; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.cl_tally VALUES ('2000000001', 'geotrust-dv-1-starter', 3, 3, 0);
INSERT INTO public.cl_tally VALUES ('1234567890', 'geotrust-dv-1-starter', 3, 3, 1);


--
-- Name: cl_instance_number_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.cl_instance_number_seq', 6, true);


--
-- Name: cl_outbox_position_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.cl_outbox_position_seq', 9, true);


--
-- Name: cl_plan_number_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.cl_plan_number_seq', 2, true);


--
-- Name: cl_chain cl_chain_id; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.cl_chain
    ADD CONSTRAINT cl_chain_id PRIMARY KEY (id);


--
-- Name: cl_event cl_event_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.cl_event
    ADD CONSTRAINT cl_event_pkey PRIMARY KEY (account, kind, id, version);


--
-- Name: cl_instance cl_instance_id; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.cl_instance
    ADD CONSTRAINT cl_instance_id PRIMARY KEY (id);


--
-- Name: cl_key cl_key_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.cl_key
    ADD CONSTRAINT cl_key_pkey PRIMARY KEY (id);


--
-- Name: cl_name cl_name_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.cl_name
    ADD CONSTRAINT cl_name_pkey PRIMARY KEY (account, backwards, instance);


--
-- Name: cl_order cl_order_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.cl_order
    ADD CONSTRAINT cl_order_pkey PRIMARY KEY (id);


--
-- Name: cl_outbox cl_outbox_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.cl_outbox
    ADD CONSTRAINT cl_outbox_id_key UNIQUE (id);


--
-- Name: cl_outbox cl_outbox_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.cl_outbox
    ADD CONSTRAINT cl_outbox_pkey PRIMARY KEY ("position");


--
-- Name: cl_plan cl_plan_id; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.cl_plan
    ADD CONSTRAINT cl_plan_id PRIMARY KEY (id);


--
-- Name: cl_purchase cl_purchase_id; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.cl_purchase
    ADD CONSTRAINT cl_purchase_id PRIMARY KEY (id);


--
-- Name: cl_record cl_record_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.cl_record
    ADD CONSTRAINT cl_record_pkey PRIMARY KEY (account, key);


--
-- Name: cl_tally cl_tally_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.cl_tally
    ADD CONSTRAINT cl_tally_pkey PRIMARY KEY (account, product);


--
-- Name: cl_free_account; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX cl_free_account ON public.cl_free USING btree (account, at);


--
-- Name: cl_instance_due; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX cl_instance_due ON public.cl_instance USING btree (due_at, id) WHERE (due_at IS NOT NULL);


--
-- Name: cl_instance_expiry; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX cl_instance_expiry ON public.cl_instance USING btree (account, expires_at) WHERE (expires_at IS NOT NULL);


--
-- Name: cl_instance_list; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX cl_instance_list ON public.cl_instance USING btree (account, number);


--
-- Name: cl_instance_name; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX cl_instance_name ON public.cl_instance USING btree (account, name) WHERE (name IS NOT NULL);


--
-- Name: cl_name_instance; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX cl_name_instance ON public.cl_name USING btree (account, instance);


--
-- Name: cl_outbox_due; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX cl_outbox_due ON public.cl_outbox USING btree (not_before, "position") WHERE (parked IS NULL);


--
-- Name: cl_plan_product; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX cl_plan_product ON public.cl_plan USING btree (account, product, number);


--
-- Name: cl_record_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX cl_record_at ON public.cl_record USING btree (at);


--
-- PostgreSQL database dump complete
--

