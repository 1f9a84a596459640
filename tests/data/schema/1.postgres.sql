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
$$;


--
-- Name: cl_file(text, jsonb); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.cl_file(acc text, x jsonb) RETURNS void
    LANGUAGE plpgsql
    AS $$
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
$$;


--
-- Name: cl_holds(text, jsonb); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.cl_holds(acc text, x jsonb) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
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
$$;


--
-- Name: cl_stream(bigint, text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.cl_stream(of_kind bigint, of_id text, OUT owner text, OUT reached bigint) RETURNS record
    LANGUAGE plpgsql
    AS $$
BEGIN
    CASE of_kind
    WHEN 0 THEN SELECT account, version INTO owner, reached FROM cl_instance WHERE id = of_id FOR UPDATE;
    WHEN 1 THEN SELECT account, version INTO owner, reached FROM cl_plan WHERE id = of_id FOR UPDATE;
    WHEN 2 THEN SELECT account, version INTO owner, reached FROM cl_chain WHERE id = of_id FOR UPDATE;
    WHEN 3 THEN SELECT account, version INTO owner, reached FROM cl_purchase WHERE id = of_id FOR UPDATE;
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
    claimed_until bigint
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
    parked text
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
INSERT INTO public.cl_event VALUES ('1234567890', 0, 'i-1-1', 2, '{"v":1,"type":"instance.challenge-received","id":"i-1-1","challenge":{"dns":{"record":"_dnsauth.www.example.com","type":"txt","value":"4c06b15ea2e631c7eee63efe485af55302db55baceea151686b931c8eb447672"}},"key":"97c5e695b57fc8090294eba84429869fb5523f7e1fa0de1444e91d94a1e6e0ad","at":"2026-03-20T01:30:00Z"}');
INSERT INTO public.cl_event VALUES ('1234567890', 0, 'i-1-1', 3, '{"v":1,"type":"instance.domain-confirmed","id":"i-1-1","at":"2026-03-20T02:00:00Z"}');
INSERT INTO public.cl_event VALUES ('1234567890', 0, 'i-1-1', 4, '{"v":1,"type":"instance.issued","id":"i-1-1","certificate":{"serial":"6daa7db7fb7d864307311de7a65aa108","not_before":"2026-03-20T02:30:00Z","not_after":"2026-10-06T00:59:59Z","names":["www.example.com"],"key":"p-256","spki":"97c5e695b57fc8090294eba84429869fb5523f7e1fa0de1444e91d94a1e6e0ad","issuer":"CN=Local CA Intermediate,O=Local CA,C=XX","der":"MIICfDCCAiOgAwIBAgIQbap9t/t9hkMHMR3nplqhCDAKBggqhkjOPQQDAjBAMQswCQYDVQQGEwJYWDERMA8GA1UECgwITG9jYWwgQ0ExHjAcBgNVBAMMFUxvY2FsIENBIEludGVybWVkaWF0ZTAeFw0yNjAzMjAwMjMwMDBaFw0yNjEwMDYwMDU5NTlaMBoxGDAWBgNVBAMMD3d3dy5leGFtcGxlLmNvbTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABIdCuY05OL9CLIQ3JaBaQbYVwHpf+XcPl/PG5A+UCASMxo3MCR2Q5vY8Yqva2GsDsY4sanrIEhg1JPS5ks/cUsijggEjMIIBHzAdBgNVHQ4EFgQUmUlzIfS00/E5TYYwzr54Oujns7EwHwYDVR0jBBgwFoAUdR3Og29c5qmtrkDnpM3Np/vxs1wwDAYDVR0TAQH/BAIwADAOBgNVHQ8BAf8EBAMCB4AwEwYDVR0lBAwwCgYIKwYBBQUHAwEwEwYDVR0gBAwwCjAIBgZngQwBAgEwGgYDVR0RBBMwEYIPd3d3LmV4YW1wbGUuY29tMDYGA1UdHwQvMC0wK6ApoCeGJWh0dHA6Ly9sb2NhbC1jYS50ZXN0L2ludGVybWVkaWF0ZS5jcmwwQQYIKwYBBQUHAQEENTAzMDEGCCsGAQUFBzAChiVodHRwOi8vbG9jYWwtY2EudGVzdC9pbnRlcm1lZGlhdGUuY3J0MAoGCCqGSM49BAMCA0cAMEQCIAFvpltppgsldXeLzRO5Tboc8Ebm5CXYpYB2+URXEr4CAiBeYDwHYVqheeqjm25vStzSUPyrXpX4js99F4R/nYEGtQ==","chain":["MIICBzCCAaygAwIBAgIQdBGPXUr2gPmEJf1sVzxljjAKBggqhkjOPQQDAjA4MQswCQYDVQQGEwJYWDERMA8GA1UECgwITG9jYWwgQ0ExFjAUBgNVBAMMDUxvY2FsIENBIFJvb3QwHhcNMjYwMzIwMDEwMDAwWhcNMzYwMzE3MDA1OTU5WjBAMQswCQYDVQQGEwJYWDERMA8GA1UECgwITG9jYWwgQ0ExHjAcBgNVBAMMFUxvY2FsIENBIEludGVybWVkaWF0ZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABMx4amPAnWLxpGNpajlulVL9TjV09kOGjacSRzOpznKQAM6uBfdJtEDKj9gBrMXLp2uhBnclklCuBspysu+6VYKjgY8wgYwwHQYDVR0OBBYEFHUdzoNvXOapra5A56TNzaf78bNcMB8GA1UdIwQYMBaAFHjY2JWRsvAO61HtnZTSjSxUGfCJMBIGA1UdEwEB/wQIMAYBAf8CAQAwDgYDVR0PAQH/BAQDAgEGMBMGA1UdJQQMMAoGCCsGAQUFBwMBMBEGA1UdIAQKMAgwBgYEVR0gADAKBggqhkjOPQQDAgNJADBGAiEAhgj+iuYWHSMuon+p2BDiW17p1xqiS6IiiXh5d7r+UugCIQC4RsCWNnRtWDKi3WxQyqqDIzezY6Z/CZx/FanG72BuOA=="]},"at":"2026-03-20T02:30:00Z"}');
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
INSERT INTO public.cl_event VALUES ('1234567890', 0, 'i-1-16', 1, '{"v":1,"type":"instance.submitted","id":"i-1-16","account":"1234567890","product":{"code":"geotrust-dv-1-starter","class":"dv","names":"single","free":false},"origin":{"plan":{"id":"p-1-0","unit":"settled"}},"order":"100001000000017","submission":{"operation":"request","names":["www.example.com"],"applicant":{"name":"Tom","phone":"13900000000","email":"username@example.com"},"method":"dns","key":{"service_made":"p-256"}},"names":["www.example.com"],"pin":{"edition":"cn-api@2026-03-18","digest":"88c1b8dff588d7dd561dcdd31cad7003be894348da667a7640c4207e0089e6a5"},"verify":true,"at":"2026-03-20T02:30:00Z"}');
INSERT INTO public.cl_event VALUES ('1234567890', 1, 'p-1-0', 7, '{"v":1,"type":"plan.settled","id":"p-1-0","order":"100001000000017","was_reserved":false,"at":"2026-03-20T02:30:00Z"}');
INSERT INTO public.cl_event VALUES ('1234567890', 0, 'i-1-1', 5, '{"v":1,"type":"instance.revocation-requested","id":"i-1-1","reason":"superseded","confirm":false,"at":"2026-03-20T02:30:00Z"}');
INSERT INTO public.cl_event VALUES ('1234567890', 1, 'p-1-0', 6, '{"v":1,"type":"plan.revocation-charged","id":"p-1-0","order":"100001000000002","at":"2026-03-20T02:30:00Z"}');


--
-- Data for Name: cl_free; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: cl_instance; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.cl_instance OVERRIDING SYSTEM VALUE VALUES (2, '1234567890', 'i-1-8', 3, 'geotrust-dv-1-starter', 'p-1-0', NULL, NULL, NULL, 100001000000009, 'deleted', '', NULL, NULL, NULL);
INSERT INTO public.cl_instance OVERRIDING SYSTEM VALUE VALUES (5, '2000000001', 'i-2-4', 1, 'geotrust-dv-1-starter', NULL, 'b-2-6', 'c-2-7', NULL, 100002000000005, 'not_activated', '', NULL, NULL, NULL);
INSERT INTO public.cl_instance OVERRIDING SYSTEM VALUE VALUES (3, '2000000001', 'i-2-0', 2, 'geotrust-dv-1-starter', NULL, 'b-2-6', 'c-2-7', NULL, 100002000000008, 'verifying', 'shop.example.com', NULL, 1773973801, NULL);
INSERT INTO public.cl_instance OVERRIDING SYSTEM VALUE VALUES (1, '1234567890', 'i-1-1', 5, 'geotrust-dv-1-starter', 'p-1-0', NULL, NULL, NULL, 100001000000002, 'live', 'www.example.com', 1791248399, 1773973801, NULL);
INSERT INTO public.cl_instance OVERRIDING SYSTEM VALUE VALUES (6, '1234567890', 'i-1-16', 1, 'geotrust-dv-1-starter', 'p-1-0', NULL, NULL, NULL, 100001000000017, 'verifying', 'www.example.com', NULL, 1773973801, NULL);
INSERT INTO public.cl_instance OVERRIDING SYSTEM VALUE VALUES (4, '2000000001', 'i-2-2', 1, 'geotrust-dv-1-starter', NULL, 'b-2-6', 'c-2-7', NULL, 100002000000003, 'not_activated', '', NULL, 1773973800, 1774060260);


--
-- Data for Name: cl_key; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.cl_key VALUES (100001000000002, '\x0100005af34c150a02056b656b2d316ad90a8b4fbac48e2ee7ad839b22a4c9944f9be2bfd5068470ec4608111f641746eb6c6161a64cf3194dd52890702632279dd91a1125f3ea6ccd1efa2fd7cf6e6499eddef5b047ae009a789f13bf5b70d37f4e34d24fd9a9fe8c256f36d524f34cd098e530f42934e68cd707b08ef52c4b025006bbb9d8f3e31646a0350ef3469994efd9ef4a3b9d18e807e021bc59e5bbcc953ceffbc1c8d37fad78fa540e38f92e6228a372066017a17cd39230202cad0c70999d61384e4d03313df46462ba739b95dc36b53070a2e47be846b29b9dcf1bc9bf3f83ac08dcabfee7f58ef5c17b2a859e');
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

INSERT INTO public.cl_outbox OVERRIDING SYSTEM VALUE VALUES (9, 'request-1-18', '1234567890', 1773973800, '{"v":1,"type":"effect.request-issuance","order":"100001000000017"}', 0, 1773973800, NULL, NULL);
INSERT INTO public.cl_outbox OVERRIDING SYSTEM VALUE VALUES (8, 'request-1-15', '1234567890', 1773973800, '{"v":1,"type":"effect.revoke-at-ca","order":"100001000000002","serial":"6daa7db7fb7d864307311de7a65aa108","reason":"superseded"}', 1, 1773973860, 1773973800, NULL);
INSERT INTO public.cl_outbox OVERRIDING SYSTEM VALUE VALUES (6, 'request-2-9', '2000000001', 1773973800, '{"v":1,"type":"effect.request-issuance","order":"100002000000008"}', 1, 1773973860, 1773973800, 'the desk is closed');
INSERT INTO public.cl_outbox OVERRIDING SYSTEM VALUE VALUES (7, 'request-1-14', '1234567890', 1773973800, '{"v":1,"type":"effect.pay-plan-back","plan":"p-1-13","cash":20000}', 1, 1773974400, 1773973800, NULL);


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

INSERT INTO public.cl_schema VALUES (1);


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
-- Name: cl_chain cl_chain_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.cl_chain
    ADD CONSTRAINT cl_chain_pkey PRIMARY KEY (account, id);


--
-- Name: cl_event cl_event_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.cl_event
    ADD CONSTRAINT cl_event_pkey PRIMARY KEY (account, kind, id, version);


--
-- Name: cl_instance cl_instance_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.cl_instance
    ADD CONSTRAINT cl_instance_pkey PRIMARY KEY (account, id);


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
-- Name: cl_plan cl_plan_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.cl_plan
    ADD CONSTRAINT cl_plan_pkey PRIMARY KEY (account, id);


--
-- Name: cl_purchase cl_purchase_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.cl_purchase
    ADD CONSTRAINT cl_purchase_pkey PRIMARY KEY (account, id);


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
-- Name: cl_chain_id; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX cl_chain_id ON public.cl_chain USING btree (id);


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
-- Name: cl_instance_id; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX cl_instance_id ON public.cl_instance USING btree (id);


--
-- Name: cl_instance_list; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX cl_instance_list ON public.cl_instance USING btree (account, number);


--
-- Name: cl_instance_name; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX cl_instance_name ON public.cl_instance USING btree (account, name) WHERE (name IS NOT NULL);


--
-- Name: cl_instance_number; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX cl_instance_number ON public.cl_instance USING btree (number);


--
-- Name: cl_name_instance; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX cl_name_instance ON public.cl_name USING btree (account, instance);


--
-- Name: cl_outbox_due; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX cl_outbox_due ON public.cl_outbox USING btree (not_before, "position") WHERE (parked IS NULL);


--
-- Name: cl_plan_id; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX cl_plan_id ON public.cl_plan USING btree (id);


--
-- Name: cl_plan_product; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX cl_plan_product ON public.cl_plan USING btree (account, product, number);


--
-- Name: cl_purchase_id; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX cl_purchase_id ON public.cl_purchase USING btree (id);


--
-- Name: cl_record_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX cl_record_at ON public.cl_record USING btree (at);


--
-- PostgreSQL database dump complete
--


