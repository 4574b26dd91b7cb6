-- More of each request (protocol, duration), days, sums over all domains, who asks for what, five-minute bandwidth.

-- For NULL-free arrays of any lengths; a missing element is a zero.
CREATE OR REPLACE FUNCTION add_counts(a bigint[], b bigint[]) RETURNS bigint[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    longer  bigint[] := CASE WHEN cardinality(a) < cardinality(b) THEN b ELSE a END;
    shorter bigint[] := CASE WHEN cardinality(a) < cardinality(b) THEN a ELSE b END;
BEGIN
    FOR i IN 1 .. cardinality(shorter) LOOP
        IF shorter[i] <> 0 THEN
            longer[i] := longer[i] + shorter[i];
        END IF;
    END LOOP;
    RETURN longer;
END $$;

CREATE AGGREGATE sum_counts(bigint[]) (SFUNC = add_counts, STYPE = bigint[], INITCOND = '{}', PARALLEL = SAFE,
    COMBINEFUNC = add_counts);

-- Requests that were counted before these columns were there show in none of them.
ALTER TABLE traffic_minute
    ADD COLUMN http_1     bigint   NOT NULL DEFAULT 0,
    ADD COLUMN http_2     bigint   NOT NULL DEFAULT 0,
    ADD COLUMN http_3     bigint   NOT NULL DEFAULT 0,
    ADD COLUMN http_other bigint   NOT NULL DEFAULT 0,
    ADD COLUMN duration   bigint[] NOT NULL DEFAULT '{}'; -- requests per bucket of LatencyHistogram, as first_byte
ALTER TABLE traffic_hour
    ADD COLUMN http_1     bigint   NOT NULL DEFAULT 0,
    ADD COLUMN http_2     bigint   NOT NULL DEFAULT 0,
    ADD COLUMN http_3     bigint   NOT NULL DEFAULT 0,
    ADD COLUMN http_other bigint   NOT NULL DEFAULT 0,
    ADD COLUMN duration   bigint[] NOT NULL DEFAULT '{}';

-- A chart of one domain among a thousand reads neighbouring rows.
ALTER TABLE traffic_minute DROP CONSTRAINT traffic_minute_pkey, ADD PRIMARY KEY (customer, domain, time, pop);
ALTER TABLE traffic_hour DROP CONSTRAINT traffic_hour_pkey, ADD PRIMARY KEY (customer, domain, time, pop);

CREATE TABLE traffic_day (LIKE traffic_minute INCLUDING ALL) PARTITION BY RANGE (time);

-- The same over all of a customer's domains; "domain" is empty.
CREATE TABLE total_minute (LIKE traffic_minute INCLUDING ALL) PARTITION BY RANGE (time);
CREATE TABLE total_hour (LIKE traffic_minute INCLUDING ALL) PARTITION BY RANGE (time);
CREATE TABLE total_day (LIKE traffic_minute INCLUDING ALL) PARTITION BY RANGE (time);

-- What invoices are made of: the beginnings of five-minute intervals, UTC.
CREATE TABLE bandwidth (
    time      timestamptz NOT NULL,
    customer  text        NOT NULL,
    domain    text        NOT NULL,
    pop       text        NOT NULL,
    requests  bigint      NOT NULL,
    bytes_out bigint      NOT NULL,
    bytes_in  bigint      NOT NULL,
    PRIMARY KEY (customer, domain, time, pop)
) PARTITION BY RANGE (time);

-- The most frequent keys of a dimension (url, referrer, agent, country): a summary of Misra and Gries. A key's count is
-- between what stands here and that + error. Over all domains "domain" is empty and URLs are written "domain url".
CREATE TABLE top_hour (
    time      timestamptz NOT NULL,
    customer  text        NOT NULL,
    domain    text        NOT NULL,
    dimension text        NOT NULL,
    total     bigint      NOT NULL,
    error     bigint      NOT NULL,
    keys      text[]      NOT NULL,
    counts    bigint[]    NOT NULL,
    bytes     bigint[]    NOT NULL,
    PRIMARY KEY (customer, domain, dimension, time)
) PARTITION BY RANGE (time);
CREATE TABLE top_day (LIKE top_hour INCLUDING ALL) PARTITION BY RANGE (time);

-- Distinct client addresses: HyperLogLog sketches of 4,096 registers. Over all domains "domain" is empty.
CREATE TABLE client_hour (
    time      timestamptz NOT NULL,
    customer  text        NOT NULL,
    domain    text        NOT NULL,
    sketch    bytea       NOT NULL,
    PRIMARY KEY (customer, domain, time)
) PARTITION BY RANGE (time);
CREATE TABLE client_day (LIKE client_hour INCLUDING ALL) PARTITION BY RANGE (time);

-- What transactions have counted and nobody has merged yet: writers only append, so none waits for another.
CREATE TABLE top_delta (
    id        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    time      timestamptz NOT NULL, -- the hour
    customer  text        NOT NULL,
    domain    text        NOT NULL,
    dimension text        NOT NULL,
    total     bigint      NOT NULL,
    error     bigint      NOT NULL,
    keys      text[]      NOT NULL,
    counts    bigint[]    NOT NULL,
    bytes     bigint[]    NOT NULL
);
CREATE INDEX top_delta_of ON top_delta (customer, domain, dimension);
CREATE TABLE client_delta (
    id        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    time      timestamptz NOT NULL,
    customer  text        NOT NULL,
    domain    text        NOT NULL,
    sketch    bytea       NOT NULL
);
CREATE INDEX client_delta_of ON client_delta (customer, domain);

-- Makes the partitions that hold a moment, of every table that is partitioned by time.
CREATE OR REPLACE FUNCTION ensure_month(moment timestamptz) RETURNS void
    LANGUAGE plpgsql AS $$
DECLARE
    first  timestamp := date_trunc('month', moment AT TIME ZONE 'UTC');
    parent text;
    child  text;
BEGIN
    FOR parent IN SELECT c.relname FROM pg_partitioned_table p JOIN pg_class c ON c.oid = p.partrelid
                  WHERE c.relnamespace = 'log'::regnamespace ORDER BY c.relname LOOP
        child := parent || to_char(first, '_YYYY_MM');
        IF to_regclass('log.' || child) IS NULL THEN
            PERFORM pg_advisory_xact_lock(hashtext('log.ensure_month'));
            EXECUTE format('CREATE TABLE IF NOT EXISTS log.%I PARTITION OF log.%I FOR VALUES FROM (%L) TO (%L)',
                           child, parent, first AT TIME ZONE 'UTC', (first + interval '1 month') AT TIME ZONE 'UTC');
        END IF;
    END LOOP;
END $$;

-- Drops the partitions that hold nothing from a moment on, and says how many.
CREATE FUNCTION drop_months(parent text, moment timestamptz) RETURNS integer
    LANGUAGE plpgsql AS $$
DECLARE
    child   text;
    dropped integer := 0;
BEGIN
    FOR child IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                 WHERE i.inhparent = ('log.' || parent)::regclass ORDER BY c.relname LOOP
        IF (to_timestamp(right(child, 7), 'YYYY_MM')::timestamp + interval '1 month') AT TIME ZONE 'UTC' <= moment THEN
            EXECUTE format('DROP TABLE log.%I', child);
            dropped := dropped + 1;
        END IF;
    END LOOP;
    RETURN dropped;
END $$;

SELECT ensure_month(now() + make_interval(months => m)) FROM generate_series(-1, 2) AS m;
SELECT ensure_month(month) FROM (SELECT DISTINCT date_trunc('month', time, 'UTC') AS month FROM traffic_hour) AS held;

-- What has been counted so far.
INSERT INTO traffic_day
SELECT date_trunc('day', time, 'UTC'), customer, domain, pop, sum(requests), sum(bytes_out), sum(bytes_in), sum(hits),
       sum(hit_bytes), sum(status_2xx), sum(status_3xx), sum(status_4xx), sum(status_5xx), sum(status_other),
       sum(cache_hit), sum(cache_stale), sum(cache_revalidated), sum(cache_miss), sum(cache_pass), sum(cache_local),
       sum_counts(first_byte), 0, 0, 0, 0, '{}'
FROM traffic_hour GROUP BY 1, 2, 3, 4;

DO $$
DECLARE
    width text;
BEGIN
    FOREACH width IN ARRAY ARRAY['minute', 'hour', 'day'] LOOP
        EXECUTE format('INSERT INTO total_%1$s
            SELECT time, customer, '''', pop, sum(requests), sum(bytes_out), sum(bytes_in), sum(hits), sum(hit_bytes),
                   sum(status_2xx), sum(status_3xx), sum(status_4xx), sum(status_5xx), sum(status_other),
                   sum(cache_hit), sum(cache_stale), sum(cache_revalidated), sum(cache_miss), sum(cache_pass),
                   sum(cache_local), sum_counts(first_byte), 0, 0, 0, 0, ''{}''
            FROM traffic_%1$s GROUP BY 1, 2, 4', width);
    END LOOP;
END $$;

INSERT INTO bandwidth
SELECT date_bin('5 minutes', time, 'epoch'), customer, domain, pop, sum(requests), sum(bytes_out), sum(bytes_in)
FROM traffic_minute GROUP BY 1, 2, 3, 4;

-- Hours that had been cut may have counted a URL too low by up to the least that was kept.
INSERT INTO top_hour
SELECT time, customer, domain, 'url', sum(requests), CASE WHEN count(*) >= 1000 THEN min(requests) ELSE 0 END,
       array_agg(url ORDER BY requests DESC, url), array_agg(requests ORDER BY requests DESC, url),
       array_agg(bytes_out ORDER BY requests DESC, url)
FROM url_hour GROUP BY 1, 2, 3;
INSERT INTO top_hour
SELECT time, customer, '', 'url', sum(requests), CASE WHEN count(*) >= 1000 THEN min(requests) ELSE 0 END,
       array_agg(domain || ' ' || url ORDER BY requests DESC, domain, url),
       array_agg(requests ORDER BY requests DESC, domain, url),
       array_agg(bytes_out ORDER BY requests DESC, domain, url)
FROM url_hour GROUP BY 1, 2;
INSERT INTO top_day
SELECT day, customer, domain, 'url', sum(requests), CASE WHEN count(*) >= 1000 THEN min(requests) ELSE 0 END,
       array_agg(key ORDER BY requests DESC, key), array_agg(requests ORDER BY requests DESC, key),
       array_agg(bytes ORDER BY requests DESC, key)
FROM (SELECT date_trunc('day', time, 'UTC') AS day, customer, domain, key, sum(count) AS requests, sum(b) AS bytes
      FROM top_hour, unnest(keys, counts, bytes) AS u(key, count, b) GROUP BY 1, 2, 3, 4) AS keys
GROUP BY 1, 2, 3;
DROP TABLE url_hour;
